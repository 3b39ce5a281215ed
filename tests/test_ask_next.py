"""What an answer suggests to ask next, the examples to begin with, and narrowing the guidance."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from answer import ask_next
from answer.ask_next import MOST, suggestions
from answer.assemble import Engine
from answer.reading import questions
from mayshare.schema import Hit, Question
from pages.examples import EVERYONE, QUESTIONS

QUESTION = "Can a probation officer get attendance and grades without consent?"
LEADS = {
    "A caseworker asks for a foster child's school records. May I give them?": "ferpa-uninterrupted-scholars",
    "May probation tell the school that a student was adjudicated?": "juvenile-justice-court-to-school-notice",
    "May a school give the juvenile court a student's records?": "school-to-juvenile-court",
    "May a hospital tell the police about a child's injuries?": "hospital-to-police",
    "What may I tell the school about a student's arrest?": "police-to-school",
    "May child protective services share a case record with the police?": "capta-cps-police-and-team-sharing",
}


@pytest.mark.parametrize("question", sorted({q for questions in QUESTIONS.values() for q in questions}))
def test_every_example_is_answered(engine: Engine, question: str) -> None:
    answer = engine.ask(Question(text=question))
    assert answer.abstention is None
    assert answer.claims[0].role == "bottom_line"
    if question in LEADS:
        assert answer.sources[0].source_id == LEADS[question]


def test_suggestions_are_answered_by_their_own_sections(engine: Engine) -> None:
    answer = engine.ask(Question(text=QUESTION))
    found = suggestions(engine, answer, [QUESTION])
    assert len(found) == MOST
    quoted = {source.heading for source in answer.sources}
    for question in found:
        assert question not in quoted
        following = engine.ask(Question(text=question, history=(QUESTION,)))
        assert following.abstention is None
        assert question in [source.heading for source in following.sources]
    assert not set(suggestions(engine, answer, [QUESTION, *found])) & set(found)


def test_looking_ahead_leaves_nothing_to_search_for(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    index = engine.index
    few = dict(list(index.documents.items())[:2])
    looked: list[str] = []

    def search(question: Question, k: int) -> tuple[Hit, ...]:
        looked.append(question.text)
        return engine.search(question, k)

    monkeypatch.setattr(ask_next, "_finds", {})
    small: Any = SimpleNamespace(
        index=SimpleNamespace(documents=few, corpus_version=index.corpus_version), search=search
    )
    ask_next.look_ahead(small, lambda: None)
    assert len(looked) == sum(len(questions(document)) for document in few.values()) > 4
    searched = len(looked)
    ask_next.look_ahead(small, lambda: None)
    assert len(looked) == searched


def test_nothing_is_suggested_after_a_question_out_of_scope(engine: Engine) -> None:
    answer = engine.ask(Question(text="How do I deduct mortgage interest on my tax return?"))
    assert answer.abstention
    assert suggestions(engine, answer, []) == ()


def test_a_suggestion_asks_itself_once(app: AppTest) -> None:
    app.chat_input[0].set_value(QUESTION).run()
    suggested = next(b for b in app.button if b.key == "ask-1-0")
    question = suggested.label
    suggested.click().run()
    assert not app.exception
    assert "Answer 2 ready" in app.success[0].value
    assert [turn.question.text for turn in app.session_state["turns"]] == [QUESTION, question]
    app.run()
    assert len(app.session_state["turns"]) == 2
    assert question not in [b.label for b in app.button if b.key and b.key.startswith("ask-")]


def test_examples_are_those_of_the_role(app: AppTest) -> None:
    app.button_group(key="role").set_value("Child welfare").run()
    shown = [b.label for b in app.button if b.key and b.key.startswith("example-")]
    assert shown == list(QUESTIONS["Child welfare"])
    assert shown != list(QUESTIONS[EVERYONE])


def test_narrowed_guidance_is_said_and_undone(app: AppTest) -> None:
    app.multiselect(key="holders").select("hospital").run()
    app.multiselect(key="laws").select("HIPAA").run()
    said = [c.value for c in app.caption if c.value.startswith("Only part of the guidance")]
    assert said == ["Only part of the guidance is searched: HIPAA; held by a hospital."]
    app.chat_input[0].set_value("May police get information about a patient?").run()
    answer = app.session_state["turns"][0]
    assert answer.question.filters.holders == ("hospital",)
    next(b for b in app.button if b.label == "Search all guidance").click().run()
    assert not [c for c in app.caption if c.value.startswith("Only part of the guidance")]
