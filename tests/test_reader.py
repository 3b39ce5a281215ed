"""The reader model, and what is decided from it."""

from __future__ import annotations

import pytest

from answer.decide import JARS, jarring, votes, weigh
from answer.understand import Asks
from answer.verdict import must_share
from mayshare.config import load_settings
from mayshare.reader import VERDICTS, Reader, load_reader
from mayshare.schema import Phrasing, Verdict
from mayshare.text import reading_text

EMERGENCY = (
    "May a school give police a student's records in an emergency? A school may disclose information from education "
    "records without consent to anyone whose knowledge of it is needed to protect someone, when an articulable and "
    "significant threat to health or safety exists."
)
LUNCH = (
    "May the cafeteria tell a teacher who gets free lunch? School food service staff may tell a teacher a child's "
    "status only where the teacher is directly connected with running a program that the school lunch law lists."
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(load_settings().model_folder)


def test_the_passage_that_answers_is_more_relevant(reader: Reader) -> None:
    right, wrong = reader.read("he said he'll shoot up the school tomorrow, may I tell the police?", [EMERGENCY, LUNCH])
    assert right.relevance > wrong.relevance


def test_the_facts_of_the_question_move_the_verdict(reader: Reader) -> None:
    threat = "he told me he'll shoot his class tomorrow and he has the gun. may we tell the police?"
    routine = "officer asks for discipline records, no threat, nobody signed, no order. can I just hand them over?"
    ((yes,), (no,)) = reader.read(threat, [EMERGENCY]), reader.read(routine, [EMERGENCY])
    assert yes.verdicts["yes"] > no.verdicts["yes"]
    assert no.verdicts["no"] > yes.verdicts["no"]


def test_verdicts_are_probabilities(reader: Reader) -> None:
    for reading in reader.read("may I?", [EMERGENCY, "", "x " * 5000]):
        assert set(reading.verdicts) == set(VERDICTS)
        assert sum(reading.verdicts.values()) == pytest.approx(1, abs=1e-5)


def test_a_long_question_is_read_from_its_end_and_none_gives_none(reader: Reader) -> None:
    story = "It was a long day at the school. " * 100
    ((long,), (short,)) = (
        reader.read(f"{story}May I tell the police?", [EMERGENCY]),
        reader.read(f"{story}{story}May I tell the police?", [EMERGENCY]),
    )
    assert long.verdicts == pytest.approx(short.verdicts, abs=1e-4)
    assert reader.read("May I?", []) == []


def test_reading_text_leaves_citations_out_and_keeps_words() -> None:
    text = "**Condition:** A school (a public one) must log it (34 CFR 99.32(a)(5); 20 USC 1232g(b)(4)(A))."
    assert reading_text("Must it?", text) == "Must it? Condition: A school (a public one) must log it."


@pytest.mark.parametrize(
    ("chances", "ruled", "expected"),
    [
        ({"yes": 0.9, "no": 0.03, "conditional": 0.04, "explain": 0.03}, "yes", "yes"),
        ({"yes": 0.6, "no": 0.1, "conditional": 0.25, "explain": 0.05}, "conditional", "conditional"),
        ({"yes": 0.02, "no": 0.9, "conditional": 0.05, "explain": 0.03}, "conditional", "no"),
        ({"yes": 0.01, "no": 0.01, "conditional": 0.01, "explain": 0.97}, "yes", "explain"),
    ],
)
def test_a_doubtful_case_falls_to_it_depends(chances: dict[Verdict, float], ruled: Verdict, expected: Verdict) -> None:
    assert weigh(chances, ruled) == expected


def test_a_duty_that_is_asked_about_and_stated_is_hardly_denied() -> None:
    chances: dict[Verdict, float] = {"yes": 0.1, "no": 0.85, "conditional": 0.03, "explain": 0.02}
    # log-odds: no −0.16 − 1.5; yes −2.3 − 0.4 + 0.6
    assert weigh(chances, "yes", "no") == "no"
    assert weigh(chances, "yes", "no", against=2 * JARS) == "yes"
    assert must_share("A school must let a parent see the report card.")
    assert not must_share("A school must have consent before it may give it.")


def test_a_no_before_a_sentence_that_permits_needs_more() -> None:
    chances: dict[Verdict, float] = {"yes": 0.1, "no": 0.5, "conditional": 0.3, "explain": 0.1}
    # log-odds: no −0.69 + 0.6; it depends −1.2 + 0.5, and the "no" falls by 1.5 where it jars
    assert weigh(chances, "no") == "no"
    assert weigh(chances, "no", jarring(Asks.PERMISSION, "A school may send it.")) == "conditional"
    assert jarring(Asks.DUTY, "A school may send it.") == "yes"
    assert jarring(Asks.FACT, "A school may send it.") is None
    assert jarring(Asks.CONSENT, "A school may send it.") == "yes"
    assert jarring(Asks.CONSENT, "A school may send it only with the parent's written consent.") is None
    assert jarring(Asks.CONSENT, "A program must have the teen's written consent before it bills a parent.") == "no"
    assert jarring(Asks.PERMISSION, "A center may release it only with the survivor's signature.") == "yes"
    assert jarring(Asks.PERMISSION, "A school may send it without consent, only to the next school.") == "no"


def asked(*pairs: tuple[float, str]) -> list[tuple[float, Phrasing]]:
    base = {"source_id": "a", "heading": "h", "text": "t"}
    return [(cosine, Phrasing.model_validate({**base, "verdict": verdict})) for cosine, verdict in pairs]


def test_the_nearer_way_of_asking_counts_more() -> None:
    shares = votes(asked((0.9, "no"), (0.6, "yes"), (0.6, "yes")))
    assert shares["no"] > shares["yes"] > shares["explain"]
    assert sum(shares.values()) == pytest.approx(1)


def test_a_case_says_nothing_of_another_question_s_verdict() -> None:
    shares = votes((cosine, phrasing.model_copy(update={"case": True})) for cosine, phrasing in asked((0.9, "no")))
    assert set(shares.values()) == {0.25}


def test_without_ways_of_asking_no_verdict_gains() -> None:
    assert set(votes([]).values()) == {0.25}


def test_how_others_who_asked_were_answered_tips_the_verdict() -> None:
    chances: dict[Verdict, float] = {"yes": 0.3, "no": 0.3, "conditional": 0.3, "explain": 0.1}
    assert weigh(chances, "conditional") == "conditional"
    assert weigh(chances, "conditional", None, votes(asked(*[(0.9, "no")] * 4))) == "no"
