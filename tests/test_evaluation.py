"""The harness: questions, runs, scores, comparison, the gate against cheating, reports."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from answer.assemble import Engine
from eval import gate, report, runs, verdict_readers
from eval.agreement import agreement, load
from eval.baselines import SYSTEMS, QuickStart
from eval.cases import Case, gold, load_cases, set_sha256
from eval.compare import compare
from eval.metrics.context import Context
from eval.runs import Answerer
from eval.score import AGREEMENT, Scores, score, summary
from eval.setup import context_of
from mayshare.errors import QuestionSetError, RunFileError
from mayshare.schema import Answer, Question
from tests.cheats import CHEATS
from tests.evaluation import DOCUMENTS, answer, case, claim

CUT_IN_TWO = ("adversarial", "out-of-scope", "follow-ups")  # they cross every subject


class Remembering(Engine):
    """The engine, asked each question once: the tests here score the same questions again and again."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine.settings, engine.index)
        self._given: dict[Question, Answer] = {}

    def ask(self, question: Question, on_claim: Callable[[str], object] | None = None) -> Answer:
        if question not in self._given:
            self._given[question] = super().ask(question, on_claim)
        return self._given[question]


@pytest.fixture(scope="module")
def engine(engine: Engine) -> Engine:
    return Remembering(engine)


@pytest.fixture(scope="module")
def gaming(engine: Engine, few: list[Case]) -> Callable[[str], Answerer]:
    """The gaming baselines by name, each made once. The quick start looks into some right documents alone.

    It embeds what it looks into, half a minute for all.
    """
    right = {case.evidence[0].document for case in few[::4] if case.evidence}
    return functools.cache(
        lambda name: QuickStart(engine, right) if name == "quick-start" else SYSTEMS[name].make(engine)
    )


@pytest.fixture(scope="module")
def ctx(engine: Engine) -> Context:
    return context_of(engine.index)


@pytest.fixture(scope="module")
def dev() -> list[Case]:
    return load_cases(split="dev")


@pytest.fixture(scope="module")
def few(dev: list[Case]) -> list[Case]:
    """A third of the development questions, every kind among them, without paraphrases."""
    chosen = [case for i, case in enumerate(dev) if i % 3 == 0 or case.kind in ("out_of_scope", "adversarial")]
    return [case.model_copy(update={"paraphrases": ()}) for case in chosen]


def scored(ask: Any, cases: list[Case], ctx: Context, name: str = "x") -> Scores:
    return score(runs.run(SimpleNamespace(ask=ask), cases, name), cases, ctx)


@pytest.fixture(scope="module")
def honest(engine: Engine, few: list[Case], ctx: Context) -> gate.Baseline:
    return gate.measure(scored(engine.ask, few, ctx), "dev", "m")


def test_the_shipped_set_is_large_and_whole(dev: list[Case], engine: Engine) -> None:
    cases = load_cases()
    assert len(cases) >= 260
    assert sum(1 for c in cases if c.paraphrases) >= 40
    assert {c.kind for c in dev} == {c.kind for c in cases}
    topics = {c.topic: c.split for c in cases if c.topic not in CUT_IN_TWO}
    assert all(topics.get(c.topic, c.split) == c.split for c in cases), "a topic lies in one split only"
    for each in cases:
        gold(each, engine.index.documents)  # every quote stands in the corpus
        if each.kind in ("answerable", "false_premise", "follow_up") and each.verdict != "abstain":
            assert each.evidence, f"{each.id} has no evidence"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"verdict": "perhaps"}, "verdict"),
        ({"abstention": "unsafe"}, "abstention"),
        ({"turns": ["before"]}, "turns"),
        ({"paraphrases": ["one"]}, "paraphrases"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_malformed_question_names_file_and_id(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    item = case().model_dump(mode="json", exclude={"topic", "split"}) | change
    content = {"topic": "t", "split": "dev", "questions": [item]}
    (tmp_path / "t.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(QuestionSetError, match=r"t\.yaml, c1") as caught:
        load_cases(tmp_path)
    assert says in str(caught.value)


def test_an_id_that_stands_twice_and_an_empty_folder_are_errors(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="no question file"):
        load_cases(tmp_path)
    item = case().model_dump(mode="json", exclude={"topic", "split"})
    content = {"topic": "t", "split": "dev", "questions": [item, dict(item)]}
    (tmp_path / "t.yaml").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(QuestionSetError, match="twice"):
        load_cases(tmp_path)


def test_a_quote_that_left_the_corpus_is_an_error() -> None:
    lost = case(evidence=[{"document": "emergency", "quote": "No such sentence."}])
    with pytest.raises(QuestionSetError, match="doesn't hold the quote"):
        gold(lost, DOCUMENTS)
    with pytest.raises(QuestionSetError, match="isn't in the corpus"):
        gold(case(evidence=[{"document": "gone", "quote": "x"}]), DOCUMENTS)


def test_a_run_survives_its_file(tmp_path: Path) -> None:
    made = runs.run(SimpleNamespace(ask=lambda q: answer(claim(1))), [case()], "x")
    runs.write(made, tmp_path / "run.jsonl")
    assert runs.read(tmp_path / "run.jsonl") == made
    assert list(tmp_path.iterdir()) == [tmp_path / "run.jsonl"]


@pytest.mark.parametrize(
    ("text", "says"), [("", "empty"), ("{}\n", "run.jsonl:1"), ("not json\n", "run.jsonl:1"), (None, "can't be read")]
)
def test_a_bad_run_file_is_named(tmp_path: Path, text: str | None, says: str) -> None:
    path = tmp_path / "run.jsonl"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(RunFileError) as caught:
        runs.read(path)
    assert says in str(caught.value)


def test_a_broken_line_is_named_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    runs.write(runs.run(SimpleNamespace(ask=lambda q: answer(claim(1))), [case()], "x"), path)
    path.write_text(path.read_text() + '{"case": 1}\n', encoding="utf-8")
    with pytest.raises(RunFileError, match=r"run\.jsonl:3"):
        runs.read(path)


def test_an_error_counts_as_wrong_and_is_shown(ctx: Context) -> None:
    def broken(question: Question) -> Any:
        raise ValueError("no")

    (item,) = scored(broken, [case(evidence=[])], ctx).items
    assert (item.outcome, item.error) == ("wrong", "ValueError: no")
    assert item.values["verdict_accuracy"] == 0
    assert summary("verdict_accuracy", [item]).failed == 1


def test_a_run_on_another_set_is_refused(ctx: Context) -> None:
    made = runs.run(SimpleNamespace(ask=lambda q: answer(claim(1))), [case(evidence=[])], "x")
    with pytest.raises(RunFileError, match="another version"):
        score(made, [case(evidence=[], question="Reworded?")], ctx)
    cut = made.model_copy(update={"lines": ()})
    with pytest.raises(RunFileError, match="no answer to c1"):
        score(cut, [case(evidence=[])], ctx)


def test_paraphrases_agree_where_verdict_and_document_do(ctx: Context) -> None:
    asked = case(evidence=[], paraphrases=["Another way?", "A third way?"])
    (item,) = scored(lambda q: answer(claim(1), verdict="no" if "third" in q.text else "yes"), [asked], ctx).items
    assert item.values[AGREEMENT] == 1 / 2


@pytest.mark.parametrize("name", CHEATS)
def test_cheating_turns_the_gate_red(
    name: str, engine: Engine, few: list[Case], ctx: Context, honest: gate.Baseline
) -> None:
    ask = CHEATS[name](engine, [case.variants()["question"] for case in few])
    assert gate.check(scored(ask, few, ctx), honest), f"{name} was not seen"


@pytest.mark.parametrize("name", [name for name, system in SYSTEMS.items() if system.gaming])
def test_gaming_baselines_lose(
    name: str, gaming: Callable[[str], Answerer], few: list[Case], ctx: Context, honest: gate.Baseline
) -> None:
    assert gate.check(scored(gaming(name).ask, few, ctx), honest)


def test_the_engine_itself_passes(engine: Engine, few: list[Case], ctx: Context, honest: gate.Baseline) -> None:
    assert gate.check(scored(engine.ask, few, ctx), honest) == []


def test_the_gate_refuses_another_set_and_a_number_that_is_none(ctx: Context, honest: gate.Baseline) -> None:
    scores = scored(lambda q: answer(claim(1)), [case(evidence=[])], ctx)
    with pytest.raises(RunFileError, match="another version"):
        gate.check(scores, honest)
    own = honest.model_copy(update={"set_sha256": set_sha256([case(evidence=[])])})
    assert any(breach.metric == "recall@5" for breach in gate.check(scores, own)), "a mean that can't be computed"


def test_comparing_a_run_with_itself_shows_nothing(engine: Engine, few: list[Case], ctx: Context) -> None:
    made = runs.run(engine, few, "a")
    scores = score(made, few, ctx)
    result = compare(made, made, (scores, scores), {case.id: case for case in few})
    assert not result.changes
    assert all(row.p == 1 and not row.worse for row in result.differences)


def test_worse_is_told_from_changed(ctx: Context) -> None:
    asked = [case(evidence=[])]
    made = [
        runs.run(SimpleNamespace(ask=lambda q, given=given: given), asked, name)
        for name, given in (
            ("before", answer(claim(1), text="a")),
            ("worse", answer(claim(1), verdict="abstain", abstention="unsafe", text="b")),
            ("other", answer(claim(1), text="c")),
        )
    ]
    by_hand = Context(ctx.matcher, DOCUMENTS)
    results = [score(run, asked, by_hand) for run in made]
    cases = {"c1": asked[0]}
    (change,) = compare(made[0], made[1], (results[0], results[1]), cases).changes
    assert (change.judgement, change.verdicts) == ("worse", ("conditional", "abstain"))
    (change,) = compare(made[0], made[2], (results[0], results[2]), cases).changes
    assert (change.judgement, change.texts) == ("changed", ("a", "c"))


def test_runs_on_different_sets_are_not_compared(ctx: Context) -> None:
    one, two = ([case(evidence=[])], [case(evidence=[], id="c2")])
    a, b = (runs.run(SimpleNamespace(ask=lambda q: answer(claim(1))), cases, "x") for cases in (one, two))
    with pytest.raises(RunFileError, match="different question sets"):
        compare(a, b, (score(a, one, ctx), score(b, two, ctx)), {})


def test_the_report_says_who_wrote_the_questions_and_loads_nothing(
    engine: Engine, few: list[Case], ctx: Context
) -> None:
    entries = []
    for name in ("engine", "always-refuse"):
        made = runs.run(SYSTEMS[name].make(engine), few, name)
        entries.append(report.Entry(name, "dev", made, score(made, few, ctx)))
    cases = {case.id: case for case in few}
    text = report.markdown(entries, cases, engine.index.documents, "kappa")
    assert text.startswith(report.NOTICE)
    for part in (
        "verdict_accuracy",
        "always-refuse",
        "by | ",
        "worst questions",
        "Risk and coverage",
        "share six words",
    ):
        assert part in text
    page = report.html(entries, cases, engine.index.documents, "kappa")
    assert page.count("<svg") == 2
    assert "Figure:" not in page
    assert "src=" not in page and "http" not in page.split("</style>")[0]


def test_matching_agrees_with_labels_given_by_hand(ctx: Context) -> None:
    labels = load()
    kappa, equal, count = agreement(ctx.matcher, labels)
    assert len(labels) >= 150
    assert count >= 60
    assert kappa > 0.4, f"kappa {kappa:.2f}, equal {equal:.2f}"


def test_what_two_of_three_readers_accept_stands_beside_a_verdict() -> None:
    cases = {case.id: case for case in load_cases()}
    read = verdict_readers.load()
    assert {one.case for one in read} == {case.id for case in cases.values() if case.verdict != "abstain"}
    for one in read:
        case = cases[one.case]
        assert len(one.readers) == 3
        assert set(case.verdict_also) == one.settled - {case.verdict}, one.case
    found = verdict_readers.agreement(read, list(cases.values()))
    assert 0.7 < found.with_set < found.set_accepted < 1
    alone = verdict_readers.agreement(read[:1], list(cases.values()))
    assert alone.questions == 1


def test_the_quick_start_answers_with_whole_chunks(engine: Engine, gaming: Callable[[str], Answerer]) -> None:
    given = gaming("quick-start").ask(Question(text="May a school give police records?"))
    assert given.claims
    for made in given.claims:
        (cited,) = made.citations
        body = engine.index.documents[cited.passage_id.rsplit(":", 1)[0]].body
        assert body[cited.start : cited.end] == cited.quote


def test_explain_shows_each_stage(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    import cli

    store = str(engine.settings.store)
    with pytest.raises(SystemExit):
        cli.app(["ask", "May a school give police records in an emergency?", "--explain", "--store", store])
    shown = capsys.readouterr().out
    for stage in ("Understood", "Retrieved", "Selected", "Decided"):
        assert stage in shown
