"""Is a model's statement borne out by the passages that it cites? Checked by rule; what fails never reaches the reader.

The order is from certain to soft: form, citations, numbers, then the sentence of the passages that supports it, whose
modality, negation, parties and conditions it must share. After Gao et al. (2023), ALCE, whose citation recall asks the
same of an entailment model; no such model can be had from the registry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from answer import verdict
from answer.generate.parse import Draft
from mayshare import cites
from mayshare.lexical import terms
from mayshare.schema import Passage, Sentence
from mayshare.text import plain

Embed = Callable[[str], npt.NDArray[np.float32]]

COVERED = 0.6  # least share of a statement's terms that its supporting sentences hold
NEAR = 0.55  # least cosine of the statement to its supporting sentence
MAX_WORDS = 60
SUPPORTS = 2  # sentences that may support one statement together

_FORM = re.compile(
    r"https?:|www\.|\]\(|!\[|<[^>]*>|[<>`{}\[\]|\\]|&#|javascript:|data:|\b(?:system prompt|as an ai|language model|ignore (?:all|previous))\b|"
    r"[\u200b-\u200f\u202a-\u202e\U000e0000-\U000e007f]",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d+(?:[.,]\d+)*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|thirty|sixty|ninety)\b", re.I
)
_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|without|cannot|none|forbids?|prohibits?|bars?|refuse[sd]?|unless|except)\b|n't\b",
    re.I,
)
_MODAL = re.compile(
    r"\b(?:must|may|shall|can|need)\s+(?:not|never)\b|\bcannot\b|\b(?:must|may|shall|can)\b", re.IGNORECASE
)
# Each kind of limit that the sentence has, the statement must have as often.
_LIMITS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bonly\b",
        r"\b(?:unless|except|other than|excluding|apart from)\b",
        r"\b(?:if|when|where|once|whenever|provided|as long as|to the extent|as far as|depends?|whether)\b",
        r"\b(?:until|before|after|within|during|while)\b",
        r"\b(?:without|with)\b",
    )
)
_PARTY = frozenset(
    "polic offic parent mother father guardian foster student child youth teacher counselor nurs principal coach school district clinic hospit doctor therapist "
    "provid program caseworker agenc court judg prosecutor attorney probat detent shelter advoc immigr ice media report research employ recruit victim medicaid "
    "medic personnel patient client".split()
)


class Support(NamedTuple):
    """A sentence that bears a statement out, and its place."""

    passage: Passage
    sentence: Sentence
    text: str


class Verdict(NamedTuple):
    """The supporting sentences, or why there are none."""

    support: tuple[Support, ...]
    fault: str = ""


def check(draft: Draft, passages: Sequence[Passage], body: Callable[[Passage], str], embed: Embed) -> Verdict:
    """Hold a statement against the passages that it cites.

    Args:
        passages: those that the model was shown; the first has the number 1.
        body: the text of the document that a passage is part of.
        embed: a text to its unit vector.
    """
    text = draft.text
    if _FORM.search(text) or len(text.split()) > MAX_WORDS:
        return Verdict((), "form")
    if not draft.cites or any(not 1 <= n <= len(passages) for n in draft.cites):
        return Verdict((), "citation")
    cited = [passages[n - 1] for n in draft.cites]
    if not _figures(text) <= _figures(" ".join(plain(p.text) for p in cited)):
        return Verdict((), "number")
    supports = _supports(text, cited, body)
    if not supports:
        return Verdict((), "unsupported")
    fault = _disagrees(text, supports, embed)
    return Verdict((), fault) if fault else Verdict(tuple(supports))


def _figures(text: str) -> set[str]:
    """Numbers and citations that a text names, in one form each."""
    found = {match[0].lower().rstrip(".,") for match in _NUMBER.finditer(text)}
    return found | {cite.text for cite in cites.find(text)}


def _supports(text: str, cited: Sequence[Passage], body: Callable[[Passage], str]) -> list[Support]:
    """The sentence that holds most of the statement's terms, and a second one where that adds to it."""
    wanted = set(terms(_bare(text)))
    if not wanted:
        return []
    candidates = [
        Support(passage, sentence, plain(body(passage)[sentence.start : sentence.end]))
        for passage in cited
        for sentence in passage.sentences
    ]
    held: set[str] = set()
    chosen: list[Support] = []
    while candidates and len(chosen) < SUPPORTS:
        best = max(candidates, key=lambda c: len((wanted - held) & set(terms(c.text))))
        gained = (wanted - held) & set(terms(best.text))
        if not gained or (chosen and len(gained) / len(wanted) < 0.1):
            break
        held |= gained
        chosen.append(best)
        candidates.remove(best)
    return chosen if len(held) / len(wanted) >= COVERED else []


def _disagrees(text: str, supports: Sequence[Support], embed: Embed) -> str:
    """In what a statement departs from the sentence that supports it most; empty where it doesn't."""
    first = supports[0].text
    together = " ".join(support.text for support in supports)
    bare = _bare(text)
    if verdict.modality(bare) not in (verdict.Modality.STATES, verdict.modality(_bare(first))):
        return "modality"
    if not _in_order(_modals(bare), [_modals(_bare(support.text)) for support in supports]):
        return "modality"
    if bool(_NEGATION.search(bare)) != bool(_NEGATION.search(_bare(first))):
        return "negation"
    if _parties(bare) - _parties(together + " " + supports[0].passage.heading):
        return "party"
    if any(len(limit.findall(_bare(first))) > len(limit.findall(bare)) for limit in _LIMITS):
        return "condition"
    if float(embed(bare) @ embed(_bare(first))) < NEAR:
        return "meaning"
    return ""


def _modals(text: str) -> list[str]:
    """Every modal verb of a text, in order, with its negation."""
    return [re.sub(r"^cannot$", "can not", re.sub(r"\s+", " ", match[0].lower())) for match in _MODAL.finditer(text)]


def _in_order(stated: Sequence[str], supports: Sequence[Sequence[str]]) -> bool:
    """Do the modal verbs stand in the supporting sentences in this order, whichever of these comes first?"""
    orders = (supports, supports[::-1])
    return any(_within(stated, [modal for support in order for modal in support]) for order in orders)


def _within(part: Sequence[str], whole: Sequence[str]) -> bool:
    rest = iter(whole)
    return all(item in rest for item in part)


def _parties(text: str) -> set[str]:
    return {party for term in terms(text) for party in _PARTY if term.startswith(party)}


def _bare(text: str) -> str:
    """Without what stands in parentheses: the authorities."""
    return re.sub(r"\([^()]*(?:\([^()]*\)[^()]*)*\)", " ", text)
