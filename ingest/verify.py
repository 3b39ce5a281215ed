"""Check a sealed generation from a process of its own: `python -m ingest.verify DIRECTORY`.

Every file against the manifest, every passage against its document, every vector its own nearest
neighbour in Chroma, every passage findable by BM25. Exit 0, or 1 with one line that says what is wrong.

`-` for the directory reads its name from the input when it comes: the process is started while the generation is
still being built, so that nobody waits for its imports.
"""

from __future__ import annotations

import itertools
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from mayshare.chroma import VectorSearch
from mayshare.errors import VerifyError
from mayshare.generation import MANIFEST, Manifest
from mayshare.lexical import LexicalIndex
from mayshare.minilm import sha256_file
from mayshare.process import end_now
from mayshare.records import read_documents, read_passages
from mayshare.schema import Passage

TOLERANCE = 1e-4  # cosine distance of a vector to itself as Chroma stored it
BATCH = 200


def verify(folder: Path) -> None:
    """Raises VerifyError at the first thing that is wrong."""
    manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    for name, expected in manifest.files.items():
        if sha256_file(folder / name) != expected:
            raise VerifyError(f"{name} differs from the manifest")
    passages = read_passages(folder)
    ids = [passage.passage_id for passage in passages]
    with ThreadPoolExecutor(1) as beside:  # Chroma searches outside Python's lock
        # not where a Chroma server holds the vectors: ingest.verify_server looks there
        vectors = beside.submit(_verify_vectors, folder, ids) if (folder / "chroma").is_dir() else None
        _verify_texts(folder, passages)
        if vectors:
            vectors.result()


def _verify_texts(folder: Path, passages: list[Passage]) -> None:
    documents = {document.source_id: document for document in read_documents(folder)}
    for passage in passages:
        if documents[passage.source_id].body[passage.start : passage.end] != passage.text:
            raise VerifyError(f"passage {passage.passage_id} is not the text at its place")
    if LexicalIndex.load(folder / "lexical").size != len(passages):
        raise VerifyError("the lexical index has another number of passages")
    if len(np.load(folder / "vectors.npy", mmap_mode="r", allow_pickle=False)) != len(passages):
        raise VerifyError("there is another number of vectors than of passages")


def _verify_vectors(folder: Path, ids: list[str]) -> None:
    vectors = np.load(folder / "vectors.npy", allow_pickle=False)
    places = {passage_id: row for row, passage_id in enumerate(ids)}
    search = VectorSearch(folder / "chroma")
    try:
        if search.count() != len(ids) or len(vectors) != len(ids):
            raise VerifyError(f"{len(ids)} passages, {len(vectors)} vectors, {search.count()} in Chroma")
        firsts = range(0, len(ids), BATCH)
        with ThreadPoolExecutor(2) as pool:
            batches = pool.map(lambda first: search.nearest(vectors[first : first + BATCH].tolist()), firsts)
            for row, (nearest, distance) in enumerate(itertools.chain.from_iterable(batches)):
                # a passage of the same text may come first: then its vector must be the same too
                twin = float(vectors[row] @ vectors[places[nearest]])
                if distance > TOLERANCE or twin < 1 - TOLERANCE:
                    raise VerifyError(f"passage {ids[row]} can't be found by its own vector")
    finally:
        search.close()


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
