"""Did retrieval find the passages that hold the gold evidence?

A group of evidence is found by a hit that holds most of one of its spans: 1 group = 1 relevant thing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eval import ranking
from eval.cases import Gold
from eval.metrics.context import Context
from mayshare.schema import Answer, Span

HELD = 0.5  # share of a gold span's characters that a passage must hold to count as having found it


def recall_at(k: int) -> Callable[[Gold, Answer, Context], float | None]:
    """recall@k: share of the groups of evidence found among the first k hits."""

    def metric(gold: Gold, answer: Answer, context: Context) -> float | None:
        return ranking.recall(found(gold, answer), relevant(gold), k)

    return metric


def mrr(gold: Gold, answer: Answer, context: Context) -> float | None:
    """MRR@10: reciprocal of the first rank that holds gold evidence."""
    return ranking.reciprocal_rank(found(gold, answer), relevant(gold), 10)


def ndcg(gold: Gold, answer: Answer, context: Context) -> float | None:
    """nDCG@10 with a gain of 1 for each group of evidence at the first rank that finds it."""
    return ranking.ndcg(found(gold, answer), dict.fromkeys(relevant(gold), 1.0), 10)


def char_recall(gold: Gold, answer: Answer, context: Context) -> float | None:
    """Share of gold characters in the first 5 passages, each group by its best-covered span.

    Source: LegalBench-RAG (Pipitone and Alami, 2024).
    """
    if not gold.groups:
        return None
    passages = _passages(answer, 5)
    shares = [max(_covered(span, passages) / (span.end - span.start) for span in group) for group in gold.groups]
    return sum(shares) / len(shares)


def char_precision(gold: Gold, answer: Answer, context: Context) -> float | None:
    """Share of the characters of the first 5 passages that are gold. Source: as `char_recall`.

    Low by nature where a passage holds more than the sentence that answers; compare engines by it, not with 1.
    """
    passages = _passages(answer, 5)
    size = sum(passage.end - passage.start for passage in passages)
    if not gold.groups or not size:
        return None if not gold.groups else 0.0
    spans = {span for group in gold.groups for span in group}
    return sum(_covered(span, passages) for span in spans) / size


def found(gold: Gold, answer: Answer) -> list[set[int]]:
    """For each hit, which groups of evidence its passage holds."""
    return [
        {n for n, group in enumerate(gold.groups) if any(holds(hit.passage.span, span) for span in group)}
        for hit in answer.hits
    ]


def relevant(gold: Gold) -> set[int]:
    """The groups of evidence, by number."""
    return set(range(len(gold.groups)))


def holds(passage: Span, span: Span) -> bool:
    """Does a passage hold at least half of a span?"""
    return passage.overlap(span) >= HELD * (span.end - span.start)


def _passages(answer: Answer, k: int) -> list[Span]:
    return [hit.passage.span for hit in answer.hits[:k]]


def _covered(span: Span, passages: Sequence[Span]) -> int:
    """Characters of a span that lie in at least one passage; passages of one document don't overlap by design."""
    return min(span.end - span.start, sum(passage.overlap(span) for passage in passages))
