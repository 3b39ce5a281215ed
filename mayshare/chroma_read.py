"""What both kinds of Chroma collection, local and on a server, are read by."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class Reader:
    """Reads a collection of vectors."""

    def __init__(self, collection: Any) -> None:
        self._collection = collection

    def nearest(self, vectors: Vectors, k: int) -> list[list[tuple[str, float]]]:
        """For each vector, shape (n, dimensions), the ids of its `k` nearest and their cosine distances, best first."""
        # not through LlamaIndex's store: it fetches and parses every node's JSON, 21 ms where ids take 1.5 ms
        result = self._collection.query(query_embeddings=vectors, n_results=k, include=["distances"])
        rows = zip(result["ids"], result["distances"], strict=True)
        return [[(str(name), float(distance)) for name, distance in zip(*row, strict=True)] for row in rows]

    def vector(self, passage_id: str) -> Vectors | None:
        """The vector held under an id, shape (dimensions,), to float precision; None where there is none."""
        held = self._collection.get(ids=[passage_id], include=["embeddings"])["embeddings"]
        return np.asarray(held[0], np.float32) if len(held) else None

    def count(self) -> int:
        """Vectors held."""
        return int(self._collection.count())
