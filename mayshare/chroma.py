"""The one file that knows Chroma and LlamaIndex's vector store over it.

Chroma's own embedding function and telemetry stay off. A sealed generation is never opened in place,
since Chroma rewrites its SQLite file on open: `VectorSearch` works on a private copy.
"""

from __future__ import annotations

import atexit
import math
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import chromadb
from chromadb.config import Settings as ChromaSettings
from llama_index.core.schema import BaseNode
from llama_index.core.vector_stores.types import VectorStoreQuery
from llama_index.vector_stores.chroma import ChromaVectorStore

COLLECTION = "passages"


def _client(folder: Path) -> Any:
    return chromadb.PersistentClient(path=str(folder), settings=ChromaSettings(anonymized_telemetry=False))


def write(folder: Path, nodes: Sequence[BaseNode]) -> None:
    """Put nodes with their vectors into a new collection (cosine) in a new folder."""
    client = _client(folder)
    collection = client.create_collection(
        COLLECTION, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
    )
    store = ChromaVectorStore(chroma_collection=collection)
    # LlamaIndex would send 41,665 nodes at once; Chroma takes fewer.
    size = client.get_max_batch_size()
    for first in range(0, len(nodes), size):
        store.add(list(nodes[first : first + size]))
    close(client)


def close(client: Any) -> None:
    """Let go of the files, so that they can be hashed and sealed."""
    client.close()


class VectorSearch:
    """Cosine search through LlamaIndex's Chroma store, on a private copy of a sealed collection."""

    def __init__(self, sealed: Path) -> None:
        self._copy = Path(tempfile.mkdtemp(prefix="mayshare-"))
        atexit.register(shutil.rmtree, self._copy, ignore_errors=True)
        shutil.copytree(sealed, self._copy / "chroma")
        self._client = _client(self._copy / "chroma")
        self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
        self._store = ChromaVectorStore(chroma_collection=self._collection)

    def search(self, vector: Sequence[float], k: int) -> list[tuple[str, float]]:
        """Passage ids and true cosines of the `k` nearest passages, best first."""
        if not k:
            return []
        result = self._store.query(VectorStoreQuery(query_embedding=list(vector), similarity_top_k=k))
        # the store's score is exp(-cosine distance)
        cosines = (1.0 + math.log(score) for score in result.similarities or [])
        return list(zip(result.ids or [], cosines, strict=True))

    def nearest(self, vectors: Sequence[Sequence[float]]) -> list[tuple[str, float]]:
        """For each vector, the id of its nearest passage and the distance; one call, for verifying."""
        result = self._collection.query(query_embeddings=[list(v) for v in vectors], n_results=1, include=["distances"])
        return [(ids[0], distances[0]) for ids, distances in zip(result["ids"], result["distances"], strict=True)]

    def count(self) -> int:
        """Passages in the collection."""
        return int(self._collection.count())

    def close(self) -> None:
        """Release the private copy."""
        close(self._client)
        shutil.rmtree(self._copy, ignore_errors=True)
