"""Write the files of a generation into an empty directory: LlamaIndex's pipeline, Chroma, BM25, vectors."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from ingest.cache import EmbeddingCache
from ingest.plan import Plan, Step, Work
from mayshare import chroma, faults
from mayshare.config import Settings
from mayshare.fingerprint import model_fingerprint
from mayshare.lexical import LexicalIndex
from mayshare.records import write_lines
from mayshare.schema import Document

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

Vectors = npt.NDArray[np.float32]
MEASURED = 20_000  # characters that must have been embedded for the speed to mean something


class Made(NamedTuple):
    """What was built: the model's name, vector size, passages, texts that had to be embedded, characters a second."""

    model: str
    dimensions: int
    passages: int
    embedded: int
    speed: float


class _Counter:
    """Counts the texts that had to be embedded and reports them as one step."""

    def __init__(self, step: Step, total: int) -> None:
        self._step, self._total = step, total
        self.embedded = 0

    def __call__(self, done: int, embedded: int) -> None:
        self.embedded += embedded
        self._step("embed", min(self.embedded, self._total), self._total)


class _Embedder:
    """The embedding, through the cache; the model is loaded when the first text is missing there."""

    def __init__(self, settings: Settings, step: Step, total: int) -> None:
        self._model = cache(lambda: _model(settings))
        self._cache = EmbeddingCache(settings.store / "embeddings.sqlite", model_fingerprint(settings))
        self._count = _Counter(step, total)
        self._seconds = self._characters = 0.0

    @property
    def embedded(self) -> int:
        """Texts that had to be embedded."""
        return self._count.embedded

    @property
    def speed(self) -> float:
        """Characters embedded a second, or 0 where too few were."""
        return round(self._characters / self._seconds, 1) if self._characters >= MEASURED else 0.0

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, in order."""
        vectors = self._cache.vectors(texts, self._embed, self._count)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        result: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
        return result

    def fill_with_ray(self, settings: Settings, groups: Sequence[Sequence[str]]) -> None:
        """Put the vectors of all texts into the cache, embedded by Ray's workers."""
        from ingest.ray_runner import embedder

        with embedder(settings) as embed:
            self._cache.fill(groups, embed, self._count)

    def close(self) -> None:
        """Close the cache."""
        self._cache.close()

    def _embed(self, texts: list[str]) -> list[list[float]]:
        model = self._model()
        started = time.perf_counter()
        # LlamaIndex's pipeline carries the texts, so that any of its embeddings can stand here
        from llama_index.core.ingestion import IngestionPipeline
        from llama_index.core.schema import TextNode

        nodes = IngestionPipeline(transformations=[model], disable_cache=True).run(
            nodes=[TextNode(text=text) for text in texts]
        )
        self._seconds += time.perf_counter() - started
        self._characters += sum(map(len, texts))
        return [list(node.embedding or ()) for node in nodes]


def _model(settings: Settings) -> BaseEmbedding:
    from mayshare.embed import build_embedding

    return build_embedding(settings, bulk=True)


def build_generation(settings: Settings, plan: Plan, folder: Path, step: Step) -> Made:
    """Build all files of a generation in `folder`; embedding asks the store's cache first."""
    work, texts = plan.work, plan.work.texts
    embedder = _Embedder(settings, step, plan.missing)
    try:
        if settings.ingest.runner == "ray" and plan.missing:
            embedder.fill_with_ray(settings, [texts, work.asked])
        vectors, asked = embedder.vectors(texts), embedder.vectors(work.asked)
    finally:
        embedder.close()
    step("build", 0, 1)
    np.save(folder / "vectors.npy", vectors, allow_pickle=False)
    np.save(folder / "headings.npy", asked[: len(texts)], allow_pickle=False)
    np.save(folder / "phrasings.npy", asked[len(texts) :], allow_pickle=False)
    _write(folder, settings, plan.survey.documents, work, vectors)
    step("build", 1, 1)
    return Made(model_fingerprint(settings), int(vectors.shape[1]), len(texts), embedder.embedded, embedder.speed)


def _write(folder: Path, settings: Settings, documents: Sequence[Document], work: Work, vectors: Vectors) -> None:
    ids = [passage.passage_id for passage in work.passages]
    embedded = settings.chroma.mode == "embedded"  # else `ingest.publish` writes the vectors to the server
    with ThreadPoolExecutor(1) as beside:  # Chroma works outside Python's lock: the two take the time of the longer one
        chroma_written = beside.submit(chroma.write, folder / "chroma", ids, vectors) if embedded else None
        write_lines(folder / "passages.jsonl", work.passages)
        write_lines(folder / "documents.jsonl", documents)
        write_lines(folder / "phrasings.jsonl", work.phrasings)
        terms = [term.model_dump() for term in work.glossary]
        (folder / "glossary.json").write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")
        bm25 = LexicalIndex.build(work.texts, settings.retrieval.bm25_k1, settings.retrieval.bm25_b)
        bm25.save(folder / "lexical")
        if chroma_written:
            chroma_written.result()
    faults.hit("after_chroma")
