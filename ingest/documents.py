"""The documents of an ingest: in memory what is asked of all of them, the rest as JSON in a file (`ingest.spill`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ingest.spill import Spill
from mayshare.schema import Document, Kind


class Head(NamedTuple):
    """What an ingest asks of every document at once. `characters` are those of its body."""

    source_id: str
    sha256: str
    kind: Kind
    characters: int


class Documents:
    """The documents of a corpus, in order."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.heads: list[Head] = []
        self.lines = Spill()  # each as JSON
        for document in documents:
            self.heads.append(Head(document.source_id, document.sha256, document.kind, len(document.body)))
            self.lines.append(document.model_dump_json())

    def __len__(self) -> int:
        return len(self.heads)

    def __getitem__(self, place: int) -> Document:
        return Document.model_validate_json(self.lines[place])

    @property
    def searched(self) -> list[int]:
        """Places of what questions are answered from: the guidance, or official text where there is nothing else.

        Beside guidance, official text is for looking up a citation (`Index.official`): it must not displace an answer.
        """
        guidance = [place for place, head in enumerate(self.heads) if head.kind != "official"]
        return guidance or list(range(len(self)))
