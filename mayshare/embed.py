"""Embedding models behind LlamaIndex's `BaseEmbedding`, by name of their provider.

The default runs offline. Any other LlamaIndex embedding is set in `mayshare.toml` and needs its extra.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from mayshare.config import Embedding, Settings
from mayshare.errors import ModelError
from mayshare.minilm import EMBEDDING, QUERY, Encoder, Model, load_encoder

BULK = 256  # texts that the workers share; within them, texts of like length go together


class MiniLMEmbedding(BaseEmbedding):
    """all-MiniLM-L6-v2, fitted to the guidance (int8), as a LlamaIndex embedding. Vectors: 384 floats, unit length.

    A question has an encoder of its own, fitted to the vectors that the other one gave to the guidance: it learns from
    new questions and no text need be embedded again. Source: Lee et al. (2021), Learning Dense Representations of
    Phrases at Scale (query-side fine-tuning). `first` is loaded at once, the other when it is needed.
    """

    _encoders: dict[Model, Encoder] = PrivateAttr(default_factory=dict)
    _load: Callable[[Model], Encoder] = PrivateAttr()
    _loading: Lock = PrivateAttr(default_factory=Lock)
    _batch_size: int = PrivateAttr()

    def __init__(
        self, folder: Path, batch_size: int = 8, threads: int = 0, workers: int = 1, first: Model = EMBEDDING
    ) -> None:
        # LlamaIndex hands over slices of this size; the workers share one
        super().__init__(model_name=EMBEDDING.name, embed_batch_size=batch_size if workers == 1 else BULK)
        self._batch_size = batch_size
        self._load = lambda model: load_encoder(folder, threads, model, workers)
        self._encoder(first)

    @classmethod
    def class_name(cls) -> str:
        """LlamaIndex's name for serialised components."""
        return "MiniLMEmbedding"

    def _encoder(self, model: Model) -> Encoder:
        if ready := self._encoders.get(model):  # not behind the lock: the other may be loading
            return ready
        with self._loading:
            if model not in self._encoders:
                self._encoders[model] = self._load(model)
            return self._encoders[model]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._vectors(QUERY, [query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._vectors(EMBEDDING, texts)

    def _vectors(self, model: Model, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._encoder(model).encode(texts, self._batch_size).tolist()
        return vectors


def build_embedding(settings: Settings, bulk: bool = False) -> BaseEmbedding:
    """The embedding that the settings name; `bulk` for many texts at once, as an ingest has them.

    Raises:
        ModelError: the provider's extra isn't installed, or the model can't be loaded.
    """
    chosen = settings.embedding
    if chosen.provider == "minilm":
        threads, workers = (1, chosen.threads or min(4, os.cpu_count() or 1)) if bulk else (chosen.threads, 1)
        # one text at a time: an int8 model's scales are those of its batch, so that a text's vector would move with the
        # texts beside it; and two workers do a third more so, since nothing is padded
        return MiniLMEmbedding(settings.model_folder, 1, threads, workers, EMBEDDING if bulk else QUERY)
    try:
        return _PROVIDERS[chosen.provider](chosen)
    except ImportError as error:
        raise ModelError(
            f"embedding.provider = {chosen.provider!r} needs its extra: "
            f".venv/bin/uv pip install 'mayshare[{_EXTRAS[chosen.provider]}]' ({error.name} is missing)."
        ) from error


def _huggingface(chosen: Embedding) -> BaseEmbedding:
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding  # type: ignore[import-not-found,unused-ignore]

    return _checked(HuggingFaceEmbedding(model_name=chosen.model, embed_batch_size=chosen.batch_size))


def _ollama(chosen: Embedding) -> BaseEmbedding:
    from llama_index.embeddings.ollama import OllamaEmbedding  # type: ignore[import-not-found,unused-ignore]

    base_url = chosen.base_url or "http://127.0.0.1:11434"
    return _checked(OllamaEmbedding(model_name=chosen.model, base_url=base_url, embed_batch_size=chosen.batch_size))


def _openai_like(chosen: Embedding) -> BaseEmbedding:
    from llama_index.embeddings.openai_like import OpenAILikeEmbedding  # type: ignore[import-not-found,unused-ignore]

    return _checked(
        OpenAILikeEmbedding(
            model_name=chosen.model,
            api_base=chosen.base_url,
            api_key=chosen.api_key or "none",
            embed_batch_size=chosen.batch_size,
        )
    )


def _tei(chosen: Embedding) -> BaseEmbedding:
    from llama_index.embeddings.text_embeddings_inference import (  # type: ignore[import-not-found,unused-ignore]
        TextEmbeddingsInference,
    )

    base_url = chosen.base_url or "http://127.0.0.1:8080"
    return _checked(
        TextEmbeddingsInference(model_name=chosen.model, base_url=base_url, embed_batch_size=chosen.batch_size)
    )


def _checked(embedding: Any) -> BaseEmbedding:
    if not isinstance(embedding, BaseEmbedding):
        raise ModelError(f"{type(embedding).__name__} is not a LlamaIndex embedding.")
    return embedding


_PROVIDERS: dict[str, Callable[[Embedding], BaseEmbedding]] = {
    "huggingface": _huggingface,
    "ollama": _ollama,
    "openai_like": _openai_like,
    "tei": _tei,
}
_EXTRAS = {"huggingface": "huggingface", "ollama": "ollama", "openai_like": "openai", "tei": "tei"}
