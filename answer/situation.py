"""Which situation an answer takes a question to be about, how sure that is, and which others may be meant.

A section of the guidance answers one situation. Where several are near, the first is wrong more often than not, and
its "no" is then about somebody else: the answer says so first and offers the others.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from answer.logistic import chance
from mayshare.index import Index
from mayshare.lexical import LexicalIndex
from mayshare.schema import Hit, Passage, Related, Situation

# Coefficients of the logistic regression; `python -m train.situation` fits them, docs/calibration.md has the figures.
INTERCEPT = -3.77
WEIGHTS = {
    "phrasing": 2.295,
    "dense": 3.412,
    "margin": 2.383,
    "covered": 0.984,
}
MOST = 5  # other situations offered
IS_IT = "Is this your question?"
# It opens an unsure answer, and no "yes" or "no" does: that would be read against the question that is printed above
# it, and is meant for the one that was asked.
IF_SO = "If so:"


class Nearness(NamedTuple):
    """What speaks for the section that leads: what the probability is read from.

    `phrasing`, `dense`: cosines of its nearest phrasing and of its best passage; `margin`: by how much its score is
    above that of the next section; `covered`: share of the question's words that it has too, as `coverage` gives it.
    """

    phrasing: float = 0.0
    dense: float = 0.0
    margin: float = 0.0
    covered: float = 0.0


def coverage(question: Iterable[str], section: Container[str], lexical: LexicalIndex) -> float:
    """Share of a question's terms that a section's text, headings and phrasings have; a rare term counts more.

    1 where the question has none. A landlord whom no section knows makes every section less likely.
    """
    weights = {term: lexical.rarity(term) or lexical.rarest for term in dict.fromkeys(question)}
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in section) / total if total else 1.0


def probability(near: Nearness) -> float:
    """That the section that leads is the one that the question is about."""
    return chance(INTERCEPT, WEIGHTS, near._asdict())


def situation(index: Index, lead: Passage, hits: Sequence[Hit], probable: float | None, least: float) -> Situation:
    """The situation of an answer that `lead` leads.

    Args:
        probable: how probable it is that the lead's section is the right one; None where it was chosen.
        least: the probability from which on the answer needn't ask.
    """
    own = lead.place
    seen, others = {own}, []
    for hit in hits:
        place = hit.passage.place
        if place not in seen and index.documents[place.source_id].kind != "official":
            seen.add(place)
            others.append(_related(hit.passage))
    unsure = probable is not None and probable < least and bool(others)
    return Situation(section=_related(lead), others=tuple(others[:MOST]), probability=probable, unsure=unsure)


def question(found: Situation) -> str:
    """The situation as an unsure answer asks for it."""
    return f"{IS_IT} “{found.section.heading}”"


def _related(passage: Passage) -> Related:
    return Related(source_id=passage.source_id, title=passage.title, heading=passage.heading, start=passage.start)
