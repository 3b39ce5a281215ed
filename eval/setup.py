"""What an evaluation needs from the live index: engine, documents and matcher."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from answer.assemble import Engine, assemble
from eval.matching import Matcher, Vectors
from eval.metrics.context import Context
from mayshare.config import Settings
from mayshare.index import Index
from mayshare.minilm import BASE, load_encoder


def open_engine(settings: Settings) -> Engine:
    """The engine that users ask. Raises what `answer.assemble` raises."""
    return assemble(settings)


def context_of(index: Index) -> Context:
    """Documents and a matcher over an index."""
    return Context(Matcher(Embedder(index.settings), [p.text for p in index.passages]), index.documents)


class Embedder:
    """Texts to unit vectors with the base model: what measures must not change with what is measured."""

    def __init__(self, settings: Settings) -> None:
        self._encoder = load_encoder(settings.model_folder, settings.embedding.threads, BASE)

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Shape (texts, dimensions). One text at a time: int8 vectors move a little with the company of a batch."""
        vectors: Vectors = np.concatenate([self._encoder.encode([text]) for text in texts])
        return vectors
