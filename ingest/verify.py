"""Check a sealed generation from a process of its own: `python -m ingest.verify DIRECTORY`.

Every file against the manifest, every passage against its document, every vector its own nearest neighbour in
Chroma (but for the few that its approximate index misses), every passage findable by BM25. Exit 0, or 1 with one line
that says what is wrong.

`-` for the directory reads its name from the input when it comes: the process is started while the generation is
still being built, so that nobody waits for its imports.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ingest.rows import StoredRows
from mayshare.chroma import VectorSearch
from mayshare.collection import HNSW
from mayshare.errors import VerifyError
from mayshare.generation import MANIFEST, Manifest
from mayshare.lexical import LexicalIndex
from mayshare.minilm import sha256_file
from mayshare.process import end_now
from mayshare.records import BySource, each_passage, passage_ids
from mayshare.schema import Document

Vectors = npt.NDArray[np.float32]
TOLERANCE = 1e-4  # cosine distance of a vector to itself as Chroma stored it
FIRST_LOOK = 16  # candidates: enough for all but a few vectors, in a quarter of the time of all
CANDIDATES = int(HNSW["ef_search"])  # what the chat looks at
MISSES = 1000  # of so many vectors HNSW may miss one
BATCH = 200


class Rows(Protocol):
    """The vectors of all passages, an array or a file of them."""

    def __getitem__(self, rows: Any, /) -> Any:
        """Those at a place or a slice."""


class Stored(Protocol):
    """A collection of vectors, as the check reads it."""

    def nearest(self, vectors: Vectors, k: int) -> list[list[tuple[str, float]]]:
        """The ids and cosine distances of the k nearest of each."""

    def vector(self, passage_id: str) -> Vectors | None:
        """What is stored under an id."""


def verify(folder: Path) -> None:
    """Raises VerifyError at the first thing that is wrong."""
    manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    _verify_files(folder, manifest)
    ids = passage_ids(folder)
    with ThreadPoolExecutor(1) as beside:  # Chroma searches outside Python's lock
        # not where a Chroma server holds the vectors: ingest.verify_server looks there
        vectors = beside.submit(_verify_vectors, folder, ids) if (folder / "chroma").is_dir() else None
        _verify_texts(folder, len(ids))
        if vectors:
            vectors.result()


def _verify_files(folder: Path, manifest: Manifest) -> None:
    with ThreadPoolExecutor(2) as pool:  # hashing and reading let go of Python's lock
        hashes = pool.map(lambda name: sha256_file(folder / name), manifest.files)
        for (name, expected), found in zip(manifest.files.items(), hashes, strict=True):
            if found != expected:
                raise VerifyError(f"{name} differs from the manifest")


def _verify_texts(folder: Path, count: int) -> None:
    _verify_places(folder)
    if LexicalIndex.load(folder / "lexical").size != count:
        raise VerifyError("the lexical index has another number of passages")
    if len(StoredRows(folder / "vectors.npy")) != count:
        raise VerifyError("there is another number of vectors than of passages")


def _verify_places(folder: Path) -> None:
    of, body = None, ""
    with BySource(folder / "documents.jsonl") as documents:
        for passage in each_passage(folder):
            if passage.source_id != of:
                of = passage.source_id
                body = Document.model_validate_json(next(documents.lines(of))).body
            if body[passage.start : passage.end] != passage.text:
                raise VerifyError(f"passage {passage.passage_id} is not the text at its place")


def _verify_vectors(folder: Path, ids: list[str]) -> None:
    vectors = StoredRows(folder / "vectors.npy")
    search = VectorSearch(folder / "chroma", FIRST_LOOK)
    try:
        if search.count() != len(ids) or len(vectors) != len(ids):
            raise VerifyError(f"{len(ids)} passages, {len(vectors)} vectors, {search.count()} in Chroma")
        with ThreadPoolExecutor(2) as pool:
            check_own_nearest(search, ids, vectors, pool.map)
    finally:
        search.close()


def check_own_nearest(stored: Stored, ids: list[str], vectors: Rows, each: Callable[..., Iterable[Any]] = map) -> None:
    """Raises VerifyError unless each vector is what is found for it.

    A passage of the same text may come first: then its vector must be the same too. Where the approximate index (HNSW)
    misses a vector at first, it must be found among as many as the chat looks at. Of MISSES vectors one may be missed
    even so, if Chroma holds it unharmed: HNSW promises no more (https://arxiv.org/abs/1603.09320).

    Args:
        stored: the collection, local or on a server.
        each: `map`, or that of a pool.
    """
    place = {name: row for row, name in enumerate(ids)}

    def same(own: Vectors, row: int, other: int) -> bool:
        return float(own @ (own if other == row else vectors[other])) >= 1 - TOLERANCE

    def finds(row: int, own: Vectors, found: list[tuple[str, float]]) -> bool:
        return any(name in place and distance <= TOLERANCE and same(own, row, place[name]) for name, distance in found)

    missed = 0
    for row, own, found in _nearest(stored, len(ids), vectors, each):
        if finds(row, own, found) or finds(row, own, stored.nearest(own[np.newaxis], min(CANDIDATES, len(ids)))[0]):
            continue
        missed += 1
        held = stored.vector(ids[row])
        if held is None or float(np.abs(held - own).max()) > TOLERANCE:
            raise VerifyError(f"passage {ids[row]} can't be found by its own vector: Chroma holds another one, or none")
        if missed > len(ids) // MISSES:
            raise VerifyError(
                f"passage {ids[row]} can't be found by its own vector, nor can {missed - 1} before it: "
                f"the approximate index misses more than one of {MISSES:,}"
            )


def _nearest(
    stored: Stored, count: int, vectors: Rows, each: Callable[..., Iterable[Any]]
) -> Iterator[tuple[int, Vectors, list[tuple[str, float]]]]:
    """Each row, its vector and what is nearest to it; vectors are read some at a time."""
    starts = range(0, count, BATCH)
    batches = each(lambda first: stored.nearest(vectors[first : first + BATCH], 1), starts)
    for first, found in zip(starts, batches, strict=True):
        own = vectors[first : first + BATCH]
        yield from ((first + n, own[n], nearest) for n, nearest in enumerate(found))


def main() -> int:
    """Command line entry."""
    name = sys.argv[1]
    if name == "-":
        name = sys.stdin.readline().rstrip("\n")
        if not name:  # the ingest ended without a new generation
            return 0
    try:
        verify(Path(name))
    except (VerifyError, OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    end_now(main())
