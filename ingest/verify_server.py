"""Check a generation on the Chroma server from a process of its own: `python -m ingest.verify_server NUMBER`.

The settings come as JSON on the input. Every vector must be its own nearest neighbour through the server; where the
approximate index misses one at first, `ingest.verify` says what is allowed. Exit 0, or 1 with one line.
"""

from __future__ import annotations

import sys

from ingest.rows import StoredRows
from ingest.verify import check_own_nearest
from mayshare import generation
from mayshare.chroma_server import Server, reason
from mayshare.config import Settings
from mayshare.errors import VerifyError
from mayshare.records import passage_ids
from mayshare.remote import open_whole

TIMEOUT_S = 120.0


def verify(settings: Settings, number: int) -> None:
    """Raises VerifyError at the first thing that is wrong."""
    manifest = generation.read_manifest(settings.store, number)
    folder = generation.directory(settings.store, number)
    ids, vectors = passage_ids(folder), StoredRows(folder / "vectors.npy")
    server = Server(settings.chroma, TIMEOUT_S)
    try:
        collection = open_whole(server, settings.store, manifest)
        check_own_nearest(collection, ids, vectors)
    finally:
        server.close()


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
