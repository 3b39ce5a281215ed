"""Official text by citation: `34 CFR 99.31(a)(1)` to the paragraph itself, in documents that keep their designators."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from mayshare import cites
from mayshare.schema import Document, Official

QUOTE_WORDS = 150  # a longer provision is quoted to the end of a paragraph


class _Place(NamedTuple):
    document: Document
    number: int  # of the part


class OfficialText:
    """Paragraphs of the official documents of an index, found by their citation."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._places: dict[str, _Place] = {}
        for document in documents:
            if document.kind != "official":
                continue
            for number, part in enumerate(document.parts):
                for citation in _and_above(part.authority or ""):
                    # a paragraph without text of its own begins with the first that stands under it
                    self._places.setdefault(citation, _Place(document, number))

    def find(self, citation: str) -> Official | None:
        """The text of a provision in its one form, else of the nearest one that holds it, down to the section."""
        for wanted in reversed(_and_above(citation)):
            place = self._places.get(wanted)
            if place:
                return _quote(wanted, place)
        return None


def _and_above(citation: str) -> list[str]:
    """The section of a citation and each paragraph down to it: 99.31, 99.31(a), 99.31(a)(1)."""
    found = re.match(r"(\d+ (?:CFR|USC) [^()\s]+)((?:\([0-9A-Za-z]{1,5}\))*)$", citation)
    if not found or (" CFR " in citation and "." not in found[1]):
        return []
    citations = [found[1]]
    for designator in re.findall(r"\([^)]*\)", found[2]):
        citations.append(citations[-1] + designator)
    return citations


def _quote(citation: str, place: _Place) -> Official:
    """From the provision's first part to its last, as far as whole paragraphs fit."""
    document, first = place
    parts = document.parts
    last = end = first
    words = 0
    while end < len(parts) and cites.covers(citation, parts[end].authority or ""):
        words += len(document.body[parts[end].start : parts[end].end].split())
        if words <= QUOTE_WORDS or end == first:
            last = end
        end += 1
    start, stop = parts[first].start, parts[last].end
    quote = re.sub(r"\n+#+ [^\n]*(?=\n)|\s*\n\s*", " ", document.body[start:stop])
    more = " …" if last + 1 < end else ""
    return Official(
        citation=citation,
        quote=re.sub(r"\s+", " ", quote).strip() + more,
        source_id=document.source_id,
        start=start,
        end=stop,
        status_as_of=document.status_as_of,
    )
