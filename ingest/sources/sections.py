"""An official text by section: a hash of each section's words, and what differs between two texts.

Only the law's own words count: source notes, editorial notes and links to coming amendments are left out,
so that a changed note is no change of the law.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Literal, NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ingest.sources.listing import Target

_CFR_NOTES = frozenset({"CITA", "XREF", "EDNOTE", "SECAUTH", "APPRO", "EFFDNOT"})
_USC_NOTES = frozenset({"note", "notes", "sourceCredit", "toc"})
_IDENTIFIER = re.compile(r"/us/usc/t(\d+[A-Za-z]?)/s([^/\s]+)")
_UNSEEN = frozenset({"script", "style", "noscript", "nav", "header", "footer", "template", "head"})
How = Literal["amended", "added", "removed"]


class Change(NamedTuple):
    """A section that differs: its citation in the one form, and how."""

    citation: str
    how: How


def by_section(target: Target, body: bytes, kind: str = "") -> dict[str, str]:
    """sha256 of the words of each section, by citation; a page counts as one section.

    Raises:
        ValueError: the text has not the shape that its source serves.
    """
    if target.kind == "url":
        return {target.what: _digest(page_text(body) if "html" in kind else body.hex())}
    try:
        root = fromstring(body)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(f"it is not well-formed XML ({error})") from None
    if target.kind == "ecfr":
        found = dict(_cfr(root, *target.place))
    else:
        found = {cite: words for cite, words in _usc(root) if cite == target.citation}
    if not found:
        raise ValueError(f"it holds no section of {target.citation}")
    return found


def differ(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """What differs, in order of citation."""
    changes = []
    for citation in sorted(before.keys() | after.keys()):
        if citation not in before:
            changes.append(Change(citation, "added"))
        elif citation not in after:
            changes.append(Change(citation, "removed"))
        elif before[citation] != after[citation]:
            changes.append(Change(citation, "amended"))
    return changes


def page_text(body: bytes) -> str:
    """The words of an HTML page that a reader sees."""
    reader = _Words()
    reader.feed(body.decode("utf-8", errors="replace"))
    reader.close()
    return " ".join(" ".join(reader.words).split())


def page_title(body: bytes) -> str:
    """The title of an HTML page."""
    match = re.search(rb"<title[^>]*>(.{0,300}?)</title>", body, re.IGNORECASE | re.DOTALL)
    return " ".join(match[1].decode("utf-8", errors="replace").split()) if match else ""


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def section_of(element: Element) -> tuple[str, str] | None:
    """Title and section of a USLM section element, or None for any other."""
    match = _IDENTIFIER.fullmatch(element.get("identifier", "")) if local(element) == "section" else None
    return (match[1], match[2]) if match else None


def _cfr(root: Element, title: str, part: str) -> Iterator[tuple[str, str]]:
    parts = [root, *root.iter("DIV5")]
    inside = next((element for element in parts if element.tag == "DIV5" and element.get("N") == part), None)
    for element in inside.iter("DIV8") if inside is not None else ():
        if element.get("TYPE") == "SECTION" and element.get("N"):
            yield f"{title} CFR {element.get('N')}", _digest(" ".join(_words(element, _CFR_NOTES)))


def _usc(root: Element) -> Iterator[tuple[str, str]]:
    for element in root.iter():
        place = section_of(element)
        if place:
            yield f"{place[0]} USC {place[1]}", _digest(" ".join(_words(element, _USC_NOTES)))


def _words(element: Element, without: frozenset[str]) -> Iterator[str]:
    if local(element) not in without:
        yield element.text or ""
        for child in element:
            yield from _words(child, without)
            yield child.tail or ""


def _digest(text: str) -> str:
    return hashlib.sha256("".join(text.split()).encode()).hexdigest()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _UNSEEN:
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
