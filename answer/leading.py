"""Order the leading sections by what speaks for each as a whole, beside the fused scores of their passages.

Fusion compares each leg with the best of its own, so a passage that is first by a hair counts like one that is first by
far. Among the few sections that lead, the cosines themselves tell more, and so does how much of the question a section
speaks of. Source: Joachims (2002), Optimizing Search Engines using Clickthrough Data (a linear ranking from pairs).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from answer.sections import Sections
from answer.situation import coverage
from mayshare.index import Index
from mayshare.lexical import terms

MOST = 12  # sections: the right one is hardly ever behind them
# Beside 1 for the fused score; `python -m train.leading` fits them, docs/adr/0004-fitted-models.md has the figures.
WEIGHTS = {
    "dense": 0.72,
    "phrasing": 1.37,
    "covered": 0.91,
    "heading_covered": 0.22,
    "covered_by_length": 0.6,
}
MIDDLING = 12  # terms of a question of middling length
SHORT, LONG = 3, 40  # what has fewer or more counts as these
Scores = npt.NDArray[np.float32]


class Leading:
    """Moves the leading sections of a ranking among themselves. Safe to call from several threads."""

    def __init__(self, index: Index, sections: Sections) -> None:
        self._index, self._sections = index, sections

    def __call__(self, asked: Sequence[str], score: Scores, dense: Scores, phrasing: Scores) -> Scores:
        """The scores, shape (passages,), with the leading sections moved; their mean stays.

        Args:
            asked: the question's terms.
            dense, phrasing: cosines to each passage and to the nearest phrasing of its section.
        """
        heads = self._sections.heads(score, MOST)
        if len(heads) < 2:
            return score
        told = self.features(asked, heads, dense, phrasing)
        gains = (told @ np.array(list(WEIGHTS.values()))).astype(np.float32)
        return self._sections.moved(score, heads, gains)

    def features(
        self, asked: Sequence[str], heads: Sequence[int], dense: Scores, phrasing: Scores
    ) -> npt.NDArray[np.float64]:
        """What speaks for each section beside its fused score; shape (heads, WEIGHTS).

        `dense`, `phrasing`: cosines; `covered`: how much of the question the section speaks of; `heading_covered`: how
        much of the heading the question speaks of; `covered_by_length`: `covered` times the length of the question: the
        more it tells, the more its words say of its section.
        """
        return np.array([self._of_head(asked, row, float(dense[row]), float(phrasing[row])) for row in heads])

    def _of_head(self, asked: Sequence[str], row: int, dense: float, phrasing: float) -> tuple[float, ...]:
        heading = self._sections.passages[row].heading
        of_heading = coverage(terms(heading), set(asked), self._index.lexical)
        covered = self._sections.covered(asked, row)
        length = math.log((1 + min(max(len(asked), SHORT), LONG)) / (1 + MIDDLING))
        return dense, phrasing, covered, of_heading, covered * length
