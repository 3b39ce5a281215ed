"""When not to answer, and why: the kinds of abstention told apart, each with what would settle it.

Whether the corpus can answer is a calibrated probability (logistic regression over the raw strength of
the evidence), since a retrieval score alone separates answerable from unanswerable questions hardly
better than chance. The other kinds are read from the question.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from answer.follow_up import adds, opens_pointing
from answer.logistic import chance
from answer.lookup import asks_for_rule
from answer.retrieve import Evidence
from answer.understand import STATES, Understood
from answer.unsafe import family
from mayshare.intent import Intent
from mayshare.lexical import terms, words
from mayshare.schema import Abstention, Question

# Coefficients of the logistic regression; docs/calibration.md has the data, the curve and the command.
INTERCEPT = -3.555
WEIGHTS = {
    "best_dense": 2.887,
    "best_heading": 0.503,
    "best_phrasing": 4.581,
    "domain": 1.299,
    "sharing": 0.437,
    "scope": 0.55,
    "intent": 0.718,
}

PERHAPS = 0.1  # probability from which near sections are shown although the question seems out of scope
UNSAFE = 0.85  # probability from which a request that no rule knows is turned away
DOUBTFUL = 0.65  # … from which what the law says of it is shown with a caution
ELSEWHERE = 0.75  # probability of being out of scope from which a later turn, by itself, leans on no turn before it
TIED = 0.95  # … where it begins with whom or what it doesn't name

MESSAGES: dict[Abstention, str] = {
    "out_of_scope": (
        "This question is outside what mayshare covers: sharing information about young people under "
        "confidentiality law. Ask who may share what with whom, or about a law such as FERPA, HIPAA or 42 CFR Part 2."
    ),
    "not_in_corpus": (
        "The guidance doesn't settle this question, so no answer is given. Your agency's counsel, or the federal "
        "agency that enforces the law in question, can. The passages below are the nearest that the guidance has."
    ),
    "missing_facts": (
        "The question leaves out what decides it. Say who holds the information, what kind it is (school, health, "
        "substance use treatment, child welfare, court), who wants it and why, and whether there is consent."
    ),
    "state_law": (
        "State law decides this, and mayshare's guidance is federal. Look in your state's code, or ask your agency's "
        "counsel or your state attorney general; what federal law leaves to the states is shown below."
    ),
    "unsafe": (
        "mayshare doesn't help to evade confidentiality law, to hide or invent a disclosure or consent, or to find a "
        "person's private information."
    ),
}
SEEMS_UNSAFE = (
    "This reads like a request to get round confidentiality law, to hide something, or to find out what somebody may not "
    "know, and mayshare doesn't help with that. If it isn't meant so, ask what the law says of it: who may see the "
    "information, on what authority, and what must be told or written down. Where a record or a place was refused to "
    "you, the way runs through the court, the agency's appeal or an attorney. Where a child may have been hurt, call your "
    "state's child abuse hotline now: no log, visit or promise comes first."
)
CAUTION = (
    "If this is meant to get round the law, to hide something or to find out what somebody may not know, mayshare doesn't "
    "help with that. What the guidance says of it:"
)
AS_ONE = "If it belongs to what you asked before, put both into one question."
EMPTY = "There is no question yet. Type one, for instance: May a school tell a probation officer about attendance?"
ENGLISH = "mayshare reads English only. Put the question in English, or ask somebody to put it for you."
NONSENSE = "No words of this question can be understood. Ask in a sentence who may share what with whom."


def too_long(length: int, limit: int) -> str:
    """The message for a question over the limit."""
    return f"The question has {length:,} characters; the limit is {limit:,}. Shorten it to what you need to know."


class Refusal(NamedTuple):
    """An abstention and its message."""

    reason: Abstention
    message: str


# a state is asked for its law, and not only named as the place where somebody lives
_STATE_LAW = re.compile(
    rf"\b(?:law|statute|code|act|regulation|age|privilege|mandated)s?\b|\b(?:{STATES})(?:'s)? (?:to )?(?:requires?|allows?|lets?|says?|has|have|rules?)\b"
    rf"|\b(?:does|do|did|can|must) (?:{STATES})\b|\bminors?\b.{{0,30}}\bconsent\b",
    re.IGNORECASE,
)
_OWN_STATE = re.compile(
    r"\b(?:my|our|your|this|the) state(?:'s)? (?:law|statute|code|rule)s?\b.{0,20}\b(?:say|require|allow|permit)|"
    r"\bwhat does (?:my|our) state\b|\b(?:under|in) (?:my|our|this) state(?:'?s? law)?\b",
    re.IGNORECASE,
)
_DEMONSTRATIVE = frozenset(["it", "this", "that", "these", "those", "them"])


def before_retrieval(question: Question, limit: int) -> Refusal | None:
    """Refusals that need no evidence: an empty, overlong or unsafe question."""
    text = question.text
    if not text.strip():
        return Refusal("missing_facts", EMPTY)
    if len(text) > limit:
        return Refusal("missing_facts", too_long(len(text), limit))
    if not words(text):
        return Refusal("out_of_scope", NONSENSE)
    unsafe = family(text)
    if unsafe:
        return Refusal("unsafe", f"{MESSAGES['unsafe']} {unsafe.instead}")
    if is_foreign(text):
        return Refusal("out_of_scope", ENGLISH)
    return None


def is_foreign(text: str) -> bool:
    """Is a question written in another language? Told by its commonest words and letters."""
    letters = [c for c in text if c.isalpha()]
    if letters and sum(ord(c) > 0x24F for c in letters) / len(letters) > 0.5:
        return True
    found = re.findall(r"[^\W\d_]+", text.lower())
    foreign = sum(word in _FOREIGN for word in found)
    return foreign >= 2 and foreign > sum(word in _ENGLISH for word in found)


_FOREIGN = frozenset(
    "el la los las un una de del que es en por para con puede puedo debe su sus mi al lo como le les des est dans pour avec peut puis "
    "dois je vous nous der die das und ist nicht ein eine ich kann darf mit von den dem wie o os da do em uma para não posso é se qui "
    "che il di per sono può è cosa niño niña escuela padres enfant école eltern schule".split()
)
_ENGLISH = frozenset(
    "the a an is are can may must of to in and what who how does do we i my with for it school".split()
)


def after_retrieval(
    understood: Understood, evidence: Evidence, threshold: float, danger: bool = False
) -> Refusal | None:
    """Refusals that rest on what was found, and on what the question and the turns that it leans on want.

    Args:
        danger: one is happening now; then nobody is turned away for what they seem to want.
    """
    if evidence.intent and evidence.intent.unsafe >= UNSAFE and not danger:
        return Refusal("unsafe", SEEMS_UNSAFE)
    if _lacks_facts(understood):
        return Refusal("missing_facts", MESSAGES["missing_facts"])
    if not evidence.hits:
        return _weak(understood, evidence)
    if evidence.unexplained and _only_cites(understood, evidence):
        return Refusal("not_in_corpus", unexplained(evidence.unexplained))
    if not understood.citations:
        if evidence.known == 0:
            return Refusal("out_of_scope", NONSENSE if len(terms(understood.current)) < 3 else MESSAGES["out_of_scope"])
        probability = answerable(understood, evidence)
        if probability < threshold:
            return _weak(understood, evidence)
    if _asks_state_law(understood):
        return Refusal("state_law", MESSAGES["state_law"])
    return None


def caution(evidence: Evidence, danger: bool) -> str:
    """What stands before an answer to what may be a request that harms, but too many lawful questions look like; or ""."""
    doubtful = evidence.intent is not None and evidence.intent.unsafe >= DOUBTFUL
    return CAUTION if doubtful and not danger else ""


def is_elsewhere(turn: str, alone: Intent) -> bool:
    """Is a later turn about something else, rather than leaning on the turns before it? "How tall is a 12 year old?"

    Args:
        alone: what the intent model makes of the turn without the others. Whatever follows a question for the guidance
            would look like one.
    """
    if adds(turn):
        return False
    return alone.out_of_scope >= (TIED if opens_pointing(turn) else ELSEWHERE)


def unexplained(provisions: Sequence[str]) -> str:
    """The message for provisions that the question names and the guidance doesn't."""
    named = " or ".join(provisions)
    return f"The guidance says nothing of {named}. Check that the citation is right; if it is, read the official text."


def _only_cites(understood: Understood, evidence: Evidence) -> bool:
    """Does the question ask for provisions alone, none of which the guidance explains?"""
    if len(evidence.unexplained) < len(understood.citations):
        return False
    return asks_for_rule(understood.current)


def answerable(understood: Understood, evidence: Evidence) -> float:
    """Probability that the corpus answers the question, from the strength of the evidence."""
    return chance(INTERCEPT, WEIGHTS, features(understood, evidence))


def features(understood: Understood, evidence: Evidence) -> dict[str, float]:
    """What the probability is read from.

    `best_dense`, `best_heading`, `best_phrasing`: highest cosine to a passage, a heading and a way of asking; `domain`: glossary
    terms that the question names, four or more counting 1; `sharing`: does it speak of information or of passing it on?
    `scope`: log-odds that the question's own vector gives (`train/scope.py`), 0 with another embedding; `intent`: those
    that the intent model gives, 0 without it.
    """
    return {
        "best_dense": evidence.best_dense,
        "best_heading": evidence.best_heading,
        "best_phrasing": evidence.best_phrasing,
        "domain": min(len(understood.named), DOMAIN_TERMS) / DOMAIN_TERMS,
        "sharing": float(bool(_SPEAKS_OF_SHARING.search(understood.text))),
        "scope": evidence.scope,
        "intent": _log_odds(evidence.intent) if evidence.intent else 0.0,
    }


def _log_odds(intent: Intent) -> float:
    """Of a question for the guidance against one out of scope."""
    return math.log((intent.in_scope + 1e-4) / (intent.out_of_scope + 1e-4))


DOMAIN_TERMS = 4
_SPEAKS_OF_SHARING = re.compile(
    r"\b(?:shar\w+|disclos\w+|tell\w*|told|giv\w+|send\w*|sent|releas\w+|show\w*|see|seen|access|look at|hand\w* over|report\w*|"
    r"inform\w*|notif\w+|talk\w*|speak|confirm|discuss\w*|consent\w*|permission|authori[sz]\w+|sign\w*|confiden\w+|priva\w+|"
    r"records?|files?|notes?|charts?|grades?|data|names?|address\w*|transcripts?|subpoena\w*|orders?|warrant|MOU|agreement)\b",
    re.IGNORECASE,
)


def _weak(understood: Understood, evidence: Evidence) -> Refusal:
    """Out of scope, unless the question names one of our laws: then the corpus only lacks the answer."""
    if understood.laws or understood.expansion:
        return Refusal("not_in_corpus", MESSAGES["not_in_corpus"])
    return Refusal("out_of_scope", MESSAGES["out_of_scope"])


def decided_by_state(bottom_line: str) -> bool:
    """Does a bottom line say that state law decides, and no more?"""
    return bool(_STATE_DECIDES.search(bottom_line))


_STATE_DECIDES = re.compile(
    r"^(?:State|Each state|The state's|State or tribal)(?:'s)?(?: \w+)* (?:law|laws|code|statutes?|rules?) (?:alone )?(?:decides?|governs?|sets?|determines?|controls?|says?)\b"
    r"|\b(?:is|are) (?:a|largely a|mostly a|entirely a) (?:question|matter) (?:of|for) state law\b|\bdepends? (?:on|upon) (?:\w+ )?state(?:'s)? (?:law|code|statute)\b"
    r"|\bstate law,? (?:and )?(?:not|rather than) (?:federal|FERPA|HIPAA|any federal)\b",
    re.IGNORECASE,
)


def _lacks_facts(understood: Understood) -> bool:
    """ "Can I share this?": nothing but verbs of sharing and words that point at nothing."""
    if understood.context or understood.laws or understood.citations:
        return False
    content = [term for term in terms(understood.current) if term not in _SHARING]
    points = any(word in _DEMONSTRATIVE for word in words(understood.current))
    return not content or (len(content) <= 1 and points)


_SHARING = frozenset(
    terms(
        "share sharing disclose disclosure release give send tell information info record records file data allowed legal"
    )
)


def _asks_state_law(understood: Understood) -> bool:
    """Is a state's own law what is asked for, and no federal law named?"""
    if understood.laws or understood.citations:
        return False
    named = bool(understood.states) and bool(_STATE_LAW.search(understood.focus))
    return named or bool(_OWN_STATE.search(understood.focus))
