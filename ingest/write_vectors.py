"""Write the vectors of a generation into Chroma, from a process of its own: `python -m ingest.write_vectors -`.

The directory's name comes by the input; it holds `passages.jsonl` and `vectors.npy` by then. Exit 0, or 1 with one
line that says what is wrong.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ingest.rows import StoredRows
from mayshare import chroma
from mayshare.errors import IngestError
from mayshare.process import end_now
from mayshare.records import passage_ids


def write_vectors(folder: Path) -> None:
    """Raises IngestError where Chroma can't write."""
    chroma.write(folder / "chroma", passage_ids(folder), StoredRows(folder / "vectors.npy"))


def main() -> int:
    """Command line entry."""
    name = sys.stdin.readline().rstrip("\n")
    if not name:  # the ingest ended without a new generation
        return 0
    try:
        write_vectors(Path(name))
    except (IngestError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    end_now(main())
