"""Two runs side by side: which answers changed, which of them got worse, and is the difference more than noise?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from eval import stats
from eval.cases import Case
from eval.metrics import METRICS
from eval.runs import Line, Run
from eval.score import Item, Scores
from mayshare.errors import RunFileError

Judgement = Literal["worse", "better", "changed"]
RANK = {"wrong": 0, "refused": 1, "incomplete": 2, "accurate": 3}
ORDER: tuple[Judgement, ...] = ("worse", "better", "changed")


class Change(NamedTuple):
    """One question whose answer differs."""

    case: str
    question: str
    judgement: Judgement
    outcomes: tuple[str, str]
    verdicts: tuple[str, str]
    texts: tuple[str, str]


class Difference(NamedTuple):
    """A metric over the questions that both runs scored: means, and the p of no difference."""

    metric: str
    before: float
    after: float
    p: float
    scored: int
    worse: bool


class Comparison(NamedTuple):
    """The outcome: changed answers, worst first, and every metric."""

    names: tuple[str, str]
    changes: tuple[Change, ...]
    differences: tuple[Difference, ...]
    unchanged: int


def compare(a: Run, b: Run, scored: tuple[Scores, Scores], cases: Mapping[str, Case]) -> Comparison:
    """Compare run `a` (before) with run `b` (after).

    Raises:
        RunFileError: the runs were made on different question sets.
    """
    if a.header.set_sha256 != b.header.set_sha256:
        raise RunFileError(
            f"“{a.header.name}” and “{b.header.name}” were made on different question sets, so a comparison would mean "
            "nothing. Run both on the same set."
        )
    before, after = ({line.case: line for line in run.lines if line.variant == "question"} for run in (a, b))
    items = [{item.case: item for item in scores.items} for scores in scored]
    changes = [
        _change(cases[case], (before[case], after[case]), (items[0][case], items[1][case]))
        for case in before
        if _said(before[case]) != _said(after[case])
    ]
    changes.sort(key=lambda change: (ORDER.index(change.judgement), RANK[change.outcomes[1]], change.case))
    return Comparison(
        names=(a.header.name, b.header.name),
        changes=tuple(changes),
        differences=tuple(_difference(name, scored[0].items, scored[1].items) for name in METRICS),
        unchanged=len(before) - len(changes),
    )


def _change(case: Case, lines: tuple[Line, Line], items: tuple[Item, Item]) -> Change:
    ranks = [(RANK[item.outcome], _sum(item)) for item in items]
    judgement: Judgement = "changed"
    if ranks[1][0] != ranks[0][0]:
        judgement = "better" if ranks[1][0] > ranks[0][0] else "worse"
    return Change(
        case.id,
        case.question,
        judgement,
        (items[0].outcome, items[1].outcome),
        (_verdict(lines[0]), _verdict(lines[1])),
        (_text(lines[0]), _text(lines[1])),
    )


def _difference(name: str, before: Sequence[Item], after: Sequence[Item]) -> Difference:
    later = {item.case: item.values.get(name) for item in after}
    pairs = [
        (value, other)
        for item in before
        if (value := item.values.get(name)) is not None and (other := later.get(item.case)) is not None
    ]
    if not pairs:
        return Difference(name, float("nan"), float("nan"), 1.0, 0, False)
    a, b = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    means = sum(a) / len(a), sum(b) / len(b)
    worse = means[1] < means[0] if METRICS[name].higher_is_better else means[1] > means[0]
    return Difference(name, *means, stats.paired_p(a, b), len(pairs), worse)


def _sum(item: Item) -> float:
    return sum(value for value in item.values.values() if value is not None)


def _said(line: Line) -> tuple[str, str]:
    return _verdict(line), _text(line)


def _verdict(line: Line) -> str:
    return line.answer.verdict if line.answer else "error"


def _text(line: Line) -> str:
    return line.answer.text if line.answer else str(line.error)
