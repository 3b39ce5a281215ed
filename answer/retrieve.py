"""Hybrid retrieval: BM25, passage vectors and heading vectors, fused by weighted min-max scores.

Source of the fusion: Bruch, Gai and Ingber (2023), An Analysis of Fusion Functions for Hybrid Retrieval
(convex combination of normalised scores). Equal-weight reciprocal rank fusion was measured worse than
BM25 alone on regulatory text, hence weights; they are settings, tuned on the development questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from answer.bonus import Bonus
from answer.glossary import Glossary
from answer.leading import MOST, WEIGHTS, Leading
from answer.lookup import unexplained
from answer.rerank import BELOW, Reranker
from answer.sections import Sections
from answer.situation import Nearness, probability
from answer.understand import Understood, understand
from mayshare.config import Retrieval
from mayshare.index import Index, Vector
from mayshare.intent import Intent
from mayshare.lexical import terms
from mayshare.minilm import SCOPE
from mayshare.reader import Reader, Reading
from mayshare.schema import Filters, Hit, Place, Question, Why

Scores = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]

EXPANSION_WEIGHT = 0.25  # of words that the glossary adds
VIEW_WORDS = 160  # of a view, its last: the encoder reads no more than 256 tokens, and the turn stands at the end
STANDS = 0.5  # share of a short turn that stands by itself, beside the same turn after those before it
INTRODUCED = 0.7  # share of the question read as who asks would put it, beside the question by itself
CHOSEN = 0.01  # by how much the section that the user chose comes before all others


class Evidence(NamedTuple):
    """Hits, best first, and the raw strength of the evidence, for deciding whether to answer."""

    hits: tuple[Hit, ...]
    best_dense: float
    best_heading: float
    best_phrasing: float
    known: float
    vector: Vector  # of the question
    scope: float = 0.0
    unexplained: tuple[str, ...] = ()  # provisions that the question names and no passage cites
    nearness: Nearness = Nearness()  # of the section that leads
    intent: Intent | None = None  # what the intent model makes of the question; None where it isn't asked
    readings: Mapping[str, Reading] = {}  # of leading passages that were reread, by id


class _Legs(NamedTuple):
    """What speaks for each passage, before it is fused; arrays of shape (passages,), and the question's vector."""

    lexical: Scores
    dense: Scores
    near: npt.NDArray[np.bool_]
    heading: Scores
    phrasing: Scores
    vector: Vector


class HybridRetriever(BaseRetriever):
    """Our retrieval as LlamaIndex's `BaseRetriever`; `evidence` gives the same hits in our own types."""

    def __init__(
        self,
        index: Index,
        glossary: Glossary,
        settings: Retrieval | None = None,
        reranker: Reader | None = None,
        leading: bool = True,
    ) -> None:
        """What orders the leading sections can be left out.

        Args:
            reranker: rereads them where scores don't tell them apart.
            leading: orders them by what speaks for each as a whole; fitted to the built-in embedding, and to no other.
        """
        super().__init__()
        self._index, self._glossary = index, glossary
        self._settings = settings or index.settings.retrieval
        fitted = index.settings.embedding.provider == "minilm"
        self._bonus = Bonus(index)
        self._sections = Sections(index)
        self._leading = Leading(index, self._sections) if leading and fitted else None
        self._rerank = Reranker(reranker, self._sections) if reranker else None
        self._scope: Scores | None = np.load(SCOPE, allow_pickle=False) if fitted else None

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        understood = understand(Question(text=query_bundle.query_str), self._glossary)
        found = self.evidence(understood, Filters(), self._settings.k)
        return [
            NodeWithScore(
                node=TextNode(
                    id_=hit.passage.passage_id,
                    text=hit.passage.text,
                    start_char_idx=hit.passage.start,
                    end_char_idx=hit.passage.end,
                    metadata={"source_id": hit.passage.source_id, "title": hit.passage.title},
                ),
                score=hit.score,
            )
            for hit in found.hits
        ]

    def evidence(self, understood: Understood, filters: Filters, k: int, chosen: Place | None = None) -> Evidence:
        """The `k` best passages for a question that has been understood; those of the `chosen` section first."""
        index = self._index
        (lexical, dense, near, heading, phrasing, vector), score = self._asked(understood)
        # a passage that nothing speaks for is no hit; the least of the candidates, normalised to 0, is one
        allowed = self._allowed(filters)
        score[~allowed | ((lexical <= 0) & ~near)] = -1.0
        understood = understood.told
        if self._leading and not understood.citations:
            score = self._leading(terms(understood.text), score, dense, phrasing)
        # where a section was chosen too: the others that are offered keep their order
        score, nearness, readings = self._reread(understood, score, dense, phrasing)
        if chosen:
            self._put_first(score, chosen)
        best = [int(row) for row in np.argsort(-score, kind="stable")[:k] if score[row] >= 0]
        hits = tuple(
            Hit(
                passage=index.passages[row],
                score=float(score[row]),
                why=Why(lexical=float(lexical[row]), dense=float(dense[row]), heading=float(heading[row])),
            )
            for row in best
        )
        return Evidence(
            hits,
            best_dense=max((hit.why.dense for hit in hits), default=0.0),
            best_heading=max((hit.why.heading for hit in hits), default=0.0),
            # headings are ways of asking too: a new document has no others yet
            best_phrasing=max(float(phrasing.max(initial=0.0)), float(heading.max(initial=0.0))),
            known=self._known(understood),
            scope=0.0 if self._scope is None else float(self._scope @ vector),
            vector=vector,
            unexplained=unexplained(index.passages, understood.citations),
            nearness=nearness,
            readings=readings,
        )

    def _reread(
        self, understood: Understood, score: Scores, dense: Scores, phrasing: Scores
    ) -> tuple[Scores, Nearness, Mapping[str, Reading]]:
        """Scores, nearness and what was read, after the leading sections were where it isn't clear which is meant.

        The probability is fitted to what is near after that; before it, it tells well enough what is worth reading.
        """
        asked = terms(understood.text)
        near = self._near(asked, score, dense, phrasing)
        if self._rerank is None or probability(near) >= BELOW:
            return score, near, {}
        score, readings = self._rerank(understood.text, score)
        return score, self._near(asked, score, dense, phrasing), readings

    def _near(self, asked: Sequence[str], score: Scores, dense: Scores, phrasing: Scores) -> Nearness:
        """How near the section that leads is to what is asked."""
        heads = self._sections.heads(score, 2)
        if not heads:
            return Nearness()
        first = heads[0]
        margin = float(score[first]) - (float(score[heads[1]]) if len(heads) > 1 else 0.0)
        return Nearness(float(phrasing[first]), float(dense[first]), margin, self._sections.covered(asked, first))

    def _put_first(self, score: Scores, chosen: Place) -> None:
        """Raise the passages of a section above all others; nothing where the guidance no longer has it."""
        own = self._sections.of(chosen) & (score >= 0)  # what nothing speaks for, or a filter excludes, stays out
        if own.any():
            score[own] += max(0.0, float(score.max())) + CHOSEN - score[own].max()

    def leading(self, understood: Understood) -> tuple[list[Place], Array]:
        """The leading sections, as the fused scores order them, and what speaks for each, for `train.leading`.

        Shape (sections, 1 + `answer.leading.WEIGHTS`): the fused score and the features.
        """
        legs, score = self._searched(understood)
        score[(legs.lexical <= 0) & ~legs.near] = -1.0
        heads = self._sections.heads(score, MOST)
        asked = terms(understood.text)
        told = Leading(self._index, self._sections).features(asked, heads, legs.dense, legs.phrasing)
        places = [self._index.passages[row].place for row in heads]
        return places, np.column_stack([score[heads], told]) if heads else np.zeros((0, 1 + len(WEIGHTS)))

    def scores(self, understood: Understood) -> Scores:
        """The fused score of every passage, before a filter or the reader; shape (passages,)."""
        return self._searched(understood)[1]

    def _asked(self, understood: Understood) -> tuple[_Legs, Scores]:
        """What speaks for each passage and its fused score, as who asks would put it and by the question itself.

        By the first alone a question on another's records ("the parents call") drifts to the asker's own.
        """
        legs, score = self._searched(understood.told)
        if understood.introduced is None:
            return legs, score
        own, plain = self._searched(understood)
        return _strongest([legs, own]), INTRODUCED * score + (1 - INTRODUCED) * plain

    def _searched(self, understood: Understood) -> tuple[_Legs, Scores]:
        """What speaks for each passage in any view, and its fused score, the mean over them.

        The first turn mostly tells whose record it is, the last before this one what just changed; all together drown
        either. Mean of scores rather than of vectors: Shaw and Fox (1994), Combination of Multiple Searches (CombANZ).
        """
        if not understood.views:
            legs = self._legs(understood)
            return legs, self._fused(understood, legs)
        found = [self._legs(view, VIEW_WORDS) for view in understood.views]
        pairs = zip(understood.views, found, strict=True)
        score: Scores = np.mean([self._fused(view, legs) for view, legs in pairs], axis=0)
        most = _strongest(found)
        if not understood.context:
            # how strong the evidence is, is told by the turn itself: what was asked before it says nothing of that
            own = self._legs(understood)
            score = STANDS * self._fused(understood, own) + (1 - STANDS) * score
            most = own._replace(lexical=np.maximum(own.lexical, most.lexical), near=own.near | most.near)
        return most, score

    def _legs(self, understood: Understood, last: int | None = None) -> _Legs:
        """`last`: how many words, the last ones, the vector is made of; all where None."""
        index, candidates = self._index, self._settings.candidates
        text = understood.text if last is None else " ".join(understood.text.split()[-last:])
        vector = index.embed(text)
        dense = np.zeros(len(index.passages), dtype=np.float32)
        near = np.zeros(len(index.passages), dtype=bool)
        for row, cosine in index.dense(vector, candidates).items():
            dense[row], near[row] = cosine, True
        heading, phrasing = index.heading_scores(vector), index.phrasing_scores(vector)
        return _Legs(self._lexical(understood), dense, near, heading, phrasing, vector)

    def _fused(self, understood: Understood, legs: _Legs) -> Scores:
        settings = self._settings
        score: Scores = (
            settings.lexical_weight * normalised(legs.lexical, settings.candidates)
            + settings.dense_weight * normalised(legs.dense, settings.candidates)
            + settings.heading_weight * normalised(legs.heading, settings.candidates)
            + settings.phrasing_weight * normalised(legs.phrasing, settings.candidates)
        )
        return score + self._bonus(understood)

    def _lexical(self, understood: Understood) -> Scores:
        bm25 = self._index.lexical
        score = bm25.scores(terms(understood.text))
        if understood.expansion:
            score = score + EXPANSION_WEIGHT * bm25.scores(understood.expansion)
        return score

    def _allowed(self, filters: Filters) -> npt.NDArray[np.bool_]:
        allowed = np.ones(len(self._index.passages), dtype=bool)
        for names, field in ((filters.laws, "laws"), (filters.audiences, "audiences"), (filters.holders, "holders")):
            if not names:
                continue
            wanted = {name.lower() for name in names}
            fitting = {
                source_id
                for source_id, document in self._index.documents.items()
                if wanted.intersection(value.lower() for value in getattr(document, field))
            }
            allowed &= np.fromiter((p.source_id in fitting for p in self._index.passages), dtype=bool)
        return allowed

    def _known(self, understood: Understood) -> float:
        """Share of the question's terms that the corpus knows."""
        asked = set(terms(understood.text))
        return sum(1 for term in asked if self._index.lexical.knows(term)) / len(asked) if asked else 0.0


def _strongest(legs: Sequence[_Legs]) -> _Legs:
    """The most that any view has for each passage, with the vector of the first."""
    lexical, dense, near, heading, phrasing = (
        np.maximum.reduce(leg) for leg in zip(*(leg[:-1] for leg in legs), strict=True)
    )
    return _Legs(lexical, dense, near, heading, phrasing, legs[0].vector)


def normalised(scores: Scores, candidates: int) -> Scores:
    """Min-max over the best `candidates`; what is below them, or not above 0, counts 0."""
    if not scores.size:
        return scores
    count = min(candidates, scores.size)
    low = float(np.partition(scores, -count)[-count])
    high = float(scores.max())
    if high <= 0 or high - low < 1e-9:
        return (scores > 0).astype(np.float32)
    result: Scores = np.clip((scores - max(low, 0.0)) / (high - max(low, 0.0)), 0.0, 1.0).astype(np.float32)
    return result
