"""Vectors for a new generation: those of the live one, those of the cache, and the rest from the embedding model."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

from ingest.cache import EmbeddingCache, Put
from ingest.plan import Plan, Step
from mayshare.config import Settings
from mayshare.fingerprint import model_fingerprint

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

MEASURED = 20_000  # characters that must have been embedded for the speed to mean something


class Model:
    """The embedding model, loaded once: when it is needed, or ahead of that in a thread."""

    def __init__(self, settings: Settings) -> None:
        beside = ThreadPoolExecutor(1)
        self._load = cache(lambda: beside.submit(_model, settings))

    def ahead(self) -> None:
        """Begin to load it."""
        import mayshare.embed  # noqa: F401 - LlamaIndex's parts import each other: two threads at it block each other

        self._load()

    def __call__(self) -> BaseEmbedding:
        """The model, once it is there."""
        return self._load().result()


_kept: dict[Settings, Model] = {}


def keep_ready(settings: Settings) -> None:
    """Load the model now and keep it for the ingests to come, for one who waits for a change."""
    _kept.setdefault(settings, Model(settings)).ahead()


def model_for(settings: Settings) -> Model:
    """The model that is kept ready, or one that isn't loaded yet."""
    return _kept.get(settings) or Model(settings)


class _Counter:
    """Counts the texts that had to be embedded and reports them as one step."""

    def __init__(self, step: Step, total: int) -> None:
        self._step, self._total = step, total
        self.embedded = 0

    def __call__(self, done: int, embedded: int) -> None:
        self.embedded += embedded
        self._step("embed", min(self.embedded, self._total), self._total)


class Embedder:
    """The embedding, through the live generation and the cache."""

    def __init__(self, settings: Settings, plan: Plan, step: Step, model: Model) -> None:
        self._model = model
        self._cache = EmbeddingCache(settings.store / "embeddings.sqlite", model_fingerprint(settings), plan.live)
        self._count = _Counter(step, plan.missing)
        self._seconds = self._characters = 0.0

    @property
    def embedded(self) -> int:
        """Texts that had to be embedded."""
        return self._count.embedded

    @property
    def speed(self) -> float:
        """Characters embedded a second, or 0 where too few were."""
        return round(self._characters / self._seconds, 1) if self._characters >= MEASURED else 0.0

    def vectors(self, texts: Sequence[str], keys: Sequence[bytes], put: Put) -> None:
        """Hand the vector of each text, found by its key, to `put`."""
        self._cache.vectors(texts, self._embed, self._count, put, keys)

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
