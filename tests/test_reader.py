"""The reader model, and what is decided from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from answer.decide import SURE, SURE_JARS, YES, Decider, taken
from answer.understand import Asks
from answer.verdict import must_share
from answer.verdict_features import Signs, features, jarring, votes
from mayshare.config import load_settings
from mayshare.minilm import VERDICT_WEIGHTS
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


Fitted = Callable[[dict[str, dict[str, float]]], Decider]
EVEN: dict[Verdict, float] = dict.fromkeys(VERDICTS, 0.25)


def told(bottom_line: str = "A school may send it.", asks: Asks = Asks.PERMISSION, **more: Any) -> Signs:
    return Signs(**{"chances": EVEN, "asked": (), "asks": asks, "words": 25, "bottom_line": bottom_line, **more})


@pytest.fixture
def fitted(tmp_path: Path, reader: Reader) -> Fitted:
    """A decider with these weights of features by verdict, all others 0."""

    def make(weights: dict[str, dict[str, float]]) -> Decider:
        names = list(features(told()))
        rows = {verdict: [weights.get(verdict, {}).get(name, 0.0) for name in names] for verdict in VERDICTS}
        path = tmp_path / "verdict.json"
        path.write_text(
            json.dumps({"features": names, "weights": rows, "intercepts": dict.fromkeys(VERDICTS, 0.0)}), "utf-8"
        )
        return Decider(reader, path)

    return make


def test_what_was_fitted_is_what_a_question_is_read_for() -> None:
    shipped = json.loads(VERDICT_WEIGHTS.read_text(encoding="utf-8"))
    assert shipped["features"] == list(features(told()))
    assert all(len(shipped["weights"][verdict]) == len(shipped["features"]) for verdict in VERDICTS)


def test_the_likeliest_verdict_is_taken_and_a_yes_needs_a_margin(fitted: Fitted) -> None:
    decider = fitted({"yes": {"says must share": 2.0}, "no": {"line REQUIRES": 0.5}})
    must, may = (features(told(line)) for line in ("A school must give it.", "A school may give it."))
    assert decider.weigh(must).verdict == "yes"
    assert decider.weigh(must).lean == pytest.approx(1.5, abs=1e-6)
    assert decider.weigh(may).verdict != "yes", "as likely as the others isn't enough"


@pytest.mark.parametrize(
    ("odds", "contradicts", "verdict"),
    [
        ({"yes": SURE + 0.1, "no": 0.0}, "", "yes"),
        ({"yes": SURE - 0.1, "no": 0.0}, "", "conditional"),
        ({"yes": SURE + 0.1, "no": 0.0}, "jars yes", "conditional"),
        ({"yes": 0.0, "no": SURE - 0.1}, "", "conditional"),
        ({"yes": 0.0, "no": SURE + 0.1}, "jars yes", "no"),
        ({"yes": 0.0, "no": SURE + 0.1}, "jars no", "conditional"),
        ({"yes": 0.0, "no": SURE_JARS + 0.1}, "jars no", "no"),
        ({"yes": 3.0, "no": 0.0, "conditional": 3.0 + YES + 0.1}, "", "conditional"),
        ({"yes": 0.1, "no": 0.0, "explain": 1.0}, "", "explain"),
    ],
)
def test_yes_and_no_are_said_where_they_are_far_from_each_other(
    odds: dict[Verdict, float], contradicts: str, verdict: str
) -> None:
    found = {name: float(name == contradicts) for name in ("jars yes", "jars no")}
    assert taken({**dict.fromkeys(VERDICTS, -5.0), **odds}, found).verdict == verdict


def test_a_long_question_can_be_read_otherwise_than_a_short_one(fitted: Fitted) -> None:
    decider = fitted({"no": {"reader no × length": 30.0}, "conditional": {"reader no": 0.1}})
    sure: dict[Verdict, float] = {"yes": 0.01, "no": 0.97, "conditional": 0.01, "explain": 0.01}
    short, long = (features(told(chances=sure, words=words)) for words in (3, 200))
    assert short["reader no"] == long["reader no"]
    assert short["reader no × length"] > 0 > long["reader no × length"]
    assert decider.weigh(short).verdict == "no"


def test_a_verdict_before_a_sentence_that_says_otherwise_jars() -> None:
    assert jarring(Asks.PERMISSION, "A school may send it.") == "no"
    assert jarring(Asks.DUTY, "A school may send it.") == "yes"
    assert jarring(Asks.FACT, "A school may send it.") is None
    assert jarring(Asks.CONSENT, "A school may send it.") == "yes"
    assert jarring(Asks.CONSENT, "A school may send it only with the parent's written consent.") is None
    assert jarring(Asks.CONSENT, "A program must have the teen's written consent before it bills a parent.") == "no"
    assert jarring(Asks.PERMISSION, "A center may release it only with the survivor's signature.") == "yes"
    assert jarring(Asks.PERMISSION, "A school may send it without consent, only to the next school.") == "no"
    assert jarring(Asks.FACT, "A signed form is not enough.") == "yes"
    assert jarring(Asks.EXPLAIN, "A school need not answer the letter.") == "yes"
    assert jarring(Asks.FACT, "One form covers both.", "Is our form enough?") == "yes"
    assert features(told("A school may send it."))["jars no"] == 1.0
    assert features(told("One form covers both.", Asks.FACT, focus="Is our form enough?"))["jars yes"] == 1.0
    assert must_share("A school must let a parent see the report card.")
    assert not must_share("A school must have consent before it may give it.")


def asked(*pairs: tuple[float, str], case: bool = False) -> tuple[tuple[float, Phrasing], ...]:
    base = {"source_id": "a", "heading": "h", "text": "t", "case": case}
    return tuple((cosine, Phrasing.model_validate({**base, "verdict": verdict})) for cosine, verdict in pairs)


def test_the_nearer_way_of_asking_counts_more() -> None:
    shares = votes(asked((0.9, "no"), (0.6, "yes"), (0.6, "yes")))
    assert shares["no"] > shares["yes"] > shares["explain"]
    assert sum(shares.values()) == pytest.approx(1)


def test_ways_of_asking_whose_facts_turn_the_verdict_are_counted_apart() -> None:
    found = features(told(asked=asked((0.9, "no")) + asked((0.9, "yes"), case=True)))
    assert found["phrasings no"] > found["phrasings yes"]
    assert found["cases yes"] > found["cases no"]


def test_without_ways_of_asking_no_verdict_gains() -> None:
    assert set(votes([]).values()) == {0.25}
    assert len({features(told())[f"phrasings {verdict}"] for verdict in VERDICTS}) == 1


def test_the_facts_told_turn_the_shipped_verdict(reader: Reader) -> None:
    line = (
        "A school may give police a student's grades only with a parent's consent, under an order or in an emergency."
    )
    leans = []
    for facts in (
        "The officer has a signed release from mom that names the grades.",
        "The officer has no release, nobody signed, no order, and nobody is in danger.",
    ):
        question = f"Police want his grades. {facts} Can I hand them over?"
        (reading,) = reader.read(question, [f"May a school give police a student's grades? {line}"])
        found = features(told(line, chances=reading.verdicts, words=len(question.split())))
        leans.append(Decider(reader).weigh(found).lean)
    signed, unsigned = leans
    assert signed > unsigned + 1
