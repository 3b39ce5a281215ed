"""Regulations as plain text or Markdown: sections headed "§ 164.512 …", paragraphs opened by their designators.

What prints of the CFR become when their text is taken out: hard line breaks, designators on lines of their own.
"""

from __future__ import annotations

import re

from ingest.readers.draft import Block, Draft, Refused, date_in, decode, tidy
from ingest.readers.law import Line, section_blocks
from ingest.readers.outline import CFR

_SECTION = re.compile(r"^(?:#{1,6} )?§ ?(?P<number>\d+\.\d+[a-z]?)\s+(?P<title>\S.*)$", re.MULTILINE)
_PART = re.compile(r"\b(?P<title>\d{1,2}) C\.?F\.?R\.? (?:Part )?(?P<part>\d+)\b", re.IGNORECASE)
# what stands between sections and belongs to none
_FURNITURE = re.compile(
    r"^(?:(?:Sub)?part [A-Z0-9]+(?:—|\s*\[Reserved\])|Appendix [A-Z]|Authority:|Source:|={5,}|\[\d+ FR |<!--|# )", re.I
)


def looks_like(text: str) -> bool:
    """Does a text name a part of the CFR near its top and hold sections of it?"""
    return bool(_PART.search(text[:2000])) and len(_SECTION.findall(text)) >= 1


def read(data: bytes, name: str) -> Draft:
    """Read a part of the CFR as text.

    Raises:
        Refused: it names no part, or holds no sections.
    """
    text = decode(data)
    part = _PART.search(text[:2000])
    if not part:
        raise Refused("names no part of the CFR at its top")
    blocks: list[Block] = []
    sections = list(_SECTION.finditer(text))
    for index, match in enumerate(sections):
        end = sections[index + 1].start() if index + 1 < len(sections) else len(text)
        first = text.count("\n", 0, match.end()) + 1
        base = f"{int(part['title'])} CFR {match['number']}"
        heading = f"§ {match['number']} {tidy(match['title'])}"
        lines = _lines(text[match.end() : end], first)
        blocks += section_blocks(base, (heading,), lines, CFR, "definition" in match["title"].lower())
    dated = date_in(name) or date_in(text[:2000])
    title = f"{int(part['title'])} CFR Part {part['part']}: official text"
    url = f"https://www.ecfr.gov/current/title-{int(part['title'])}/part-{part['part']}"
    return Draft(form="cfr_text", title=title, blocks=tuple(blocks), as_of=dated, url=url)


def _lines(text: str, first: int) -> list[Line]:
    """The section's lines up to what follows it; a paragraph starts for certain only after an empty line."""
    rows = text.split("\n")
    spaced = sum(1 for row in rows if not row.strip()) > len(rows) // 4
    found: list[Line] = []
    after_empty = True
    skipping = False
    for number, row in enumerate(rows, first):
        if not row.strip():
            after_empty, skipping = True, skipping and not spaced
            continue
        if _FURNITURE.match(row.strip()):
            if re.match(r"(?:Sub)?part |Appendix|#", row.strip(), re.I):
                break
            skipping = not row.rstrip().endswith((".", "]", "="))
        elif skipping:
            skipping = not row.rstrip().endswith((".", "]"))
        else:
            found.append(Line(row.strip(), f"line {number}", starts=spaced and after_empty))
        after_empty = False
    return found
