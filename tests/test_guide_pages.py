"""The guided way in and the consent helper, headless (Streamlit's AppTest)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import pages.engine
from answer.assemble import Engine
from answer.guide import STEPS, compose
from answer.situation import IS_IT
from mayshare import chat_switch
from mayshare.config import ROOT, Settings
from tests.questions import MEANT, MESSY


@pytest.fixture
def opened(engine: Engine, shipped: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(pages.engine, "_engine", engine)
    monkeypatch.setenv("MAYSHARE_STORE", str(shipped.store))
    monkeypatch.syspath_prepend(str(ROOT))
    yield


@pytest.fixture
def guide(opened: None) -> AppTest:
    return AppTest.from_string("from pages import guide\nguide.draw()", default_timeout=30).run()


@pytest.fixture
def consent(opened: None) -> AppTest:
    return AppTest.from_string("from pages import consent\nconsent.draw()", default_timeout=30).run()


def click(app: AppTest, label: str) -> AppTest:
    return next(b for b in app.button if b.label.startswith(label)).click().run()


def choose(app: AppTest, key: str) -> AppTest:
    return app.radio[0].set_value(key).run()


def texts(app: AppTest) -> str:
    shown: list[Any] = [*app.markdown, *app.info, *app.caption, *app.header, *app.subheader]
    return "\n".join(element.value for element in shown)


def test_the_steps_lead_to_a_question_and_its_answer(guide: AppTest) -> None:
    wanted = ["no", "school", "teen", "school", "probation", "supervision", "none"]
    for number, (step, key) in enumerate(zip(STEPS, wanted, strict=True), 1):
        assert guide.header[0].value == step.question
        assert f"Step {number} of 7." in guide.info[0].value
        click(choose(guide, key), "Next")
    assert not guide.exception
    question = compose(dict(zip([step.key for step in STEPS], wanted, strict=True)))
    assert guide.text_area[0].value == question
    click(guide, "Ask this question")
    assert not guide.exception
    assert "Answer ready" in guide.success[0].value
    assert "probation" in next(m.value for m in guide.markdown if m.value.startswith("## "))
    click(guide, "1: ")
    assert "Cited sentence, between" in texts(guide)
    assert any(b.label == "Go on in the chat" for b in guide.button)


def test_back_keeps_what_was_chosen_and_start_again_forgets_it(guide: AppTest) -> None:
    click(choose(guide, "no"), "Next")
    click(choose(guide, "clinic"), "Next")
    click(guide, "Back")
    assert guide.radio[0].value == "clinic"
    click(guide, "Start again")
    assert guide.header[0].value == STEPS[0].question
    assert guide.radio[0].value is None
    assert guide.info[0].value == "Step 1 of 7."


def test_danger_is_answered_at_once_at_every_step(guide: AppTest) -> None:
    choose(guide, "suicide")
    assert "988" in guide.error[0].value
    click(guide, "Next")
    assert "988" in guide.error[0].value
    click(guide, "Go to the question now")
    assert "988" in guide.error[0].value
    click(guide, "Ask this question")
    assert [error.value for error in guide.error if "988" in error.value]
    assert len(guide.error) == 1


def test_the_question_can_be_changed_and_a_skipped_step_stays_open(guide: AppTest) -> None:
    click(guide, "Go to the question now")
    assert guide.text_area[0].value == "May an agency share information about a young person with another agency?"
    guide.text_area[0].set_value("How do I bake sourdough bread?").run()
    click(guide, "Ask this question")
    assert any("outside what mayshare covers" in info.value for info in guide.info)


def test_another_near_question_can_be_chosen_here_too(guide: AppTest) -> None:
    click(guide, "Go to the question now")
    guide.text_area[0].set_value(MESSY).run()
    click(guide, "Ask this question")
    assert guide.info[0].value.startswith(IS_IT)
    click(guide, MEANT)
    assert not guide.exception
    assert any("question you chose" in caption.value and MEANT in caption.value for caption in guide.caption)
    assert not guide.info


def test_nothing_is_answered_while_the_chat_is_off(guide: AppTest, shipped: Settings) -> None:
    chat_switch.turn_off(shipped.store, "Under review.")
    try:
        click(guide, "Go to the question now")
        assert "Under review" in guide.warning[0].value
        assert next(b for b in guide.button if b.label == "Ask this question").disabled
    finally:
        chat_switch.turn_on(shipped.store)


def check(app: AppTest, start: str) -> AppTest:
    return next(box for box in app.checkbox if start in box.label).check().run()


def test_a_checklist_shows_its_sentences_and_opens_the_passage(consent: AppTest) -> None:
    assert "Choose at least one" in consent.info[0].value
    check(consent, "VAWA release")
    assert not consent.exception
    assert "Who may not sign" in " ".join(box.label for box in consent.checkbox)
    assert "without an end date does not meet" in texts(consent)
    click(consent, "Read it in: ")
    assert "Cited sentence, between" in texts(consent)
    click(consent, "Close: ")
    assert "Cited sentence, between" not in texts(consent)


def test_ticks_are_counted_and_two_laws_are_compared(consent: AppTest) -> None:
    check(consent, "FERPA consent")
    before = consent.info[0].value
    check(consent, "Purpose")
    assert "0 of 12 ticked; 8 that are required" in before
    assert "1 of 12 ticked; 7 that are required" in consent.info[0].value
    assert "What differs" not in texts(consent)
    check(consent, "HIPAA authorization")
    assert "What differs" in texts(consent)
    assert "A date or an event" in texts(consent)


def test_agreements_have_their_own_lists(consent: AppTest) -> None:
    consent.radio[0].set_value("agreement").run()
    check(consent, "Qualified service organization agreement")
    assert "resist in court" in texts(consent)
    assert not any("FERPA consent" in box.label for box in consent.checkbox)


def test_a_list_that_the_guidance_has_outrun_says_so(consent: AppTest, engine: Engine, monkeypatch: Any) -> None:
    monkeypatch.delitem(engine.index.documents, "vawa-confidentiality")
    check(consent, "VAWA release")
    assert any("has changed since this list was made" in warning.value for warning in consent.warning)
