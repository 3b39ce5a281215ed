"""The evaluation page, headless: each part over a small corpus and question set of its own, and what it writes."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

import pages.engine
from answer.assemble import Engine
from eval import expert, exports, feedback, history
from eval.cases import load_cases
from eval.feedback import Remark
from eval.history import Entry, Mean
from eval.places import Places, places
from eval.side_by_side import SideBySide
from ingest import jobs
from ingest.pipeline import ingest
from mayshare.config import ROOT, Settings, load_settings
from mayshare.errors import NotAllowedError, TrainerFileError
from mayshare.schema import Question
from pages import access, evaluation, evaluation_chooser, evaluation_data, evaluation_questions, menu
from pages import evaluation_actions as act
from pages.access import Role
from tests.conftest import verify_here, write_small_corpus
from tests.evaluation import LOGGED, answer, case, claim, small_case, write_small_set

PAGE = "from pages import access, evaluation\naccess.require(access.Role.TRAINER)\nevaluation.draw()\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A corpus, an index and a question set that was asked and scored, made once; each test gets a copy."""
    folder = tmp_path_factory.mktemp("made")
    settings = load_settings(
        corpus=write_small_corpus(folder / "corpus"), store=folder / "store", evaluation=folder / "eval"
    )
    with pytest.MonkeyPatch.context() as patch:
        verify_here(patch)
        ingest(settings)
        engine = Engine(settings, without=frozenset({"reader"}))
        patch.setattr(pages.engine, "_engine", engine)
        write_small_set(folder / "eval" / "questions")
        history.run_and_keep(settings, engine, evaluation_data.context(), "dev", lambda *_: None)
        yield folder
    engine.index.close()


@pytest.fixture
def live(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The copy, on loopback."""
    for name in ("store", "eval"):
        shutil.copytree(made / name, tmp_path / name)
    monkeypatch.setenv("MAYSHARE_CORPUS", str(made / "corpus"))
    monkeypatch.setenv("MAYSHARE_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("MAYSHARE_EVALUATION", str(tmp_path / "eval"))
    monkeypatch.setattr(st, "get_option", lambda name: "127.0.0.1")
    monkeypatch.syspath_prepend(str(ROOT))
    yield load_settings()


@pytest.fixture
def where(live: Settings) -> Places:
    return places(live)


def opened(tab: str, **state: Any) -> AppTest:
    app = AppTest.from_string(PAGE, default_timeout=60)
    app.session_state[act.TAB] = tab
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    assert not app.exception
    assert [header.value for header in app.header] == [tab], "only the part that is open is drawn"
    return app


def click(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    elements = [*app.markdown, *app.success, *app.warning, *app.error, *app.info, *app.caption]
    return "\n".join(str(element.value) for element in elements).replace("\\", "")


def field(app: AppTest, kind: str, label: str) -> Any:
    return next(one for one in getattr(app, kind) if one.label.startswith(label))


# ---- scores


def test_scores_say_what_was_measured_with_intervals_and_parts(live: Settings, where: Places) -> None:
    app = opened("Scores")
    assert "2 questions, asked on" in shown(app)
    means, every, parts, past = (table.value for table in app.table)
    # both verdicts are judged; Wilson's interval of what came out over two questions
    found = history.load(where.history)[0].metrics["verdict_accuracy"]
    row = means.loc["Right verdicts"]
    assert (row["Mean"], row["Questions"]) == (f"{found.mean:.3f}", 2)
    assert row["95 % interval"] == f"{found.low:.2f} to {found.high:.2f}"
    assert len(every) > len(means)
    assert list(parts.index) == ["all others"], "fewer than three questions a law are told together"
    assert list(past["Asked"].str.startswith("2 questions of set")) == [True]
    app.radio(key="evaluation-split").set_value("test").run()
    assert "The test questions have not been asked and scored here yet." in shown(app)


def test_the_history_shows_runs_of_the_split_in_order_of_time(live: Settings, where: Places) -> None:
    first = history.load(where.history)[0]
    for day, mean in ((1, 0.25), (2, 0.5)):
        changes = {
            "made": first.made.replace(year=2020, month=1, day=day),
            "metrics": {"outcome": Mean(mean=mean, low=-0.5, high=1.0, scored=2)},
        }
        history.add(first.model_copy(update=changes), where.history)
    history.add(first.model_copy(update={"split": "test"}), where.history)
    table = opened("Scores").table[-1].value
    assert list(table["Mean and 95 % interval"])[1:] == ["0.500 (−0.50 to 1.00)", "0.250 (−0.50 to 1.00)"]
    assert len(table) == 3, "the newest is first"


def test_the_questions_are_asked_and_scored_in_a_job(live: Settings, where: Places) -> None:
    app = opened("Scores")
    click(app, "Ask and score the dev questions")
    if act.JOB in app.session_state:  # else it ended within the run of the page that began it
        job: jobs.Job = app.session_state[act.JOB]
        assert job.wait(120)
    app.run()
    assert not app.exception
    assert "2 dev questions asked and scored: outcome" in shown(app)
    made: list[Entry] = history.load(where.history)
    assert made[-1].questions == 2
    header = evaluation_data.run(live, "dev").header  # type: ignore[union-attr]
    assert header.created == made[-1].made


def test_changed_questions_make_the_scores_outdated(live: Settings, where: Places) -> None:
    assert "has changed since" not in shown(opened("Scores"))
    path = where.questions / "emergency.yaml"
    path.write_text(path.read_text().replace("How do I bake bread?", "How do I bake rolls?"))
    assert "The question set has changed since. Ask and score anew." in shown(opened("Scores"))


# ---- questions


def test_expected_and_given_stand_side_by_side_with_what_was_missed(live: Settings) -> None:
    app = opened("Questions", **{act.CASE: "emergency-001"})
    text = shown(app)
    assert "1. :green-background[**Quoted**], in passage 1" in text
    assert "3. :red-background[**Missed**]" in text or "3. :orange-background[**Found, not quoted**]" in text
    assert ":green-background[**Expected evidence**]" in text
    assert ":green-background[**Stated**] A school may give police records in an emergency. (vital)" in text
    assert ":red-background[**Missed**] The zebra must be fed at noon by two keepers. (good to have)" in text
    assert ":green-background[**Cited**] 34 CFR 99.36" in text


def test_the_list_is_narrowed_and_stepped_through(live: Settings) -> None:
    app = opened("Questions")
    assert app.selectbox(key=act.CASE).value == "emergency-001"
    click(app, "Next question")
    assert app.selectbox(key=act.CASE).value == "emergency-002"
    assert "How do I bake bread?" in shown(app)
    app.text_input(key="evaluation-filter-words").set_value("POLICE").run()
    assert app.selectbox(key=act.CASE).value == "emergency-001"
    app.multiselect(key="evaluation-filter-kind").set_value(["out_of_scope"]).run()
    assert "No question fits" in shown(app)


def test_the_worst_answers_come_first_where_that_is_wanted(live: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = {"emergency-001": "accurate", "emergency-002": "wrong"}
    monkeypatch.setattr(evaluation_chooser, "_outcomes", lambda _: ends)
    app = opened("Questions")
    app.checkbox(key="evaluation-filter-worst").check().run()
    assert [option.split()[0] for option in app.selectbox(key=act.CASE).options] == ["emergency-002", "emergency-001"]
    ends.pop("emergency-002")  # one that wasn't asked comes last
    app.run()
    assert [option.split()[0] for option in app.selectbox(key=act.CASE).options] == ["emergency-001", "emergency-002"]


def test_what_makes_an_answer_wrong_is_said() -> None:
    given, asked = answer(claim(0)), case(verdict="no")
    wrong = SideBySide("wrong", "composition", (), (), (), (), ())
    assert evaluation_questions._why(asked, given, wrong) == f" The verdict is {given.verdict} and should be no."
    assert evaluation_questions._why(asked, given, wrong._replace(wrong=("x",))) == " It says what would be wrong."
    assert evaluation_questions._why(asked, given, wrong._replace(outcome="accurate")) == ""


def test_a_quote_that_left_the_guidance_is_said(live: Settings, where: Places) -> None:
    path = where.questions / "emergency.yaml"
    path.write_text(path.read_text().replace(LOGGED, "No such sentence stands there."))
    assert "ferpa-emergency doesn't hold the quote" in shown(opened("Questions"))


# ---- ratings and reviews


def test_sentences_are_rated_and_come_back_for_the_same_rater(live: Settings, where: Places) -> None:
    app = opened("Rate answers")
    click(app, "Keep these ratings")
    assert "Say who rates" in shown(app)
    app.text_input(key="evaluation-rater").set_value("Ann").run()
    click(app, "Keep these ratings")
    assert "rate at least one sentence" in shown(app)
    assert expert.load(where.ratings) == []
    field(app, "radio", "Sentence 1 is").set_value("right but")
    field(app, "radio", "Its citation, sentence 1").set_value("supports")
    field(app, "text_input", "Comment on sentence 1").set_value("Say who decides.")
    click(app, "Keep these ratings")
    (rating,) = expert.load(where.ratings)
    kept = (rating.case, rating.rating, rating.citation_rating, rating.comment, rating.rater)
    assert kept == ("emergency-001", "right but", "supports", "Say who decides.", "Ann")
    again = opened("Rate answers", **{"evaluation-rater": "Ann"})
    assert field(again, "radio", "Sentence 1 is").value == "right but"
    other = opened("Rate answers", **{"evaluation-rater": "Bob"})
    assert field(other, "radio", "Sentence 1 is").value is None
    assert "1 ratings: 0 right, 1 right but" in shown(other)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_filled_sheet_comes_back_in_and_a_broken_one_changes_nothing(
    live: Settings, where: Places, suffix: str
) -> None:
    run = evaluation_data.run(live, "dev")
    assert run is not None
    empty = exports.sheet(run, evaluation_data.cases(live), "Ann", suffix)
    app = opened("Rate answers")
    click(app, "Keep the ratings of this sheet")
    assert "choose a filled sheet" in shown(app)
    for content, says in ((b"not, a sheet", "sheet"), (empty, "no row is rated")):
        app.file_uploader(key="evaluation-sheet").set_value((f"mine.{suffix}", content, ""))
        click(app, "Keep the ratings of this sheet")
        assert f"mine.{suffix}" in shown(app) and says in shown(app)
    assert expert.load(where.ratings) == []
    app.file_uploader(key="evaluation-sheet").set_value((f"mine.{suffix}", rated(empty, suffix), ""))
    click(app, "Keep the ratings of this sheet")
    assert "1 rated sentences, 1 of them new" in shown(app)
    (rating,) = expert.load(where.ratings)
    assert (rating.rating, rating.rater) == ("right but", "Ann")


def rated(sheet: bytes, suffix: str) -> bytes:
    """The sheet with its first sentence rated, as a spreadsheet program would save it."""
    column = expert.COLUMNS.index("rating")
    if suffix == "xlsx":
        book = load_workbook(io.BytesIO(sheet))
        book.worksheets[0].cell(2, column + 1, "Right but")
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()
    lines = list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"))))
    lines[1][column] = "Right but"
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


def test_a_review_is_signed_in_the_question_and_falls_with_a_change(live: Settings, where: Places) -> None:
    app = opened("Rate answers")
    click(app, "Sign emergency-001")
    assert "names who made it" in shown(app)
    app.text_input(key="evaluation-reviewer").set_value("A. Counsel")
    app.text_input(key="evaluation-reviewer-role").set_value("attorney")
    click(app, "Sign emergency-001")
    signed = load_cases(where.questions)[0]
    assert str(signed.reviewed_by).startswith("A. Counsel, attorney, 20")
    assert signed.model_copy(update={"reviewed_by": None}) == small_case("emergency-001")
    app = opened("Write a question", **{act.WAY: act.CHANGE})
    field(app, "text_area", "The right answer").set_value("Only in an emergency.")
    click(app, "Write emergency-001")
    assert "Have it reviewed again" in shown(app)
    changed = load_cases(where.questions)[0]
    assert (changed.bottom_line, changed.reviewed_by) == ("Only in an emergency.", None)


# ---- feedback


@pytest.fixture
def remark(where: Places) -> feedback.Feedback:
    asked = answer(claim(1), verdict="yes").model_copy(update={"question": Question(text="May I tell the coach?")})
    return feedback.record(
        asked, Remark(False, "May I tell the coach?", (), ("left_out",), "What of coaches?"), where.feedback
    )


def test_a_remark_becomes_a_question_that_is_opened_to_be_completed(remark: feedback.Feedback, where: Places) -> None:
    app = opened("Feedback")
    text = shown(app)
    assert "May I tell the coach?" in text
    assert "An exception or a condition is missing" in text
    assert "What of coaches?" in text
    click(app, "Make a question of it")
    assert "needs its words" in shown(app)
    app.selectbox(key=f"accept-{remark.id}-asker").set_value("principal")
    app.text_area(key=f"accept-{remark.id}-question").set_value("May a school tell the coach?")
    app.text_area(key=f"accept-{remark.id}-bottom_line").set_value("Only what the coach needs.")
    click(app, "Make a question of it")
    assert app.header[0].value == "Write a question"
    assert field(app, "text_area", "Question, as people").value == "May a school tell the coach?"
    new = next(case for case in load_cases(where.questions) if case.topic == "feedback")
    assert (new.id, new.verdict, new.split) == ("feedback-001", "conditional", "dev")
    assert feedback.load(where.feedback)[0].state == "accepted"


def test_a_remark_is_closed_with_a_reason_or_taken_out_for_good(remark: feedback.Feedback, where: Places) -> None:
    app = opened("Feedback")
    click(app, "Close the remark")
    assert "Say why" in shown(app)
    app.text_input(key=f"close-{remark.id}-why").set_value("Praise.")
    click(app, "Close the remark")
    assert [(item.state, item.decided_because) for item in feedback.load(where.feedback)] == [("rejected", "Praise.")]
    assert "The queue is empty." in shown(app)
    asked = answer(claim(1)).model_copy(update={"question": Question(text="Another?")})
    feedback.record(asked, Remark(True, "Another?"), where.feedback)
    app = opened("Feedback")
    click(app, "Delete the remark for good")
    assert len(feedback.load(where.feedback)) == 2, "the first click only asks"
    click(app, "Delete the remark now")
    assert [item.question for item in feedback.load(where.feedback)] == ["May I tell the coach?"]


# ---- writing


def test_a_new_question_is_written_only_when_everything_holds_and_nothing_typed_is_lost(where: Places) -> None:
    app = opened("Write a question")
    before = (where.questions / "emergency.yaml").read_bytes()
    app.selectbox(key="evaluation-topic").set_value("emergency")
    field(app, "text_area", "Question, as people").set_value("Must a school log\nwhat it tells: the police?")
    field(app, "text_input", "Who asks").set_value("principal")
    field(app, "text_area", "The right answer").set_value("Yes, each disclosure.")
    field(app, "text_area", "Evidence").set_value("ferpa-emergency: It isn't there.")
    click(app, "Add the question")
    assert "basis.publisher" in shown(app)
    assert "basis.publisher" in app.toast[0].value, "beside a long form too"
    field(app, "text_input", "Publisher").set_value("ED")
    field(app, "text_input", "Title").set_value("FAQ")
    click(app, "Add the question")
    assert "doesn't hold the quote" in shown(app)
    assert (where.questions / "emergency.yaml").read_bytes() == before
    assert field(app, "text_area", "The right answer").value == "Yes, each disclosure."
    field(app, "text_area", "Evidence").set_value(f"ferpa-emergency: {LOGGED}")
    click(app, "Add the question")
    assert "emergency-003 is written to the dev questions" in shown(app)
    assert "no vital nugget" in shown(app)
    new = load_cases(where.questions)[-1]
    assert (new.id, new.question) == ("emergency-003", "Must a school log what it tells: the police?")
    assert [one.quote for one in new.evidence] == [LOGGED]
    assert field(app, "text_area", "Question, as people").value == "", "the form is empty for the next one"
    assert (where.questions / "README.md").read_text().endswith("| emergency-003 was added. |\n")


def test_a_question_changed_by_someone_else_meanwhile_is_not_overwritten(where: Places) -> None:
    app = opened("Write a question", **{act.WAY: act.CHANGE})
    field(app, "text_area", "The right answer").set_value("Mine.")
    path = where.questions / "emergency.yaml"
    path.write_text(path.read_text().replace("Yes in an emergency.", "Theirs."))
    button = next(one for one in app.button if one.label == "Write emergency-001")
    button.click().run()
    assert "changed by someone else meanwhile" in shown(app)
    assert load_cases(where.questions)[0].bottom_line == "Theirs."


def test_a_sentence_of_the_guidance_is_found_ready_to_be_quoted(live: Settings) -> None:
    app = opened("Write a question")
    app.text_input(key="evaluation-quote").set_value("log the disclosure to police").run()
    assert f"ferpa-emergency: {LOGGED}" in [block.value for block in app.code]


# ---- export


def test_exports_hold_what_the_page_shows(live: Settings, where: Places) -> None:
    opened("Export")
    scores, run = evaluation_data.scores(live, "dev"), evaluation_data.run(live, "dev")
    cases = evaluation_data.cases(live)
    assert scores
    assert run
    means = exports.means_csv(scores).splitlines()
    assert means[0].startswith("\ufeffmetric,meaning,mean,low,high")
    assert sum(line.startswith("outcome,") for line in means) == 1
    questions = exports.questions_csv(scores, cases)
    assert "emergency-002,dev,out_of_scope,neighbor" in questions
    sheet = load_workbook(io.BytesIO(exports.sheet(run, cases, "Ann", "xlsx"))).worksheets[0]
    assert sheet.cell(2, 2).value == "emergency-001"
    rating = expert.Rating.model_validate(
        {"run": "engine", "case": "c", "sentence_no": 1, "sentence": "=1+1", "rating": "right", "rater": "Ann",
         "rated": "2026-11-29"}
    )  # fmt: skip
    assert "'=1+1" in exports.records_csv([rating]), "no spreadsheet program takes it for a formula"


# ---- the same from a terminal


def command(*arguments: str) -> int:
    import cli

    with pytest.raises(SystemExit) as done:
        cli.app(["eval", *arguments])
    return int(str(done.value.code))


def test_the_command_line_keeps_the_same_files(
    live: Settings, where: Places, remark: feedback.Feedback, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("check") == 0
    path = where.questions / "emergency.yaml"
    held = path.read_text()
    path.write_text(held.replace(LOGGED, "No such sentence stands there."))
    assert command("check") == 1
    assert "error: emergency-001: ferpa-emergency doesn't hold the quote" in capsys.readouterr().out
    path.write_text(held)
    where.history.unlink()
    assert command("score", str(history.run_path(live, "dev")), "--keep") == 0
    assert [(one.split, one.questions) for one in history.load(where.history)] == [("dev", 2)]
    assert command("feedback", "list") == 0
    assert f"{remark.id} " in capsys.readouterr().out
    assert command("feedback", "reject", remark.id, "--why", "Praise.") == 0
    assert feedback.load(where.feedback)[0].state == "rejected"


# ---- who may


def test_the_page_is_closed_when_the_app_is_open_to_others(live: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "role", lambda: Role.READER)
    entry = next(entry for entry in menu.ENTRIES if entry.path == "evaluation")
    with pytest.raises(NotAllowedError, match="for trainers"):
        evaluation.draw()
    assert entry.role == Role.TRAINER
    assert not access.allows(entry.role)


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        (act.run_evaluation, ("dev",)),
        (act.keep_ratings, ("engine", "emergency-001", "rater", ())),
        (act.keep_sheet, ("sheet",)),
        (act.sign_review, (small_case("emergency-001"), "name", "role")),
        (act.close_feedback, ("x", "why")),
        (act.remove_feedback, ("x",)),
        (act.accept_feedback, ("x", "key")),
        (act.change_question, (small_case("emergency-001"), {})),
        (act.add_question, ("topic", "split", {})),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_each_action_asks_for_the_role_again(call: Any, arguments: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    acted: list[str] = []

    def settings() -> Settings:
        acted.append("acted")
        raise TrainerFileError("stop here")

    monkeypatch.setattr(act, "load_settings", settings)
    monkeypatch.setattr(access, "role", lambda: Role.READER)
    call(*arguments)
    assert acted == []
    monkeypatch.setattr(access, "role", lambda: Role.TRAINER)
    call(*arguments)
    assert acted == ["acted"]


def test_every_action_that_is_called_is_tested_for_its_role() -> None:
    """An action without the check above would be one that nobody thought of."""
    guarded = {name for name, one in vars(act).items() if getattr(one, "__wrapped__", None)}
    assert guarded == {
        "run_evaluation", "keep_ratings", "keep_sheet", "sign_review", "close_feedback", "remove_feedback", "accept_feedback",
        "change_question", "add_question",
    }  # fmt: skip
