"""What an index costs as it grows: `python -m bench.scaling [--sizes 10000,100000] [--ingest 200]`.

Prints one JSON object a line: exact search, Chroma in the process and a Chroma server on loopback over the same
vectors (latency of one query for 100 candidates, recall against exact search, memory, time to build); and with
`--ingest N` an ingest of N made-up documents in one process and on Ray with two workers. The vectors are made up too
(clusters, 384 dimensions), so recall is a hint only.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.chroma_run import ChromaServer
from mayshare.config import ROOT, Chroma, load_settings

K, QUERIES, DIMENSIONS = 100, 200, 384
Vectors = npt.NDArray[np.float32]


def vectors_of(n: int, seed: int = 0) -> Vectors:
    """Unit vectors around n/50 centres."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((max(1, n // 50), DIMENSIONS)).astype(np.float32)
    rows = centres[random.integers(len(centres), size=n)]
    rows += 0.7 * random.standard_normal((n, DIMENSIONS)).astype(np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def timed(search: Callable[[Vectors], Sequence[int]], queries: Vectors, wanted: list[set[int]]) -> dict[str, float]:
    """Latency in milliseconds and the share of the exact hundred that was found."""
    seconds, found = [], 0
    for query, right in zip(queries, wanted, strict=True):
        started = time.perf_counter()
        rows = search(query)
        seconds.append(time.perf_counter() - started)
        found += len(right & set(rows))
    p50, p95 = np.percentile(np.asarray(seconds) * 1000, [50, 95])
    return {"p50_ms": round(float(p50), 2), "p95_ms": round(float(p95), 2), "recall": round(found / K / len(wanted), 4)}


def exact(vectors: Vectors, query: Vectors) -> list[int]:
    """As `Index.exact` does."""
    rows: list[int] = np.argsort(-(vectors @ query), kind="stable")[:K].tolist()
    return rows


def measure(n: int) -> None:
    """All three ways at one size."""
    from mayshare import chroma

    vectors = vectors_of(n)
    queries = vectors[:: max(1, n // QUERIES)][:QUERIES] + 0.02 * vectors_of(QUERIES, 1)
    wanted = [set(exact(vectors, query)) for query in queries]
    ids = [str(row) for row in range(n)]
    say("exact", n, memory_mb=vectors.nbytes // 10**6, **timed(lambda q: exact(vectors, q), queries, wanted))
    with tempfile.TemporaryDirectory() as scratch:
        started = time.perf_counter()
        chroma.write(Path(scratch, "chroma"), ids, vectors)
        built = time.perf_counter() - started
        disk = sum(path.stat().st_size for path in Path(scratch).rglob("*") if path.is_file())
        search = chroma.VectorSearch(Path(scratch, "chroma"))
        result = timed(lambda q: [int(name) for name, _ in search.search(q.tolist(), K)], queries, wanted)
        search.close()
        say("embedded", n, build_s=round(built, 1), disk_mb=disk // 10**6, **result)
        _measure_server(n, ids, vectors, queries, wanted, Path(scratch, "server"))


def _measure_server(
    n: int, ids: list[str], vectors: Vectors, queries: Vectors, wanted: list[set[int]], folder: Path
) -> None:
    from mayshare.chroma_server import Server

    running = ChromaServer(folder)
    try:
        running.start()
        server = Server(Chroma(mode="server", port=running.port), 600.0)
        collection = server.create("bench", {"made": "up"})
        started = time.perf_counter()
        size = server.write_size()
        for first in range(0, n, size):
            collection.add(ids[first : first + size], vectors[first : first + size].tolist())
        built = time.perf_counter() - started
        result = timed(lambda q: [int(name) for name, _ in collection.nearest(q[None], K)[0]], queries, wanted)
        import psutil

        process = psutil.Process(running.pid)
        tree = [process, *process.children(recursive=True)]
        memory = sum(part.memory_info().rss for part in tree) // 10**6
        say("server", n, write_s=round(built, 1), server_memory_mb=memory, **result)
        server.close()
    finally:
        running.kill()


def measure_ingest(documents: int) -> None:
    """The shipped corpus' documents, each made different, in one process and on Ray with two workers."""
    from ingest.pipeline import ingest

    with tempfile.TemporaryDirectory() as scratch:
        corpus = Path(scratch, "corpus")
        corpus.mkdir()
        shipped = sorted((ROOT / "corpus").rglob("*/*.md"))
        for n in range(documents):
            path = shipped[n % len(shipped)]
            text = path.read_text(encoding="utf-8").replace(f"id: {path.stem}", f"id: {path.stem}-{n}", 1)
            (corpus / f"{path.stem}-{n}.md").write_text(text.replace(". ", f". ({n}) "), encoding="utf-8")
        for runner in ("local", "ray"):
            settings = load_settings(corpus=corpus, store=Path(scratch, runner), ingest={"runner": runner})
            report = ingest(settings)
            say(f"ingest {runner}", report.passages, embedded=report.embedded, seconds=report.seconds)


def say(what: str, passages: int, **figures: Any) -> None:
    """One line of JSON."""
    load = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None
    print(json.dumps({"what": what, "passages": passages, **figures, "load": load}), flush=True)


def main() -> None:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--ingest", type=int, default=0, metavar="DOCUMENTS")
    chosen = parser.parse_args()
    for size in filter(None, chosen.sizes.split(",")):
        measure(int(size))
    if chosen.ingest:
        measure_ingest(chosen.ingest)


if __name__ == "__main__":
    main()
