"""Which situation an answer takes a question to be about, how sure that is, and which others may be meant.

A section of the guidance answers one situation. Where several are near, the first is wrong more often than not, and
its "no" is then about somebody else: the answer says so first and offers the others.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from answer.logistic import chance
from mayshare.index import Index
from mayshare.lexical import LexicalIndex
from mayshare.schema import Hit, Passage, Place, Related, Situation

# Coefficients of the logistic regression; `python -m train.situation` fits them, docs/calibration.md has the figures.
INTERCEPT = -2.088
WEIGHTS = {
    "phrasing": 2.439,
    "nearer_phrasing": -13.155,
    "covered": 4.93,
}
MOST = 5  # other situations offered
IS_IT = "Is this your question?"
Scores = npt.NDArray[np.float32]


class Nearness(NamedTuple):
    """How near each passage is to a question; arrays of shape (passages,)."""

    score: Scores  # fused
    phrasing: Scores  # cosine to the nearest phrasing of its section


def features(near: Nearness, covered: float) -> dict[str, float]:
    """What the probability is read from.

    `phrasing`: cosine of the best section's nearest phrasing; `nearer_phrasing`: by how much the nearest of all is
    nearer; `covered`: see below. On strangers' questions these three tell more than margins between scores do.

    Args:
        covered: share of the question's words that the best section has too, as `coverage` gives it.
    """
    if not near.score.size:
        return dict.fromkeys(WEIGHTS, 0.0)
    phrasing = float(near.phrasing[int(np.argmax(near.score))])
    return {
        "phrasing": phrasing,
        "nearer_phrasing": float(near.phrasing.max()) - phrasing,
        "covered": covered,
    }


def coverage(question: Iterable[str], section: Container[str], lexical: LexicalIndex) -> float:
    """Share of a question's terms that a section's text, headings and phrasings have; a rare term counts more.

    1 where the question has none. A landlord whom no section knows makes every section less likely.
    """
    weights = {term: lexical.rarity(term) or lexical.rarest for term in dict.fromkeys(question)}
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in section) / total if total else 1.0


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
