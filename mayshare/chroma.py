"""A generation's Chroma collection on disk; with `chroma_read` and `chroma_server` the only files that know Chroma.

A collection holds ids and vectors; the texts are in the generation's `passages.jsonl`, once. Chroma's own embedding
function and telemetry stay off. A sealed generation is never opened in place, since Chroma rewrites its SQLite file
on open: `VectorSearch` works on a private copy.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import chromadb
import chromadb.api.rust  # else imported with the first client, while an ingest waits for its check
import numpy as np
import numpy.typing as npt
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError

from mayshare.chroma_read import Reader
from mayshare.collection import HNSW
from mayshare.errors import IngestError

COLLECTION = "passages"


BATCH = 1000  # vectors handed to Chroma at a time: on their way each is a list of Python's numbers


class Rows(Protocol):
    """Vectors, an array or a file of them."""

    def __getitem__(self, rows: slice, /) -> npt.NDArray[np.float32]:
        """Those of a slice."""


def _client(folder: Path) -> Any:
    return chromadb.PersistentClient(path=str(folder), settings=ChromaSettings(anonymized_telemetry=False))


def write(folder: Path, ids: Sequence[str], vectors: Rows) -> None:
    """Put vectors into a new collection (cosine) in a new folder.

    Not through LlamaIndex's vector store: it adds each node as JSON and each text to a full-text index, which
    nothing here reads; measured on 1,663 passages: 7 s and over 60 MB, where ids and vectors take 0.4 s and 7 MB.

    Raises:
        IngestError: Chroma failed; the disk may be full.
    """
    try:
        client = _client(folder)
        collection = client.create_collection(COLLECTION, configuration={"hnsw": HNSW}, embedding_function=None)
        size = min(BATCH, client.get_max_batch_size())
        for first in range(0, len(ids), size):
            collection.add(ids=list(ids[first : first + size]), embeddings=vectors[first : first + size])
        close(client)
    except ChromaError as error:  # among others a full disk
        raise IngestError(f"{folder}: Chroma can't write it ({error}). The present index still serves.") from error


def close(client: Any) -> None:
    """Let go of the files, so that they can be hashed and sealed."""
    client.close()


class VectorSearch(Reader):
    """Cosine search on a private copy of a sealed collection.

    `ef_search` is how many candidates HNSW looks at, where it shan't be as many as the collection was made for.
    """

    def __init__(self, sealed: Path, ef_search: int | None = None) -> None:
        self._copy = Path(tempfile.mkdtemp(prefix="mayshare-"))
        atexit.register(shutil.rmtree, self._copy, ignore_errors=True)
        shutil.copytree(sealed, self._copy / "chroma")
        self._client = _client(self._copy / "chroma")
        collection = self._client.get_collection(COLLECTION, embedding_function=None)
        if ef_search:
            with warnings.catch_warnings():  # Chroma calls a collection without an embedding function deprecated
                warnings.simplefilter("ignore", DeprecationWarning)
                collection.modify(configuration={"hnsw": {"ef_search": ef_search}})
        super().__init__(collection)

    def search(self, vector: Sequence[float], k: int) -> list[tuple[str, float]]:
        """Passage ids and true cosines of the `k` nearest passages, best first."""
        found = self.nearest(np.asarray([vector], np.float32), k)[0] if k else []
        return [(passage_id, 1.0 - distance) for passage_id, distance in found]

    def close(self) -> None:
        """Release the private copy."""
        close(self._client)
        shutil.rmtree(self._copy, ignore_errors=True)
