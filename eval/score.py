"""Scoring: a run and the question set to values per question, and to means with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from eval import stats
from eval.cases import Case, Gold, Record, gold, set_sha256
from eval.metrics import METRICS
from eval.metrics.context import Context
from eval.metrics.decision import Outcome, Stage, lost_at, outcome
from eval.runs import Header, Line, Progress, Run
from mayshare.errors import RunFileError
from mayshare.schema import Answer

AGREEMENT = "paraphrase_agreement"


class Item(Record):
    """One question scored. A value is None where the metric doesn't apply; `error` where answering failed."""

    case: str
    values: dict[str, float | None]
    outcome: Outcome
    lost_at: Stage | None = None
    latency_ms: float | None = None
    confidence: float | None = None
    error: str | None = None


class Scores(Record):
    """A run scored: its header, every question, and its split (dev, test or both)."""

    header: Header
    items: tuple[Item, ...]


class Summary(NamedTuple):
    """The mean of a metric with its 95 % interval, and how many questions it rests on."""

    mean: float
    low: float
    high: float
    scored: int
    not_applicable: int
    failed: int


def score(run: Run, cases: Sequence[Case], context: Context, progress: Progress | None = None) -> Scores:
    """Score a run; `progress` is told how many questions of how many are scored.

    Raises:
        RunFileError: the run was made on another question set, or lacks an answer.
        QuestionSetError: a quote of the gold evidence is no longer in the corpus.
    """
    asked = set(run.header.questions)
    chosen = [case for case in cases if case.id in asked]
    if set_sha256(chosen) != run.header.set_sha256:
        raise RunFileError(f"The run “{run.header.name}” was made on another version of the question set. Run it anew.")
    lines: dict[str, dict[str, Line]] = {}
    for line in run.lines:
        lines.setdefault(line.case, {})[line.variant] = line
    items = []
    for case in chosen:
        missing = [variant for variant in case.variants() if variant not in lines.get(case.id, {})]
        if missing:
            raise RunFileError(f"The run “{run.header.name}” holds no answer to {case.id}, {missing[0]}. Run it anew.")
        items.append(_item(gold(case, context.documents), lines[case.id], context))
        if progress:
            progress(len(items), len(chosen))
    return Scores(header=run.header, items=tuple(items))


def summary(name: str, items: Sequence[Item]) -> Summary:
    """Mean and interval of a metric over questions. A failed answer counts with the metric's worst score."""
    values, failed, skipped = [], 0, 0
    for item in items:
        value = item.values.get(name)
        if item.error:
            failed += 1
        if value is None:
            skipped += 1
        else:
            values.append(value)
    low, high = stats.interval(values)
    return Summary(float(np.mean(values)) if values else float("nan"), low, high, len(values), skipped, failed)


def summaries(items: Sequence[Item]) -> dict[str, Summary]:
    """Every metric over questions."""
    return {name: summary(name, items) for name in (*METRICS, AGREEMENT)}


def by(items: Sequence[Item], cases: Mapping[str, Case], key: Callable[[Case], Sequence[str]]) -> dict[str, list[Item]]:
    """Questions by a property of their case; one may stand under several names."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        for name in key(cases[item.case]):
            groups.setdefault(name, []).append(item)
    return dict(sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])))


def latency(items: Sequence[Item]) -> dict[str, float]:
    """p50 and p95 of the time to answer, in ms."""
    times = [item.latency_ms for item in items if item.latency_ms is not None]
    return {f"p{q}": round(float(np.percentile(times, q)), 1) for q in (50, 95)} if times else {}


def _item(truth: Gold, lines: Mapping[str, Line], context: Context) -> Item:
    line = lines["question"]
    if line.answer is None:
        values = {name: _failed(truth, name) for name in METRICS}
        return Item(case=truth.case.id, values=values, outcome="wrong", error=line.error or "no answer")
    answer = line.answer
    values = {name: metric.function(truth, answer, context) for name, metric in METRICS.items()}
    values[AGREEMENT] = _agreement(answer, [other for name, other in lines.items() if name != "question"])
    return Item(
        case=truth.case.id,
        values=values,
        outcome=outcome(truth, answer, context),
        lost_at=lost_at(truth, answer, context),
        latency_ms=answer.timings_ms.get("total"),
        confidence=answer.confidence,
    )


def _failed(truth: Gold, name: str) -> float | None:
    """The worst score, for metrics that would have applied."""
    if name in ("abstention_recall",) and truth.case.verdict != "abstain":
        return None
    if name == "harmful_answered" and truth.case.kind not in ("out_of_scope", "adversarial"):
        return None
    if name == "answerable_refused" and truth.case.verdict == "abstain":
        return None
    return METRICS[name].failed


def _agreement(answer: Answer, others: Sequence[Line]) -> float | None:
    """Share of paraphrases with the same verdict from the same document; None without paraphrases."""
    if not others:
        return None
    same = [line.answer is not None and _gist(line.answer) == _gist(answer) for line in others]
    return sum(same) / len(same)


def _gist(answer: Answer) -> tuple[str, str | None]:
    return answer.verdict, answer.sources[0].source_id if answer.sources else None
