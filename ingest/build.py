"""Write the files of a generation into an empty directory: LlamaIndex's pipeline, Chroma, BM25, vectors."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ingest.cache import Rows
from ingest.embedder import Embedder, Model
from ingest.fresh import Helpers
from ingest.plan import Plan, Step, Work
from ingest.reuse import write_keys
from ingest.rows import UnitRows, Vectors
from mayshare import faults
from mayshare.config import Settings
from mayshare.fingerprint import model_fingerprint
from mayshare.lexical import LexicalIndex
from mayshare.records import write_lines


class Made(NamedTuple):
    """What was built: the model's name, vector size, passages, texts that had to be embedded, characters a second."""

    model: str
    dimensions: int
    passages: int
    embedded: int
    speed: float


def build_generation(settings: Settings, plan: Plan, folder: Path, step: Step, model: Model, helpers: Helpers) -> Made:
    """Build all files of a generation in `folder`; embedding asks the store's cache first."""
    work, texts = plan.work, plan.work.texts
    write_lines(folder / "passages.jsonl", work.passages)
    embedder = Embedder(settings, plan, step, model)
    try:
        if settings.ingest.runner == "ray" and plan.missing:
            embedder.fill_with_ray(settings, [texts, work.asked])
        with UnitRows(folder / "vectors.npy", len(texts)) as vectors:
            embedder.vectors(texts, plan.keys[: len(texts)], vectors.put)
        helpers.write_vectors(folder)
        _write_asked(folder, work, plan.keys[len(texts) :], embedder)
        write_keys(folder, plan.keys)
    finally:
        embedder.close()
    step("build", 0, 1)
    _write(folder, settings, plan.survey.documents.lines, work)
    helpers.wait_for_vectors()
    faults.hit("after_chroma")
    step("build", 1, 1)
    return Made(model_fingerprint(settings), vectors.dimensions, len(texts), embedder.embedded, embedder.speed)


def _write_asked(folder: Path, work: Work, keys: Sequence[bytes], embedder: Embedder) -> None:
    """The vectors of headings and phrasings, embedded as one sequence, each in its own file."""
    count = len(work.passages)
    with (
        UnitRows(folder / "headings.npy", count) as headings,
        UnitRows(folder / "phrasings.npy", len(work.phrasings)) as phrasings,
    ):

        def put(rows: Rows, vectors: Vectors) -> None:
            places = np.asarray(rows, dtype=np.int64)
            first = places < count
            headings.put(places[first], vectors[first])
            phrasings.put(places[~first] - count, vectors[~first])

        embedder.vectors(work.asked, keys, put)


def _write(folder: Path, settings: Settings, documents: Iterable[str], work: Work) -> None:
    write_lines(folder / "documents.jsonl", documents)
    write_lines(folder / "phrasings.jsonl", (phrasing.model_dump_json() for phrasing in work.phrasings))
    terms = [term.model_dump() for term in work.glossary]
    (folder / "glossary.json").write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")
    bm25 = LexicalIndex.build(work.texts, settings.retrieval.bm25_k1, settings.retrieval.bm25_b)
    bm25.save(folder / "lexical")
