"""What trainers write by hand: sheets, ratings, feedback; and BEIR sets."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata
from openpyxl import load_workbook

from eval import beir, expert, feedback, judge, runs
from eval.cases import load_cases
from mayshare.config import Judge, load_settings
from mayshare.errors import BeirError, JudgeError, LanguageModelError, QuestionSetError, RunFileError
from mayshare.schema import Question
from tests.conftest import KEPT
from tests.evaluation import answer, case, claim

TODAY = dt.date(2026, 11, 26)


@pytest.fixture
def run() -> runs.Run:
    formula = claim(2, number=1, text="=HYPERLINK(1)")
    return runs.run(SimpleNamespace(ask=lambda q: answer(claim(1), formula)), [case(evidence=[])], "r")


def filled(path: Path, ratings: list[tuple[str, str]], rater: str) -> Path:
    """The exported CSV with ratings typed in."""
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    for row, (rating, cites) in zip(rows, ratings, strict=True):
        row |= {"rating": rating, "citation_rating": cites, "rater": rater}
    out = path.with_name(f"{rater}.csv")
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, expert.COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return out


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_sheet_has_a_row_for_each_sentence_and_no_formula(run: runs.Run, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"sheet.{ending}"
    assert expert.export(run, {"c1": case()}, path, "ann") == 2
    if ending == "xlsx":
        rows = list(load_workbook(path).worksheets[0].iter_rows(values_only=True))
    else:
        rows = [tuple(row) for row in csv.reader(path.read_text(encoding="utf-8-sig").splitlines())]
    assert tuple(rows[0]) == expert.COLUMNS
    assert rows[2][expert.COLUMNS.index("sentence")] == "'=HYPERLINK(1)"


def test_ratings_come_back_and_two_raters_give_a_kappa(run: runs.Run, tmp_path: Path) -> None:
    sheet, kept = tmp_path / "sheet.csv", tmp_path / "ratings.jsonl"
    expert.export(run, {"c1": case()}, sheet)
    ann = expert.read_sheet(filled(sheet, [("right", "supports"), ("wrong", "does not")], "ann"), TODAY)
    bob = expert.read_sheet(filled(sheet, [("Right", "supports"), ("right but", "")], "bob"), TODAY)
    assert expert.add([*ann, *bob], kept) == 4
    assert expert.add(ann, kept) == 0
    found = expert.totals(expert.load(kept))
    assert found.counts == {"right": 2, "right but": 1, "wrong": 1}
    assert found.citations == {"supports": 2, "does not": 1}
    # both say right once; observed 1/2, chance 1/2·1/2 = 1/4
    assert (found.kappa, found.both_rated) == (pytest.approx((1 / 2 - 1 / 4) / (3 / 4)), 2)


def test_an_xlsx_round_trip_keeps_ratings(run: runs.Run, tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    expert.export(run, {"c1": case()}, path, "ann")
    book = load_workbook(path)
    book.worksheets[0].cell(2, expert.COLUMNS.index("rating") + 1, "right but")
    book.save(path)
    (rating,) = expert.read_sheet(path, TODAY)
    assert (rating.rating, rating.sentence_no, rating.rater) == ("right but", 1, "ann")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n", "column “run” is missing"),
        ("run,case,sentence_no,sentence,rating,rater\nr,c1,1,S,great,ann\n", "row 2, column rating"),
        ("run,case,sentence_no,sentence,rating,rater\nr,c1,1,S,right,\n", "row 2, column rater"),
    ],
)
def test_a_bad_sheet_names_row_and_column(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RunFileError) as caught:
        expert.read_sheet(path)
    assert says in str(caught.value)


def test_what_is_no_sheet_is_refused(run: runs.Run, tmp_path: Path) -> None:
    with pytest.raises(RunFileError, match=r"\.csv or \.xlsx"):
        expert.export(run, {"c1": case()}, tmp_path / "sheet.pdf")
    (tmp_path / "x.xlsx").write_text("no workbook", encoding="utf-8")
    with pytest.raises(RunFileError, match="can't be read as a sheet"):
        expert.read_sheet(tmp_path / "x.xlsx")


def test_feedback_becomes_a_question_once_accepted(tmp_path: Path) -> None:
    queue, folder = tmp_path / "queue.jsonl", tmp_path / "questions"
    folder.mkdir()
    item = case(id="other-001").model_dump(mode="json", exclude={"topic", "split"})
    (folder / "other.yaml").write_text(json.dumps({"topic": "o", "split": "dev", "questions": [item]}))
    given = answer(claim(1), verdict="yes").model_copy(update={"question": Question(text="May I tell the coach?")})
    bad = feedback.Remark(False, "May I tell the coach?", wrong=("verdict",), comment="Wrong law.")
    first = feedback.record(given, bad, queue, TODAY)
    assert feedback.record(given, bad, queue, TODAY) == first
    second = feedback.record(given, bad._replace(helpful=True, comment=""), queue, TODAY)
    assert [i.state for i in feedback.load(queue)] == ["open", "open"]
    later = feedback.record(given, bad._replace(turns=("Is Jo in the band?",)), queue, TODAY)
    follow_up = feedback.accept(
        later.id, "teacher", "yes", "Yes.", path=queue, folder=folder, question="And the coach?", turns=("In a band?",)
    )
    assert (follow_up.kind, follow_up.question, follow_up.turns) == ("follow_up", "And the coach?", ("In a band?",))
    made = feedback.accept(first.id, "teacher", "conditional", "Only staff who need it.", path=queue, folder=folder)
    feedback.reject(second.id, "praise", path=queue)
    assert made.id == "feedback-002"
    assert "feedback-002" in {c.id for c in load_cases(folder, "dev")}
    assert [i.state for i in feedback.load(queue)] == ["accepted", "rejected", "accepted"]
    with pytest.raises(RunFileError, match="no open item"):
        feedback.reject(first.id, "again", path=queue)


def test_a_verdict_without_its_reason_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    queue, folder = tmp_path / "queue.jsonl", tmp_path / "questions"
    folder.mkdir()
    item = case(id="other-001").model_dump(mode="json", exclude={"topic", "split"})
    (folder / "other.yaml").write_text(json.dumps({"topic": "o", "split": "dev", "questions": [item]}))
    first = feedback.record(answer(claim(1)), feedback.Remark(False, "q"), queue, TODAY)
    with pytest.raises(QuestionSetError, match="abstention"):
        feedback.accept(first.id, "teacher", "abstain", "State law.", path=queue, folder=folder)
    assert feedback.load(queue) == [first]
    assert [p.name for p in folder.glob("[!.]*")] == ["other.yaml"]


class Scripted(CustomLLM):
    """Says what the test wants, and fails where it is told to."""

    fails: bool = False

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=8000, num_output=256, model_name="scripted")

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        if self.fails:
            raise ConnectionError("the server is down")
        return CompletionResponse(text="YES" if "supported" in prompt else "4.5\nClose to the reference.")

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
        yield self.complete(prompt)


def test_a_language_model_may_judge(run: runs.Run) -> None:
    found = judge.judge(run, {"c1": case()}, Scripted())
    assert [(j.faithful, j.correct, j.error) for j in found] == [(1.0, 4.5, None)]
    assert judge.shares(found).faithful[0] == 1.0


def test_a_failed_judge_is_neither_pass_nor_fail(run: runs.Run) -> None:
    (failed,) = judge.judge(run, {"c1": case()}, Scripted(fails=True))
    assert (failed.faithful, failed.correct) == (None, None)
    assert "server is down" in str(failed.error)
    assert judge.shares([failed])[2:] == (0, 1)


def test_without_a_judge_set_the_command_says_how_to_set_one() -> None:
    with pytest.raises(JudgeError, match=r"\[judge\] in mayshare\.toml"):
        judge.build_llm(load_settings().judge)
    with pytest.raises(LanguageModelError, match=r"judge\.base_url"):
        judge.build_llm(Judge(provider="openai_like", model="m"))


def write_beir(folder: Path) -> Path:
    folder.mkdir()
    texts = ["School records and police", "Clinic notes and parents", "Meals and counselors"]
    rows = [{"_id": f"d{i}", "title": "", "text": text} for i, text in enumerate(texts)]
    (folder / "corpus.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "police and school"}), encoding="utf-8")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\td0\t1\n", encoding="utf-8")
    return folder


def test_a_beir_set_is_scored_for_ours_and_the_baselines(tmp_path: Path) -> None:
    rows = beir.evaluate(beir.read(write_beir(tmp_path / "set")), load_settings(models=KEPT / "models"))
    assert [row.system for row in rows] == ["bm25", "dense", "quick-start", "ours"]
    for row in rows:
        assert row.metrics["ndcg@10"][0] == 1.0
        assert row.metrics["recall@1"][0] == 1.0
        assert set(row.metrics) >= {"recall@100", "mrr@10", "map@10", "ndcg@5"}


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("corpus.jsonl", "not json", "corpus.jsonl:1"),
        ("corpus.jsonl", '{"_id": "d"}', "lacks `text`"),
        ("queries.jsonl", '{"text": "x"}', "queries.jsonl:1"),
        ("qrels.tsv", "query-id\tcorpus-id\tscore\nq d0 1\n", "qrels.tsv:2"),
        ("qrels.tsv", None, "can't be read"),
    ],
)
def test_a_folder_that_is_no_beir_set_is_named(tmp_path: Path, file: str, text: str | None, says: str) -> None:
    folder = write_beir(tmp_path / "set")
    (folder / file).unlink() if text is None else (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(BeirError) as caught:
        beir.read(folder)
    assert says in str(caught.value)


def test_the_commands_work_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import cli

    folder = write_beir(tmp_path / "set")
    with pytest.raises(SystemExit) as done:
        cli.app(["eval", "beir", str(folder), "--json"])
    assert done.value.code == 0
    assert {row["system"] for row in json.loads(capsys.readouterr().out)} >= {"ours", "bm25"}
