"""Guidance on a provision that the question names: found by its citation, not by similarity.

A passage explains a provision where its sentences cite it, its first sentence above all, and cite little else; a
sentence that lists eight provisions explains none of them. A document that is about the provision throughout counts
more than one that touches on it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mayshare import cites
from mayshare.lexical import terms
from mayshare.schema import Document, Passage, Sentence

PART = 0.9  # where a part of the wanted provision is cited
WHOLE = 0.4  # where the provision that holds the wanted one is cited
FIRST = 2.0  # weight of the first sentence beside the mean of all
DOCUMENT = 1.0  # weight of the document's mean beside the passage's own
KINDS = {"law": 1.0, "official": 1.0, "practice": 0.75, "situation": 0.75}  # a document on the law itself comes first

# Sections that people name without their title, and no other law here has
_BARE = tuple(
    (re.compile(pattern + r"((?:\([0-9A-Za-z]{1,5}\))*)", re.IGNORECASE), title)
    for pattern, title in (
        (r"(?<![\d.])(99\.[1-6]?\d)(?!\d)", "34 CFR"),
        (r"(?<![\d.])(300\.\d{3}|303\.\d{3})(?!\d)", "34 CFR"),
        (r"(?<![\d.])(16[04]\.\d{3})(?!\d)", "45 CFR"),
        (r"(?:§ ?|sections? |part 2 )(2\.[1-6]\d)(?!\d)", "42 CFR"),
        (r"(?<![\w.])(1232[gh])(?!\w)", "20 USC"),
        (r"(?<![\w.])(290dd-2)(?!\w)", "42 USC"),
    )
)


def provisions(text: str) -> tuple[str, ...]:
    """The provisions that a question names, in their one form; well-known sections need no title before them.

    A whole part of the regulations ("42 CFR Part 2") is the name of a law and not a provision.
    """
    found = [(cite.start, cite.end, cite.text) for cite in cites.find(text) if not _is_part(cite.text)]
    for pattern, title in _BARE:
        for match in pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end, _ in found):
                found.append((match.start(), match.end(), f"{title} {match[1].lower()}{match[2]}"))
    return tuple(dict.fromkeys(form for _, _, form in sorted(found)))


def without_provisions(text: str) -> str:
    """A question without the provisions that it names."""
    for cite in reversed(cites.find(text)):
        text = text[: cite.start] + text[cite.end :]
    for pattern, _ in _BARE:
        text = pattern.sub(" ", text)
    return text


def explaining(
    passages: Sequence[Passage], documents: Mapping[str, Document], wanted: Sequence[str]
) -> npt.NDArray[np.float32]:
    """How much each passage is about the best of the wanted provisions, 0 to 1; shape (passages,)."""
    best = np.zeros(len(passages), dtype=np.float32)
    _, group = np.unique([p.source_id for p in passages], return_inverse=True)
    kind = np.array([KINDS[documents[p.source_id].kind] for p in passages], dtype=np.float32)
    for provision in wanted:
        own = np.array([explains(passage, provision) for passage in passages], dtype=np.float32)
        of_document = np.bincount(group, weights=own) / np.bincount(group)
        by_law = np.array([documents[p.source_id].kind == "official" for p in passages])
        score = np.where(own > 0, own + DOCUMENT * of_document[group], 0.0) / (1 + DOCUMENT)
        # official text isn't about a provision: it is the provision, or it isn't
        exact = np.array([_is_text_of(p, provision) if o else 0.0 for p, o in zip(passages, by_law, strict=True)])
        score = np.where(by_law, exact, score)
        best = np.maximum(best, (kind * score).astype(np.float32))
    return best


def asks_for_rule(question: str) -> bool:
    """Does a question name provisions and hardly anything beside: "what does 34 CFR 99.36 say?"?"""
    return len(terms(without_provisions(question))) <= BESIDE_TERMS


BESIDE_TERMS = 3


def explains(passage: Passage, wanted: str) -> float:
    """How much of a passage is about a provision, in its one form (`34 CFR 99.31(a)(1)`): 0 to 1."""
    scores = [_cites(sentence, wanted) for sentence in passage.sentences]
    if not any(scores):
        return 0.0
    return (FIRST * scores[0] + sum(scores) / len(scores)) / (FIRST + 1)


def unexplained(passages: Sequence[Passage], wanted: Sequence[str]) -> tuple[str, ...]:
    """Those of the wanted provisions that no passage cites, in whole or in part."""
    if not wanted:
        return ()
    cited = {authority for passage in passages for authority in passage.authorities}
    return tuple(w for w in wanted if not any(cites.covers(w, a) or _holds(a, w) for a in cited))


def _cites(sentence: Sentence, wanted: str) -> float:
    best = 0.0
    for authority in sentence.authorities:
        if authority == wanted:
            best = 1.0
        elif cites.covers(wanted, authority):
            best = max(best, PART)
        elif _holds(authority, wanted):
            best = max(best, WHOLE)
    return best / math.sqrt(max(1, len(sentence.authorities)))


def _is_text_of(passage: Passage, wanted: str) -> float:
    return max((_cites(sentence, wanted) for sentence in passage.sentences), default=0.0)


def _holds(wide: str, narrow: str) -> bool:
    """Does `wide` name the section, or a paragraph of it, that holds `narrow`? A whole part doesn't count."""
    return cites.covers(wide, narrow) and not _is_part(wide)


def _is_part(provision: str) -> bool:
    return " CFR " in provision and "." not in provision
