"""What a question asks, and what a follow-up leans on."""

from __future__ import annotations

import pytest

from answer.follow_up import is_follow_up
from answer.glossary import Glossary, clean
from answer.understand import ASKER_WORDS, Asks, find_focus, kind_of, understand
from mayshare.schema import Question, Term

GLOSSARY = Glossary(
    (
        Term(term="school resource officer", aliases=("SRO", "school cop")),
        Term(term="probation officer", aliases=("PO", "P.O.")),
        Term(term="child protective services", aliases=("CPS",)),
    )
)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("May I tell the parents?", Asks.PERMISSION),
        ("can the SRO see grades", Asks.PERMISSION),
        ("Is it ok to email the probation officer?", Asks.PERMISSION),
        ("Are we allowed to send the file?", Asks.PERMISSION),
        ("Do I have to report this?", Asks.DUTY),
        ("Must the school notify parents?", Asks.DUTY),
        ("Are we required to log it?", Asks.DUTY),
        ("Do I need consent to talk to the PO?", Asks.CONSENT),
        ("Is parental permission required for this?", Asks.CONSENT),
        ("2nd grader, bruises story. parent ok needed before giving CPS his name?", Asks.CONSENT),
        ("do we need moms and dads to sign before kids take it?", Asks.CONSENT),
        ("Do we still owe the parents a note?", Asks.DUTY),
        ("do i need mom's ok to give the district her name", Asks.CONSENT),
        ("Does HIPAA stop us from calling the school nurse?", Asks.PROHIBITION),
        ("Can the school refuse to show the file?", Asks.REFUSAL),
        ("Is a nurse's record an education record?", Asks.FACT),
        ("What may a counselor share with parents?", Asks.EXPLAIN),
        ("who can see the IEP", Asks.EXPLAIN),
        ("How long does consent last?", Asks.EXPLAIN),
        ("directory information", Asks.EXPLAIN),
        ("the detective wants her schedule", Asks.PERMISSION),
        ("Advocates can't report abuse under VAWA, right?", Asks.PROHIBITION),
        ("She may not see the IEP, isn't that so?", Asks.PROHIBITION),
        ("May she see it, right away?", Asks.PERMISSION),
    ],
)
def test_kind_of(text: str, asks: Asks) -> None:
    assert kind_of(text) is asks


def test_the_focus_is_the_sentence_that_asks() -> None:
    story = "I am a counselor. A boy told me about his dad. Can I tell the caseworker? I have known him for years."
    assert find_focus(story) == "Can I tell the caseworker?"
    assert find_focus("the mom called twice. i need to know if we can give her the file").endswith("the file")
    assert find_focus("May I give CPS the attendance record? Is that ok?") == "May I give CPS the attendance record?"


def test_glossary_expands_what_people_type() -> None:
    assert GLOSSARY.find("can the school cop call the PO") == ["school resource officer", "probation officer"]
    assert "probat" in GLOSSARY.expansion("ask the PO")
    assert GLOSSARY.expansion("ask the probation officer") == []
    assert GLOSSARY.define("sro") is not None


def test_invisible_characters_are_dropped() -> None:
    assert clean("May\u200b I\u202e share\u0007?\n\n ok") == "May I share?\n\n ok".replace("\n\n ", " ")


@pytest.mark.parametrize(
    ("text", "follows"),
    [
        ("what if she's 18?", True),
        ("and the police?", True),
        ("Does that change if there is a court order?", True),
        ("why", True),
        ("May a school give the probation officer a student's attendance records?", False),
        ("What must a HIPAA authorization contain?", False),
    ],
)
def test_is_follow_up(text: str, follows: bool) -> None:
    assert is_follow_up(text) is follows


def test_a_follow_up_leans_on_the_turns_before_it() -> None:
    turns = ("May a school share records with a foster parent?", "what if the birth mother objects?")
    understood = understand(Question(text="and if she's 18?", history=turns), GLOSSARY)
    assert understood.context == " ".join(turns)
    assert understood.asks is Asks.PERMISSION


def test_a_new_question_leaves_the_history_alone() -> None:
    turns = ("May a school share records with a foster parent?",)
    understood = understand(Question(text="What must a HIPAA authorization contain?", history=turns), GLOSSARY)
    assert understood.context == ""
    assert understood.laws == ("HIPAA",)


def test_a_turn_is_read_after_the_turns_before_it_as_well() -> None:
    turns = ("May a runaway center tell police who stays there?", "She is 15.", "Her mother called too.")
    short = "the mother filed a missing report today, is the police report enough?"
    found = understand(Question(text=short, history=turns), GLOSSARY)
    assert found.context == ""
    assert [view.text for view in found.views] == [f"{told} {short}" for told in (" ".join(turns), turns[0], turns[-1])]
    leaning = understand(Question(text="and if he asks?", history=turns[:1]), GLOSSARY)
    assert [view.text for view in leaning.views] == [f"{turns[0]} and if he asks?"]
    long = (
        "A detective without a warrant wants the class schedule, home address, locker number and discipline record of "
        "a sophomore who was seen at a burglary. May the school hand any of it over, and must the parents be told first?"
    )
    assert understand(Question(text=long, history=turns), GLOSSARY).views == ()
    assert understand(Question(text=short), GLOSSARY).views == ()


def test_who_asks_is_read_in_front_of_the_question() -> None:
    text = "The PO wants her file. May I?"
    found = understand(Question(text=text, asker="  drug treatment\n counselor. "), GLOSSARY)
    assert found.text == text, "what is decided from the question's own words stays as it is"
    assert found.told.text == f"I am a drug treatment counselor. {text}"
    assert (found.asker, found.told.asker) == ("", "substance use program")
    assert understand(Question(text=text), GLOSSARY).introduced is None
    assert understand(Question(text=text, asker=" "), GLOSSARY).introduced is None
    own = understand(Question(text=f"I'm a caseworker. {text}", asker="therapist"), GLOSSARY)
    assert own.told is own, "who says it in the question is believed"


def test_who_asks_stands_before_the_first_turn() -> None:
    asked = Question(text="and the PO?", asker="ER nurse", history=("May I tell his school?", "He is 18."))
    found = understand(asked, GLOSSARY)
    assert found.told.views[0].text == "I am an ER nurse. May I tell his school? He is 18. and the PO?"
    assert found.current == found.told.current


def test_only_the_first_words_of_who_asks_count() -> None:
    found = understand(Question(text="May I?", asker="very " * 50 + "old nurse"), GLOSSARY)
    assert len(found.told.text.split()) == ASKER_WORDS + len("I am a May I?".split())


def test_a_provision_of_an_earlier_turn_is_not_asked_for_again() -> None:
    turns = ("What does 34 CFR 99.36 say?",)
    found = understand(Question(text="and what about the parents?", history=turns), GLOSSARY)
    assert [view.citations for view in found.views] == [()]


def test_laws_states_and_citations_are_read() -> None:
    understood = understand(
        Question(text="does hippa or 42 cfr part 2 apply in Ohio, see 34 CFR 99.31(a)(1)"), GLOSSARY
    )
    assert understood.laws == ("HIPAA", "42 CFR Part 2")
    assert understood.states == ("Ohio",)
    assert "34 CFR 99.31(a)(1)" in understood.citations


def test_a_long_conversation_is_read_as_far_back_as_matters() -> None:
    history = ("May the school tell the police?", *(f"and if number {n} says no?" for n in range(24)))
    found = understand(Question(text="and then?", history=history), Glossary(()))
    assert len(found.views) == 3
    assert max(len(view.text) for view in found.views) < 150
