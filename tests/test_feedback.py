"""“Was this helpful?”: shown as it would be stored, stored only with consent, and never with what names someone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from answer.privacy import redact
from eval import feedback
from eval.feedback import Remark
from mayshare.config import ROOT
from mayshare.errors import TrainerFileError
from mayshare.schema import Answer, Question
from pages import feedback as page
from tests.evaluation import answer, claim

NAMES = "May I tell Kaylee Nguyen's mother about her grades at school?"
REDACTED = "May I tell [NAME_1]'s mother about her grades at school?"
PAGE = "import streamlit as st\nfrom pages import feedback\nfeedback.draw(st.session_state['answer'])\n"


def given(text: str = NAMES, *turns: str) -> Answer:
    question = Question(text=text, history=turns)
    return answer(claim(1), verdict="yes").model_copy(update={"question": question, "corpus_version": "g7-abc"})


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MAYSHARE_EVALUATION", str(tmp_path / "eval"))
    monkeypatch.syspath_prepend(str(ROOT))
    return tmp_path / "eval" / "feedback" / "queue.jsonl"


def drawn(of: Answer) -> AppTest:
    app = AppTest.from_string(PAGE, default_timeout=60)
    app.session_state["answer"] = of
    app.session_state[page.OPENED] = {page._key(of)}
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def area(app: AppTest, label: str) -> Any:
    return next(one for one in app.text_area if one.label == label)


def test_a_remark_is_shown_without_names_and_stored_after_consent(queue: Path) -> None:
    app = drawn(given(NAMES, "Kaylee Nguyen is in tenth grade."))
    app.radio[0].set_value("No").run()
    app.multiselect[0].set_value(["verdict", "left_out"]).run()
    app.text_area[0].set_value("Kaylee Nguyen is 18, call 555-123-4567.").run()
    press(app, "See what would be stored")
    assert area(app, "Your question").value == REDACTED
    assert area(app, "Your question 1").value == "[NAME_1] is in tenth grade."
    assert area(app, "Your remark").value == "[NAME_1] is 18, call [PHONE_1]."
    send = next(button for button in app.button if button.label == "Send this remark")
    assert send.disabled
    assert not queue.exists(), "nothing is stored before consent"
    app.checkbox[0].check().run()
    press(app, "Send this remark")
    assert app.success[0].value == page.THANKS
    assert "Kaylee" not in queue.read_text()
    (item,) = feedback.load(queue)
    assert (item.question, item.turns) == (REDACTED, ("[NAME_1] is in tenth grade.",))
    assert (item.helpful, item.wrong, item.verdict) == (False, ("verdict", "left_out"), "yes")
    assert (item.corpus_version, item.state) == ("g7-abc", "open")
    assert item.cites == (f"emergency:{given().sources[0].start}-{given().sources[0].end}",)


def test_who_asks_is_shown_and_stored_with_it(queue: Path) -> None:
    answer = given("May I tell the police?")
    asked = answer.question.model_copy(update={"asker": "nurse of Kaylee Nguyen"})
    app = drawn(answer.model_copy(update={"question": asked}))
    app.radio[0].set_value("Yes").run()
    press(app, "See what would be stored")
    assert area(app, "Who asks").value == "nurse of [NAME_1]"
    app.checkbox[0].check().run()
    press(app, "Send this remark")
    (item,) = feedback.load(queue)
    assert item.asker == "nurse of [NAME_1]"


def test_consent_is_needed_even_where_the_button_is_pressed(queue: Path) -> None:
    call = (
        "typed = feedback.Remark(True, answer.question.text)\nfeedback.show('k', typed)\nfeedback.send('k', answer)\n"
    )
    code = PAGE.replace("feedback.draw(st.session_state['answer'])", f"answer = st.session_state['answer']\n{call}")
    app = AppTest.from_string(code, default_timeout=60)
    app.session_state["answer"] = given()
    app.run()
    assert not app.exception
    assert app.session_state[page.SEEN]["k"].kept.question == REDACTED
    assert not queue.exists()


def test_what_was_missed_can_be_taken_out_and_what_is_put_in_is_looked_at_again(queue: Path) -> None:
    app = drawn(given("May I tell Coach about the plan?"))
    app.radio[0].set_value("Yes").run()
    press(app, "See what would be stored")
    area(app, "Your question").set_value("May I tell Jayden Smith's coach about the plan?").run()
    app.checkbox[0].check().run()
    press(app, "Send this remark")
    assert page.MORE_FOUND in app.error[0].value.replace("\\", "")
    assert not queue.exists()
    assert area(app, "Your question").value == "May I tell [NAME_1]'s coach about the plan?"
    assert not app.checkbox[0].value, "consent is to what is shown"
    area(app, "Your question").set_value("May I tell the coach about the plan?").run()
    app.checkbox[0].check().run()
    press(app, "Send this remark")
    assert feedback.load(queue)[0].question == "May I tell the coach about the plan?"


def test_what_is_typed_after_the_look_is_not_sent_unseen(queue: Path) -> None:
    app = drawn(given())
    app.radio[0].set_value("Yes").run()
    press(app, "See what would be stored")
    area(app, "Anything else? Don't name anyone.").set_value("Ask Jayden Smith.").run()
    assert [button.label for button in app.button] == ["See what would be stored"]


def test_where_it_is_turned_off_nothing_is_asked(queue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAYSHARE_FEEDBACK__ENABLED", "false")
    assert not drawn(given()).expander


def test_without_the_finder_of_names_nothing_can_be_stored(queue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise OSError

    monkeypatch.setattr(feedback, "load_redactor", missing)
    app = drawn(given())
    app.radio[0].set_value("Yes").run()
    press(app, "See what would be stored")
    assert page.NO_FINDER in app.error[0].value.replace("\\", "")
    assert not app.checkbox
    assert not queue.exists()


def test_a_full_queue_takes_no_more_and_says_so(queue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAYSHARE_FEEDBACK__MAX_OPEN", "1")
    feedback.record(given("One?"), Remark(True, "One?"), queue)
    app = drawn(given("May I tell the coach?"))
    app.radio[0].set_value("Yes").run()
    press(app, "See what would be stored")
    app.checkbox[0].check().run()
    press(app, "Send this remark")
    assert "Too many remarks wait" in app.error[0].value
    assert [item.question for item in feedback.load(queue)] == ["One?"]


def test_whoever_stores_a_remark_stores_no_name(queue: Path) -> None:
    """The queue itself takes names out, whatever its caller did."""
    kept = feedback.record(given(), Remark(False, NAMES, comment="Kaylee Nguyen again"), queue)
    assert (kept.question, kept.comment) == (REDACTED, "[NAME_1] again")
    with pytest.raises(TrainerFileError, match="Shorten it"):
        feedback.record(given(), Remark(False, "q", comment="x" * 1001), queue)
    with pytest.raises(TrainerFileError, match="Shorten it"):
        feedback.record(given(), Remark(False, "a b " * 3000), queue)


def test_placeholders_are_not_found_to_be_names_again() -> None:
    once = redact.load_redactor().redact("Jayden Smith (DOB 3/4/2011, ID# 449201), 555-123-4567, a@b.com").text
    assert "Jayden" not in once
    assert redact.load_redactor().redact(once).text == once


def test_it_stands_under_an_answer_and_asking_alone_stores_nothing(queue: Path, app: AppTest) -> None:
    app.chat_input[0].set_value("Can a probation officer get attendance and grades without consent?").run()
    assert not app.exception
    assert "Was this helpful?" in [expander.label for expander in app.expander]
    assert not queue.exists()
