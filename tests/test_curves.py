"""The curves behind the targets: what they vary, and how they count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from answer.assemble import Engine
from eval import curves
from eval.cases import load_cases
from eval.runs import Header, Line, Run
from eval.score import Item, Scores
from mayshare.config import Settings
from mayshare.schema import Related, Situation
from tests.evaluation import answer, claim

HEADER = Header.model_validate(
    {
        "name": "n", "engine": "e", "corpus_version": "v", "set_sha256": "s", "questions": ("a", "b", "c", "d"),
        "created": "2026-12-01T00:00:00Z",
    }
)  # fmt: skip
SECTION = Related(source_id="emergency", title="t", heading="h", start=0)


def told(case: str, probability: float | None, right: float | None) -> tuple[Line, Item]:
    about = None if probability is None else Situation(section=SECTION, probability=probability)
    line = Line(case=case, variant="question", answer=answer(claim(1), situation=about))
    return line, Item(case=case, values={"verdict_acceptable": right}, outcome="accurate")


def test_the_surest_are_counted_first() -> None:
    lines, items = zip(told("a", 0.2, 0.0), told("b", 0.9, 1.0), told("c", 0.5, 1.0), told("d", None, 0.0), strict=True)
    found = list(curves.by_coverage(Run(header=HEADER, lines=lines), Scores(header=HEADER, items=items)))
    assert found[0] == "surest 25% (1): as right 1.000"
    assert found[-1] == "surest 100% (3): as right 0.667", "an answer without a situation isn't counted"


def test_what_is_answered_where_so_many_are_refused() -> None:
    kept, others = [n / 100 for n in range(101)], [0.01, 0.03, 0.05, 0.2]
    found = list(curves.by_refusals("answered", kept, others))
    assert found[0] == "refused 2% of 101: answered 0.750 of 4, bound 0.02"
    assert found[-1] == "refused 10% of 101: answered 0.250 of 4, bound 0.10"


def test_strangers_texts_are_told_apart_better_than_by_chance(engine: Engine) -> None:
    lines = list(curves.strangers_texts(engine, "dev"))
    assert len(lines) == 2 * len(curves.REFUSED)
    at_ten = [
        float(line.split("answered")[1].replace(", rules aside", "").split()[0]) for line in lines if "10%" in line
    ]
    assert max(at_ten) < 0.3


def test_each_curve_varies_one_setting(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves, "WORDS", (60, 170))  # each value builds an engine
    monkeypatch.setattr(curves, "THRESHOLDS", (0.5, 0.9))
    asked: list[Settings] = []
    cases = load_cases(split="dev")[:2]
    ask = curves.asker(engine.index, cases)

    def remember(settings: Settings) -> Any:
        asked.append(settings)
        return ask(settings)

    wrapped: Callable[[Settings], Any] = remember
    lines = list(curves.by_words(wrapped, engine.settings))
    assert [one.answering.max_words for one in asked] == list(curves.WORDS)
    assert len(lines) == len(curves.WORDS)
    assert "nugget_vital" in lines[0]
    asked.clear()
    assert len(list(curves.by_threshold(wrapped, engine.settings))) == len(curves.THRESHOLDS)
    assert [one.answering.threshold for one in asked] == list(curves.THRESHOLDS)
    assert {one.answering.max_words for one in asked} == {engine.settings.answering.max_words}
    assert ask(engine.settings) is ask(engine.settings), "the shipped way of answering is asked once"
