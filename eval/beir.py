"""Our retrieval on any BEIR set: corpus.jsonl, queries.jsonl, qrels.tsv. Source: Thakur et al. (2021), BEIR.

The passages of the set are indexed in memory with our embedding, BM25 and fusion. A passage's title is read with its
text, as a document's is; the set has no headings that are questions and no ways of asking, so words and vectors count
half each. Baselines: each leg alone, and LlamaIndex's quick start (default splitter, dense, text without title).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from answer.retrieve import normalised
from eval import ranking, stats
from eval.baselines import splitter
from mayshare.config import Settings
from mayshare.embed import build_embedding
from mayshare.errors import BeirError
from mayshare.lexical import LexicalIndex, terms

Scores = npt.NDArray[np.float32]
Progress = Callable[[str, int, int], None]
RANKED = 100
BATCH = 64
KS = (1, 5, 10)
WORDS = 0.5  # share of BM25; from 0.3 to 0.6 tried on the development sets, each is best with another


class BeirSet(NamedTuple):
    """A set: passage ids with title and text, queries, and graded relevance by query."""

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    texts: tuple[str, ...]
    queries: dict[str, str]
    qrels: dict[str, dict[str, float]]


class Row(NamedTuple):
    """One system's means over the queries that have relevant passages, each with its interval."""

    system: str
    metrics: dict[str, tuple[float, float, float]]
    p_against_ours: float


def read(folder: Path, queries: str = "queries.jsonl") -> BeirSet:
    """Read a BEIR folder.

    Raises:
        BeirError: a file is missing or a line malformed; file and line are named.
    """
    passages = list(_lines(folder / "corpus.jsonl", ("_id", "id"), ("text",)))
    asked = {row_id: str(row["text"]) for row_id, row in _lines(folder / queries, ("_id", "id"), ("text",))}
    qrels = _qrels(folder / "qrels.tsv")
    return BeirSet(
        tuple(row_id for row_id, _ in passages),
        tuple(str(row.get("title") or "") for _, row in passages),
        tuple(str(row["text"]) for _, row in passages),
        {qid: text for qid, text in asked.items() if any(grade > 0 for grade in qrels.get(qid, {}).values())},
        qrels,
    )


def evaluate(beir: BeirSet, settings: Settings, progress: Progress | None = None) -> list[Row]:
    """Ours and the baselines on one set. Ours is last; p is the paired test of nDCG@10 against it."""
    whole = [f"{a}\n{b}" if a else b for a, b in zip(beir.titles, beir.texts, strict=True)]
    bm25 = LexicalIndex.build(whole, settings.retrieval.bm25_k1, settings.retrieval.bm25_b)
    encode = _Encoder(settings, progress)
    bodies = encode(whole)
    chunks, owners = quick_start_chunks(beir.texts)
    chunk_vectors = encode(chunks)
    values: dict[str, dict[str, list[float]]] = {}
    for done, (qid, text) in enumerate(beir.queries.items(), start=1):
        vector = encode.query(text)
        legs = {"bm25": bm25.scores(terms(text)), "dense": bodies @ vector}
        legs["quick-start"] = np.full(len(beir.ids), -1.0, dtype=np.float32)
        np.maximum.at(legs["quick-start"], owners, chunk_vectors @ vector)
        legs["ours"] = _fused(legs["bm25"], legs["dense"], settings)
        for system, scores in legs.items():
            for metric, value in _metrics(scores, beir, qid).items():
                values.setdefault(system, {}).setdefault(metric, []).append(value)
        if progress:
            progress("Asking", done, len(beir.queries))
    return [_row(system, values) for system in values]


def quick_start_chunks(texts: Sequence[str]) -> tuple[list[str], npt.NDArray[np.intp]]:
    """Chunks of LlamaIndex's default splitter, and the row of the text that each was cut from."""
    chunks: list[str] = []
    owners: list[int] = []
    for row, text in enumerate(texts):
        cut = splitter().split_text(text) or [text]
        chunks += cut
        owners += [row] * len(cut)
    return chunks, np.asarray(owners, dtype=np.intp)


def _fused(lexical: Scores, dense: Scores, settings: Settings) -> Scores:
    """Our fusion of words and vectors, half each where there are no other legs."""
    n = settings.retrieval.candidates
    fused: Scores = WORDS * normalised(lexical, n) + (1 - WORDS) * normalised(dense, n)
    return fused


def _metrics(scores: Scores, beir: BeirSet, qid: str) -> dict[str, float]:
    count = min(RANKED, len(scores))
    best = np.argpartition(-scores, count - 1)[:count]
    best = best[np.argsort(-scores[best], kind="stable")]
    found = [{beir.ids[int(row)]} for row in best]
    grades = beir.qrels[qid]
    relevant = {name for name, grade in grades.items() if grade > 0}
    values = {f"recall@{k}": ranking.recall(found, relevant, k) for k in (*KS, RANKED)}
    values["mrr@10"] = ranking.reciprocal_rank(found, relevant, 10)
    values |= {f"ndcg@{k}": ranking.ndcg(found, grades, k) for k in (5, 10)}
    values["map@10"] = ranking.average_precision(found, relevant, 10)
    return {name: value for name, value in values.items() if value is not None}


def _row(system: str, values: Mapping[str, Mapping[str, Sequence[float]]]) -> Row:
    means = {metric: (float(np.mean(scores)), *stats.bootstrap(scores)) for metric, scores in values[system].items()}
    return Row(system, means, stats.paired_p(values[system]["ndcg@10"], values["ours"]["ndcg@10"]))


class _Encoder:
    """Texts to vectors, each text once."""

    def __init__(self, settings: Settings, progress: Progress | None) -> None:
        self._model = build_embedding(settings)
        self._progress = progress
        self._known: dict[str, list[float]] = {}

    def __call__(self, texts: Sequence[str]) -> Scores:
        """Shape (texts, dimensions)."""
        # like lengths together: less padding
        new = sorted({text for text in texts if text not in self._known}, key=lambda text: (len(text), text))
        for first in range(0, len(new), BATCH):
            batch = new[first : first + BATCH]
            self._known.update(zip(batch, self._model.get_text_embedding_batch(batch), strict=True))
            if self._progress:
                self._progress("Embedding", first + len(batch), len(new))
        return np.asarray([self._known[text] for text in texts], dtype=np.float32)

    def query(self, text: str) -> Scores:
        """Vector of a question."""
        return np.asarray(self._model.get_query_embedding(text), dtype=np.float32)


def _lines(path: Path, ids: tuple[str, ...], needed: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            name = next(row[key] for key in ids if key in row)
            missing = [key for key in needed if not isinstance(row.get(key), str)]
        except (ValueError, StopIteration, TypeError, AttributeError):
            raise BeirError(f"{path}:{number}: not an object with `_id`.") from None
        if missing:
            raise BeirError(f"{path}:{number}: lacks `{missing[0]}`.")
        yield str(name), row


def _qrels(path: Path) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for number, line in enumerate(_text(path).splitlines(), start=1):
        parts = line.split("\t")
        if not line.strip() or (number == 1 and not _is_number(parts[-1])):
            continue
        if len(parts) != 3 or not _is_number(parts[2]):
            raise BeirError(f"{path}:{number}: expected query-id, corpus-id and score, with tabs between.")
        found.setdefault(parts[0], {})[parts[1]] = float(parts[2])
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        mend = "A BEIR set has corpus.jsonl, queries.jsonl and qrels.tsv."
        raise BeirError(f"{path}: can't be read ({error}). {mend}") from None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
