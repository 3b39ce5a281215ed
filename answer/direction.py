"""Which way information would go: who holds it and who would get it, read from a question's own grammar.

"May a court share its records with the school?" and "May a school share its records with the court?" hold the same
words. Who asks says it too: "rehab here, mom calling" is a program that holds and a parent who would get. A document
says in its front matter whose information it speaks of (`holders`) and who would receive it (`recipients`); one that
runs the other way counts a little less, one that runs the same way a little more. A soft signal: nothing is filtered.
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
        rf"(?:substance use|sud|drug|alcohol|addiction|methadone|part 2)(?: \w+){{0,2}} (?:{_PROGRAMS})|rehabs?|detox"
        r"|treatment programs?",
    ),
    (
        "detention",
        r"nurses? (?:in|at) (?:a |the |our )?(?:juvenile )?(?:detention|hall)"
        r"|juvenile (?:detention|hall|facilit(?:y|ies))"
        r"|detention(?: (?:centers?|facilit(?:y|ies)|nurses?|staff|clinics?))?|juvie|lockup",
    ),
    ("group home", r"group homes?|residential (?:programs?|facilit(?:y|ies)|treatment)"),
    (
        "benefits agency",
        r"(?:snap|tanf|wic|benefits?|food stamps?|welfare|eligibility) (?:\w+ )?(?:offices?|agenc(?:y|ies)|workers?)",
    ),
    ("landlord", r"landlords?|housing (?:authorit(?:y|ies)|agenc(?:y|ies)|providers?|offices?)"),
    (
        "youth program",
        r"(?:mentoring|tutoring|after[- ]?school|youth)(?: \w+)? (?:programs?|clubs?|centers?|leagues?|groups?)"
        r"|mentors?|tutors?|nonprofits?|(?:summer )?camps?|scouts?|boys (?:and|&) girls clubs?",
    ),
    (
        "victim services",
        r"(?:domestic violence|dv|victim|runaway|rape crisis)(?: \w+){0,2}"
        r" (?:programs?|centers?|shelters?|agenc(?:y|ies))",
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
    (
        "therapist",
        r"therapists?|counselors?|psychologists?|psychiatrists?|clinicians?|lpcs?|lcsws?|lmfts?|private practice",
    ),
    (
        "health provider",
        r"hospitals?|clinics?|doctors?|pediatricians?|nurses?|physicians?|(?:health care )?providers?|emergency rooms?"
        r"|(?:pediatric|peds|doctor's) offices?",
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
    ("relative", r"relatives?|aunts?|uncles?|cousins?"),
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
    r"|called|calling|asking|phones|phoned|phoning|(?:e-?)?mail(?:s|ed)|texts|texted|shows? up|showed up"
    r"|came|comes|sent|(?:is |stands )?(?:on the phone|on the line|at (?:the|our|my) (?:door|desk|counter)))"
)
_GIVING = re.compile(rf"\b(?:{_GIVES})\b", re.IGNORECASE)
_GETTING = re.compile(rf"\b(?:{_GETS})\b", re.IGNORECASE)
_SUBJECT = re.compile(rf"\b{_MODAL}\s+", re.IGNORECASE)
_REQUEST = re.compile(rf"\b{_ASKS}\b", re.IGNORECASE)
_FIRST_PERSON = re.compile(r"\s*(?:i|we)\b", re.IGNORECASE)
_I_AM = re.compile(
    r"\b(?:i'?m|i am|we'?re|we are|i (?:work|run|coach|volunteer|supervise|direct|head)(?: (?:at|for|in|as|with))?)\s+"
    r"(?:(?:a|an|the|our|your|in|at|with)\s+)*(?:[\w-]+\s+){0,3}$",
    re.IGNORECASE,
)
_OURS = re.compile(r"\b(?:our|my)\s+(?:[\w-]+\s+){0,2}$", re.IGNORECASE)
_HOLDS = re.compile(r"\s+(?:got|gets|received|receives|has|holds|keeps|runs|made|makes)\b", re.IGNORECASE)
_ME = re.compile(r"\s+(?:me|us)\b", re.IGNORECASE)
_END = re.compile(r"[.!?;]\s")
_VERB = re.compile(
    rf"\b(?:is|are|was|were|has|had|says?|said|got|gets|{_MODAL}|{_GIVES}|{_GETS}|{_ASKS})\b", re.IGNORECASE
)
_GREETING = re.compile(r"^\W*(?:(?:hi|hello|hey|ok|okay|so|um|quick question|question)\b[\s,.:!-]*)+", re.IGNORECASE)
# "a lady called saying she's the new caseworker" names who wants it
_SAYS_IT_IS = re.compile(
    r"\b(?:says?|said|saying|claims|claimed|claiming)\s+(?:that\s+)?(?:she|he|they)(?:'s|’s| is| was|'re| are)\s+"
    r"(?:(?:a|an|the|our|his|her|their|new|from|with)\s+)*(?:\w+'s\s+)?$",
    re.IGNORECASE,
)
# "may a nurse call the clinic and get the record?" would get it
_CALLS_TO_GET = re.compile(
    r"\b(?:call|phone|e-?mail|text|fax|contact|write to)\b[^.?!;]{0,60}?"
    rf"\b(?:and|to)\s+(?:{_GETS}|ask(?: for)?|pick up)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(r"^\W*((?:[\w'’/-]+ ){0,5}?[\w'’/-]+)(?: here\b|\s*[,.:;(–—]| - )", re.IGNORECASE)
# "Dad, her coach wants the file" speaks of dad; "CPS worker, …" is spoken by one
_SPOKEN_OF = frozenset(
    {"parent", "foster parent", "stepparent", "grandparent", "relative", "landlord", "press", "employer"}
)
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


def read_told(focus: str, told: str, asker: str = "") -> Direction:
    """Who holds and who would get, from the sentence that asks; from all that is told where that leaves it open."""
    asked, whole = read(focus, asker), read(told, asker)
    holder = asked.holder or (whole.holder if whole.holder != asked.recipient else "")
    recipient = asked.recipient or (whole.recipient if whole.recipient != holder else "")
    return Direction(holder, recipient)


def read(text: str, asker: str = "") -> Direction:
    """Who holds and who would get, from the sentence that asks; `asker` is the party that asks, where that is known."""
    named = _named(text)
    clauses = (_of_clause(text, modal.end(), named, asker) for modal in _SUBJECT.finditer(text))
    found = next((clause for clause in clauses if clause), Direction())
    return _completed(found, _wanting(text, named, asker), asker)


def who_asks(text: str) -> str:
    """The party that asks, where it says so: "I'm a caseworker", "rehab here", "Pediatric office: …"; else ""."""
    text = _GREETING.sub("", text)
    named = _named(text)
    title = _TITLE.match(text)
    if title and not _VERB.search(title[1]):
        here = title[0].endswith("here")
        for one in named:
            if one.end <= title.end(1) and (here or one.party not in _SPOKEN_OF):
                return one.party
    for one in named:
        before = text[: one.start]
        if _I_AM.search(before) or (_OURS.search(before) and _HOLDS.match(text, one.end)):
            return one.party
    return ""


def _wanting(text: str, named: list[_Named], asker: str) -> str:
    """The party that wants something in what a question tells: "the detective called", and isn't the one that asks."""
    for one in named:
        if one.party != asker and _SAYS_IT_IS.search(text[: one.start]):
            return one.party
    for request in _REQUEST.finditer(text):
        before = [one for one in named if one.end <= request.start() and request.start() - one.end < 12]
        if before and before[-1].party != asker:
            return before[-1].party
    return ""


def _completed(found: Direction, wanting: str, asker: str) -> Direction:
    """What the asking clause leaves open: whoever wants would get it, and the asker holds what others would get."""
    recipient = found.recipient or (wanting if wanting != found.holder else "")
    holder = found.holder or (asker if recipient and recipient != asker else "")
    return Direction(holder, recipient)


def _of_clause(text: str, start: int, named: list[_Named], asker: str) -> Direction:
    """The clause after "may": a party or "I", a verb of giving or of getting, another party."""
    end = _END.search(text, start)
    stop = end.start() if end else len(text)
    calls = _CALLS_TO_GET.search(text, start, stop)
    if calls:
        callee = next((one.party for one in named if calls.start() <= one.start < calls.end()), "")
        subject = next((one.party for one in named if start <= one.start < calls.start()), asker)
        return Direction(holder=callee, recipient=subject) if callee != subject else Direction(callee)
    gives, gets = _GIVING.search(text, start, stop), _GETTING.search(text, start, stop)
    verb = min((m for m in (gives, gets) if m), key=lambda m: m.start(), default=None)
    if verb is None:
        return Direction()
    subject = asker if _FIRST_PERSON.match(text, start) else ""
    subject = next((one.party for one in named if start <= one.start and one.end <= verb.start()), subject)
    after = [one for one in named if one.start >= verb.end()]
    if verb is gives:
        return Direction(holder=subject, recipient=asker if _ME.match(text, verb.end()) else _receiver(text, after))
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
