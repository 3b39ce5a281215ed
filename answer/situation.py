"""Which situation an answer takes a question to be about, how sure that is, and which others may be meant.

A section of the guidance answers one situation. Where several are near, the first is wrong more often than not, and
its "no" is then about somebody else: the answer says so first and offers the others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from answer.logistic import chance
from mayshare.index import Index
from mayshare.schema import Hit, Passage, Place, Related, Situation

# Coefficients of the logistic regression; `python -m train.situation` fits them, docs/calibration.md has the figures.
INTERCEPT = 2.741
WEIGHTS = {
    "margin": 6.357,
    "passage": 1.887,
    "phrasing": 2.05,
    "nearer_passage": -6.496,
    "nearer_phrasing": -14.042,
    "words": -1.216,
}
MOST = 5  # other situations offered
IS_IT = "Is this your question?"
Scores = npt.NDArray[np.float32]


class Nearness(NamedTuple):
    """How near each passage is to a question; arrays of shape (passages,)."""

    score: Scores  # fused
    passage: Scores  # cosine to it
    phrasing: Scores  # cosine to the nearest phrasing of its section


def features(near: Nearness, sections: npt.NDArray[np.int64], words: int) -> dict[str, float]:
    """What the probability is read from.

    `margin`: of the best section's score over the next one's; `passage`, `phrasing`: its cosines; `nearer_passage`,
    `nearer_phrasing`: by how much the nearest of all is nearer; `words`: of the question, as a logarithm.

    Args:
        sections: for each passage the number of its section; shape (passages,).
    """
    if not near.score.size:
        return dict.fromkeys(WEIGHTS, 0.0)
    first = int(np.argmax(near.score))
    others = near.score[sections != sections[first]]
    passage, phrasing = float(near.passage[first]), float(near.phrasing[first])
    return {
        "margin": float(near.score[first] - others.max(initial=0.0)),
        "passage": passage,
        "phrasing": phrasing,
        "nearer_passage": float(near.passage.max()) - passage,
        "nearer_phrasing": float(near.phrasing.max()) - phrasing,
        "words": math.log(max(words, 1)),
    }


def probability(values: Mapping[str, float]) -> float:
    """That the section with the best score is the one that the question is about."""
    return chance(INTERCEPT, WEIGHTS, values)


def situation(index: Index, lead: Passage, hits: Sequence[Hit], probable: float | None, least: float) -> Situation:
    """The situation of an answer that `lead` leads.

    Args:
        probable: how probable it is that the lead's section is the right one; None where it was chosen.
        least: the probability from which on the answer needn't ask.
    """
    own = Place(source_id=lead.source_id, heading=lead.heading)
    seen, others = {own}, []
    for hit in hits:
        place = Place(source_id=hit.passage.source_id, heading=hit.passage.heading)
        if place not in seen and index.documents[place.source_id].kind != "official":
            seen.add(place)
            others.append(_related(hit.passage))
    unsure = probable is not None and probable < least and bool(others)
    return Situation(section=_related(lead), others=tuple(others[:MOST]), probability=probable, unsure=unsure)


def if_so(opening: str) -> str:
    """An opening that holds only if the situation is the one asked about."""
    return f"If so: {opening[0].lower()}{opening[1:]}" if opening else ""


def question(found: Situation) -> str:
    """The situation as an unsure answer asks for it."""
    return f"{IS_IT} “{found.section.heading}”"


def _related(passage: Passage) -> Related:
    return Related(source_id=passage.source_id, title=passage.title, heading=passage.heading, start=passage.start)
