"""Personal data in a question is found, and placeholders take its place."""

from __future__ import annotations

import json
import random
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from answer.privacy import redact
from answer.privacy.findings import MAX_CHARS, plain
from answer.privacy.redact import Redactor, load_redactor
from eval.privacy_score import FOLDER, Row, read_rows, score
from tests.test_cli import mayshare


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return load_redactor()


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("my student jayden told me", "my student [NAME_1] told me"),
        ("Can I give Tyrell's PO the file?", "Can I give [NAME_1]'s PO the file?"),
        ("call Grace at 555-867-5309", "call [NAME_1] at [PHONE_1]"),
        ("Mrs. Baker and Mrs. O'Brien came", "Mrs. [NAME_1] and Mrs. [NAME_2] came"),
        ("kaylee, DOB 3/4/2011, SSN 123-45-6789", "[NAME_1], [DATE_1], [SSN_1]"),
        ("student id 449201 at Lincoln Middle School", "[NUMBER_1] at [SCHOOL_1]"),
        ("the kid with ID# 449201 is on my caseload", "the kid with [NUMBER_1] is on my caseload"),
        ("i heard zubeyir say he wants to die", "i heard [NAME_1] say he wants to die"),
        ("Oyinkansola is pregnant, do I tell", "[NAME_1] is pregnant, do I tell"),
        ("can i tell carter's mom about it", "can i tell [NAME_1]'s mom about it"),
        ("my student dakota cried", "my student [NAME_1] cried"),
        ("send it to Portland, OR 97201", "send it to Portland, [ADDRESS_1]"),
        ("she lives at 42 Maple Street apt 3", "she lives at [ADDRESS_1]"),
        ("write to mom@example.org about case JV-2024-00123", "write to [EMAIL_1] about [NUMBER_1]"),
    ],
)
def test_what_identifies_a_person_goes(redactor: Redactor, text: str, redacted: str) -> None:
    assert redactor.redact(text).text == redacted


@pytest.mark.parametrize(
    "text",
    [
        "May a school tell a probation officer about attendance?",
        "Does Gonzaga v. Doe let parents sue under FERPA in Texas?",
        "What does 34 CFR 99.31(a)(1) say since January 14, 2013?",
        "my daughter's school and her foster dad's caseworker",
        "Will the judge mark it as sealed in May?",
        "Does North Dakota let a school tell the police?",
        "The boy didn't sign and a parent isn't the rep, right?",
        "is it 11186 or 11275 for our program",
        "89 FR 12472, Pub. L. 114-95 and 42 U.S.C. 290dd-2: which binds us?",
        "does naloxone need a consent form",
        "Under McKinney-Vento may the liaison tell Head Start?",
        "",
    ],
)
def test_a_question_on_the_law_stays_as_it_is(redactor: Redactor, text: str) -> None:
    assert redactor.redact(text) == (text, ())


def test_a_person_keeps_the_placeholder_through_a_conversation(redactor: Redactor) -> None:
    first, second = redactor.redact_all(["Kaylee Nguyen hit Mateo", "can I tell mateo's mom what Kaylee did"])
    assert first.text == "[NAME_1] hit [NAME_2]"
    assert second.text == "can I tell [NAME_2]'s mom what [NAME_1] did"


def test_spans_point_into_the_text_as_typed(redactor: Redactor) -> None:
    text = "my student Jay\u200bden, ｓｓｎ １２３-４５-６７８９, asks"
    findings = redactor.find(text)
    assert [finding.kind for finding in findings] == ["name", "ssn"]
    assert all(text[finding.start : finding.end] == finding.text for finding in findings)
    assert redactor.redact(text).text == "my student [NAME_1], [SSN_1], asks"


def test_hidden_characters_are_dropped_and_the_length_is_capped() -> None:
    assert plain("a\u202eb\u00adc\U000e0041d\u0007").text == "abcd"
    assert len(plain("x" * (MAX_CHARS + 5)).text) == MAX_CHARS


def test_what_lies_past_the_cap_is_not_passed_on(redactor: Redactor) -> None:
    assert len(redactor.redact("word " * MAX_CHARS).text) == MAX_CHARS


def test_two_hundred_canaries_leave_no_number_behind(redactor: Redactor) -> None:
    draw = random.Random(7)
    names = 0
    for n in range(200):
        name = draw.choice(("Jayden", "Aaliyah", "Mateo", "Brianna", "Tyrell", "Xochitl", "Kenji", "Nevaeh"))
        ssn = f"{draw.randint(100, 899)}-{draw.randint(10, 99)}-{draw.randint(1000, 9999)}"
        mrn, born = f"{draw.randint(10**6, 10**7 - 1)}", f"{draw.randint(1, 12)}/{draw.randint(1, 28)}/{2005 + n % 10}"
        left = redactor.redact(f"my student {name}, SSN {ssn}, MRN {mrn}, born {born}: can I tell the nurse?").text
        assert not [secret for secret in (ssn, mrn, born) if secret in left]
        names += name in left
    assert names <= 4  # 2 %


def test_nothing_goes_to_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was reached for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert Redactor().redact("mail jayden.smith@example.co.uk").text == "mail [EMAIL_1]"


def test_threads_share_one_redactor(redactor: Redactor) -> None:
    texts = [f"my student {name} asks" for name in ("Jayden", "Kaylee", "Mateo", "Tyrell")] * 10
    with ThreadPoolExecutor(8) as pool:
        assert {done.text for done in pool.map(redactor.redact, texts)} == {"my student [NAME_1] asks"}


def test_threads_that_ask_at_once_load_one_redactor(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    class Slow:
        def __init__(self) -> None:
            time.sleep(0.05)
            made.append(self)

    monkeypatch.setattr(redact, "Redactor", Slow)
    redact._loaded.cache_clear()
    try:
        with ThreadPoolExecutor(8) as pool:
            assert len({id(done) for done in pool.map(lambda _: load_redactor(), range(8))}) == len(made) == 1
    finally:
        redact._loaded.cache_clear()


def test_the_harder_set_gets_no_worse(redactor: Redactor) -> None:
    rates = {rate.name: rate.share for rate in score(read_rows(FOLDER / "second.jsonl"), redactor.find)}
    assert rates["recall: all with a form of their own"] >= 0.98
    assert rates["recall: name"] >= 0.75  # measured 0.755; the goal of 0.90 is not met here
    assert rates["false alarms on clean questions"] <= 0.03


def test_the_goals_hold_on_the_test_questions(redactor: Redactor) -> None:
    rates = {rate.name: rate.share for rate in score(read_rows(FOLDER / "test.jsonl"), redactor.find)}
    assert rates["recall: name"] >= 0.90
    assert rates["recall: all with a form of their own"] >= 0.98
    assert rates["false alarms on clean questions"] <= 0.03


def test_a_name_found_in_part_is_a_leak() -> None:
    # one of two spans is covered; the clean question raises an alarm
    rows = [Row("Ann Bell and Cy", ((0, 8, "name"), (13, 15, "name"))), Row("clean", ())]

    def find(text: str) -> tuple[object, ...]:
        from answer.privacy.findings import Finding

        return (Finding("name", 0, 3, "Ann"),) if text != "Ann Bell and Cy" else (Finding("name", 13, 15, "Cy"),)

    rates = {rate.name: (rate.hits, rate.total) for rate in score(rows, find)}  # type: ignore[arg-type]
    assert rates["recall: name"] == (1, 2)
    assert rates["precision"] == (1, 1)
    assert rates["false alarms on clean questions"] == (1, 1)


def test_the_command_shows_what_it_takes_out() -> None:
    done = mayshare("redact", "my student Jayden told me", "--json")
    found = json.loads(done.stdout)
    assert found["text"] == "my student [NAME_1] told me"
    assert found["findings"] == [{"kind": "name", "start": 11, "end": 17, "text": "Jayden"}]
