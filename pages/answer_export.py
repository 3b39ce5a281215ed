"""An answer to take along: text to paste, Markdown, a Word document and a page to print, from the same lines.

`pages.pdf` makes a PDF of them.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from html import escape
from typing import Literal, NamedTuple

from answer.compose import GROUPS, cited, opening
from mayshare import cites, freshness
from mayshare.schema import Answer, CitedSource, Claim

TITLE = "May I share this?"
Kind = Literal["title", "heading", "lead", "note", "text", "item", "quote", "link"]
_CSS = (
    "body{font:11pt/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.4rem}h2{font-size:1.1rem;break-after:avoid}.lead{font-weight:600;font-size:1.1rem}"
    ".note{color:#444;font-size:.9rem}p{margin:.5rem 0;break-inside:avoid}blockquote{margin:.3rem 1.5rem}"
    "a{color:inherit;overflow-wrap:anywhere}@page{margin:18mm}"
)
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")


class Line(NamedTuple):
    """A paragraph of the copy. A `link` is an address that stands under what it belongs to."""

    kind: Kind
    text: str

    @property
    def name(self) -> str:
        """The text without the address at the end of a link."""
        return self._parts[0]

    @property
    def address(self) -> str | None:
        """Where a link goes, if anywhere."""
        return self._parts[1]

    @property
    def _parts(self) -> tuple[str, str | None]:
        if self.kind != "link" or ": https://" not in self.text:
            return self.text, None
        name, address = self.text.split(": https://", 1)
        return name, f"https://{address}"


def lines(answer: Answer, notice: str, day: dt.date | None = None) -> Iterator[Line]:
    """The whole copy, in order: the question, the answer with its numbers, and each source with where to check it.

    Args:
        notice: what the answer is not (legal advice).
        day: the day of the copy; today where None.
    """
    yield Line("title", TITLE)
    yield Line("note", f"Copied on {day or dt.date.today()} · guidance {answer.corpus_version}")
    yield Line("note", notice)
    yield Line("heading", "Question")
    yield Line("text", answer.question.text)
    if answer.question.asker:
        yield Line("note", f"Asked by: {answer.question.asker}")
    if answer.question.filters.laws:
        yield Line("note", f"Only guidance on {', '.join(answer.question.filters.laws)} was searched.")
    yield Line("heading", "Answer")
    if answer.urgent:
        yield Line("lead", answer.urgent)
    if answer.message:
        yield Line("text", answer.message)
    for role, title in GROUPS.items():
        group = [claim for claim in answer.claims if claim.role == role]
        if group and title:
            yield Line("heading", title)
        for claim in group:
            yield _claim(answer, claim)
    if answer.model and not answer.notice:
        yield Line("note", f"Worded by the language model {answer.model} from the sources below.")
    if answer.sources:
        yield Line("heading", "Sources")
    for source in answer.sources:
        yield from _source(source)


def _claim(answer: Answer, claim: Claim) -> Line:
    if claim.role != "bottom_line":
        return Line("item", cited(claim))
    return Line("lead", f"{opening(answer)} {cited(claim)}".strip())


def _source(source: CitedSource) -> Iterator[Line]:
    yield Line("text", f"[{source.n}] {source.title}: {source.heading}")
    yield Line("quote", source.quote)
    dated = f"States the law as of {source.status_as_of}. " if source.status_as_of else ""
    past = f" This document is {freshness.WARNING}." if source.stale else ""
    yield Line("note", f"{dated}{freshness.review_state(source.reviewed_by)}{past}")
    for authority in source.authorities:
        address = cites.url(authority)
        yield Line("link", f"{authority}: {address}" if address else authority)
    for official in source.official:
        yield Line("quote", f"{official.citation}, official text: {official.quote}")


def plain(copy: list[Line]) -> str:
    """Text without marks, to paste into a mail or a file note."""
    return "\n\n".join(f"- {line.text}" if line.kind in ("item", "link") else line.text for line in copy)


def markdown(copy: list[Line]) -> str:
    """Markdown in which the text of the guidance stands as it is."""
    return "\n\n".join(_PREFIX[line.kind].format(_marked(line)) for line in copy) + "\n"


_PREFIX: dict[Kind, str] = {
    "title": "# {}",
    "heading": "## {}",
    "lead": "**{}**",
    "note": "*{}*",
    "text": "{}",
    "item": "- {}",
    "quote": "> {}",
    "link": "- {}",
}


def _marked(line: Line) -> str:
    text = _MARKDOWN.sub(r"\\\1", re.sub(r"\s+", " ", line.name).strip())
    return f"{text}: <{line.address}>" if line.address else text


def docx(copy: list[Line]) -> bytes:
    """A Word document with headings and quotes as Word's own styles; it names no author."""
    from docx import Document

    document = Document()
    document.core_properties.title = TITLE
    document.core_properties.author = ""
    for line in copy:
        if line.kind in ("title", "heading"):
            document.add_heading(line.text, 0 if line.kind == "title" else 1)
        elif line.kind == "lead":
            document.add_paragraph().add_run(line.text).bold = True
        elif line.kind == "note":
            document.add_paragraph().add_run(line.text).italic = True
        else:
            document.add_paragraph(line.text, style=_STYLES.get(line.kind))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


_STYLES: dict[Kind, str] = {"item": "List Bullet", "link": "List Bullet", "quote": "Quote"}


def html(copy: list[Line]) -> str:
    """A page that a browser prints; it fetches nothing and runs nothing."""
    body = "".join(_element(line) for line in copy)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title><style>{_CSS}</style></head>'
        f"<body>{body}</body></html>"
    )


def _element(line: Line) -> str:
    text = escape(line.name)
    if line.address:
        text += f': <a href="{escape(line.address)}">{escape(line.address)}</a>'
    tag = {"title": "h1", "heading": "h2", "quote": "blockquote"}.get(line.kind, "p")
    return f'<{tag} class="{line.kind}">{text}</{tag}>'
