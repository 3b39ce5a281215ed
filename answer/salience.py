"""How likely a sentence of a near section belongs in the answer, and how much two sentences have in common.

What several near sections say is what the matter turns on, whatever words the question has: centrality counts most, as
in LexRank (Erkan and Radev, 2004), beside whether the sentence rests on the laws at hand and how near its section is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from answer.laws import cited
from mayshare.lexical import terms
from mayshare.schema import Hit, Kind, Role, Sentence

Table = npt.NDArray[np.float32]
OTHERS = 5  # sentences of other sections that a sentence is held against

# Coefficients of the logistic regression; `python -m train.salience` fits them.
INTERCEPT = -6.381
WEIGHTS = {
    "own": 1.063,
    "near": 1.54,
    "heading": -0.891,
    "at_hand": 1.374,
    "same_provision": 0.221,
    "length": 0.4,
    "opens": 0.022,
    "shared": 2.141,
    "shared_most": 0.535,
    "told": 0.031,
    "of_law": 0.021,
    "bottom_line": -0.089,
    "exception": -0.24,
    "next_step": -0.114,
}

ROLES: tuple[Role, ...] = ("bottom_line", "exception", "next_step")  # which count


class Candidate(NamedTuple):
    """A sentence that may join the answer: its hit, its words, its document's kind, and the laws that it rests on."""

    hit: Hit
    sentence: Sentence
    text: str
    kind: Kind
    laws: frozenset[str]

    @property
    def section(self) -> tuple[str, str]:
        """Its document and its heading."""
        return self.hit.passage.source_id, self.hit.passage.heading


class Salience(NamedTuple):
    """Of n candidates: the probability that each belongs in the answer, and what each shares with each.

    `held[i, j]`: share of sentence i's words, by rarity, that sentence j holds too; shape (n, n). `alike`: Jaccard
    similarity of their terms; shape (n, n).
    """

    probability: npt.NDArray[np.float64]
    held: Table
    alike: Table


def salience(candidates: Sequence[Candidate], rarity: Callable[[str], float]) -> Salience:
    """Of the candidates, the first of which leads the answer.

    Args:
        rarity: how much a term tells passages apart (`LexicalIndex.rarity`).
    """
    values, held, alike = features(candidates, rarity)
    weights = np.array(list(WEIGHTS.values()))
    return Salience(1 / (1 + np.exp(-(INTERCEPT + values @ weights))), held, alike)


def features(
    candidates: Sequence[Candidate], rarity: Callable[[str], float]
) -> tuple[npt.NDArray[np.float64], Table, Table]:
    """What the probability is read from, shape (n, len(WEIGHTS)); then `held` and `alike` of `Salience`.

    `own`: of the leading section; `near`: its passage's score as a share of the first's, at most 1; `heading`: cosine
    of the question to its heading; `at_hand`: rests on no law, or on one that the leading passage rests on;
    `same_provision`: cites a provision that the leading sentence cites; `length`: words, as a logarithm; `opens`: first
    of its passage; `shared`, `shared_most`: share of its words that the five sentences of other sections nearest to it
    hold, on average, and that the nearest holds; `told`: share that the leading sentence holds; `of_law`: of a document
    on a law; the rest: its role.
    """
    words = [set(terms(candidate.text)) for candidate in candidates]
    held, smaller, alike = _overlaps(words, rarity)
    shared, most = _shared(smaller, [candidate.section for candidate in candidates])
    lead = candidates[0]
    laws, provisions = cited(lead.hit.passage.authorities), set(lead.sentence.authorities)
    own = [candidate.section == lead.section for candidate in candidates]
    columns: dict[str, object] = {
        "own": own,
        "near": [min(1.0, candidate.hit.score / (lead.hit.score or 1.0)) for candidate in candidates],
        "heading": [candidate.hit.why.heading for candidate in candidates],
        "at_hand": [not candidate.laws or bool(candidate.laws & laws) for candidate in candidates],
        "same_provision": [
            not mine and bool(provisions.intersection(candidate.sentence.authorities))
            for mine, candidate in zip(own, candidates, strict=True)
        ],
        "length": np.log([max(len(candidate.text.split()), 1) for candidate in candidates]),
        "opens": [candidate.sentence == candidate.hit.passage.sentences[0] for candidate in candidates],
        "shared": shared,
        "shared_most": most,
        "told": held[:, 0],
        "of_law": [candidate.kind == "law" for candidate in candidates],
    }
    for role in ROLES:
        columns[role] = [candidate.sentence.role == role for candidate in candidates]
    table = np.stack([np.asarray(columns[name], dtype=np.float64) for name in WEIGHTS], axis=1)
    return table, held, alike


def _overlaps(words: Sequence[set[str]], rarity: Callable[[str], float]) -> tuple[Table, Table, Table]:
    """Of each pair: `held`; the weight of the words of both as a share of the lighter sentence's; `alike`."""
    numbers = {term: n for n, term in enumerate(dict.fromkeys(term for sentence in words for term in sorted(sentence)))}
    holds = np.zeros((len(words), max(len(numbers), 1)), dtype=np.float32)
    for row, held_terms in enumerate(words):
        holds[row, [numbers[term] for term in held_terms]] = 1.0
    weight = np.array([rarity(term) for term in numbers] or [0.0], dtype=np.float32)
    both = (holds * weight) @ holds.T
    own = np.maximum(both.diagonal(), 1e-6)
    lighter = np.minimum(own[:, None], own)
    count = holds @ holds.T
    union = count.diagonal()[:, None] + count.diagonal() - count
    held, smaller, alike = both / own[:, None], both / lighter, count / np.maximum(union, 1.0)
    return held.astype(np.float32), smaller.astype(np.float32), alike.astype(np.float32)


def _shared(smaller: Table, sections: Sequence[tuple[str, str]]) -> tuple[Table, Table]:
    """Of each sentence: what the nearest sentences of other sections share with it, on average and at most."""
    numbers = {section: n for n, section in enumerate(dict.fromkeys(sections))}
    section = np.array([numbers[name] for name in sections])
    elsewhere = np.where(section[:, None] != section, smaller, -1.0)
    nearest = -np.sort(-elsewhere, axis=1)[:, :OTHERS]
    found = nearest >= 0
    shared = np.where(found, nearest, 0.0).sum(axis=1) / np.maximum(found.sum(axis=1), 1)
    return shared.astype(np.float32), np.maximum(nearest[:, 0], 0.0).astype(np.float32)
