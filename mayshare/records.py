"""The records of a generation directory: passages, documents and phrasings, one JSON object a line."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mayshare.schema import Document, Passage, Phrasing


@contextmanager
def many_objects() -> Iterator[None]:
    """No garbage collection while thousands of records are made, none of them garbage: it takes most of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def read_passages(folder: Path) -> list[Passage]:
    """The passages of a generation directory, in index order."""
    with (folder / "passages.jsonl").open(encoding="utf-8") as file, many_objects():
        return [Passage.model_validate_json(line) for line in file]


def read_documents(folder: Path) -> list[Document]:
    """The documents of a generation directory."""
    with (folder / "documents.jsonl").open(encoding="utf-8") as file, many_objects():
        return [Document.model_validate_json(line) for line in file]


def read_phrasings(folder: Path) -> list[Phrasing]:
    """The phrasings of a generation directory."""
    with (folder / "phrasings.jsonl").open(encoding="utf-8") as file, many_objects():
        return [Phrasing.model_validate_json(line) for line in file]


def write_lines(path: Path, rows: Sequence[Passage] | Sequence[Document] | Sequence[Phrasing]) -> None:
    """One JSON object a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(row.model_dump_json() + "\n" for row in rows)
