"""Rerank the sections that lead a ranking with a cross-encoder, where they are too near each other to tell by scores.

Source: Nogueira and Cho (2019), Passage Re-ranking with BERT. The reader's relevance is added to the fused score, which
holds more than it knows (which law is named, who holds the record), and a few pairs are read, for each takes 16 ms.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mayshare.index import Index
from mayshare.reader import Reader
from mayshare.text import reading_text

READ = 3  # sections: five or eight were no better on the stories held out
WEIGHT = 0.1  # of a unit of the reader's relevance, a logit, beside a fused score
BELOW = 0.7  # probability of having the situation right below which it is read
Scores = npt.NDArray[np.float32]


class Reranker:
    """Reads the leading sections of a ranking. Safe to call from several threads."""

    def __init__(self, reader: Reader, index: Index, sections: npt.NDArray[np.int64]) -> None:
        """`sections`: for each passage of `index` the number of its section; shape (passages,)."""
        self._reader, self._passages, self._sections = reader, index.passages, sections
        self._guidance = np.array([index.documents[p.source_id].kind != "official" for p in index.passages], dtype=bool)

    def __call__(self, text: str, score: Scores) -> Scores:
        """The scores, shape (passages,), with the leading sections moved among themselves.

        Their mean stays, so that a section that wasn't read keeps its place beside them.
        """
        heads = self._heads(score)
        if len(heads) < 2:
            return score
        readings = self._reader.read(
            text, [reading_text(self._passages[n].heading, self._passages[n].text) for n in heads]
        )
        relevance = np.array([reading.relevance for reading in readings], dtype=np.float32)
        moved = score.copy()
        for head, gain in zip(heads, WEIGHT * (relevance - relevance.mean()), strict=True):
            own = (self._sections == self._sections[head]) & (score >= 0)
            moved[own] = np.maximum(moved[own] + gain, 0.0)
        return moved

    def _heads(self, score: Scores) -> list[int]:
        """The best passage of each of the leading sections of guidance."""
        heads: list[int] = []
        seen: set[int] = set()
        for row in np.argsort(-score, kind="stable"):
            if score[row] < 0 or len(heads) == READ:
                break
            if self._guidance[row] and self._sections[row] not in seen:
                seen.add(int(self._sections[row]))
                heads.append(int(row))
        return heads
