"""Which way information would go: who holds it and who would get it, read from a question's own grammar.

"May a court share its records with the school?" and "May a school share its records with the court?" hold the same
words. A document says in its front matter whose information it speaks of (`holders`) and who would receive it
(`recipients`); one that runs the other way counts a little less, one that runs the same way a little more. A soft
signal: nothing is filtered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_SCHOOL_STAFF = "counselors?|nurses?|psychologists?|social workers?|districts?|staff|officials?|therapists?"
_PROGRAMS = "programs?|clinics?|counselors?|providers?|centers?"
_PARENTS = "parents?|moms?|mothers?|dads?|fathers?"
PARTIES: tuple[tuple[str, str], ...] = (
    # the narrower first: where two begin at one place, the first one is meant
    ("foster parent", rf"foster (?:{_PARENTS}|famil(?:y|ies))|(?:kinship )?caregivers?"),
    (
        "substance use program",
        rf"(?:substance use|sud|drug|alcohol|addiction|methadone|part 2)(?: \w+){{0,2}} (?:{_PROGRAMS})|rehabs?|detox",
    ),
    ("school", rf"school (?:{_SCHOOL_STAFF})|guidance counselors?"),
    ("school police", r"school resource officers?|sros?"),
    ("probation", r"probation(?: officers?| departments?)?|p\.?o\.?s?|parole officers?"),
    (
        "child welfare",
        r"child (?:welfare|protection)(?: agenc(?:y|ies)| workers?| services)?|child protective services|cps"
        r"|caseworkers?|case workers?|dcfs?|dhs|dss",
    ),
    ("court", r"(?:juvenile |family |dependency )?courts?|judges?|guardians? ad litem|casas?|gals?"),
    ("prosecutor", r"prosecutors?|district attorneys?|das?"),
    (
        "police",
        r"police(?: officers?| departments?)?|cops?|sheriffs?|deput(?:y|ies)|detectives?|officers?|law enforcement",
    ),
    ("therapist", r"therapists?|counselors?|psychologists?|psychiatrists?|clinicians?"),
    (
        "health provider",
        r"hospitals?|clinics?|doctors?|pediatricians?|nurses?|physicians?|(?:health care )?providers?",
    ),
    ("health plan", r"insurers?|health plans?|medicaid(?: agenc(?:y|ies))?"),
    ("victim services", r"shelters?|(?:victim )?advocates?|rape crisis \w+|victim service providers?"),
    ("attorney", r"attorneys?|lawyers?|public defenders?"),
    ("school", r"teachers?|coach(?:es)?|principals?|registrars?|schools?|districts?|colleges?|universit(?:y|ies)"),
    ("stepparent", rf"step-?(?:{_PARENTS})"),
    ("grandparent", r"grand(?:parents?|mothers?|fathers?|mas?|pas?)"),
    ("parent", rf"{_PARENTS}|famil(?:y|ies)|guardians?"),
    ("press", r"(?<!mandated )reporters?|journalists?|newspapers?|press|media"),
    ("researcher", r"researchers?|evaluators?"),
    ("employer", r"employers?|recruiters?|military"),
)

_PARTY = re.compile("|".join(rf"(?P<p{n}>\b(?:{pattern})\b)" for n, (_, pattern) in enumerate(PARTIES)), re.IGNORECASE)
_GIVES = (
    r"shar(?:es?|ing)|gives?|giving|tells?|telling|discloses?|releases?|sends?|talks?|speaks?|reports?|hand|shows?|inform"
    r"|warn|turn over|forward|notify|fax|email|provide|discuss|confirm|pass|call|let"
)
_GETS = (
    r"gets?|sees?|have|access|look|read|obtain|receive|request|demand|subpoena|find out|know|view|review|learn|collect"
    r"|search|take|sit in|attend|interview|hear"
)
_MODAL = (
    r"(?:may|can|could|must|should|might|does|do|did|is|are|will|would|has to|have to|am i allowed to"
    r"|is it (?:ok|okay) (?:for|if))"
)
_ASKS = (
    r"(?:wants?|wanted|asks?|asked|is asking|are asking|requests?|requested|demands?|demanded|subpoenaed|needs?|calls?"
    r"|called|shows? up|showed up|came|comes|emailed|phoned|sent)"
)
_GIVING = re.compile(rf"\b(?:{_GIVES})\b", re.IGNORECASE)
_GETTING = re.compile(rf"\b(?:{_GETS})\b", re.IGNORECASE)
_SUBJECT = re.compile(rf"\b{_MODAL}\s+", re.IGNORECASE)
_REQUEST = re.compile(rf"\b{_ASKS}\b", re.IGNORECASE)
_POSSESSOR = re.compile(r"^.*\w(?:'s|s'|’s|s’) ")  # "parent's partner" is no parent
_FROM = re.compile(r"\bfrom\b", re.IGNORECASE)


class Direction(NamedTuple):
    """Names of PARTIES, "" where the question doesn't say."""

    holder: str = ""
    recipient: str = ""

    def __bool__(self) -> bool:
        """Does the question say either?"""
        return bool(self.holder or self.recipient)


class _Named(NamedTuple):
    party: str
    start: int
    end: int


def read(text: str) -> Direction:
    """Who holds and who would get, from the sentence that asks."""
    named = _named(text)
    for modal in _SUBJECT.finditer(text):
        found = _of_clause(text, modal.end(), named)
        if found:
            return found
    for request in _REQUEST.finditer(text):
        before = [one for one in named if one.end <= request.start() and request.start() - one.end < 12]
        if before:
            return Direction(recipient=before[-1].party)
    return Direction()


def _of_clause(text: str, start: int, named: list[_Named]) -> Direction:
    """The clause after "may": a party or "I", a verb of giving or of getting, another party."""
    gives, gets = _GIVING.search(text, start), _GETTING.search(text, start)
    verb = min((m for m in (gives, gets) if m), key=lambda m: m.start(), default=None)
    if verb is None:
        return Direction()
    subject = next((one.party for one in named if start <= one.start and one.end <= verb.start()), "")
    after = [one for one in named if one.start >= verb.end()]
    if verb is gives:
        return Direction(holder=subject, recipient=_receiver(text, after))
    source = _FROM.search(text, verb.end())
    holder = next((one.party for one in after if source and one.start >= source.end()), "")
    return Direction(holder=holder, recipient=subject)


def _receiver(text: str, after: list[_Named]) -> str:
    """The party told: the one after "to" or "with", else the first one that isn't a possessor ("the student's")."""
    free = [one for one in after if not text[one.end :].startswith(("'s", "’s", "s'"))]
    for one in free:
        if re.search(r"\b(?:to|with)\s+(?:\w+\s+){0,2}$", text[: one.start], re.IGNORECASE):
            return one.party
    return free[0].party if free else ""


def parties(names: Iterable[str]) -> frozenset[str]:
    """The PARTIES that a document's front matter names."""
    return frozenset(one.party for name in names for one in _named(_POSSESSOR.sub("", name))[:1])


def _named(text: str) -> list[_Named]:
    found = []
    for match in _PARTY.finditer(text):
        party = PARTIES[int(match.lastgroup[1:])][0] if match.lastgroup else ""
        found.append(_Named(party, match.start(), match.end()))
    return found
