"""The disclosure frame: what a question says of record, recipient, consent, process and age."""

from __future__ import annotations

import pytest

from answer.frame import LAWS, read
from ingest.load import load_vocabulary
from mayshare.config import ROOT


@pytest.mark.parametrize(
    ("text", "records", "recipients"),
    [
        (
            "Can the registrar send report cards to the probation officer?",
            ("education", "juvenile justice"),
            ("police", "probation"),
        ),
        ("may our clinic tell his mother about the HIV test", ("health",), ("parent", "health provider")),
        ("methadone program: give CPS the dose?", ("substance use treatment", "child welfare"), ("child welfare",)),
        ("does the shelter tell WIC where she lives", ("victim services", "benefits"), ()),
        ("what is consent", (), ()),
    ],
)
def test_record_and_recipient(text: str, records: tuple[str, ...], recipients: tuple[str, ...]) -> None:
    frame = read(text)
    assert frame.records == records
    assert frame.recipients == recipients


@pytest.mark.parametrize(
    ("text", "consent", "process", "age"),
    [
        ("Mom signed a release. Can I talk to the PO?", "given", "", ""),
        ("dad won't sign and we got a subpoena for a 16 year old", "refused", "subpoena", "minor"),
        ("May I send it without her consent under a court order? She is 18.", "absent", "order", "adult"),
        ("a 19-year-old college student's file, ICE has a warrant", "", "warrant", "adult"),
        ("a toddler's chart", "", "", "minor"),
    ],
)
def test_consent_process_and_age(text: str, consent: str, process: str, age: str) -> None:
    frame = read(text)
    assert (frame.consent, frame.process, frame.age) == (consent, process, age)


def test_its_laws_are_laws_of_the_corpus() -> None:
    known = set(load_vocabulary(ROOT / "corpus"))
    assert {law for laws in LAWS.values() for law in laws} <= known
    assert read("rehab records at school").laws == {*LAWS["education"], *LAWS["substance use treatment"]}
