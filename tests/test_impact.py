"""Which answers a change of the guidance changes, in which order, and what the gate lets through."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import app as mayshare
from eval import answered, impact_report, impact_run, watch
from eval.cases import Case, set_sha256
from eval.gate import Baseline, Expected
from eval.impact import Asked, Change, Impact, compare, questions
from eval.impact_gate import Held, hold
from eval.watch import Watch
from ingest.pipeline import ingest
from mayshare import generation
from mayshare.config import Settings
from mayshare.errors import GateError, WatchListError
from mayshare.index import open_index
from mayshare.schema import Answer, Question
from tests.conftest import EMERGENCY
from tests.evaluation import answer, case, claim, context

MAY = "May a school give police records in an emergency?"
LOG = "Must a school log the disclosure of records to police?"
BREAD = "How do I bake sourdough bread?"
FIRST = EMERGENCY.split("\n")[2]
silent = lambda name, done, total: None  # noqa: E731


def rewrite(corpus: Path, old: str, new: str) -> None:
    path = corpus / "law" / "ferpa-emergency.md"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def small(name: str, question: str, **changes: Any) -> Case:
    quote = {"document": "ferpa-emergency", "quote": FIRST, "group": 1}
    return case(id=name, question=question, evidence=[quote], **changes)


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """Two evaluation questions about the small corpus, and one outside it."""
    outside = {"kind": "out_of_scope", "verdict": "abstain", "abstention": "out_of_scope", "nuggets": []}
    chosen = [small("may", MAY), small("log", LOG), case(id="bread", question=BREAD, evidence=[], **outside)]
    monkeypatch.setattr(impact_run, "load_cases", lambda *_: chosen)
    return chosen


def run(*arguments: str) -> Any:
    return CliRunner().invoke(mayshare, [*arguments], catch_exceptions=False)


# ---- comparing


def one(**changes: Any) -> Asked:
    return Asked("c1", Question(text="q"), **changes)


def between(asked: Asked, before: Answer | None, after: Answer, made: Any = None) -> list[Change]:
    given = {asked.id: before} if before else None
    return list(compare([asked], given, {asked.id: after}, lambda: made, ("g1", "g2")).changes)


def withheld() -> Answer:
    return answer(verdict="abstain", abstention="state_law", text="withheld")


def said(verdict: Any, text: str = "text", **changes: Any) -> Answer:
    return answer(claim(1), verdict=verdict, text=text, **changes)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (said("yes"), said("yes"), None),
        (said("yes"), said("no"), "contradiction"),
        (said("no"), said("yes"), "contradiction"),
        (said("yes"), withheld(), "lost"),
        (withheld(), said("yes"), "verdict"),
        (said("yes"), said("conditional"), "verdict"),
        (withheld(), answer(verdict="abstain", abstention="missing_facts", text="withheld"), "verdict"),
        (said("yes"), answer(claim(1), claim(2), verdict="yes", text="text"), "citations"),
        (said("yes"), said("yes", "other words"), "text"),
    ],
)
def test_a_change_is_of_one_kind(before: Answer, after: Answer, kind: str | None) -> None:
    found = between(one(), before, after)
    assert [change.kind for change in found] == ([kind] if kind else [])


def test_the_opposite_of_the_gold_verdict_is_a_contradiction() -> None:
    asked = one(case=case(verdict="no", wrong_if=[]))
    [change] = between(asked, said("conditional"), said("yes"))
    assert (change.kind, change.reasons) == ("contradiction", ("the verdict is yes, the expected one no",))
    assert between(asked, said("yes"), said("yes", "more"))[0].kind == "text"  # not a new one


def test_a_new_wrong_statement_is_a_contradiction(settings: Settings) -> None:
    wrong = "A school may tell the police about any student at any time."
    asked = one(case=case(wrong_if=[wrong]))
    right, false = said("conditional"), answer(claim(1, text=wrong), verdict="conditional", text="text 2")
    made = context(settings)
    [change] = between(asked, right, false, made)
    assert change.kind == "contradiction"
    assert wrong in change.reasons[0]
    assert between(asked, false, answer(claim(1, text=wrong), verdict="conditional", text="3"), made)[0].kind == "text"


def test_an_expectation_counts_whether_or_not_the_answer_changed() -> None:
    asked = one(watch=Watch(question="May we?", verdict="no"))
    assert [c.kind for c in between(asked, said("conditional"), said("conditional"))] == ["watch"]
    assert [c.kind for c in between(asked, said("conditional"), said("explain"))] == ["watch"]
    assert [c.kind for c in between(asked, None, said("conditional"))] == ["watch"]
    assert between(asked, None, said("no")) == []
    assert between(asked, said("no"), said("no")) == []


def test_the_gravest_come_first() -> None:
    pairs = {
        "text": (said("yes"), said("yes", "other")),
        "citations": (said("yes"), answer(claim(1), claim(2), verdict="yes", text="text")),
        "verdict": (said("yes"), said("explain")),
        "watch": (said("yes"), said("explain")),
        "lost": (said("yes"), withheld()),
        "contradiction": (said("yes"), said("no")),
    }
    watched = {"watch": Watch(question="May we?", verdict="yes")}
    asked = [Asked(name, Question(text=name), watch=watched.get(name)) for name in pairs]
    before = {name: pair[0] for name, pair in pairs.items()}
    after = {name: pair[1] for name, pair in pairs.items()}
    found = compare(asked, before, after, lambda: None, ("g1", "g2"))  # type: ignore[arg-type,return-value]
    assert [change.asked.id for change in found.changes] == list(reversed(pairs))
    assert found.counts == dict.fromkeys(reversed(pairs), 1)


# ---- on two indexes


@pytest.mark.usefixtures("quick_check")
def test_the_working_corpus_is_compared_without_going_live(settings: Settings, corpus: Path, cases: list[Case]) -> None:
    ingest(settings)
    unchanged = impact_run.working_corpus(settings, silent)
    assert not hasattr(unchanged, "impact")
    rewrite(corpus, "may disclose education records to police", "must not disclose education records to police")
    watch.add(watch.path_of(corpus), Watch(question=MAY + " ", verdict="abstain"))
    found = impact_run.working_corpus(settings, silent)
    assert isinstance(found, impact_run.Found)
    kinds = {change.asked.id: change.kind for change in found.impact.changes}
    assert "bread" not in kinds
    assert kinds["may"] in ("contradiction", "verdict")
    assert kinds["watch 1"] in ("contradiction", "watch")
    assert generation.live(settings.store) == 1
    assert found.staged and found.staged.generation == 2
    again = impact_run.working_corpus(settings, silent)
    assert isinstance(again, impact_run.Found)
    shown = [impact_report.as_json(each.impact, None, None)["changes"] for each in (found, again)]
    assert shown[0] == shown[1]
    assert generation.staged(settings.store) == {2: 1}, "the earlier staging was replaced"


@pytest.mark.usefixtures("quick_check")
def test_answers_are_asked_once(settings: Settings, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(settings)
    index = open_index(settings)
    asked = questions([small("may", MAY)], [Watch(question=LOG)])
    steps: list[int] = []
    first = answered.answers(settings, index, asked, lambda done, total: steps.append(done))
    assert steps == [0, 1, 2]
    [path] = (settings.store / "impact").glob("*.jsonl")
    path.write_text(path.read_text() + "no JSON\n{}\n", encoding="utf-8")
    monkeypatch.setattr(answered, "Engine", None)  # asking again would fail
    second = answered.answers(settings, index, asked, lambda done, total: steps.append(done))
    assert steps == [0, 1, 2, 2]
    assert {k: a.text for k, a in first.items()} == {k: a.text for k, a in second.items()}
    assert [h.passage for h in first["may"].hits] == [h.passage for h in second["may"].hits]
    assert answered.identity(settings, index) == path.stem
    other = settings.model_copy(update={"answering": settings.answering.model_copy(update={"threshold": 0.9})})
    assert answered.identity(other, index) != path.stem
    rewrite(corpus, "must record every", "must always record every")
    ingest(settings)
    assert answered.identity(settings, open_index(settings)) != path.stem


# ---- the gate


def baseline(cases: list[Case], **scores: float) -> Baseline:
    dev = [c for c in cases if c.split == "dev"]
    metrics = {name: Expected(score=value, tolerance=0.0) for name, value in scores.items()}
    return Baseline(split="dev", set_sha256=set_sha256(dev), commit="", engine="", model="", metrics=metrics)


@pytest.mark.usefixtures("quick_check")
def test_a_red_gate_keeps_the_present_index(
    settings: Settings, corpus: Path, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(settings)
    rewrite(corpus, "must record every", "must always record every")
    monkeypatch.setattr("eval.gate.load", lambda: baseline(cases, verdict_accuracy=1.1))
    with pytest.raises(GateError, match=r"verdict_accuracy: .*expected 1.100"):
        impact_run.gated_ingest(settings, silent)
    assert (generation.live(settings.store), generation.numbers(settings.store)) == (1, [1])
    monkeypatch.setattr("eval.gate.load", lambda: baseline(cases, **{"recall@5": 0.0, "verdict_accuracy": 0.0}))
    assert impact_run.gated_ingest(settings, silent).generation == 2
    assert (generation.live(settings.store), generation.staged(settings.store)) == (2, {})
    assert not impact_run.gated_ingest(settings, silent, if_changed=True).built


@pytest.mark.usefixtures("quick_check")
def test_a_watched_expectation_keeps_it_too(
    settings: Settings, corpus: Path, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.gate.load", lambda: baseline(cases))
    watch.add(watch.path_of(corpus), Watch(question=MAY, cites="ferpa-emergency"))
    assert impact_run.gated_ingest(settings, silent).generation == 1, "the first one too"
    path = corpus / "law" / "ferpa-emergency.md"
    path.rename(path.with_name("ferpa-crisis.md")).write_text(
        path.with_name("ferpa-crisis.md").read_text().replace("ferpa-emergency", "ferpa-crisis"), encoding="utf-8"
    )
    with pytest.raises(GateError, match="ferpa-emergency isn't cited") as caught:
        impact_run.gated_ingest(settings, silent)
    assert "evidence: may: ferpa-emergency isn't in the corpus" in str(caught.value)
    assert "mayshare impact" in str(caught.value)
    assert generation.live(settings.store) == 1


@pytest.mark.usefixtures("quick_check")
def test_another_corpus_is_held_against_its_watch_list_alone(settings: Settings) -> None:
    ingest(settings)
    index = open_index(settings)
    foreign = [one(case=case(id="x"), watch=None)]
    held = hold(foreign, {"c1": said("yes")}, index, index.documents, lambda: None)  # type: ignore[arg-type,return-value]
    assert held == Held((), held.notice)
    assert "only the watch list" in held.notice
    held.require()


def test_a_bad_watch_list_is_said_before_anything_is_built(settings: Settings, corpus: Path, cases: list[Case]) -> None:
    watch.path_of(corpus).write_text("watch:\n  - nothing: x\n", encoding="utf-8")
    for act in (impact_run.working_corpus, impact_run.gated_ingest):
        with pytest.raises(WatchListError, match=":2:"):
            act(settings, silent)
    assert not settings.store.exists()


# ---- what is shown


def changes() -> Impact:
    hostile = "<img src=x onerror=alert(1)> | ![x](http://evil.example/a.png) `x`"
    found = [
        Change("contradiction", Asked("c1", Question(text=hostile)), said("yes"), said("no", hostile), ("turned",)),
        Change("watch", Asked("watch 1", Question(text="May we?")), None, withheld(), ("unmet",)),
    ]
    return Impact("g1-a", "g2-b", tuple(found), 3)


def test_a_page_shows_hostile_text_as_text() -> None:
    page = impact_report.html(changes(), Held(("recall@5: 0.1, expected 0.9",)))
    assert "<img" not in page
    assert "onerror=alert(1)&gt; | ![x](http" in page
    assert page.count("<table>") == 2
    assert "The gate is red." in page
    assert page.index("New contradiction (1)") < page.index("Watched expectation not met (1)")


def test_json_holds_both_sides() -> None:
    found = json.loads(json.dumps(impact_report.as_json(changes(), None, 2)))
    assert (found["staged"], found["asked"], found["gate"]) == (2, 3, None)
    assert found["changes"][0]["before"]["verdict"] == "yes"
    assert found["changes"][0]["after"]["citations"][0]["source_id"] == "emergency"
    assert found["changes"][1]["before"] is None


# ---- the command line


@pytest.mark.usefixtures("quick_check")
def test_the_commands(settings: Settings, corpus: Path, cases: list[Case], tmp_path: Path) -> None:
    where = ["--corpus", str(corpus), "--store", str(settings.store)]
    assert run("ingest", *where, "--json").exit_code == 0
    assert "no answer changes" in run("impact", *where).output
    assert run("impact", "watch", "add", LOG, "--verdict", "yes", "--corpus", str(corpus)).exit_code == 0
    assert f"1. {LOG}  [verdict yes]" in run("impact", "watch", "list", "--corpus", str(corpus)).output
    rewrite(corpus, "A school must record every", "A school need not record any")
    page, text = tmp_path / "i.html", tmp_path / "i.md"
    done = run("impact", *where, "--html", str(page), "--markdown", str(text))
    assert done.exit_code == 0
    assert "mayshare impact promote" in done.output
    assert LOG in page.read_text()
    assert "| now | new |" in text.read_text()
    shown = json.loads(run("impact", *where, "--json").output)
    assert {change["id"] for change in shown["changes"]} >= {"log", "watch 1"}
    assert generation.live(settings.store) == 1
    assert "is live" in run("impact", "promote", "--store", str(settings.store)).output
    assert generation.live(settings.store) == 2
    kept = json.loads(run("impact", "1", "2", *where, "--json").output)
    assert kept["changes"] == shown["changes"]
    assert run("impact", "watch", "remove", "1", "--corpus", str(corpus)).exit_code == 0
    assert "no question is watched" in run("impact", "watch", "list", "--corpus", str(corpus)).output


@pytest.mark.parametrize("arguments", [["1"], ["1", "2", "--promote"], ["watch", "add", "May we?", "--verdict", "x"]])
def test_bad_usage(arguments: list[str]) -> None:
    assert run("impact", *arguments).exit_code == 2
