"""US Code in USLM XML: section, subsection, paragraph … each with its number, heading and text."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from ingest.readers.draft import Block, Draft, Refused, date_in, tidy
from ingest.readers.law import lead_of
from ingest.readers.xml import local, parse, text_of
from mayshare import cites

_LEVELS = frozenset({"subsection", "paragraph", "subparagraph", "clause", "subclause", "item", "subitem"})
_OWN = ("chapeau", "content", "text")
_LEFT_OUT = frozenset({"note", "notes", "sourceCredit", "ref-note", "footnote"})


def looks_like(text: str) -> bool:
    """Is this USLM?"""
    return bool(re.search(r"<(?:\w+:)?(?:uscDoc|lawDoc|section)\b", text[:20_000])) and (
        "uslm" in text[:5000].lower() or "/us/usc/" in text[:50_000]
    )


def read(data: bytes, name: str) -> Draft:
    """Read one or more sections of the US Code.

    Raises:
        Refused: it isn't USLM, or holds no section with a citation.
    """
    root = parse(data)
    blocks: list[Block] = []
    for section in (e for e in root.iter() if local(e) == "section"):
        match = re.match(r"/us/usc/t(\d+)/s([^/]+)$", section.get("identifier", ""))
        if not match:
            continue
        number = match[2].replace("–", "-")
        head = f"§ {number} {_heading(section)}".rstrip(" .")
        _walk(section, f"{int(match[1])} USC {number}", (head,), (), blocks, f"{int(match[1])} USC {number}")
    if not blocks:
        raise Refused("holds no section of the US Code that says which it is")
    first = re.match(r"(\d+) USC ([^(]+)", blocks[0].authority or "")
    citation = first[0] if first else ""
    url = cites.url(citation) or ""
    dated = date_in(name) or next((date_in(text_of(e)) for e in root.iter() if local(e) in ("created", "date")), None)
    return Draft(form="uslm", title=f"{citation}: official text", blocks=tuple(blocks), as_of=dated, url=url)


def _walk(
    element: Element, authority: str, headings: tuple[str, ...], leads: tuple[str, ...], blocks: list[Block], base: str
) -> None:
    """The element's own text, then its parts, then what closes it."""
    shown = authority[authority.rfind("(") :] if local(element) != "section" else ""
    own = tidy(" ".join(text_of(e, _LEFT_OUT) for e in element if local(e) in _OWN))
    heading = _heading(element) if shown else ""
    if heading:
        headings = (*headings, f"{shown} {heading.rstrip('.')}")
    text = tidy(f"{shown} {heading} {own}") if own or heading else ""
    if text:
        blocks.append(_block(headings, text, authority, leads))
    inner = (*leads, own or heading) if own or heading else leads
    for child in element:
        name = local(child)
        if name in _LEVELS:
            value = _number(child)
            _walk(child, f"{authority}({value})" if value else authority, headings, inner, blocks, base)
        elif name == "continuation":
            blocks.append(_block(headings, tidy(text_of(child, _LEFT_OUT)), authority, leads))


def _block(headings: tuple[str, ...], text: str, authority: str, leads: tuple[str, ...]) -> Block:
    return Block(headings=headings, text=text, locator=authority, authority=authority, lead=lead_of(leads))


def _heading(element: Element) -> str:
    return next((tidy(text_of(e, _LEFT_OUT)) for e in element if local(e) == "heading"), "")


def _number(element: Element) -> str:
    number = next((e for e in element if local(e) == "num"), None)
    if number is None:
        return ""
    return re.sub(r"[^0-9A-Za-z]", "", number.get("value") or text_of(number))
