"""What the engine is held against: single legs, the engine without a part, the quick start, and ways to game a metric.

Each is an `Answerer`. A gaming baseline must lose on a gated metric; the tests see to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import numpy as np
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import Document as LlamaDocument

from answer.assemble import Engine
from answer.compose import heading_of
from eval.cases import load_cases
from eval.runs import Answerer
from eval.setup import Embedder
from mayshare.config import Settings
from mayshare.index import Index
from mayshare.schema import Answer, Citation, CitedSource, Claim, Hit, Passage, Question

SHOWN = 2  # passages that the passage-dumping baselines show


class System(NamedTuple):
    """A system to evaluate: how it is made from an open engine, and what it stands for."""

    make: Callable[[Engine], Answerer]
    about: str
    gaming: bool = False


class Refusing:
    """Withholds every answer."""

    def __init__(self, engine: Engine) -> None:
        self._version = engine.index.corpus_version

    def ask(self, question: Question) -> Answer:
        """Abstain."""
        return Answer(
            question=question,
            verdict="abstain",
            abstention="out_of_scope",
            message="This question is outside what can be answered.",
            corpus_version=self._version,
            engine="always-refuse",
        )


class Dumping:
    """Shows the first two passages whole, instead of choosing sentences."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, question: Question) -> Answer:
        """The passages as claims."""
        answer = self._engine.ask(question)
        return dump(answer, [hit.passage for hit in answer.hits[:SHOWN]], self._engine.index, "top-two-passages")


class CitingAll:
    """The engine's answer with every claim citing every source."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, question: Question) -> Answer:
        """The same claims, over-cited."""
        answer = self._engine.ask(question)
        every = tuple(citation for claim in answer.claims for citation in claim.citations)
        claims = tuple(claim.model_copy(update={"citations": every}) for claim in answer.claims)
        return answer.model_copy(update={"claims": claims, "engine": "cite-everything"})


class QuickStart:
    """LlamaIndex's quick start: default splitter, dense top-k, the first chunks as the answer. It never abstains."""

    def __init__(self, engine: Engine, documents: Collection[str] | None = None) -> None:
        """`documents`: the ids of those that it may look into; all, where None."""
        self._index = engine.index
        self._embed = Embedder(engine.settings)
        self._passages = [p for p in _chunks(engine.index) if documents is None or p.source_id in documents]
        self._vectors = self._embed([passage.text for passage in self._passages])

    def ask(self, question: Question) -> Answer:
        """The nearest chunks as claims."""
        scores = self._vectors @ self._embed([question.text])[0]
        best = np.argsort(-scores, kind="stable")[:10]
        hits = tuple(Hit(passage=self._passages[int(i)], score=float(scores[i])) for i in best)
        empty = Answer(question=question, verdict="explain", hits=hits, corpus_version=self._index.corpus_version)
        return dump(empty, [hit.passage for hit in hits[:SHOWN]], self._index, "quick-start")


def dump(answer: Answer, passages: list[Passage], index: Index, name: str) -> Answer:
    """An answer that shows passages whole, each citing itself; verdict “explain”."""
    claims, sources = [], []
    for n, passage in enumerate(passages, start=1):
        document = index.documents[passage.source_id]
        quote = document.body[passage.start : passage.end]
        citation = Citation(n=n, passage_id=passage.passage_id, quote=quote, start=passage.start, end=passage.end)
        claims.append(Claim(text=quote, citations=(citation,), role="bottom_line" if n == 1 else "rule"))
        sources.append(
            CitedSource(
                n=n,
                source_id=passage.source_id,
                title=passage.title,
                heading=heading_of(passage.heading_path, passage.title),
                quote=quote,
                start=passage.start,
                end=passage.end,
                authorities=passage.authorities,
                url="",
                status_as_of=document.status_as_of,
            )
        )
    return answer.model_copy(
        update={
            "verdict": "explain",
            "abstention": None,
            "message": "",
            "claims": tuple(claims),
            "sources": tuple(sources),
            "engine": name,
        }
    )


def splitter() -> SentenceSplitter:
    """LlamaIndex's default splitter: 1,024 tokens, 200 of overlap."""
    # nltk, which it would cut sentences with, refuses the hard-linked files that uv installs
    return SentenceSplitter(chunking_tokenizer_fn=lambda text: re.findall(r"[^.?!]+[.?!]*\s*", text))


def _chunks(index: Index) -> list[Passage]:
    """Documents cut by LlamaIndex's default splitter, with their places."""
    cut = splitter()
    found = []
    for document in index.documents.values():
        nodes = cut([LlamaDocument(text=document.body)])
        place = 0
        for node in nodes:
            text = node.get_content()
            start = document.body.find(text, max(0, place - len(text)))
            if start < 0:
                continue
            place = start + len(text)
            found.append(
                Passage(
                    source_id=document.source_id,
                    start=start,
                    end=place,
                    text=text,
                    title=document.title,
                    laws=document.laws,
                    authorities=document.authorities,
                )
            )
    return found


def _alone(leg: str) -> Callable[[Engine], Answerer]:
    """The engine with one leg of its retrieval."""

    def make(engine: Engine) -> Engine:
        weights = {f"{name}_weight": float(name == leg) for name in ("lexical", "dense", "heading", "phrasing")}
        return Engine(_changed(engine.settings, "retrieval", weights), engine.index)

    return make


def _lacking(leg: str) -> Callable[[Engine], Answerer]:
    """The engine without one leg of its retrieval."""
    return lambda engine: Engine(_changed(engine.settings, "retrieval", {f"{leg}_weight": 0.0}), engine.index)


def _without(*parts: str) -> Callable[[Engine], Answerer]:
    return lambda engine: Engine(engine.settings, engine.index, without=frozenset(parts))


def _never_abstaining(engine: Engine) -> Engine:
    return Engine(_changed(engine.settings, "answering", {"threshold": 0.0}), engine.index)


def _changed(settings: Settings, section: str, values: Mapping[str, float]) -> Settings:
    part = getattr(settings, section).model_copy(update=dict(values))
    return settings.model_copy(update={section: part})


class Introduced:
    """The engine, told once who asks, as in the chat: the `asker` of each case."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._askers = {case.id: case.asker for case in load_cases()}

    def ask(self, question: Question) -> Answer:
        """Answer or abstain."""
        asker = self._askers.get(question.qid or "", "")
        return self._engine.ask(question.model_copy(update={"asker": asker}))


SYSTEMS: Mapping[str, System] = {
    "engine": System(lambda engine: engine, "what users ask"),
    "introduced": System(Introduced, "the same by users who said once who asks"),
    "bm25": System(_alone("lexical"), "lexical leg alone"),
    "dense": System(_alone("dense"), "passage vectors alone"),
    "no-headings": System(_lacking("heading"), "ablation: without the vectors of headings"),
    "no-phrasings": System(_lacking("phrasing"), "ablation: without the ways in which people ask"),
    "no-lexical": System(_lacking("lexical"), "ablation: without BM25"),
    "no-reader": System(_without("reader"), "ablation: the verdict read from the rule's words alone"),
    "no-leading": System(
        _without("leading"), "ablation: the leading sections keep the order of their fused scores before they are read"
    ),
    "no-rerank": System(
        _without("rerank"), "ablation: the leading sections aren't read, even where scores don't tell them apart"
    ),
    "no-intent": System(_without("intent"), "ablation: rules alone tell what harms, evidence alone what is in scope"),
    "no-glossary": System(_without("glossary"), "ablation: without query expansion"),
    "no-follow-up": System(_without("follow_up"), "ablation: each turn by itself"),
    "no-further": System(_without("further"), "ablation: sentences of the best passage only"),
    "no-threshold": System(_never_abstaining, "ablation: no abstention by probability"),
    "quick-start": System(QuickStart, "LlamaIndex: default splitter, dense top-k, first chunks", gaming=True),
    "top-two-passages": System(Dumping, "our retrieval, passages shown whole", gaming=True),
    "cite-everything": System(CitingAll, "our claims, each citing every source", gaming=True),
    "always-refuse": System(Refusing, "withholds every answer", gaming=True),
}
