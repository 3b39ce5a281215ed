"""Which sentences of the retrieved passages answer the question.

The best passage gives the answer's frame: its bottom line first, then what changes it. Conditions and
exceptions of that passage are kept before anything else, since leaving one out is the known way in which a
fluent answer about law does harm. Bottom lines of further passages follow where they add something.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from answer.laws import cited
from answer.understand import Understood
from mayshare.index import Index
from mayshare.lexical import terms
from mayshare.schema import Hit, Passage, Role, Sentence

INVENTED = "In the invented case"  # a scenario for training: never an aside in an answer about another case
LOOKED_AT = 8  # passages after the first of which some may add their bottom line
FURTHER = 3  # how many may
NEW = 1.0  # weight of the question's words that a further passage tells and the first doesn't, beside its score
FURTHER_SHARE = 0.3  # … if they score at least this share of the best
SAME = 0.45  # Jaccard similarity of terms above which two sentences say the same
MAX_OF_ROLE: dict[Role, int] = {
    "bottom_line": 1,
    "rule": 3,
    "condition": 4,
    "exception": 4,
    "state_law": 1,
    "next_step": 1,
}
KEPT_FIRST: tuple[Role, ...] = ("bottom_line", "condition", "exception", "rule", "state_law", "next_step")
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
        understood: the question; its terms order sentences of one role by relevance, and a further passage that rests
            on the laws of other records alone is off its point.
        max_words: of all sentences together; the bottom line is kept whatever its length.
    """
    if not hits:
        return []
    wanted = {*terms(understood.text), *understood.expansion}
    laws = understood.frame.laws | frozenset(understood.laws)
    chosen: list[Selected] = []
    words = 0
    for candidate in [*_main(index, hits[0].passage, wanted), *_further(index, hits, wanted, laws)]:
        size = len(candidate.text.split())
        full = sum(1 for c in chosen if c.role == candidate.role) >= MAX_OF_ROLE[candidate.role]
        if full or (chosen and words + size > max_words) or any(_same(candidate.text, c.text) for c in chosen):
            continue
        chosen.append(candidate)
        words += size
    return sorted(chosen, key=lambda c: SHOWN.index(c.role))


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


def _main(index: Index, passage: Passage, wanted: set[str]) -> list[Selected]:
    first = bottom_line(index, passage)
    if first is None:
        return []
    rest = [selected(index, passage, s, s.role) for s in passage.sentences if s != first.sentence]
    rest = [s._replace(role="rule") if s.role == "bottom_line" else s for s in rest]
    # stable: sentences of one role and equal relevance stay in the document's order
    rest.sort(key=lambda s: (KEPT_FIRST.index(s.role), -_relevance(s.text, wanted)))
    return [first, *rest]


def _further(index: Index, hits: Sequence[Hit], wanted: set[str], laws: frozenset[str]) -> list[Selected]:
    """Bottom lines of further passages: near the question, and best about what the first passage leaves out."""
    known = set(terms(_told(index, hits[0].passage, hits[0].passage.text)))
    open_terms = {term: index.lexical.rarity(term) for term in wanted}
    asked = sum(open_terms.values()) or 1.0
    at_hand = laws | cited(hits[0].passage.authorities)
    found: list[tuple[float, Selected]] = []
    for hit in hits[1 : 1 + LOOKED_AT]:
        share = hit.score / hits[0].score if hits[0].score else 0.0
        line = bottom_line(index, hit.passage)
        if share < FURTHER_SHARE or line is None or line.text.startswith(INVENTED):
            continue
        rests_on = cited(line.sentence.authorities)
        if rests_on and not rests_on & at_hand:
            continue
        new = set(terms(_told(index, hit.passage, line.text))) - known
        found.append((share + NEW * sum(open_terms[term] for term in new & wanted) / asked, line))
    best = sorted(found, key=lambda pair: -pair[0])[:FURTHER]
    return [line._replace(role="rule" if (own := line.sentence.role) == "bottom_line" else own) for _, line in best]


def _told(index: Index, passage: Passage, text: str) -> str:
    title = index.documents[passage.source_id].title
    return " ".join([title, *passage.heading_path, text])


def selected(index: Index, passage: Passage, sentence: Sentence, role: Role) -> Selected:
    body = index.documents[passage.source_id].body
    return Selected(passage, sentence, role, body[sentence.start : sentence.end])


def _relevance(text: str, wanted: set[str]) -> float:
    held = set(terms(text))
    return len(held & wanted) / math.sqrt(1 + len(held))


def _same(one: str, other: str) -> bool:
    a, b = set(terms(one)), set(terms(other))
    return bool(a and b) and len(a & b) / len(a | b) > SAME
