"""What a new index changes in the answers: the evaluation questions and the watch list, asked on both, side by side.

Both sides answer without a language model: its wording differs from one call to the next, the guidance's doesn't.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from eval.cases import Case, Gold
from eval.metrics import nugget
from eval.metrics.context import Context
from eval.watch import Watch
from mayshare.schema import Answer, Question

Kind = Literal["contradiction", "lost", "watch", "verdict", "citations", "text"]
ORDER: tuple[Kind, ...] = ("contradiction", "lost", "watch", "verdict", "citations", "text")
TITLES: Mapping[Kind, str] = {
    "contradiction": "New contradiction",
    "lost": "Answer lost",
    "watch": "Watched expectation not met",
    "verdict": "Another verdict",
    "citations": "Other citations",
    "text": "Other words",
}
OPPOSITE = {"yes", "no"}


class Asked(NamedTuple):
    """A question that is asked on both indexes: of the evaluation set (`case`) or of the watch list (`watch`)."""

    id: str
    question: Question
    case: Case | None = None
    watch: Watch | None = None


class Change(NamedTuple):
    """One question whose answer differs, or whose expectation isn't met. `reasons` say why it stands where it does."""

    kind: Kind
    asked: Asked
    before: Answer | None
    after: Answer
    reasons: tuple[str, ...]


class Impact(NamedTuple):
    """Changes, the gravest first, between two indexes named by their versions."""

    before: str
    after: str
    changes: tuple[Change, ...]
    asked: int

    @property
    def counts(self) -> dict[Kind, int]:
        """Changes by kind, in order of gravity."""
        return {kind: sum(1 for change in self.changes if change.kind == kind) for kind in ORDER}


def questions(cases: Iterable[Case], watches: Iterable[Watch]) -> list[Asked]:
    """What is asked: the watch list first, so that it is at hand whatever comes."""
    watched = [Asked(f"watch {n}", watch.asked(), watch=watch) for n, watch in enumerate(watches, start=1)]
    return watched + [Asked(case.id, case.variants()["question"], case=case) for case in cases]


def compare(
    asked: Sequence[Asked],
    before: Mapping[str, Answer] | None,
    after: Mapping[str, Answer],
    context: Callable[[], Context],
    versions: tuple[str, str],
) -> Impact:
    """Changes between answers by question id; `before` is None where nothing is live yet.

    Args:
        context: made only where an answer of the evaluation set changed, since it costs seconds.
    """
    found = []
    for one in asked:
        change = _change(one, before[one.id] if before else None, after[one.id], context)
        if change:
            found.append(change)
    found.sort(key=lambda change: (ORDER.index(change.kind), not change.asked.watch, change.asked.id))
    return Impact(versions[0], versions[1], tuple(found), len(asked))


def places(answer: Answer) -> list[tuple[str, str]]:
    """Document and heading of each citation, in order: a sentence that was only reworded keeps its place."""
    return [(source.source_id, source.heading) for source in answer.sources]


def _change(one: Asked, before: Answer | None, after: Answer, context: Callable[[], Context]) -> Change | None:
    unmet = one.watch.unmet(after) if one.watch else ()
    if before is None:
        return Change("watch", one, None, after, unmet) if unmet else None
    if _said(before) == _said(after):
        # also where it was not met before: it says what must hold
        return Change("watch", one, before, after, (*unmet, "the same as before")) if unmet else None
    wrong = _contradictions(one, before, after, context)
    if wrong:
        return Change("contradiction", one, before, after, (*wrong, *unmet))
    if after.verdict == "abstain" and before.verdict != "abstain":
        return Change("lost", one, before, after, (f"withheld now: {after.abstention}", *unmet))
    if unmet:
        return Change("watch", one, before, after, unmet)
    if (before.verdict, before.abstention) != (after.verdict, after.abstention):
        return Change("verdict", one, before, after, (f"{_verdict(before)} → {_verdict(after)}",))
    if places(before) != places(after):
        return Change("citations", one, before, after, _moved(before, after))
    return Change("text", one, before, after, ())


def _contradictions(one: Asked, before: Answer, after: Answer, context: Callable[[], Context]) -> tuple[str, ...]:
    """Yes against no, now and before or now and in the gold answer; a statement known to be wrong that is new."""
    reasons = []
    if {before.verdict, after.verdict} == OPPOSITE:
        reasons.append(f"the verdict turned: {before.verdict} → {after.verdict}")
    if one.case is None:
        return tuple(reasons)
    right = after.verdict in one.case.right_verdicts
    if not right and {after.verdict, one.case.verdict} == OPPOSITE and before.verdict != after.verdict and not reasons:
        reasons.append(f"the verdict is {after.verdict}, the expected one {one.case.verdict}")
    if one.case.wrong_if:
        truth = Gold(one.case, (), ())
        known = nugget.wrong_statements(truth, before, context())
        new = [wrong for wrong in nugget.wrong_statements(truth, after, context()) if wrong not in known]
        reasons += [f"it now says what is wrong: {wrong}" for wrong in new]
    return tuple(reasons)


def _said(answer: Answer) -> tuple[object, ...]:
    return answer.verdict, answer.abstention, answer.text, tuple(places(answer))


def _verdict(answer: Answer) -> str:
    return f"{answer.verdict} ({answer.abstention})" if answer.abstention else answer.verdict


def _moved(before: Answer, after: Answer) -> tuple[str, ...]:
    old, new = places(before), places(after)
    gone = [f"no longer cited: {source}, “{heading}”" for source, heading in old if (source, heading) not in new]
    come = [f"now cited: {source}, “{heading}”" for source, heading in new if (source, heading) not in old]
    return (*gone, *come) or ("the same places, in another order",)
