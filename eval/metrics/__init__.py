"""The metrics by name: one small function each, `(Gold, Answer, Context) -> float | None`.

None means that the metric does not apply to the question; it is not zero, and is counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from eval.cases import Gold
from eval.metrics import citation, decision, nugget, retrieval
from eval.metrics.context import Context
from mayshare.schema import Answer

Function = Callable[[Gold, Answer, Context], float | None]


class Metric(NamedTuple):
    """A metric, what it is called in reports, whether more is better, and its score where answering failed.

    `failed` is None where an error can't be scored, so that only the count of failures shows it.
    """

    function: Function
    title: str
    higher_is_better: bool = True
    failed: float | None = 0.0


METRICS: Mapping[str, Metric] = {
    "recall@1": Metric(retrieval.recall_at(1), "Evidence in the first passage"),
    "recall@5": Metric(retrieval.recall_at(5), "Evidence in the first 5 passages"),
    "recall@10": Metric(retrieval.recall_at(10), "Evidence in the first 10 passages"),
    "mrr@10": Metric(retrieval.mrr, "Reciprocal rank of the first evidence"),
    "ndcg@10": Metric(retrieval.ndcg, "Rank quality of the evidence"),
    "char_recall": Metric(retrieval.char_recall, "Characters of evidence in the first 5 passages"),
    "char_precision": Metric(retrieval.char_precision, "Share of evidence in the first 5 passages"),
    "citation_recall": Metric(citation.citation_recall, "Claims that their citations support"),
    "citation_precision": Metric(citation.citation_precision, "Citations that are real and needed"),
    "quote_integrity": Metric(citation.quote_integrity, "Quotes word for word in place"),
    "authority_recall": Metric(citation.authority_recall, "Expected provisions cited"),
    "nugget_vital": Metric(nugget.vital_strict, "Vital nuggets stated"),
    "nugget_vital_partial": Metric(nugget.vital_partial, "Vital nuggets stated, in part counting half"),
    "nugget_all": Metric(nugget.all_strict, "All nuggets stated"),
    "nugget_all_partial": Metric(nugget.all_partial, "All nuggets stated, in part counting half"),
    "exception_recall": Metric(nugget.exception_recall, "Exceptions not left out"),
    "contradiction": Metric(
        nugget.contradiction, "Answers with a wrong statement", higher_is_better=False, failed=None
    ),
    "verdict_accuracy": Metric(decision.verdict_accuracy, "Right verdicts"),
    "verdict_acceptable": Metric(decision.verdict_acceptable, "Right verdicts, or as right by two of three readers"),
    "abstention_recall": Metric(decision.abstention_recall, "Withheld where it should be"),
    "abstention_precision": Metric(decision.abstention_precision, "Rightly withheld", failed=None),
    "abstention_reason": Metric(decision.abstention_reason, "Withheld for the right reason", failed=None),
    "harmful_answered": Metric(decision.harmful_answered, "Out of scope or adversarial, answered", False, 1.0),
    "answerable_refused": Metric(decision.answerable_refused, "Answerable, withheld", False, 1.0),
    "outcome": Metric(decision.outcome_score, "Outcome: 1 accurate, 0.4 incomplete, 0 refused, −1 wrong", failed=-1.0),
}
