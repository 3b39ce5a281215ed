"""The gate before a new index goes live: the measures of `eval/baseline.json`, and the watch list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from eval import gate
from eval.cases import Case, gold, set_sha256
from eval.impact import Asked
from eval.metrics.context import Context
from eval.runs import Header, Line, Run
from eval.score import AGREEMENT, score
from mayshare.errors import GateError, QuestionSetError
from mayshare.index import Index
from mayshare.schema import Answer, Document

SHOWN = 8


class Held(NamedTuple):
    """What the gate says: why it is red (empty means green), and what it could not measure."""

    breaches: tuple[str, ...]
    notice: str = ""

    def require(self) -> None:
        """Raises GateError where the gate is red."""
        if self.breaches:
            more = f"\n  … and {len(self.breaches) - SHOWN} more" if len(self.breaches) > SHOWN else ""
            listed = "".join(f"\n  {breach}" for breach in self.breaches[:SHOWN])
            raise GateError(
                f"The gate is red, so the new index was not put live; the present one still serves.{listed}{more}\n"
                "`mayshare impact` shows the answers that change. Mend the guidance, or change what is expected: "
                "the watch list with `mayshare impact watch`, the measures as docs/trainers.md says."
            )


def hold(
    asked: Sequence[Asked],
    after: Mapping[str, Answer],
    index: Index,
    live: Mapping[str, Document],
    context: Callable[[], Context],
) -> Held:
    """Hold answers of a new index against the gate and the watch list.

    Args:
        live: documents of the live index, to tell whether the evaluation questions are about this corpus at all.
    """
    breaches = [
        f"watch list: “{' '.join(one.question.text.split())}”: {problem}."
        for one in asked
        if one.watch
        for problem in one.watch.unmet(after[one.id])
    ]
    cases = [one.case for one in asked if one.case and one.case.split == "dev"]
    lost = _lost_evidence(cases, index.documents)
    evidence = sum(1 for case in cases if case.evidence)
    if len(lost) == evidence and len(_lost_evidence(cases, live)) == evidence:
        return Held(tuple(breaches), "The evaluation questions aren't about this corpus: only the watch list was held.")
    if lost:
        breaches += [f"evidence: {problem}" for problem in lost]
        return Held(tuple(breaches), "The measures can't be taken while evidence of a question is missing.")
    return Held((*breaches, *_measures(cases, after, context())))


def _lost_evidence(cases: Sequence[Case], documents: Mapping[str, Document]) -> list[str]:
    """For each question whose evidence no longer stands in the documents: which, and the mend."""
    problems = []
    for case in cases:
        try:
            gold(case, documents)
        except QuestionSetError as error:
            problems.append(f"{error} It stands in eval/questions/{case.topic}*.yaml.")
    return problems


def _measures(cases: Sequence[Case], after: Mapping[str, Answer], context: Context) -> list[str]:
    """Breaches of the baseline. Paraphrases aren't asked: no measure of the gate reads them."""
    expected = gate.load()
    if AGREEMENT in expected.metrics:
        raise GateError(f"eval/baseline.json holds {AGREEMENT}, which needs paraphrases: use `mayshare eval gate`.")
    plain = [case.model_copy(update={"paraphrases": ()}) for case in cases]
    lines = tuple(Line(case=case.id, variant="question", answer=after[case.id]) for case in cases)
    header = Header(
        name="impact",
        engine=lines[0].answer.engine if lines and lines[0].answer else "",
        corpus_version="",
        set_sha256=set_sha256(plain),
        questions=tuple(case.id for case in cases),
        created=dt.datetime.now(dt.UTC).replace(microsecond=0),
    )
    scores = score(Run(header=header, lines=lines), plain, context)
    whole = scores.model_copy(update={"header": header.model_copy(update={"set_sha256": set_sha256(cases)})})
    return [str(breach) for breach in gate.check(whole, expected)]
