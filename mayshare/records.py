"""The records of a generation directory: passages, documents and phrasings, one JSON object a line."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from pydantic import BaseModel

from mayshare.schema import Document, Passage, Phrasing

_SOURCE = re.compile(rb'\{"source_id":("(?:[^"\\]|\\.)*")')  # how each line of passages and documents begins


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
    with many_objects():
        return list(each_passage(folder))


def each_passage(folder: Path) -> Iterator[Passage]:
    """The passages of a generation directory, in index order, one at a time."""
    with (folder / "passages.jsonl").open(encoding="utf-8") as file:
        for line in file:
            yield Passage.model_validate_json(line)


class _Place(BaseModel):
    """What a passage's id is made of; the rest of its line is passed over."""

    source_id: str
    start: int
    end: int


def passage_ids(folder: Path) -> list[str]:
    """The ids of a generation directory's passages, in index order."""
    with (folder / "passages.jsonl").open(encoding="utf-8") as file:
        places = map(_Place.model_validate_json, file)
        return [f"{place.source_id}:{place.start}-{place.end}" for place in places]


class BySource:
    """The lines of a `.jsonl` file by the document that they are of; only their places are in memory."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        try:
            self._runs = _runs(self._file)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __contains__(self, source_id: str) -> bool:
        return source_id in self._runs

    def lines(self, source_id: str) -> Iterator[bytes]:
        """The lines of a document, in order.

        Raises:
            KeyError: there are none.
        """
        for start, end in self._runs[source_id]:
            self._file.seek(start)
            yield from self._file.read(end - start).splitlines()


def _runs(lines: Iterable[bytes]) -> dict[str, list[tuple[int, int]]]:
    """Where a document's lines start and end, those that follow each other as one."""
    found: dict[str, list[tuple[int, int]]] = {}
    start = 0
    for line in lines:
        runs = found.setdefault(_source_of(line), [])
        first = runs.pop()[0] if runs and runs[-1][1] == start else start
        start += len(line)
        runs.append((first, start))
    return found


def _source_of(line: bytes) -> str:
    found = _SOURCE.match(line)
    if not found:
        raise ValueError("a line doesn't begin with its document's id")
    name: str = json.loads(found[1])
    return name


def read_documents(folder: Path) -> list[Document]:
    """The documents of a generation directory."""
    with (folder / "documents.jsonl").open(encoding="utf-8") as file, many_objects():
        return [Document.model_validate_json(line) for line in file]


def read_phrasings(folder: Path) -> list[Phrasing]:
    """The phrasings of a generation directory."""
    with (folder / "phrasings.jsonl").open(encoding="utf-8") as file, many_objects():
        return [Phrasing.model_validate_json(line) for line in file]


def write_lines(path: Path, rows: Iterable[str]) -> None:
    """One JSON object a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(row + "\n" for row in rows)
