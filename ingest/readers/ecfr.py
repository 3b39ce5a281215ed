"""eCFR XML as its versioner serves it: DIV5 = part, DIV8 = section, P = paragraphs that open with their designators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from ingest.readers.draft import Block, Draft, Refused, date_in, tidy
from ingest.readers.law import Line, section_blocks
from ingest.readers.outline import CFR
from ingest.readers.xml import local, parse, text_of

_LEFT_OUT = frozenset({"FTREF", "SU"})
_TEXT = frozenset({"P", "FP", "FP-1", "FP-2", "PSPACE", "LI"})
_NOT_LAW = frozenset({"AUTH", "SOURCE", "CITA", "EDNOTE", "FTNT", "SECAUTH", "APPRO", "EFFDNOT", "CROSSREF", "NOTE"})
MARK = "\u0001"
_ITALIC = re.compile(rf"\({MARK}([0-9A-Za-z]{{1,5}}){MARK}\)")
# "(a) General. (1) An agency …": the second designator opens a paragraph of its own
_INNER = re.compile(r"(?<=[.—:]) ?(?=\((?:1|i|A)\) )")


def looks_like(text: str) -> bool:
    """Is this XML of the eCFR?"""
    return bool(re.search(r"<DIV[1-9]\b[^>]*TYPE=\"", text[:20_000])) or "<ECFR" in text[:5000]


def read(data: bytes, name: str) -> Draft:
    """Read one or more sections of the eCFR.

    Raises:
        Refused: it isn't eCFR XML, or says nowhere of which title.
    """
    root = parse(data)
    title = _title(root, name)
    sections = [e for e in root.iter() if local(e) == "DIV8" and e.get("TYPE", "SECTION") == "SECTION"]
    if not sections:
        raise Refused("is XML without a section of the eCFR (DIV8)")
    blocks: list[Block] = []
    for section in sections:
        blocks += _section(section, title)
    part = next((e for e in root.iter() if local(e) == "DIV5"), None)
    number = re.sub(r"[^\d]", "", part.get("N", "")) if part is not None else sections[0].get("N", "").split(".")[0]
    number = re.sub(r"[^\d]", "", number)
    head = next((tidy(text_of(e)) for e in part if local(e) == "HEAD"), "") if part is not None else ""
    shown = f"{title} CFR Part {number}: official text" + (f" ({head})" if head else "")
    dated = date_in(name) or next((date_in(text_of(e)) for e in root.iter() if local(e) in ("AMDDATE", "DATE")), None)
    url = f"https://www.ecfr.gov/current/title-{title}/part-{number}"
    return Draft(form="ecfr", title=shown, blocks=tuple(blocks), as_of=dated, url=url)


def _title(root: Element, name: str) -> int:
    """The CFR title: from a DIV1, from a NODE attribute ("34:1.1.1.1"), or from the file's name."""
    for element in root.iter():
        if local(element) == "DIV1" and element.get("N", "").isdigit():
            return int(element.get("N", ""))
        if match := re.match(r"(\d{1,2}):", element.get("NODE", "")):
            return int(match[1])
    for pattern in (r"title[-_ ]?(\d{1,2})(?!\d)", r"(\d{1,2})[-_ ]?cfr"):
        if match := re.search(pattern, name, re.IGNORECASE):
            return int(match[1])
    raise Refused("says nowhere of which CFR title it is. Name the file title-34-part-99.xml")


def _section(section: Element, title: int) -> list[Block]:
    head = next((tidy(text_of(e)) for e in section if local(e) == "HEAD"), "")
    number = re.search(r"\d+\.\d+[a-z]?(?:-\d+)?", section.get("N", "") or head)
    if not number:
        return []
    lines = list(_lines(section, number[0]))
    return section_blocks(f"{title} CFR {number[0]}", (head or f"§ {number[0]}",), lines, CFR, "efinition" in head)


def _lines(element: Element, section: str) -> Iterator[Line]:
    for child in element:
        name = local(child)
        if name in _TEXT:
            text = tidy(_ITALIC.sub(r"$(\1)", _marked(child)).replace(MARK, ""))
            for piece in _INNER.split(text) if text.startswith(("(", "$(")) else [text]:
                yield Line(piece.strip(), f"§ {section}", marked=True)
        elif name not in _NOT_LAW and name != "HEAD":
            yield from _lines(child, section)


def _marked(element: Element) -> str:
    """The text of a paragraph with marks around what is in italics, so that "(1)" of the fifth level can be told."""
    text = element.text or ""
    for child in element:
        if local(child) not in _LEFT_OUT:
            inner = _marked(child)
            text += f"{MARK}{inner}{MARK}" if local(child) in ("I", "E") else inner
        text += child.tail or ""
    return text
