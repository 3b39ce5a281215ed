"""The disclosure frame of a question: whose record, of what kind, who wants it, and what is said of consent, process, age.

Soft signals only: a law that fits the record counts a little more in retrieval, and nothing is ever filtered out. The
frame is shown under "why this answer".
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Frame(NamedTuple):
    """What a question says of a disclosure; empty where it says nothing."""

    records: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    consent: str = ""  # given | refused | absent
    process: str = ""  # order | subpoena | warrant
    age: str = ""  # minor | adult

    @property
    def laws(self) -> frozenset[str]:
        """Laws that govern records of these kinds."""
        return frozenset(law for record in self.records for law in LAWS[record])


LAWS: dict[str, tuple[str, ...]] = {
    "education": ("FERPA", "IDEA", "Section 504", "PPRA"),
    "health": ("HIPAA",),
    "substance use treatment": ("42 CFR Part 2",),
    "child welfare": ("CAPTA", "Title IV-E", "Title IV-B", "ICWA"),
    "juvenile justice": ("JJDPA", "Federal delinquency records", "Criminal history records"),
    "victim services": ("VAWA", "FVPSA", "VOCA", "RHYA", "McKinney-Vento", "HMIS"),
    "benefits": ("Medicaid", "SNAP", "TANF", "WIC", "School meals", "Child support", "Social Security"),
}


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


_RECORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "education",
        _words(
            r"schools?|districts?|teachers?|principals?|registrar|students?|grades?|report cards?|transcripts?|attendance|iep|504|suspen\w+|expel\w+|"
            r"discipline|gradebook|kindergart\w+|classroom|coach|semester|counselor's office|college|sro"
        ),
    ),
    (
        "health",
        _words(
            r"hipp?aa?|hospitals?|clinics?|patients?|pediatricians?|doctors?|er|nurse practitioner|charts?|medical|diagnos\w+|std|sti|hiv|pregnan\w+|birth control|"
            r"therapists?|psychiatr\w+|psychotherapy|medications?|prescri\w+|health plan|insurer"
        ),
    ),
    (
        "substance use treatment",
        _words(
            r"rehab|detox|methadone|suboxone|part 2|substance use|sud|drug treatment|drug counsel\w+|drug and alcohol|addiction|recovery program|heroin treatment|outpatient program"
        ),
    ),
    (
        "child welfare",
        _words(
            r"cps|caseworkers?|foster|child welfare|dcf|dcfs|dhs|cwa|case plan|removal|dependency|adopt\w+|hotline|neglect|casa|gal|guardian ad litem|icwa|kinship"
        ),
    ),
    (
        "juvenile justice",
        _words(
            r"probation|juvenile|detention|adjudicat\w+|delinquen\w+|diversion|parole|juvie|arrest\w*|prosecutor|public defender|expung\w+|sealed"
        ),
    ),
    (
        "victim services",
        _words(r"shelters?|domestic violence|dv|advocates?|runaway|homeless|vawa|rape crisis|hmis|trafficking|tlp"),
    ),
    (
        "benefits",
        _words(
            r"medicaid|snap|food stamps|tanf|wic|free lunch|reduced[- ]price|school meals?|child support|social security|welfare office|benefits"
        ),
    ),
)
_RECIPIENTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("parent", _words(r"parents?|mom|mother|dad|father|guardians?")),
    ("police", _words(r"police|cops?|sheriff|detectives?|officers?|sro|law enforcement|ice")),
    ("probation", _words(r"probation|po")),
    ("child welfare", _words(r"cps|caseworkers?|social workers?|child welfare")),
    ("foster parent", _words(r"foster (?:parents?|moms?|dads?|mothers?|fathers?)|kinship")),
    ("court", _words(r"court|judge|subpoena|prosecutor|attorney|lawyer")),
    ("school", _words(r"teachers?|principal|school|coach")),
    ("health provider", _words(r"doctor|hospital|clinic|nurse|therapist|pediatrician")),
    ("press", _words(r"reporter|journalist|newspaper|press|media")),
    ("researcher", _words(r"research\w*|study|evaluator|university")),
)
_CONSENT = (
    (
        "refused",
        _words(r"(?:won't|refus\w+ to|doesn't want to|said no|objects?|opted out|revoked|withdrew)(?: sign| consent)?"),
    ),
    (
        "given",
        _words(
            r"signed|with (?:her|his|their|the parents?'?s?) (?:consent|permission|release)|gave (?:consent|permission)|has consented|agreed in writing"
        ),
    ),
    (
        "absent",
        _words(
            r"without (?:\w+ ){0,3}(?:consent|permission|signing|a release|asking|authorization)|no (?:consent|release|permission)|nobody signed|unreachable"
        ),
    ),
)
_PROCESS = (
    ("subpoena", _words(r"subpoena\w*")),
    ("warrant", _words(r"warrants?")),
    ("order", _words(r"(?:court|judge'?s?|protective|restraining|custody) orders?|ordered by|appointment order")),
)
_ADULT = _words(
    r"(?:is |turned |over |aged? |an? )?(?:18|19|2\d)(?:[- ]year[- ]olds?| yo|yo| years? old)?|adult student|college student|eligible student"
)
_MINOR = _words(
    r"(?:[1-9]|1[0-7])[- ]?(?:year[- ]olds?|yo|yr old|years? old)|minors?|toddlers?|kindergart\w+|first grader|middle school\w*"
)


def read(text: str) -> Frame:
    """The frame of a question in plain words; no model."""
    return Frame(
        records=tuple(name for name, pattern in _RECORDS if pattern.search(text)),
        recipients=tuple(name for name, pattern in _RECIPIENTS if pattern.search(text)),
        consent=next((name for name, pattern in _CONSENT if pattern.search(text)), ""),
        process=next((name for name, pattern in _PROCESS if pattern.search(text)), ""),
        age="minor" if _MINOR.search(text) else "adult" if _ADULT.search(text) else "",
    )
