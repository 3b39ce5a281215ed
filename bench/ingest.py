"""Passages a second from nothing, beside LlamaIndex's quick start with the same model: `python -m bench.ingest`.

Both get the same synthetic documents (sentences of the corpus, shuffled with a seed), each from a process of its own,
one after the other in one run. The quick start is SentenceSplitter, the embedding and ChromaVectorStore in an
IngestionPipeline: https://docs.llamaindex.ai/en/stable/module_guides/loading/ingestion_pipeline/. It embeds each
passage; ours embeds its heading too, builds BM25, checks all and flips. `--hash` embeds by hash, to see the rest and
its memory: that of the process and of all that it started, what they share counted once (PSS), at its highest of
one look a second. Prints one JSON object a run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from bench.faults.world import HashEmbedding
from ingest.load import load_corpus
from mayshare.config import ROOT, load_settings

SECTIONS = 5  # passages a document
DOCUMENT = """---
id: {name}
title: "Made document {number}"
kind: law
authorities: ["34 CFR 99.36"]
---
{body}
"""


def make_corpus(folder: Path, passages: int, seed: int = 0) -> None:
    """Documents of SECTIONS sections, each of three to six sentences of the corpus."""
    draw = random.Random(seed)
    bodies = " ".join(document.body for document in load_corpus(ROOT / "corpus")[0])
    pool = [s for s in re.split(r"(?<=[.)])\s+", bodies) if 40 < len(s) < 300 and not re.search(r"[#*|\[\]\n]", s)]
    folder.mkdir(parents=True)
    for number in range(passages // SECTIONS):
        parts = [
            f"## May item {number} of section {part} be shared with the court?\n\n"
            + " ".join(draw.sample(pool, draw.randint(3, 6)))
            for part in range(SECTIONS)
        ]
        name = f"made-{number}"
        text = DOCUMENT.format(name=name, number=number, body="\n\n".join(parts))
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def ours(corpus: Path, store: Path, hashed: bool) -> int:
    """Our ingest, whole; the passages that came of it."""
    import mayshare.embed
    from ingest.pipeline import ingest

    if hashed:
        mayshare.embed.build_embedding = lambda settings, bulk=False: HashEmbedding()
    return ingest(load_settings(corpus=corpus, store=store, models=ROOT / "data" / "models")).passages


def quick_start(corpus: Path, store: Path, hashed: bool) -> int:
    """LlamaIndex's pipeline with its defaults; one of its documents a section, so that the passages are the same."""
    import chromadb
    from llama_index.core import Document
    from llama_index.core.ingestion import IngestionPipeline
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.vector_stores.chroma import ChromaVectorStore

    from mayshare.embed import MiniLMEmbedding

    embedding = HashEmbedding() if hashed else MiniLMEmbedding(ROOT / "data" / "models", batch_size=10)
    texts = [path.read_text(encoding="utf-8") for path in sorted(corpus.glob("*.md"))]
    sections = [part for text in texts for part in re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]]
    client = chromadb.PersistentClient(path=str(store))
    collection = client.create_collection("quick", embedding_function=None)
    pipeline = IngestionPipeline(
        transformations=[SentenceSplitter(), embedding], vector_store=ChromaVectorStore(chroma_collection=collection)
    )
    documents = [Document(text=text) for text in sections]
    most = client.get_max_batch_size()  # the store hands all of a run's nodes to Chroma at once, which refuses more
    parts = range(0, len(documents), most)
    return sum(len(pipeline.run(documents=documents[first : first + most])) for first in parts)


def _memory_mb() -> float:
    """Memory of this process and those that it started."""
    total = 0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            total += process.memory_full_info().pss
    return total / 2**20


def _measure(name: str, corpus: Path, store: Path, hashed: bool) -> dict[str, Any]:
    """One run in this process: passages a second and peak memory."""
    task = {"ours": ours, "quick_start": quick_start}[name]
    over, looks = threading.Event(), [_memory_mb()]
    watch = threading.Thread(target=lambda: looks.extend(iter(lambda: None if over.wait(1) else _memory_mb(), None)))
    watch.start()
    started = time.perf_counter()
    passages = task(corpus, store, hashed)
    seconds = time.perf_counter() - started
    over.set()
    watch.join()
    peak = max(looks)
    rate = round(passages / seconds, 1)
    return {"run": name, "passages": passages, "seconds": round(seconds, 1), "a_second": rate, "peak_mb": round(peak)}


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--hash", action="store_true")
    parser.add_argument("--only", choices=["ours", "quick_start"])
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        name, corpus, store = given.child
        print(json.dumps(_measure(name, Path(corpus), Path(store), given.hash)))
        return 0
    with tempfile.TemporaryDirectory(prefix="mayshare-bench-") as folder:
        make_corpus(Path(folder, "corpus"), given.passages)
        for name in [given.only] if given.only else ["quick_start", "ours"]:
            command = [sys.executable, "-m", "bench.ingest", "--child", name, f"{folder}/corpus", f"{folder}/{name}"]
            subprocess.run([*command, *(["--hash"] if given.hash else [])], cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
