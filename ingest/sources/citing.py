"""Which documents of the corpus cite a section, and whether they were stated before it changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ingest.load import load_corpus
from mayshare import cites
from mayshare.schema import Document


class Citing(NamedTuple):
    """A document that cites a changed section. `behind`: it states the law as of a day before the change."""

    source_id: str
    path: str
    status_as_of: dt.date | None
    behind: bool


class CitedBy:
    """Documents by the sections that they cite; pages by the addresses among their `sources`."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._by: dict[str, list[Document]] = {}
        for document in documents:
            text = "\n".join([document.body, *document.authorities])
            places = {cite.base for cite in cites.find(text)} | {source.url for source in document.sources}
            for place in sorted(places):
                self._by.setdefault(place, []).append(document)

    @classmethod
    def of(cls, corpus: Path) -> CitedBy:
        """Of a whole corpus; what can't be read is `mayshare check`'s to say."""
        return cls(load_corpus(corpus)[0])

    def citing(self, place: str, changed: dt.date | None) -> list[Citing]:
        """Documents that cite a section (or name a page), those that are behind first."""
        found = []
        for document in self._by.get(place, []):
            stated = document.status_as_of
            behind = changed is None or stated is None or stated < changed
            found.append(Citing(document.source_id, document.path, stated, behind))
        return sorted(found, key=lambda citing: (not citing.behind, citing.source_id))

    def earliest(self, part: str) -> dt.date | None:
        """The earliest day as of which a document that cites the part, or a section of it, states the law."""
        days = [
            document.status_as_of
            for place, documents in self._by.items()
            if cites.covers(part, place)
            for document in documents
            if document.status_as_of
        ]
        return min(days, default=None)
