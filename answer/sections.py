"""The sections of an index: which passages belong to one, its words, and those that lead a ranking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from answer.situation import coverage
from mayshare.index import Index, numbered
from mayshare.lexical import terms
from mayshare.schema import Passage, Place

KEPT = 1000  # sections whose words are kept, some 10 KB each
Scores = npt.NDArray[np.float32]


class Sections:
    """A section is the passages under one heading of a document. Safe to use from several threads."""

    def __init__(self, index: Index) -> None:
        self.passages: Sequence[Passage] = index.passages
        self._index = index
        self._numbers = numbered(index.passages)
        rows = (self._numbers[passage.source_id, passage.heading] for passage in index.passages)
        self._of = np.fromiter(rows, dtype=np.int64, count=len(index.passages))
        self._guidance = np.array([index.documents[p.source_id].kind != "official" for p in index.passages], dtype=bool)
        self._words_of = lru_cache(maxsize=KEPT)(self._words_in)

    def of(self, place: Place) -> npt.NDArray[np.bool_]:
        """Which passages a place names, shape (passages,); none where the guidance no longer has it."""
        own: npt.NDArray[np.bool_] = self._of == self._numbers.get((place.source_id, place.heading), -1)
        return own

    def covered(self, asked: Iterable[str], row: int) -> float:
        """How much of what is asked the section of a passage speaks of: in its texts, headings and phrasings."""
        return coverage(asked, self._words_of(int(self._of[row])), self._index.lexical)

    def _words_in(self, section: int) -> frozenset[str]:
        passages = [self.passages[int(row)] for row in np.flatnonzero(self._of == section)]
        told = [f"{passage.title} {passage.heading} {passage.text}" for passage in passages]
        told += [phrasing.text for phrasing in self._index.phrasings_of(passages[0])]
        return frozenset(terms(" ".join(told)))

    def heads(self, score: Scores, most: int) -> list[int]:
        """The best passage of each of the leading sections of guidance, as far as they are hits."""
        heads: list[int] = []
        seen: set[int] = set()
        for row in np.argsort(-score, kind="stable"):
            if score[row] < 0 or len(heads) == most:
                break
            if self._guidance[row] and self._of[row] not in seen:
                seen.add(int(self._of[row]))
                heads.append(int(row))
        return heads

    def moved(self, score: Scores, heads: Sequence[int], gains: Scores) -> Scores:
        """The scores with all passages of the heads' sections moved by their gains.

        The mean of the gains is set off, so that a section that isn't among the heads keeps its place beside them.
        """
        moved = score.copy()
        for head, gain in zip(heads, gains - gains.mean(), strict=True):
            own = (self._of == self._of[head]) & (score >= 0)
            moved[own] = np.maximum(moved[own] + gain, 0.0)
        return moved
