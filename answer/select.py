"""Which sentences of the retrieved passages answer the question.

The best passage gives the answer's frame: its bottom line comes first. Then the sentences that likeliest belong in the
answer (`answer/salience.py`), the leading section's own conditions and exceptions before others, each the less the more
of it is said already: leaving out a condition is the known way in which a fluent answer about law does harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from answer.laws import cited
from answer.salience import Candidate, salience
from answer.understand import Understood
from answer.verdict import Modality, modality
from mayshare.index import Index
from mayshare.lexical import terms
from mayshare.schema import Hit, Passage, Role, Sentence

INVENTED = "In the invented case"  # a scenario for training: never an aside in an answer about another case
SECTIONS = 5  # leading ones whose sentences may join the answer; those of further ones tell what is said often
LEAST = 0.08  # probability that a sentence belongs, from which on it may join
CHANGES = 0.3  # what the leading section's own sentences of these roles have on top
SAID = 0.3  # share of its probability that a sentence loses if all its words have been said
SAME = 0.45  # Jaccard similarity of terms above which two sentences say the same
CHANGING: tuple[Role, ...] = ("condition", "exception", "state_law", "next_step")
ONCE: tuple[Role, ...] = ("state_law", "next_step")  # one of these is enough
SHOWN: tuple[Role, ...] = ("bottom_line", "rule", "condition", "exception", "state_law", "next_step")


class Selected(NamedTuple):
    """A sentence chosen for the answer, and the role that it plays there."""

    passage: Passage
    sentence: Sentence
    role: Role
    text: str


class Statement(NamedTuple):
    """A claim to be: its words, where they aren't the sentence's own, what it is for, and what bears it out."""

    text: str
    role: Role
    support: tuple[Selected, ...]


def select(index: Index, hits: Sequence[Hit], understood: Understood, max_words: int) -> list[Selected]:
    """Sentences for the answer in the order in which they are shown; empty without hits.

    Args:
        understood: the question; what rests on the laws of other records alone is off its point.
        max_words: of all sentences together; the bottom line is kept whatever its length.
    """
    found = candidates(index, hits)
    if not found:
        return []
    chosen = [found[n] for n in _greedy(index, found, understood, max_words)]
    lead, *others = (selected(index, c.hit.passage, c.sentence, c.sentence.role) for c in chosen)
    rest = [o._replace(role=_role(o, lead)) for o in others]
    return [lead._replace(role="bottom_line"), *sorted(rest, key=lambda c: SHOWN.index(c.role))]


def _role(other: Selected, lead: Selected) -> Role:
    """Its own, for a sentence of the leading section; another section's conditions aren't those of this answer."""
    own = (other.passage.source_id, other.passage.heading) == (lead.passage.source_id, lead.passage.heading)
    return other.role if other.role == "state_law" or (own and other.role != "bottom_line") else "rule"


def candidates(index: Index, hits: Sequence[Hit]) -> list[Candidate]:
    """The bottom line of the first hit, then the other sentences of all; an invented case speaks for itself alone."""
    first = bottom_line(index, hits[0].passage) if hits else None
    if first is None:
        return []
    found = [_candidate(index, hits[0], first.sentence)]
    for hit in hits:
        leads = hit is hits[0]
        if INVENTED in hit.passage.text and not leads:
            continue
        for sentence in hit.passage.sentences:
            if not (leads and sentence == first.sentence):
                found.append(_candidate(index, hit, sentence))
    return found


def _candidate(index: Index, hit: Hit, sentence: Sentence) -> Candidate:
    document = index.documents[hit.passage.source_id]
    text = document.body[sentence.start : sentence.end]
    return Candidate(hit, sentence, text, document.kind, cited(sentence.authorities))


def _greedy(index: Index, found: Sequence[Candidate], understood: Understood, max_words: int) -> list[int]:
    """The numbers of the candidates that join, the leading one first; one by one, the best of what still fits."""
    told = salience(found, index.lexical.rarity)
    own = np.array([candidate.section == found[0].section for candidate in found])
    changes = own & np.array([candidate.sentence.role in CHANGING for candidate in found])
    words = np.array([len(candidate.text.split()) for candidate in found])
    worth = (told.probability + CHANGES * changes) / np.sqrt(np.maximum(words, 1))
    # where one section is all that was found, no other can bear its sentences out
    open_ = ((told.probability >= LEAST) | changes | own.all()) & _on_point(found, understood)
    leans_on = _leans_on(found)
    chosen: list[int] = []
    best = 0
    while True:
        chosen.append(best)
        open_[best] = False
        if found[best].sentence.role in ONCE:
            open_ &= [candidate.sentence.role != found[best].sentence.role for candidate in found]
        open_ &= (words + words[chosen].sum() <= max_words) & (told.alike[:, chosen].max(axis=1) <= SAME)
        now = open_ & np.array([n < 0 or n in chosen for n in leans_on])
        if not now.any():
            return chosen
        left = worth * (1 - SAID * told.held[:, chosen].max(axis=1))
        best = int(np.argmax(np.where(now, left, -1.0)))


def _leans_on(found: Sequence[Candidate]) -> list[int]:
    """For each candidate the number of the sentence without which it must not stand, or -1.

    What another section permits or requires after its first sentence holds in that sentence's case alone. What it
    forbids or limits may stand without.
    """
    opens = {c.section: n for n, c in enumerate(found) if c.sentence == c.hit.passage.sentences[0]}
    opens[found[0].section] = 0
    return [
        -1
        if candidate.section == found[0].section
        or opens.get(candidate.section) in (None, n)
        or not _opens_records(candidate)
        else opens[candidate.section]
        for n, candidate in enumerate(found)
    ]


def _opens_records(candidate: Candidate) -> bool:
    return modality(candidate.text) in (Modality.PERMITS, Modality.REQUIRES, Modality.NOT_REQUIRED)


def _on_point(found: Sequence[Candidate], understood: Understood) -> npt.NDArray[np.bool_]:
    """Is a candidate the first section's, or a near one's, no next step, and resting on no law or one at hand?"""
    near = list(dict.fromkeys(candidate.section for candidate in found))[:SECTIONS]
    at_hand = understood.frame.laws | frozenset(understood.laws) | cited(found[0].hit.passage.authorities)
    fits = [
        candidate.section == near[0]
        or (
            candidate.section in near
            and candidate.sentence.role != "next_step"
            and (not candidate.laws or bool(candidate.laws & at_hand))
        )
        for candidate in found
    ]
    return np.array(fits)


def with_rule(index: Index, chosen: list[Selected], passage: Passage) -> list[Selected]:
    """The selection with the bottom line of one more passage first among its rules, unless it says so already."""
    line = bottom_line(index, passage)
    if line is None or any(_same(line.text, other.text) for other in chosen):
        return chosen
    return [*chosen[:1], line._replace(role="rule"), *chosen[1:]]


def bottom_line(index: Index, passage: Passage) -> Selected | None:
    """The sentence that states a passage's rule: its first, unless the passage begins with a label."""
    for sentence in passage.sentences:
        if sentence.role == "bottom_line":
            return selected(index, passage, sentence, "bottom_line")
    if passage.sentences:
        return selected(index, passage, passage.sentences[0], "bottom_line")
    return None


def selected(index: Index, passage: Passage, sentence: Sentence, role: Role) -> Selected:
    body = index.documents[passage.source_id].body
    return Selected(passage, sentence, role, body[sentence.start : sentence.end])


def _same(one: str, other: str) -> bool:
    a, b = set(terms(one)), set(terms(other))
    return bool(a and b) and len(a & b) / len(a | b) > SAME
