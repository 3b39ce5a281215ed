"""Does the answer say what a good answer says, keep the exceptions, and say nothing that is wrong?

Source: the TREC nugget method (Voorhees, 2003; Pradeep et al., 2024, AutoNuggetizer): vital and okay nuggets,
strict (stated or not) and partial (half a point for what is stated in part).
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.cases import Gold
from eval.matching import PARTLY, STATED, contradicts
from eval.metrics.context import Context
from mayshare.schema import Answer

WRONG = 0.9  # probability from which a claim counts as making a wrong statement: a false alarm is a heavy verdict


def vital_strict(gold: Gold, answer: Answer, context: Context) -> float | None:
    """Share of vital nuggets that the answer states."""
    return _recall(_texts(gold, vital_only=True), gold, answer, context, partial=False)


def vital_partial(gold: Gold, answer: Answer, context: Context) -> float | None:
    """The same, half a point for a nugget stated in part."""
    return _recall(_texts(gold, vital_only=True), gold, answer, context, partial=True)


def all_strict(gold: Gold, answer: Answer, context: Context) -> float | None:
    """Share of vital and okay nuggets that the answer states."""
    return _recall(_texts(gold, vital_only=False), gold, answer, context, partial=False)


def all_partial(gold: Gold, answer: Answer, context: Context) -> float | None:
    """The same, half a point for a nugget stated in part."""
    return _recall(_texts(gold, vital_only=False), gold, answer, context, partial=True)


def exception_recall(gold: Gold, answer: Answer, context: Context) -> float | None:
    """Share of the exceptions and limits that must not be left out which the answer states."""
    return _recall(gold.case.must_not_omit, gold, answer, context, partial=False)


def contradiction(gold: Gold, answer: Answer, context: Context) -> float | None:
    """1 where the answer makes a statement that would be wrong (`wrong_if`), else 0. Lower is better."""
    if not gold.case.wrong_if:
        return None
    return float(bool(wrong_statements(gold, answer, context)))


def wrong_statements(gold: Gold, answer: Answer, context: Context) -> list[str]:
    """The `wrong_if` statements that a claim of the answer makes."""
    return [
        wrong
        for wrong in gold.case.wrong_if
        if any(
            context.matcher.stated(wrong, [claim.text]) >= WRONG and not contradicts(wrong, claim.text)
            for claim in answer.claims
        )
    ]


def sentences(answer: Answer) -> list[str]:
    """What the answer says, sentence by sentence; a question that it asks back says nothing."""
    asks_back = answer.situation is not None and answer.situation.unsure
    return [claim.text for claim in answer.claims] + ([answer.message] if answer.message and not asks_back else [])


def _texts(gold: Gold, vital_only: bool) -> list[str]:
    return [nugget.text for nugget in gold.case.nuggets if nugget.importance == "vital" or not vital_only]


def _recall(facts: Sequence[str], gold: Gold, answer: Answer, context: Context, partial: bool) -> float | None:
    if not facts or gold.case.kind in ("out_of_scope", "adversarial"):
        return None
    said = sentences(answer)
    scores = [_score(context.matcher.stated(fact, said), partial) for fact in facts]
    return sum(scores) / len(scores)


def _score(probability: float, partial: bool) -> float:
    if probability >= STATED:
        return 1.0
    return 0.5 if partial and probability >= PARTLY else 0.0
