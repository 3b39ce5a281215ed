"""The verdict for a question: a multinomial logistic regression over what the reader, the phrasings and the rule say.

`python -m train.verdict` fits it, on questions whose verdict is known and that none of the three was made from. A wrong
"yes" is the costly error: "yes" has to be likelier than the others by a margin, and where "yes" and "no" are near each
other, neither is said.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from answer.understand import Understood
from answer.verdict_features import Signs, features
from mayshare.minilm import VERDICT_WEIGHTS
from mayshare.reader import VERDICTS, Reader, Reading
from mayshare.schema import Passage, Phrasing, Verdict
from mayshare.text import reading_text

YES = -0.2  # log-odds for "yes", whatever is asked
# Log-odds of "yes" against "no", or the other way round, below which neither is said: of such verdicts a third were the
# reverse of the right one. One that the sentence behind it contradicts has to be surer.
SURE, SURE_JARS = 0.5, 1.0


class Decision(NamedTuple):
    """A verdict, and to which side it leans: the log-odds of "yes" against "no", None where rules alone decided."""

    verdict: Verdict
    lean: float | None


def taken(odds: Mapping[Verdict, float], found: Mapping[str, float]) -> Decision:
    """The likeliest verdict, or that it depends where "yes" and "no" are too near each other.

    Args:
        odds: of each verdict, as logarithms.
        found: features, which tell what the bottom line would contradict.
    """
    lean = odds["yes"] - odds["no"]
    weighed = {**odds, "yes": odds["yes"] + YES}
    likeliest = max(weighed, key=lambda name: weighed[name])
    if likeliest not in ("yes", "no"):
        return Decision(likeliest, lean)
    margin = SURE_JARS if found[f"jars {likeliest}"] else SURE
    return Decision(likeliest if abs(lean) >= margin else "conditional", lean)


class Decider:
    """Decides verdicts with the reader. Safe to call from several threads."""

    def __init__(self, reader: Reader, weights: Path = VERDICT_WEIGHTS) -> None:
        """`weights`: what `train.verdict` wrote: the features' names, and an intercept and weights for each verdict."""
        self._reader = reader
        fitted = json.loads(weights.read_text(encoding="utf-8"))
        self._names: list[str] = fitted["features"]
        self._weights: npt.NDArray[np.float64] = np.array([fitted["weights"][name] for name in VERDICTS])
        self._intercepts = np.array([fitted["intercepts"][name] for name in VERDICTS])

    def decide(
        self,
        understood: Understood,
        passage: Passage,
        bottom_line: str,
        asked: Iterable[tuple[float, Phrasing]],
        readings: Mapping[str, Reading],
    ) -> Decision:
        """The verdict that `bottom_line`, the first sentence of `passage` that answers, gives for what is asked.

        Args:
            asked: phrasings of the passage's section with their cosine to the question.
            readings: what the reader has made of passages beside the question already, by the passage's id.
        """
        return self.weigh(features(self.signs(understood, passage, bottom_line, asked, readings)))

    def signs(
        self,
        understood: Understood,
        passage: Passage,
        bottom_line: str,
        asked: Iterable[tuple[float, Phrasing]],
        readings: Mapping[str, Reading],
    ) -> Signs:
        """What the verdict is read from."""
        known = None if understood.context else readings.get(passage.passage_id)
        chances = known.verdicts if known else self._read(understood, reading_text(passage.heading, passage.text))
        words = len(understood.current.split())
        return Signs(chances, tuple(asked), understood.asks, words, bottom_line, understood.focus)

    def weigh(self, found: Mapping[str, float]) -> Decision:
        """The likeliest verdict for these features."""
        odds = self._intercepts + self._weights @ np.array([found[name] for name in self._names])
        return taken(dict(zip(VERDICTS, map(float, odds), strict=True)), found)

    def _read(self, understood: Understood, text: str) -> dict[Verdict, float]:
        """What the reader makes of the question: of a leaning turn, the geometric mean over the turn and its views.

        It takes an earlier turn for part of the question otherwise, and answers that one.
        """
        views = (understood.current, *(view.text for view in understood.views)) if understood.context else ()
        found = [self._reader.read(view, [text])[0].verdicts for view in views or (understood.text,)]
        return {name: math.prod(one[name] for one in found) ** (1 / len(found)) for name in VERDICTS}
