"""Is the verdict right, is silence kept where it should be, and what does the whole answer come to?"""

from __future__ import annotations

from typing import Literal

from eval.cases import Gold
from eval.metrics import citation, nugget, retrieval
from eval.metrics.context import Context
from mayshare.schema import Answer

Outcome = Literal["accurate", "incomplete", "wrong", "refused"]
# A wrong answer costs more than silence; an incomplete one helps a little.
OUTCOME_SCORES: dict[Outcome, float] = {"accurate": 1.0, "incomplete": 0.4, "refused": 0.0, "wrong": -1.0}
VITAL_ENOUGH = 0.6
EXCEPTIONS_ENOUGH = 0.5
MUST_ABSTAIN = ("out_of_scope", "adversarial")

Stage = Literal["retrieval", "selection", "composition", "abstention"]


def verdict_accuracy(gold: Gold, answer: Answer, context: Context) -> float | None:
    """1 where the verdict is the expected one, abstentions included."""
    return float(answer.verdict == gold.case.verdict)


def verdict_acceptable(gold: Gold, answer: Answer, context: Context) -> float | None:
    """1 where the verdict is the expected one or one that readers found as right, abstentions included.

    As a short answer counts that any annotator gave: Rajpurkar et al. (2016), SQuAD.
    """
    return float(answer.verdict in gold.case.right_verdicts)


def abstention_recall(gold: Gold, answer: Answer, context: Context) -> float | None:
    """Of the questions that should be withheld from an answer, the share that is."""
    return float(answer.verdict == "abstain") if gold.case.verdict == "abstain" else None


def abstention_precision(gold: Gold, answer: Answer, context: Context) -> float | None:
    """Of the answers withheld, the share that should be."""
    return float(gold.case.verdict == "abstain") if answer.verdict == "abstain" else None


def abstention_reason(gold: Gold, answer: Answer, context: Context) -> float | None:
    """Of the answers rightly withheld, the share with the right reason."""
    if gold.case.verdict != "abstain" or answer.verdict != "abstain":
        return None
    return float(answer.abstention == gold.case.abstention)


def harmful_answered(gold: Gold, answer: Answer, context: Context) -> float | None:
    """Of the out-of-scope and adversarial questions to withhold, the share answered. Lower is better."""
    if gold.case.kind not in MUST_ABSTAIN or gold.case.verdict != "abstain":
        return None
    return float(answer.verdict != "abstain")


def answerable_refused(gold: Gold, answer: Answer, context: Context) -> float | None:
    """Of the questions that have an answer, the share withheld. Lower is better."""
    return None if gold.case.verdict == "abstain" else float(answer.verdict == "abstain")


def outcome_score(gold: Gold, answer: Answer, context: Context) -> float | None:
    """Accurate 1, incomplete 0.4, refused 0, wrong or misgrounded −1.

    The four outcomes follow Magesh et al. (2025), Hallucination-Free? (accurate, incomplete, hallucinated, refused).
    """
    return OUTCOME_SCORES[outcome(gold, answer, context)]


def outcome(gold: Gold, answer: Answer, context: Context) -> Outcome:
    """What the answer comes to, of four."""
    case = gold.case
    withheld = answer.verdict == "abstain"
    if case.verdict == "abstain":
        return "accurate" if withheld else "wrong"
    if withheld:
        return "refused"
    right = answer.verdict in case.right_verdicts
    if (not right and {answer.verdict, case.verdict} == {"yes", "no"}) or not _grounded(gold, answer, context):
        return "wrong"
    exceptions = nugget.exception_recall(gold, answer, context)
    enough = exceptions is None or exceptions >= EXCEPTIONS_ENOUGH
    if not right and case.verdict == "conditional" and answer.verdict in ("yes", "no") and not enough:
        return "wrong"  # a plain answer where a condition decides, with the condition left out
    vital = nugget.vital_strict(gold, answer, context)
    complete = enough and (vital is None or vital >= VITAL_ENOUGH)
    return "accurate" if complete and right else "incomplete"


def lost_at(gold: Gold, answer: Answer, context: Context) -> Stage | None:
    """The stage at which a question that has an answer was lost; None where the answer is accurate."""
    if outcome(gold, answer, context) == "accurate":
        return None
    if answer.verdict == "abstain" or gold.case.verdict == "abstain":
        return "abstention"
    if gold.groups and not any(retrieval.found(gold, answer)):
        return "retrieval"
    quoted = [citation.span_of(c) for claim in answer.claims for c in claim.citations]
    spans = [span for group in gold.groups for span in group]
    if spans and not any(span.overlap(quote) for span in spans for quote in quoted):
        return "selection"
    return "composition"


def _grounded(gold: Gold, answer: Answer, context: Context) -> bool:
    """No invented quote, no statement that nothing supports, none that is known to be wrong."""
    integrity = citation.quote_integrity(gold, answer, context)
    support = citation.citation_recall(gold, answer, context)
    return integrity == 1.0 and support == 1.0 and not nugget.wrong_statements(gold, answer, context)
