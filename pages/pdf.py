"""An answer's copy as a PDF that a screen reader can read: typeset by Typst, tagged to PDF/UA-1 (ISO 14289-1).

The words travel as data, so nothing of what was typed is read as markup. Fonts are Typst's own; nothing is fetched.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import typst

from pages.answer_export import Line

_PAGE = r"""
#let lines = json(bytes(sys.inputs.lines))
#set document(title: lines.first().text)
#set text(lang: "en", region: "US", size: 11pt)
#set page(paper: "us-letter", margin: 2.2cm, numbering: "1 / 1")
#set par(leading: 0.62em, spacing: 0.9em)
#show heading: set text(size: 1.1em)
#show link: underline
#for line in lines {
  let body = if line.address == none [#line.text] else [#line.text: #link(line.address)]
  if line.kind == "title" { title(body) }
  else if line.kind == "heading" { heading(body) }
  else if line.kind == "lead" { par(strong(body)) }
  else if line.kind == "note" { par(text(size: 0.9em, fill: luma(30%), body)) }
  else if line.kind == "quote" { quote(block: true, body) }
  else if line.kind in ("item", "link") { list.item(body) }
  else { par(body) }
}
"""


def pdf(copy: Sequence[Line]) -> bytes:
    """The PDF of a copy, its first line the title.

    A script that Typst's fonts don't hold (a question in Chinese) is set in the machine's own fonts; where those lack
    it too, a box stands for each sign, and the file no longer claims PDF/UA-1.
    """
    lines = [{"kind": line.kind, "text": line.name, "address": line.address} for line in copy]
    inputs = {"lines": json.dumps(lines)}
    try:
        made = typst.compile(_PAGE.encode(), sys_inputs=inputs, pdf_standards=["ua-1"], ignore_system_fonts=True)
    except typst.TypstError:
        made = typst.compile(_PAGE.encode(), sys_inputs=inputs)
    assert isinstance(made, bytes)
    return made
