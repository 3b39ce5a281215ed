"""Does a text state a fact? Matching of nuggets, exceptions and wrong statements without a language model.

A logistic regression over the highest cosine of the fact to a sentence, the share of the fact's words (weighted by how
rare they are in the corpus) that the three nearest sentences hold, how many words the fact has (a long one has more
parts that may be left unsaid), and whether the nearest sentence permits what the fact permits. It is approximate: its
agreement with labels given by hand is measured by `python -m eval.agreement` and printed in every report as Cohen's
kappa.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from answer.verdict import Modality, modality
from mayshare.lexical import terms

Vectors = npt.NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]

# Fitted on the labelled pairs of eval/labels/ that are for fitting: `python -m eval.agreement`.
INTERCEPT = -3.98
WEIGHTS = {"cosine": 4.88, "coverage": 4.41, "words": -0.77, "agreement": 0.64}
STATED = 0.5  # probability from which a fact counts as stated
PARTLY = 0.3  # … as stated in part
NEAREST = 3  # sentences whose words count together
_SPLIT = re.compile(r"(?<=[.!?])\s+(?=[A-Z*-])")
_CITATION = re.compile(r"\([^()]*\d[^()]*(?:\([^()]*\)[^()]*)*\)")
_NEGATION = re.compile(r"\b(?:not|no|never|neither|nor|none|nobody|nothing|cannot)\b|n't\b", re.IGNORECASE)
_ASIDE = re.compile(r"\b(?:because|unless|except|although|though|since|even)\b", re.IGNORECASE)
_OPPOSED = {
    Modality.PERMITS: {Modality.FORBIDS},
    Modality.FORBIDS: {Modality.PERMITS, Modality.REQUIRES},
    Modality.REQUIRES: {Modality.NOT_REQUIRED, Modality.FORBIDS},
    Modality.NOT_REQUIRED: {Modality.REQUIRES},
}


class Features(NamedTuple):
    """What a match is read from, each between 0 and 1 (cosine from −1) but `words`, the fact's terms by ten."""

    cosine: float
    coverage: float
    words: float
    agreement: float  # of the nearest sentence with the fact, as `agreement` gives it


class Matcher:
    """Probability that sentences state a fact. Vectors of texts seen before are kept."""

    def __init__(self, embed: Embed, corpus: Iterable[str]) -> None:
        """`embed`: texts to unit vectors, shape (texts, dimensions); `corpus`: texts from which rarity is read."""
        self._embed = embed
        self._vectors: dict[str, Vectors] = {}
        counts: Counter[str] = Counter()
        size = 0
        for text in corpus:
            counts.update(set(terms(text)))
            size += 1
        self._rarity = {term: math.log(1 + (size - n + 0.5) / (n + 0.5)) for term, n in counts.items()}
        self._rarest = math.log(1 + (size + 0.5) / 0.5)

    def stated(self, fact: str, sentences: Sequence[str]) -> float:
        """Probability that the sentences, taken together, state the fact; 0 without sentences."""
        if not sentences:
            return 0.0
        values = self.features(fact, sentences)
        score = INTERCEPT + sum(weight * getattr(values, name) for name, weight in WEIGHTS.items())
        return 1.0 / (1.0 + math.exp(-score))

    def features(self, fact: str, sentences: Sequence[str]) -> Features:
        """The similarities for at least one sentence."""
        cleaned = [
            part for sentence in sentences for part in _SPLIT.split(_CITATION.sub(" ", sentence)) if part.strip()
        ]
        words = len(terms(fact)) / 10
        if not cleaned:
            return Features(0.0, 0.0, words, 0.5)
        cosines = self.vectors(cleaned) @ self.vectors([fact])[0]
        order = np.argsort(-cosines, kind="stable")
        held = {term for i in order[:NEAREST] for term in terms(cleaned[int(i)])}
        nearest = cleaned[int(order[0])]
        return Features(float(cosines[order[0]]), self._coverage(fact, held), words, agreement(fact, nearest))

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts, shape (texts, dimensions)."""
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if new:
            self._vectors.update(zip(new, self._embed(new), strict=True))
        return np.stack([self._vectors[text] for text in texts])

    def _coverage(self, fact: str, held: set[str]) -> float:
        asked = set(terms(fact))
        weights = {term: self._rarity.get(term, self._rarest) for term in asked}
        total = sum(weights.values())
        return sum(weight for term, weight in weights.items() if term in held) / total if total else 0.0


def agreement(one: str, other: str) -> float:
    """1 where two statements have the same modality, 0 where they contradict each other, else a half."""
    a, b = modality(one), modality(other)
    if b in _OPPOSED.get(a, ()):
        return 0.0
    return 1.0 if a == b else 0.5


def contradicts(one: str, other: str) -> bool:
    """Does one statement deny what the other says?

    One forbids what the other permits or requires, or requires what it says need not be, or one alone holds a negation
    before any exception or reason that it gives.
    """
    return agreement(one, other) == 0.0 or _denies(one) != _denies(other)


def _denies(statement: str) -> bool:
    return bool(_NEGATION.search(_ASIDE.split(_CITATION.sub(" ", statement), maxsplit=1)[0]))
