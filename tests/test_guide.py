"""The guided way in: every choice gives a plain question, and typical cases get an answer from a law that fits."""

from __future__ import annotations

import itertools
import random
import re

import pytest

from answer import emergency
from answer.assemble import Engine
from answer.guide import NOT_SURE, STEPS, compose, first_of_all
from mayshare.schema import Question

KEYS = [step.key for step in STEPS]
SENTENCE = re.compile(r"^(?:(?:Someone|A young person|A child) [a-z ]+ right now\. )?May [a-z][A-Za-z0-9',() -]+\?$")

# holder, subject, kind, recipient, purpose, consent, and the laws of which the answer must cite one
TYPICAL = (
    ("school teen school probation supervision none", {"FERPA"}),
    ("school teen school police safety none", {"FERPA"}),
    ("school child school parent unsure none", {"FERPA"}),
    ("school adult school parent unsure none", {"FERPA"}),
    ("school teen school foster services none", {"FERPA"}),
    ("school child school caseworker services none", {"FERPA"}),
    ("school teen school court case subpoena", {"FERPA"}),
    ("school teen school court case order", {"FERPA"}),
    ("school teen school school enroll none", {"FERPA"}),
    ("school group school researcher research none", {"FERPA"}),
    ("school teen school press unsure none", {"FERPA"}),
    ("school teen special_education probation supervision none", {"IDEA", "FERPA"}),
    ("school teen health clinic care none", {"FERPA", "HIPAA"}),
    ("clinic teen health parent unsure none", {"HIPAA"}),
    ("clinic teen mental_health school services none", {"HIPAA", "FERPA"}),
    ("clinic child health caseworker abuse none", {"HIPAA", "CAPTA"}),
    ("clinic teen health police unsure none", {"HIPAA"}),
    ("treatment teen substance_use parent unsure none", {"42 CFR Part 2"}),
    ("treatment teen substance_use probation supervision self", {"42 CFR Part 2"}),
    ("treatment teen substance_use school services none", {"42 CFR Part 2"}),
    ("treatment teen substance_use court case subpoena", {"42 CFR Part 2"}),
    ("child_welfare child child_welfare foster care none", {"Title IV-E", "CAPTA", "Title IV-B"}),
    ("child_welfare child child_welfare press unsure none", {"CAPTA", "Title IV-E"}),
    ("victim teen victim police unsure none", {"VAWA", "FVPSA", "VOCA"}),
    ("runaway teen victim parent unsure none", {"RHYA", "VAWA"}),
)


def case(words: str, danger: str = "no") -> dict[str, str]:
    return dict(zip(KEYS, [danger, *words.split()], strict=True))


def combinations(count: int) -> list[dict[str, str]]:
    """A sample of the whole product, and beside it every pair of choices of any two steps."""
    options = [[choice.key for choice in step.choices] for step in STEPS]
    drawn = random.Random(7)
    sampled = [dict(zip(KEYS, map(drawn.choice, options), strict=True)) for _ in range(count)]
    pairs = [
        {KEYS[a]: first, KEYS[b]: second}
        for a, b in itertools.combinations(range(len(KEYS)), 2)
        for first, second in itertools.product(options[a], options[b])
    ]
    return sampled + pairs


def faults(question: str) -> list[str]:
    """What makes it no plain English question."""
    found = [] if SENTENCE.match(question) else ["shape"]
    checks = {
        "double word": r"\b(\w+) \1\b",
        "article": r"\ba [aeiou](?!ni)|\ban [^aeiou]",
        "space": r"  | [,.?]",
        "placeholder": r"[{}_]|None|unsure",
        "two articles": r"\b(?:a|an|the) (?:a|an|the)\b",
        "comma": r",,|,\?",
    }
    return found + [name for name, pattern in checks.items() if re.search(pattern, question)]


def test_every_combination_is_a_plain_question() -> None:
    for chosen in combinations(20_000):
        question = compose(chosen)
        assert not faults(question), (faults(question), question)


@pytest.mark.parametrize(
    "broken",
    [
        "may a school share?",
        "May a a school share it?",
        "May an school share it?",
        "May a school  share it?",
        "May {one} share?",
    ],
)
def test_a_broken_question_is_seen(broken: str) -> None:
    assert faults(broken)


def test_each_choice_changes_the_question_or_says_nothing() -> None:
    base = case("school teen school probation supervision none")
    for step in STEPS:
        questions = [compose({**base, step.key: choice.key}) for choice in step.choices]
        silent = sum(not choice.words for choice in step.choices)
        assert len(set(questions)) >= len(questions) - max(0, silent - 1), step.key


def test_the_words_of_a_case() -> None:
    assert compose(case("school teen school probation supervision none")) == (
        "May a school share the attendance, grades and discipline records of a student aged 13 to 17 "
        "with a probation officer without consent for probation supervision?"
    )
    assert compose({}) == "May an agency share information about a young person with another agency?"
    assert compose(case("school child health school unsure unsure")).endswith("with another school?")
    assert compose(case("clinic parent health parent unsure unsure")).endswith("with the other parent?")
    assert compose(case("clinic adult health self unsure unsure")).endswith("with that patient?")


def test_danger_is_told_in_the_question_and_what_to_do_comes_first() -> None:
    for danger in STEPS[0].choices:
        question = compose({"danger": danger.key})
        if danger.key in ("no", NOT_SURE):
            assert first_of_all({"danger": danger.key}) == ""
            assert emergency.danger(question) is None
        else:
            assert "911" in first_of_all({"danger": danger.key})
            assert emergency.danger(question) == danger.key


@pytest.mark.parametrize(("words", "laws"), TYPICAL)
def test_a_typical_case_is_answered_from_a_law_that_fits(engine: Engine, words: str, laws: set[str]) -> None:
    answer = engine.ask(Question(text=compose(case(words))))
    cited = {law for source in answer.sources for law in engine.index.documents[source.source_id].laws}
    assert answer.claims, answer.message
    assert cited & laws, (answer.question.text, cited)
    first = engine.index.documents[answer.sources[0].source_id]
    assert set(first.laws) & laws, (answer.question.text, first.source_id)


@pytest.mark.parametrize("danger", [c.key for c in STEPS[0].choices if c.key not in ("no", NOT_SURE)])
def test_in_danger_the_emergency_comes_before_the_answer(engine: Engine, danger: str) -> None:
    answer = engine.ask(Question(text=compose({"danger": danger, "holder": "school", "recipient": "police"})))
    assert answer.urgent == emergency.first([danger])
    assert answer.text.startswith(answer.urgent)
    assert answer.claims
