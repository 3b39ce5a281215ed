"""The verdict is the rule's modality read against what is asked."""

from __future__ import annotations

import pytest

from answer.understand import Asks
from answer.verdict import Modality, modality, read

MAY = "A school may share education records with its own teachers (34 CFR 99.31(a)(1))."
MAY_IF = "A school may share education records with police only if a parent consents (34 CFR 99.30)."
MUST = "A school must let parents inspect the education records (34 CFR 99.10)."
MUST_NOT = "A shelter must not tell anyone that a family stays there (34 USC 12291(b)(2))."
MUST_NOT_UNLESS = "A shelter must not release a name unless the client signs a release (34 USC 12291(b)(2))."
NEED_NOT = "A nurse need not have a parent's authorization to report abuse (45 CFR 164.512(b)(1)(ii))."
WITHOUT = (
    "A pediatrician may give the school nurse health information for treatment without authorization (45 CFR 164.506)."
)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        (MAY, Modality.PERMITS),
        (MUST, Modality.REQUIRES),
        (MUST_NOT, Modality.FORBIDS),
        (NEED_NOT, Modality.NOT_REQUIRED),
        ("FERPA does not require the school to share.", Modality.NOT_REQUIRED),
        ("A district needs no signed consent for the name and address.", Modality.NOT_REQUIRED),
        ("No parental consent is needed for the transfer.", Modality.NOT_REQUIRED),
        ("A district needs a signed consent for the evaluation.", Modality.REQUIRES),
        ("HIPAA does not let a clinic sell the list.", Modality.FORBIDS),
        ("No provider may condition treatment on it.", Modality.FORBIDS),
        ("Neither the name nor the picture of a juvenile may be made public.", Modality.FORBIDS),
        ("Nobody in the office may open it.", Modality.FORBIDS),
        ("One form that all members sign is not enough for a therapist to talk.", Modality.FORBIDS),
        ("A club bound by no federal privacy law may answer police.", Modality.PERMITS),
        ("A center that neither FERPA nor HIPAA binds may post allergies.", Modality.PERMITS),
        ("Neither HIPAA nor FERPA stops a counselor from calling the parents, who may be told.", Modality.PERMITS),
        ("FERPA does not forbid a teacher to speak.", Modality.PERMITS),
        ("HIPAA does not itself stop a nurse from calling.", Modality.PERMITS),
        ("An education record is any record about a student.", Modality.STATES),
    ],
)
def test_modality(sentence: str, kind: Modality) -> None:
    assert modality(sentence) is kind


@pytest.mark.parametrize(
    ("sentence", "asks", "verdict"),
    [
        (MAY, Asks.PERMISSION, "yes"),
        (MAY, Asks.DUTY, "no"),
        (MAY, Asks.PROHIBITION, "no"),
        (MAY_IF, Asks.PERMISSION, "conditional"),
        (MAY_IF, Asks.DUTY, "conditional"),
        (MUST, Asks.DUTY, "yes"),
        (MUST, Asks.REFUSAL, "no"),
        (MUST_NOT, Asks.PERMISSION, "no"),
        (MUST_NOT, Asks.PROHIBITION, "yes"),
        (MUST_NOT_UNLESS, Asks.PERMISSION, "conditional"),
        (NEED_NOT, Asks.CONSENT, "no"),
        (NEED_NOT, Asks.DUTY, "no"),
        (WITHOUT, Asks.CONSENT, "no"),
        (WITHOUT, Asks.PERMISSION, "yes"),
        (MAY, Asks.EXPLAIN, "explain"),
    ],
)
def test_read(sentence: str, asks: Asks, verdict: str) -> None:
    assert read(sentence, asks) == verdict


def test_what_stands_in_parentheses_is_not_read() -> None:
    assert read("A school may share grades (unless barred, see 34 CFR 99.31).", Asks.PERMISSION) == "yes"
