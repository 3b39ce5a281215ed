"""A live index: one sealed generation, opened for questions.

Opening checks every file against the manifest first, then that the generation was built with this
format and this embedding model. Where Chroma can't serve, the exact vectors do, and `degraded` says so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mayshare import generation
from mayshare.config import Settings
from mayshare.errors import IndexCorruptError, IndexMismatchError
from mayshare.fingerprint import model_fingerprint
from mayshare.generation import Manifest
from mayshare.lexical import LexicalIndex
from mayshare.official import OfficialText
from mayshare.records import read_documents, read_passages, read_phrasings
from mayshare.schema import Official, Passage, Phrasing, Term

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from mayshare.remote import RemoteSearch

Scores = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]


class Index:
    """Passages, documents and glossary of one generation, with its three legs of retrieval."""

    def __init__(self, settings: Settings, manifest: Manifest, folder: Path) -> None:
        self.settings, self.manifest, self.folder = settings, manifest, folder
        self.passages = read_passages(folder)
        self.documents = {d.source_id: d for d in read_documents(folder)}
        self.glossary = tuple(Term.model_validate(t) for t in json.loads((folder / "glossary.json").read_text("utf-8")))
        self.lexical = LexicalIndex.load(folder / "lexical")
        self.vectors: Scores = np.load(folder / "vectors.npy", allow_pickle=False)
        self.headings: Scores = np.load(folder / "headings.npy", allow_pickle=False)
        self.phrasings = read_phrasings(folder)
        self._phrasing_vectors: Scores = np.load(folder / "phrasings.npy", allow_pickle=False)
        self._phrasing_rows, self._phrasing_of = _section_rows(self.passages, self.phrasings)
        self._asked: dict[tuple[str, str], list[int]] = {}
        for n, phrasing in enumerate(self.phrasings):
            self._asked.setdefault((phrasing.source_id, phrasing.heading), []).append(n)
        self.place = {passage.passage_id: i for i, passage in enumerate(self.passages)}
        self._degraded: str | None = None
        self._embedding = _embedding(settings)
        self._remote = self._open_remote()
        self._search = None if self._remote else self._open_chroma()

    @property
    def corpus_version(self) -> str:
        """Generation number and corpus hash; every answer carries it."""
        return self.manifest.corpus_version

    @property
    def degraded(self) -> str | None:
        """Why exact search serves instead of Chroma just now; None where all is well."""
        return self._remote.problem if self._remote else self._degraded

    def _open_remote(self) -> RemoteSearch | None:
        if self.settings.chroma.mode == "embedded" or os.environ.get("MAYSHARE_EXACT"):
            return None
        from mayshare.remote import RemoteSearch

        return RemoteSearch(self.settings.chroma, self.settings.store, self.manifest, self.place, self.vectors)

    def _open_chroma(self) -> object | None:
        if os.environ.get("MAYSHARE_EXACT"):
            return None
        from mayshare.chroma import VectorSearch

        try:
            search = VectorSearch(self.folder / "chroma")
            if search.count() != len(self.passages):
                raise RuntimeError("the collection is not complete")
            return search
        except Exception as error:  # noqa: BLE001 - Chroma raises bare exceptions; the exact vectors serve instead
            self._degraded = f"The vector store can't be opened ({type(error).__name__}); exact search serves instead."
            return None

    def embed(self, text: str) -> Vector:
        """Unit vector of a question."""
        return _unit(self._embedding.get_query_embedding(text))

    def embed_text(self, text: str) -> Vector:
        """Unit vector of a text that is no question, as the guidance's are."""
        return _unit(self._embedding.get_text_embedding(text))

    def dense(self, vector: Vector, k: int) -> dict[int, float]:
        """Row and cosine of the `k` passages nearest to the vector."""
        if self._remote:
            proposed = self._remote.search(vector.tolist(), min(k, len(self.passages)))
            if proposed is None:
                return self.exact(vector, k)
            return {self.place[passage_id]: cosine for passage_id, cosine in proposed}
        from mayshare.chroma import VectorSearch

        if isinstance(self._search, VectorSearch):
            found = self._search.search(vector.tolist(), min(k, len(self.passages)))
            return {self.place[passage_id]: cosine for passage_id, cosine in found}
        return self.exact(vector, k)

    def exact(self, vector: Vector, k: int) -> dict[int, float]:
        """The same by exact search over all vectors: the oracle, and the fallback."""
        scores = self.vectors @ vector
        best = np.argsort(-scores, kind="stable")[:k]
        return {int(row): float(scores[row]) for row in best}

    def heading_scores(self, vector: Vector) -> Scores:
        """Cosine of the vector to each passage's heading; shape (passages,)."""
        result: Scores = self.headings @ vector
        return result

    def phrasing_scores(self, vector: Vector) -> Scores:
        """Cosine of the vector to each passage's nearest phrasing, 0 where it has none; shape (passages,)."""
        result: Scores = np.zeros(len(self.passages), dtype=np.float32)
        if self.phrasings:
            np.maximum.at(result, self._phrasing_rows, (self._phrasing_vectors @ vector)[self._phrasing_of])
        return result

    def nearest_phrasing(self, vector: Vector, apart_from: int | None) -> float:
        """Highest cosine of the vector to a phrasing but for one, 0 where there are none."""
        if not self.phrasings:
            return 0.0
        scores: Scores = self._phrasing_vectors @ vector
        if apart_from is not None:
            scores[apart_from] = 0.0
        return float(scores.max())

    def asked(self, vector: Vector, passage: Passage) -> list[tuple[float, Phrasing]]:
        """The phrasings of the passage's section, each with its cosine to the vector; nearest first."""
        rows = self._asked.get((passage.source_id, passage.heading), [])
        found = [(float(self._phrasing_vectors[n] @ vector), self.phrasings[n]) for n in rows]
        return sorted(found, key=lambda pair: -pair[0])

    def phrasings_of(self, passage: Passage) -> list[Phrasing]:
        """The phrasings of the passage's section."""
        return [self.phrasings[n] for n in self._asked.get((passage.source_id, passage.heading), [])]

    def official(self, citation: str) -> Official | None:
        """The official text of a provision, or of the nearest one that holds it; None where the index has none."""
        return self._official.find(citation)

    @cached_property
    def _official(self) -> OfficialText:
        return OfficialText(self.documents.values())

    @cached_property
    def laws(self) -> tuple[str, ...]:
        """Laws that documents of this index name, most frequent first."""
        counts: dict[str, int] = {}
        for document in self.documents.values():
            for law in document.laws:
                counts[law] = counts.get(law, 0) + 1
        return tuple(sorted(counts, key=lambda law: (-counts[law], law)))

    def close(self) -> None:
        """Release Chroma's private copy, or the connections to its server."""
        if self._remote:
            self._remote.close()
        from mayshare.chroma import VectorSearch

        if isinstance(self._search, VectorSearch):
            self._search.close()


def numbered(passages: Iterable[Passage]) -> dict[tuple[str, str], int]:
    """A number for each section, by its document and its heading, in the passages' order."""
    sections = dict.fromkeys((passage.source_id, passage.heading) for passage in passages)
    return {section: n for n, section in enumerate(sections)}


def _unit(values: Sequence[float]) -> Vector:
    vector = np.asarray(values, dtype=np.float32)
    return vector / max(float(np.linalg.norm(vector)), 1e-12)


def _embedding(settings: Settings) -> BaseEmbedding:
    # imported here: LlamaIndex takes seconds, and the check of a new generation needs none of it
    from mayshare.embed import build_embedding

    return build_embedding(settings)


def open_index(settings: Settings, number: int | None = None) -> Index:
    """Open a generation, the live one unless a number is given.

    Raises:
        NoIndexError: nothing has been ingested yet.
        IndexCorruptError: a file differs from the manifest.
        IndexMismatchError: it was built with another format or embedding model.
        ModelError: the embedding model can't be loaded.
    """
    number = generation.live(settings.store) if number is None else number
    manifest = generation.read_manifest(settings.store, number)
    check_match(settings, manifest)
    generation.check_files(settings.store, manifest)
    folder = generation.directory(settings.store, number)
    try:
        return Index(settings, manifest, folder)
    except (OSError, ValueError, KeyError) as error:
        raise IndexCorruptError(f"{folder}: can't be opened ({error}). Run `mayshare ingest`.") from error


def check_match(settings: Settings, manifest: Manifest) -> None:
    """Raises IndexMismatchError unless these settings can serve the generation."""
    wanted = model_fingerprint(settings)
    if manifest.format != generation.FORMAT:
        raise IndexMismatchError(
            f"The index has format {manifest.format}, this version reads {generation.FORMAT}. Run `mayshare ingest`."
        )
    if manifest.model != wanted:
        raise IndexMismatchError(
            f"The index was built with the embedding model {manifest.model}, the settings name {wanted}. "
            "Run `mayshare ingest` to build it anew, or set the model back."
        )


def _section_rows(passages: Sequence[Passage], phrasings: Sequence[Phrasing]) -> tuple[Rows, Rows]:
    """Rows of the passages that phrasings lead to, and beside each the number of the phrasing.

    A section that was cut into several passages counts with all of them.
    """
    sections: dict[tuple[str, str], list[int]] = {}
    for row, passage in enumerate(passages):
        sections.setdefault((passage.source_id, passage.heading), []).append(row)
    pairs = [(row, n) for n, p in enumerate(phrasings) for row in sections[p.source_id, p.heading]]
    table = np.asarray(pairs, dtype=np.intp).reshape(-1, 2)
    return table[:, 0], table[:, 1]
