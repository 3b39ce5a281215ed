"""Check a generation on the Chroma server from a process of its own: `python -m ingest.verify_server NUMBER`.

The settings come as JSON on the input. Every vector must be its own nearest neighbour through the server; where the
approximate index misses one at first, it must be among as many as the chat asks for. Exit 0, or 1 with one line.
"""

from __future__ import annotations

import sys

import numpy as np
import numpy.typing as npt

from ingest.verify import BATCH
from mayshare import generation
from mayshare.chroma_server import RemoteCollection, Server, reason
from mayshare.config import Settings
from mayshare.errors import VerifyError
from mayshare.records import read_passages
from mayshare.remote import open_whole

TIMEOUT_S = 120.0
TOLERANCE = 1e-4  # cosine distance of a vector to itself as Chroma stored it
CANDIDATES = 100  # what the chat asks for by default


def verify(settings: Settings, number: int) -> None:
    """Raises VerifyError at the first thing that is wrong."""
    manifest = generation.read_manifest(settings.store, number)
    folder = generation.directory(settings.store, number)
    ids = [passage.passage_id for passage in read_passages(folder)]
    vectors = np.load(folder / "vectors.npy", mmap_mode="r", allow_pickle=False)
    server = Server(settings.chroma, TIMEOUT_S)
    try:
        check_own_nearest(open_whole(server, settings.store, manifest), ids, vectors)
    finally:
        server.close()


def check_own_nearest(collection: RemoteCollection, ids: list[str], vectors: npt.NDArray[np.float32]) -> None:
    """Raises VerifyError unless each vector, or a twin of it, is what the collection finds for it."""
    place = {name: row for row, name in enumerate(ids)}

    def finds(row: int, found: list[tuple[str, float]]) -> bool:
        return any(
            name in place and distance <= TOLERANCE and float(vectors[row] @ vectors[place[name]]) >= 1 - TOLERANCE
            for name, distance in found
        )

    for first in range(0, len(ids), BATCH):
        answers = collection.nearest(vectors[first : first + BATCH].tolist(), 1)
        for row, found in enumerate(answers, start=first):
            if finds(row, found):
                continue
            wider = collection.nearest([vectors[row].tolist()], min(CANDIDATES, len(ids)))[0]
            if not finds(row, wider):
                raise VerifyError(f"passage {ids[row]} can't be found by its own vector")


def main() -> int:
    """Command line entry."""
    try:
        verify(Settings.model_validate_json(sys.stdin.read()), int(sys.argv[1]))
    except VerifyError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except Exception as error:  # noqa: BLE001 - Chroma raises bare exceptions, and their text may hold the address or key
        sys.stderr.write(f"{reason(error)}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
