"""The verdict: what a bottom line's modality means for what the question asks.

A rule's modality is read from its words as corpus/AUTHORING.md has them: *may* permits, *must* requires,
*must not* forbids, *need not* does not require. Where a condition stands in the bottom line the verdict
is `conditional`: the doubtful case falls to "it depends", never to an unconditional yes.
"""

from __future__ import annotations

import re
from enum import Enum

from answer.understand import Asks
from mayshare.schema import Verdict


class Modality(Enum):
    """What a rule does."""

    FORBIDS = "forbids"
    NOT_REQUIRED = "does not require"
    REQUIRES = "requires"
    PERMITS = "permits"
    STATES = "states"


_BARS = "(?:stop|prevent|forbid|prohibit|bar|ban|block|keep)"
_STOPS = rf"\w+ nor \w+ {_BARS}s?\b"  # "neither …": it permits
_BINDS = r"\w+ nor \w+ (?:binds?|reach(?:es)?|covers?|governs?|applies)\b"  # "neither …": it tells whom is meant
_MODALITY: tuple[tuple[Modality, re.Pattern[str]], ...] = tuple(
    (modality, re.compile(pattern, re.IGNORECASE))
    for modality, pattern in (
        (
            Modality.NOT_REQUIRED,
            r"\bneed not\b|\b(?:is|are|does|do|was) not (?:required?|have to|need to|obliged)\b|\bnot (?:required|obliged)\b|"
            r"\bno (?:consent|duty|requirement|authorization|permission)\b[^.]{0,40}\b(?:needed|required|necessary)?\b|"
            r"\bneeds? no (?:\w+ ){0,3}(?:consent|release|authorization|permission|signature|order|agreement)\b|"
            r"\bno (?:parental|written|signed|new|further|separate) (?:consent|release|authorization|permission)\b|"
            r"\bdoes not (?:require|compel|oblige)\b",
        ),
        (
            Modality.FORBIDS,
            rf"\b(?:neither(?! (?:{_STOPS}|{_BINDS}))|nobody|no one|none of)\b[^.]{{0,80}}?\b(?:may|can|must)\b|"
            r"\b(?:must|may|shall|can)not\b|\b(?:must|may|shall|can) (?:not|never|neither)\b|(?<!\bby )\bno \w+(?: \w+){0,3} may\b|"
            r"\b(?:forbids?|prohibits?|bars?|bans?|prohibited|forbidden|barred)\b|\b(?:is|are) not (?:allowed|permitted)\b|"
            r"\bdoes not (?:allow|permit|authori[sz]e|let|suffice)\b|\bnever\b|\b(?:is|are) not enough\b",
        ),
        (
            Modality.REQUIRES,
            r"\b(?:must|shall|has to|have to|is required to|are required to|requires?|is obliged|needs?)\b",
        ),
        (
            Modality.PERMITS,
            r"\b(?:may|permits?|allows?|lets?|is allowed|are allowed|is free to|are free to|is permitted|has a right|have a right)\b"
            rf"|\b(?:does|do|did) not (?:\w+ )?{_BARS}\b"
            rf"|\bneither {_STOPS}",
        ),
    )
)
_CONDITION = re.compile(
    r"\b(?:only|unless|if|when|where|except|provided|depends?|until|as long as|subject to|other than|to the extent|whether)\b"
    r"|\bwith (?:\w+ ){0,4}(?:consent|authorization|permission|order|release|agreement)\b"
    r"|\bunder (?:a|an|the|such) (?:\w+ ){0,3}(?:agreement|exception|order|statute|contract|terms)\b"
    r"|\b(?:who|that) (?:has|have|meets?|needs?|qualif|fits?)|, but\b",
    re.IGNORECASE,
)
_HARD_CONDITION = re.compile(
    r"\b(?:only|unless|except|depends?|without|until|whether)\b|\bwith (?:\w+ ){0,4}consent\b", re.I
)
_WITHOUT_CONSENT = re.compile(r"\bwithout (?:\w+ ){0,4}(?:consent|authorization|permission|release)\b", re.IGNORECASE)
_NEEDS_CONSENT = re.compile(
    r"\b(?:only with|must have|must (?:get|obtain)|needs?(?! no\b)|requires?(?! no\b))\b[^.]{0,60}\b(?:consent|authorization|permission|release)\b"
    r"|\b(?:consent|authorization|release)\b[^.]{0,40}\b(?:is|are) (?:needed|required|necessary)\b",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"\bonly (?:if|with|when|under|after|as|where|on|to|for|by|what|that)\b|\bnot without\b", re.IGNORECASE
)
_NEGATIVE = re.compile(r"\b(?:not|no|never|neither|nor|outside|none|cannot|only)\b", re.IGNORECASE)
_MUST_SHARE = re.compile(
    r"\bmust (?:\w+ ){0,3}(?:disclose|give|share|tell|report|send|let|provide|release|notify|show|comply|enroll|allow|pass|"
    r"inform|return|make|hand|transmit|transfer|receive|accept|have access)\b",
    re.IGNORECASE,
)
_REFUSAL = re.compile(r"\b(?:refuse|deny|withhold|decline|reject)\b", re.IGNORECASE)


def modality(sentence: str) -> Modality:
    """What the first modal expression of a sentence does; the text in parentheses is not read."""
    text = _without_parentheses(sentence)
    best: tuple[int, Modality] | None = None
    for kind, pattern in _MODALITY:
        match = pattern.search(text)
        if match and (best is None or match.start() < best[0]):
            best = (match.start(), kind)
    return best[1] if best else Modality.STATES


def _without_parentheses(sentence: str) -> str:
    return re.sub(r"\([^)]*\)", " ", sentence)


def needs_consent(sentence: str) -> bool:
    """Does a sentence say that consent, a release or the like is needed, or name it as the condition?"""
    return bool(_NEEDS_CONSENT.search(sentence) or re.search(r"\bwith (?:\w+ ){0,4}consent\b", sentence, re.IGNORECASE))


def must_share(sentence: str) -> bool:
    """Does a sentence say that something must be passed on?"""
    return modality(sentence) is Modality.REQUIRES and bool(_MUST_SHARE.search(_without_parentheses(sentence)))


def is_limited(sentence: str) -> bool:
    """Does a sentence permit something in one case only, and not on its own, as what goes without consent does?"""
    return bool(_ONLY.search(sentence)) and not _WITHOUT_CONSENT.search(sentence)


def read(sentence: str, asks: Asks, focus: str = "") -> Verdict:
    """The verdict of a bottom line for what is asked; `focus` is the sentence of the question that asks."""
    if asks is Asks.EXPLAIN:
        return "explain"
    text = _without_parentheses(sentence)
    kind = modality(text)
    conditional = bool(_CONDITION.search(text))
    if asks is Asks.CONSENT:
        return _consent(text, kind, conditional)
    if asks is Asks.FACT:
        return _fact(text, kind, focus)
    plain = _PLAIN[asks].get(kind)
    if plain is None:
        return "conditional" if conditional else "explain"
    if asks is Asks.REFUSAL and kind is Modality.PERMITS and not _REFUSAL.search(text):
        plain = "no"
    if asks is Asks.PERMISSION and kind is Modality.REQUIRES and not _MUST_SHARE.search(text):
        return "conditional"  # what must be done first, not whether it may be shared
    if kind is Modality.FORBIDS:
        # "must not … without consent" forbids what was asked; "unless", "only" and the like open a way
        return "conditional" if _HARD_CONDITION.search(text) else plain
    return "conditional" if conditional else plain


_PLAIN: dict[Asks, dict[Modality, Verdict]] = {
    Asks.PERMISSION: {
        Modality.PERMITS: "yes",
        Modality.FORBIDS: "no",
        Modality.REQUIRES: "yes",
        Modality.NOT_REQUIRED: "yes",
    },
    Asks.DUTY: {
        Modality.REQUIRES: "yes",
        Modality.PERMITS: "no",
        Modality.FORBIDS: "no",
        Modality.NOT_REQUIRED: "no",
    },
    Asks.PROHIBITION: {
        Modality.PERMITS: "no",
        Modality.REQUIRES: "no",
        Modality.FORBIDS: "yes",
        Modality.NOT_REQUIRED: "no",
    },
    Asks.REFUSAL: {
        Modality.PERMITS: "yes",
        Modality.REQUIRES: "no",
        Modality.FORBIDS: "no",
        Modality.NOT_REQUIRED: "yes",
    },
}


def _consent(text: str, kind: Modality, conditional: bool) -> Verdict:
    if kind is Modality.NOT_REQUIRED:
        return "no"
    if _WITHOUT_CONSENT.search(text) and kind is not Modality.FORBIDS:
        return "conditional" if conditional else "no"
    if _NEEDS_CONSENT.search(text) and kind in (Modality.REQUIRES, Modality.PERMITS):
        return "conditional" if re.search(r"\b(?:unless|except|if|otherwise|where|depends?)\b", text, re.I) else "yes"
    return "conditional"


def _fact(text: str, kind: Modality, focus: str) -> Verdict:
    """Is something so? A negated statement says no; a limited one says it depends."""
    if re.search(r"\bsame\b", focus, re.IGNORECASE) and re.search(r"\bdiffer\w*\b", text, re.IGNORECASE):
        return "no"
    if re.search(r"\b(?:only|unless|depends?|except|if|whether|until)\b", text, re.IGNORECASE):
        return "conditional"
    if kind in (Modality.FORBIDS, Modality.NOT_REQUIRED):
        return "no"
    return "no" if _NEGATIVE.search(text) else "yes"
