"""Search on a Chroma server, with a deadline, a circuit breaker, and no trust in what comes back.

The server only proposes: each id must be known, and the cosine is computed from the generation's own vectors. Where
it doesn't serve within the deadline, or proposes what doesn't fit, `search` gives None and the exact index serves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt

from mayshare import collection
from mayshare.chroma_server import RemoteCollection, Server, reason
from mayshare.config import Chroma
from mayshare.deadline import Breaker, within
from mayshare.errors import VectorServerError
from mayshare.generation import Manifest

TOLERANCE = 1e-3  # between the server's cosine and ours; another index is off by far more


class RemoteSearch:
    """Cosine search for one generation. Never raises and never takes longer than the deadline."""

    def __init__(
        self,
        chosen: Chroma,
        store: Path,
        manifest: Manifest,
        place: Mapping[str, int],
        vectors: npt.NDArray[np.float32],
    ) -> None:
        self.problem: str | None = None
        self._chosen, self._store, self._manifest = chosen, store, manifest
        self._place, self._vectors = place, vectors
        self._breaker = Breaker(chosen.failures, chosen.pause_s)
        self._lock = Lock()
        self._server: Server | None = None
        self._collection: RemoteCollection | None = None
        self.search(vectors[0].tolist() if len(vectors) else [], min(1, len(vectors)))

    def search(self, vector: Sequence[float], k: int) -> list[tuple[str, float]] | None:
        """Passage ids and true cosines of the `k` nearest, best first; None where exact search must serve."""
        if not self._breaker.allows():
            return None
        try:
            found = within(self._chosen.deadline_s, lambda: self._ask(vector, k))
        except Exception as error:  # noqa: BLE001 - Chroma raises bare exceptions; the exact vectors serve instead
            self._breaker.failed()
            self.problem = f"The vector server doesn't serve: {reason(error)}. Exact search on this machine does."
            self.close()
            return None
        self._breaker.succeeded()
        self.problem = None
        return found

    def _ask(self, vector: Sequence[float], k: int) -> list[tuple[str, float]]:
        opened = self._opened()
        return self._checked(vector, opened.nearest(np.asarray([vector], np.float32), k)[0], k) if k else []

    def _opened(self) -> RemoteCollection:
        """The generation's collection, found whole; opened anew after each failure."""
        with self._lock:
            if self._collection is not None:
                return self._collection
            # constructing asks nothing; it is kept at once, so that `close` reaches a request that hangs
            self._server = server = self._server or Server(self._chosen, self._chosen.deadline_s)
        opened = open_whole(server, self._store, self._manifest)
        with self._lock:
            if self._server is server:
                self._collection = opened
        return opened

    def _checked(self, vector: Sequence[float], found: list[tuple[str, float]], k: int) -> list[tuple[str, float]]:
        names = [name for name, _ in found]
        if len(set(names)) != k or any(name not in self._place for name in names):
            raise VectorServerError("it returns passages that this index doesn't hold")
        asked = np.asarray(vector, dtype=np.float32)
        cosines = (
            self._vectors[[self._place[name] for name in names]] @ asked / max(float(np.linalg.norm(asked)), 1e-12)
        )
        theirs = 1.0 - np.asarray([distance for _, distance in found])
        if not np.allclose(theirs, cosines, rtol=0, atol=TOLERANCE):
            raise VectorServerError("it holds other vectors than this index")
        order = np.argsort(-cosines, kind="stable")
        return [(names[i], float(cosines[i])) for i in order]

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            server, self._server, self._collection = self._server, None, None
        if server is not None:
            server.close()


def open_whole(server: Server, store: Path, manifest: Manifest) -> RemoteCollection:
    """The collection of a generation. Raises VectorServerError where it is missing, another one, or not complete."""
    opened = server.collection(collection.name(collection.store_id(store), manifest))
    if opened.metadata != collection.metadata(manifest):
        raise VectorServerError("it holds another index under this name")
    if opened.count() != manifest.passages:
        raise VectorServerError("what it holds of this index is not complete")
    return opened
