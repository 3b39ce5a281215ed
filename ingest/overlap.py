"""Runs of words that the corpus shares with other texts: guidance is written in our own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mayshare.schema import Document

WORDS = 10
_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")
_TEXT_FILES = frozenset({".md", ".txt", ".xml", ".html"})


class Overlap(NamedTuple):
    """A run of at least `WORDS` words that stands in a document and in another text."""

    document: str
    other: str
    words: str


def overlaps(documents: Sequence[Document], folder: Path, size: int = WORDS) -> list[Overlap]:
    """Runs of `size` words or more of document bodies that occur in a text below `folder`, longest runs whole.

    Case, punctuation and line breaks don't count. Front matter isn't compared.
    """
    places: dict[str, str] = {}
    for path in sorted(p for p in folder.rglob("*") if p.suffix in _TEXT_FILES):
        for run in _runs(_words(path.read_text(encoding="utf-8", errors="replace")), size):
            places.setdefault(run, path.name)
    return [found for document in documents for found in _shared(document, places, size)]


def _shared(document: Document, places: dict[str, str], size: int) -> Iterator[Overlap]:
    words = _words(document.body)
    start = 0
    while start + size <= len(words):
        other = places.get(" ".join(words[start : start + size]))
        if other is None:
            start += 1
            continue
        end = start + size
        while end < len(words) and " ".join(words[end - size + 1 : end + 1]) in places:
            end += 1
        yield Overlap(document.source_id, other, " ".join(words[start:end]))
        start = end


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _runs(words: Sequence[str], size: int) -> Iterable[str]:
    return (" ".join(words[i : i + size]) for i in range(len(words) - size + 1))
