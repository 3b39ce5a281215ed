"""Sections of the US Code as Markdown: one `#### § 1232g. …` heading, subsections under `#####` headings.

Longer sections come in pieces, each with the headings again; a heading that repeats the one before is left out.
"""

from __future__ import annotations

import re

from ingest.readers.draft import Block, Draft, Refused, date_in, decode, tidy
from ingest.readers.law import Line, section_blocks
from ingest.readers.outline import USC
from mayshare import cites

_TITLE = re.compile(r"^# Title (?P<title>\d{1,2})(?:—|\s|$)", re.MULTILINE)
_SECTION = re.compile(r"^#{3,5} §\s*(?P<number>\d+[a-z]*(?:[-–]\d+[a-z]?)?)\.?\s*(?P<heading>.*)$")
_HEADING = re.compile(r"^(?P<marks>#{1,9}) +(?P<text>.+)$")


def looks_like(text: str) -> bool:
    """Does a text hold a title of the US Code and a section of it?"""
    return bool(_TITLE.search(text)) and any(_SECTION.match(line) for line in text.splitlines())


def read(data: bytes, name: str) -> Draft:
    """Read one or more sections of the US Code.

    Raises:
        Refused: it names no title, or holds no section.
    """
    text = decode(data)
    title = _TITLE.search(text)
    if not title:
        raise Refused("names no title of the US Code")
    sections: dict[str, list[Line]] = {}
    headings: dict[str, str] = {}
    number = ""
    seen: set[str] = set()
    for place, row in enumerate(text.split("\n"), 1):
        line = row.strip()
        if match := _SECTION.match(line):
            number = match["number"].replace("–", "-")
            if number not in sections:
                sections[number], seen = [], set()
            headings[number] = f"§ {number} {tidy(match['heading'])}".rstrip()
            continue
        if not line or line.startswith("<!--") or not number:
            continue
        heading = _HEADING.match(line)
        if heading:
            line = heading["text"]
            if not line.startswith("(") or line in seen:  # chapters and subtitles; a subsection goes on
                continue
            seen.add(line)
        long = heading is not None and len(heading["marks"]) > 6  # no heading but a paragraph's own text
        sections[number].append(Line(line, f"line {place}", caption=heading is not None and not long))
    blocks: list[Block] = []
    for section, lines in sections.items():
        blocks += section_blocks(f"{int(title['title'])} USC {section}", (headings[section],), lines, USC)
    if not blocks:
        raise Refused("holds no section of the US Code")
    first = next(iter(sections))
    shown = f"{int(title['title'])} USC {first}: official text"
    url = cites.url(f"{int(title['title'])} USC {first}") or ""
    return Draft(form="uscode", title=shown, blocks=tuple(blocks), as_of=date_in(name), url=url)
