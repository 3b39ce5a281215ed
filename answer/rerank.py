"""Rerank the sections that lead a ranking with a cross-encoder, where they are too near each other to tell by scores.

Source: Nogueira and Cho (2019), Passage Re-ranking with BERT. The reader's relevance is added to the fused score, which
holds more than it knows (which law is named, who holds the record), and a few pairs are read, for each takes 16 ms.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from answer.sections import Sections
from mayshare.reader import Reader, Reading
from mayshare.text import reading_text

READ = 3  # sections: five or eight were no better on the stories held out
WEIGHT = 0.1  # of a unit of the reader's relevance, a logit, beside a fused score
BELOW = 0.7  # probability of having the situation right below which it is read
Scores = npt.NDArray[np.float32]


class Reranker:
    """Reads the leading sections of a ranking. Safe to call from several threads."""

    def __init__(self, reader: Reader, sections: Sections) -> None:
        self._reader, self._sections = reader, sections

    def __call__(self, text: str, score: Scores) -> tuple[Scores, Mapping[str, Reading]]:
        """The scores, shape (passages,), with the leading sections moved among themselves; their mean stays.

        With them what was read, by the passage's id.
        """
        heads = self._sections.heads(score, READ)
        if len(heads) < 2:
            return score, {}
        passages = [self._sections.passages[row] for row in heads]
        read = self._reader.read(text, [reading_text(passage.heading, passage.text) for passage in passages])
        gains = WEIGHT * np.array([reading.relevance for reading in read], dtype=np.float32)
        readings = {passage.passage_id: reading for passage, reading in zip(passages, read, strict=True)}
        return self._sections.moved(score, heads, gains), readings
