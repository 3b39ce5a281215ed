"""The records of a generation directory: passages, documents and phrasings, one JSON object a line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mayshare.schema import Document, Passage, Phrasing


def read_passages(folder: Path) -> list[Passage]:
    """The passages of a generation directory, in index order."""
    with (folder / "passages.jsonl").open(encoding="utf-8") as file:
        return [Passage.model_validate_json(line) for line in file]


def read_documents(folder: Path) -> list[Document]:
    """The documents of a generation directory."""
    with (folder / "documents.jsonl").open(encoding="utf-8") as file:
        return [Document.model_validate_json(line) for line in file]


def read_phrasings(folder: Path) -> list[Phrasing]:
    """The phrasings of a generation directory."""
    with (folder / "phrasings.jsonl").open(encoding="utf-8") as file:
        return [Phrasing.model_validate_json(line) for line in file]


def write_lines(path: Path, rows: Sequence[Passage] | Sequence[Document] | Sequence[Phrasing]) -> None:
    """One JSON object a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(row.model_dump_json() + "\n" for row in rows)
