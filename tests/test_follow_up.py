"""Follow-ups: what a short turn names takes the place of what the question before it named."""

from __future__ import annotations

from pathlib import Path

import pytest

from answer.assemble import Engine
from answer.follow_up import is_follow_up, resolve, substituted
from eval.cases import load_cases
from eval.follow_ups import standalone
from mayshare.errors import QuestionSetError
from mayshare.schema import Question
from train.conversation import conversations

PROBATION = "Can I tell the probation officer about a student's attendance?"


@pytest.mark.parametrize(
    ("turn", "resolved"),
    [
        ("and the police?", "Can I tell the police about a student's attendance?"),
        ("what about the foster mom", "Can I tell the foster mom about a student's attendance?"),
        ("does that apply to the coach too?", "Can I tell the coach about a student's attendance?"),
        ("CPS?", "Can I tell the CPS about a student's attendance?"),
        ("and her grades?", "Can I tell the probation officer about a student's grades?"),
    ],
)
def test_a_short_turn_takes_the_place_of_what_it_names(turn: str, resolved: str) -> None:
    assert resolve(turn, [PROBATION]) == ("", resolved)


@pytest.mark.parametrize(
    ("turn", "base", "resolved"),
    [
        ("can the judge?", "Can the SRO see his IEP?", "Can the judge see his IEP?"),
        ("what about HIPAA?", "Does FERPA let me tell the SRO?", "Does HIPAA let me tell the SRO?"),
        ("how about a tutor", "May we share grades with her teacher?", "May we share grades with a tutor?"),
        ("to the juvenile court?", "May we send grades to the PO?", "May we send grades to the juvenile court?"),
        (
            "what about drug treatment records instead, from a licensed program?",
            "Can a doctor send asthma records to the school nurse?",
            "Can a doctor send drug treatment records from a licensed program to the school nurse?",
        ),
    ],
)
def test_whoever_gets_it_is_found_before_or_after_the_verb(turn: str, base: str, resolved: str) -> None:
    assert substituted(turn, base) == resolved


def test_who_is_named_instead_of_another_takes_their_place() -> None:
    first = "cops want to know who is at our runaway center tonight, may we say?"
    turn = "and if it's the parents calling instead of the cops"
    assert resolve(turn, [first]) == ("", "the parents want to know who is at our runaway center tonight, may we say?")
    assert substituted("it's the aunt instead of the cops", "May we send grades to the court?") is None


@pytest.mark.parametrize(
    ("turn", "base", "resolved"),
    [
        (
            "what if it's CPS asking instead",
            "The SRO called and wants to know what the girl told her therapist. May I say?",
            "The CPS called and wants to know what the girl told her therapist. May I say?",
        ),
        (
            "now it's the school asking",
            "mom's boyfriend called wanting the test results, may we give them",
            "the school called wanting the test results, may we give them",
        ),
        (
            "ok now it's the police asking, they say he robbed a store",
            "the county social worker wants to know if he is here",
            "the police wants to know if he is here, they say he robbed a store",
        ),
        ("it's the dad calling", "How long must we keep the log?", None),
    ],
)
def test_who_asks_now_takes_the_place_of_who_asked(turn: str, base: str, resolved: str | None) -> None:
    assert substituted(turn, base) == resolved


def test_the_last_mention_in_the_question_is_replaced_and_not_the_back_story() -> None:
    base = "Our nurse talked with the hospital. Can she share the chart with the teacher?"
    put = substituted("and the parents?", base)
    assert put == "Our nurse talked with the hospital. Can she share the chart with the parents?"


def test_what_does_not_fit_is_left_to_the_context() -> None:
    assert substituted("and the police?", "How long must we keep the log?") is None
    assert resolve("and the police?", ["How long must we keep the log?"]) == (
        "How long must we keep the log?",
        "and the police?",
    )


def test_conditions_pile_up_over_four_turns() -> None:
    turns = [PROBATION, "what if she's 18?", "and the police?"]
    context, current = resolve("what if there's a subpoena?", turns)
    assert context == "Can I tell the police about a student's attendance? what if she's 18?"
    assert current == "what if there's a subpoena?"


def test_a_question_in_full_starts_anew() -> None:
    new = "May a hospital give a school nurse the discharge summary?"
    assert not is_follow_up(new)
    assert resolve(new, [PROBATION]) == ("", new)
    assert resolve("and to the teacher?", [PROBATION, new]) == (
        "",
        "May a hospital give the teacher the discharge summary?",
    )


def test_without_history_nothing_is_resolved() -> None:
    assert resolve("and the police?", []) == ("", "and the police?")


def test_whatever_it_looks_like_a_turn_can_be_made_to_lean() -> None:
    turn = "Does the mother in the other state have to put every request for attendance records in writing?"
    assert resolve(turn, [PROBATION]) == ("", turn)
    assert resolve(turn, [PROBATION], lean=True) == (PROBATION, turn)


@pytest.mark.parametrize(
    "turn",
    [
        "they say the mom listed us as emergency contact so its ok then?",
        "their lawyer wrote to us. must I wait for the hearing?",
        "do we both sign? who wins when we disagree",
        "Good, it is for the district to improve instruction.",
    ],
    ids=["someone pointed at", "whose lawyer", "neither party nor record", "a fact, no question"],
)
def test_what_cannot_stand_by_itself_leans(turn: str) -> None:
    assert is_follow_up(turn)
    assert resolve(turn, [PROBATION]) == (PROBATION, turn)


@pytest.mark.parametrize(
    "turn",
    [
        "The detective called. Can he see the school records?",
        "Our SRO wants his body camera footage shared with the district, is that an education record?",
        "Does HIPAA cover the nurse?",
    ],
)
def test_what_names_its_own_party_does_not_lean(turn: str) -> None:
    assert not is_follow_up(turn)


def test_every_conversation_of_the_set_is_also_worded_in_one_go() -> None:
    conversations = [case for case in load_cases() if case.turns]
    forms = standalone(conversations)
    assert [form.id for form in forms] == [case.id for case in conversations]
    assert not any(form.turns for form in forms)


def test_a_conversation_without_such_a_form_is_named(tmp_path: Path) -> None:
    path = tmp_path / "standalone.json"
    path.write_text("{}", encoding="utf-8")
    conversation = next(case for case in load_cases() if case.turns)
    with pytest.raises(QuestionSetError, match=conversation.id):
        standalone([conversation], path)


def test_the_conversations_that_weights_were_chosen_on_quote_the_guidance(engine: Engine) -> None:
    turns, alone = conversations(engine)
    assert len(turns) == len(alone) == 155
    assert all(asked.spans and asked.question.history for asked in turns)
    assert not any(asked.question.history for asked in alone)


def test_a_long_turn_before_it_leaves_a_turn_in_its_vector(engine: Engine) -> None:
    long = "My brother moved here from Ohio with his two girls after the flood took their house. " * 20
    asked = ("may the school tell the police?", "does the clinic need his signature?")
    vectors = [engine.evidence(Question(text=f"and {text}", history=(long,)))[1].vector for text in asked]
    assert float(vectors[0] @ vectors[1]) < 0.95


def test_what_was_asked_before_makes_no_other_question_answerable(engine: Engine) -> None:
    history = ("May a school tell a probation officer about a student's attendance?",)
    for text in (
        "How long must rice for sixty children cook in the large pot of the camp kitchen on Sunday evening?",
        "My printer in the front office of the school prints every second page upside down, how do I mend that?",
    ):
        assert not is_follow_up(text)
        assert engine.ask(Question(text=text, history=history)).verdict == "abstain"


def test_a_thousand_turns_have_an_answer(engine: Engine) -> None:
    history = ("May a school tell the police?", *(["and if she says no?"] * 1000))
    assert engine.ask(Question(text="and then?", history=history)).text


@pytest.mark.parametrize(
    "turn",
    [
        "Will it rain on the football field on Sunday?",
        "can the nurse give tylenol",
        "how tall is the average 12 year old",
    ],
)
def test_a_turn_about_something_else_leans_on_nothing(engine: Engine, turn: str) -> None:
    answer = engine.ask(Question(text=turn, history=(PROBATION,)))
    assert answer.abstention in ("out_of_scope", "not_in_corpus")
    assert not answer.claims


@pytest.mark.parametrize("turn", ["what if he turned 18 saturday?", "and her dad?", "does the judge get it too"])
def test_a_turn_that_says_little_by_itself_still_leans(engine: Engine, turn: str) -> None:
    answer = engine.ask(Question(text=turn, history=(PROBATION,)))
    assert answer.abstention != "out_of_scope"


def test_a_danger_is_never_taken_for_something_else(engine: Engine) -> None:
    turn = "what is for lunch, and he just took a whole bottle of pills, he is not waking up"
    answer = engine.ask(Question(text=turn, history=(PROBATION,)))
    assert answer.urgent
    assert answer.abstention != "out_of_scope"
