"""Write the files of a generation into an empty directory: LlamaIndex's pipeline, Chroma, BM25, vectors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.schema import BaseNode

from ingest.cache import EmbeddingCache
from ingest.chunk import heading_text
from ingest.nodes import SEARCH_TEXT, CachedEmbedding, SectionNodeParser, passage_of, to_llama
from ingest.phrasings import load_phrasings
from mayshare import chroma, faults
from mayshare.config import Settings
from mayshare.embed import build_embedding
from mayshare.fingerprint import model_fingerprint
from mayshare.index import write_lines
from mayshare.lexical import LexicalIndex
from mayshare.schema import Document, Passage, Term


class Made(NamedTuple):
    """What was built: the model's name, vector size, passages, and how many texts had to be embedded."""

    model: str
    dimensions: int
    passages: int
    embedded: int


class _Counter:
    """Adds up the progress of both embedding passes and reports it as one step."""

    def __init__(self, step: object, total: int) -> None:
        self._step, self._total = step, total
        self.done = self.embedded = 0

    def __call__(self, done: int, embedded: int) -> None:
        self.done += done
        self.embedded += embedded
        if callable(self._step):
            self._step("embed", self.done, self._total)


def build_generation(
    settings: Settings, documents: Sequence[Document], glossary: Sequence[Term], folder: Path, step: object
) -> Made:
    """Build all files of a generation in `folder`; embedding asks the store's cache first."""
    parser = SectionNodeParser(max_words=settings.chunking.max_words)
    nodes: list[BaseNode] = list(parser([to_llama(document) for document in _searched(documents)]))
    passages = [passage_of(node) for node in nodes]
    inner = build_embedding(settings)
    cache = EmbeddingCache(settings.store / "embeddings.sqlite", model_fingerprint(settings))
    phrasings = load_phrasings(settings.corpus, passages)
    by_id = {document.source_id: document for document in documents}
    headings = [heading_text(passage, by_id[passage.source_id]) for passage in passages]
    asked = [*headings, *(phrasing.text for phrasing in phrasings)]
    progress = _Counter(step, len(nodes) + len(asked))
    try:
        embedding = CachedEmbedding(inner, cache, progress)
        nodes = list(IngestionPipeline(transformations=[embedding], disable_cache=True).run(nodes=nodes))
        asked_vectors = _unit(cache.vectors(asked, inner.get_text_embedding_batch, progress))
    finally:
        cache.close()
    vectors = _unit(np.asarray([node.embedding for node in nodes], dtype=np.float32))
    np.save(folder / "vectors.npy", vectors, allow_pickle=False)
    np.save(folder / "headings.npy", asked_vectors[: len(passages)], allow_pickle=False)
    np.save(folder / "phrasings.npy", asked_vectors[len(passages) :], allow_pickle=False)
    write_lines(folder / "phrasings.jsonl", phrasings)
    _write(folder, settings, documents, glossary, nodes, passages, vectors)
    return Made(model_fingerprint(settings), int(vectors.shape[1]), len(passages), progress.embedded)


def _searched(documents: Sequence[Document]) -> Sequence[Document]:
    """What questions are answered from: the guidance, or official text where there is nothing else.

    Beside guidance, official text is for looking up a citation (`Index.official`): it must not displace an answer.
    """
    guidance = [document for document in documents if document.kind != "official"]
    return guidance or documents


def _unit(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: npt.NDArray[np.float32] = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return result


def _write(
    folder: Path,
    settings: Settings,
    documents: Sequence[Document],
    glossary: Sequence[Term],
    nodes: Sequence[BaseNode],
    passages: Sequence[Passage],
    vectors: npt.NDArray[np.float32],
) -> None:
    write_lines(folder / "passages.jsonl", passages)
    write_lines(folder / "documents.jsonl", documents)
    terms = [term.model_dump() for term in glossary]
    (folder / "glossary.json").write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")
    texts = [node.metadata[SEARCH_TEXT] for node in nodes]
    LexicalIndex.build(texts, settings.retrieval.bm25_k1, settings.retrieval.bm25_b).save(folder / "lexical")
    for node, vector in zip(nodes, vectors, strict=True):
        node.embedding = vector.tolist()
    chroma.write(folder / "chroma", nodes)
    faults.hit("after_chroma")
