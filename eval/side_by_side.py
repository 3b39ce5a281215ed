"""One question with the answer that was expected and the answer that was given: what was found, stated and missed.

The states are those that the metrics count (`eval/metrics/`), told one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from eval.cases import Evidence, Gold
from eval.matching import PARTLY, STATED
from eval.metrics import citation, nugget, retrieval
from eval.metrics.context import Context
from eval.metrics.decision import MUST_ABSTAIN, Outcome, Stage, lost_at, outcome
from mayshare import cites
from mayshare.schema import Answer, Claim

Found = Literal["quoted", "found", "missed"]
Stated = Literal["stated", "in part", "missed"]


class Piece(NamedTuple):
    """A piece of evidence that is needed: the quotes of which one suffices, and how far the answer came to it.

    `quoted`: the answer quotes one of them; `found`: a passage that was retrieved holds one, at `rank` (from 1).
    """

    quotes: tuple[Evidence, ...]
    state: Found
    rank: int | None


class Fact(NamedTuple):
    """A fact that a good answer states; no state where stating it isn't scored, as where silence is right."""

    text: str
    importance: Literal["vital", "okay", "must not be left out"]
    state: Stated | None


class SideBySide(NamedTuple):
    """What an answer made of a question. `supported` says of each claim whether it quotes gold evidence."""

    outcome: Outcome
    lost_at: Stage | None
    evidence: tuple[Piece, ...]
    facts: tuple[Fact, ...]
    wrong: tuple[str, ...]
    authorities: tuple[tuple[str, bool | None], ...]
    supported: tuple[bool, ...]


def side_by_side(gold: Gold, answer: Answer, context: Context) -> SideBySide:
    """Hold an answer against what was expected."""
    return SideBySide(
        outcome=outcome(gold, answer, context),
        lost_at=lost_at(gold, answer, context),
        evidence=tuple(_pieces(gold, answer)),
        facts=tuple(_facts(gold, answer, context)),
        wrong=tuple(nugget.wrong_statements(gold, answer, context)),
        authorities=tuple(_authorities(gold, answer)),
        supported=tuple(any(_quotes(gold, n, [claim]) for n in range(len(gold.groups))) for claim in answer.claims),
    )


def _pieces(gold: Gold, answer: Answer) -> list[Piece]:
    found = retrieval.found(gold, answer)
    numbers = sorted({evidence.group for evidence in gold.case.evidence})  # in the order of `gold.groups`
    pieces = []
    for n, number in enumerate(numbers):
        quotes = tuple(evidence for evidence in gold.case.evidence if evidence.group == number)
        rank = next((place for place, groups in enumerate(found, start=1) if n in groups), None)
        state: Found = "quoted" if _quotes(gold, n, answer.claims) else "found" if rank else "missed"
        pieces.append(Piece(quotes, state, rank))
    return pieces


def _quotes(gold: Gold, group: int, claims: Sequence[Claim]) -> bool:
    spans = [citation.span_of(cited) for claim in claims for cited in claim.citations]
    return any(retrieval.holds(span, wanted) for span in spans for wanted in gold.groups[group])


def _facts(gold: Gold, answer: Answer, context: Context) -> list[Fact]:
    said = nugget.sentences(answer)

    def state(text: str) -> Stated | None:
        if gold.case.kind in MUST_ABSTAIN:
            return None
        probability = context.matcher.stated(text, said)
        return "stated" if probability >= STATED else "in part" if probability >= PARTLY else "missed"

    facts = [Fact(one.text, one.importance, state(one.text)) for one in gold.case.nuggets]
    return facts + [Fact(text, "must not be left out", state(text)) for text in gold.case.must_not_omit]


def _authorities(gold: Gold, answer: Answer) -> list[tuple[str, bool | None]]:
    """Each expected provision, and whether the answer cites it, a part of it or what holds it."""
    if not answer.claims and gold.case.verdict == "abstain":
        return [(text, None) for text in gold.case.authorities]
    named = [name for source in answer.sources for name in source.authorities]
    given = {form for name in named if (form := cites.normal(name))}
    given |= {cite.text for claim in answer.claims for cite in cites.find(claim.text)}
    rows: list[tuple[str, bool | None]] = []
    for text in gold.case.authorities:
        form = cites.normal(text)
        if form:
            rows.append((text, any(cites.covers(form, one) or cites.covers(one, form) for one in given)))
    return rows
