"""Passages a second from nothing, beside LlamaIndex's quick start with the same model: `python -m bench.ingest`.

All get the same synthetic documents (sentences of the corpus, shuffled with a seed), each from a process of its own,
one after the other in one run. The quick start (`bench.quick_start`) runs with our embedding and, with `--pytorch`, as
a reader of LlamaIndex's pages would have it: the same weights through HuggingFaceEmbedding. It embeds each passage;
ours embeds its heading too, builds BM25, checks all and flips. `--hash` embeds by hash, to see the rest and its
memory. Prints one JSON object a run.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.faults.world import HashEmbedding
from bench.memory import measure
from bench.quick_start import quick_start
from ingest.load import load_corpus
from mayshare.config import ROOT, load_settings
from mayshare.minilm import package_files

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


def quick_start_with_ours(corpus: Path, store: Path, hashed: bool) -> int:
    """LlamaIndex's quick start with our embedding."""
    from mayshare.embed import MiniLMEmbedding

    embedding = HashEmbedding() if hashed else MiniLMEmbedding(ROOT / "data" / "models", batch_size=10)
    return quick_start(corpus, store, embedding)


TASKS = {"quick_start": quick_start_with_ours, "ours": ours}  # in the order in which they are run


def commands(folder: str, only: str | None, hashed: bool, pytorch: str | None) -> Iterator[list[str]]:
    """What to run, each in a process of its own."""
    for name in [only] if only else list(TASKS):
        child = [sys.executable, "-m", "bench.ingest", "--child", name, f"{folder}/corpus", f"{folder}/{name}"]
        yield [*child, *(["--hash"] if hashed else [])]
    if pytorch and not (only or hashed):
        model = str(package_files()[0].parent)
        yield [pytorch, "-m", "bench.quick_start", f"{folder}/corpus", f"{folder}/pytorch", model]


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--hash", action="store_true")
    parser.add_argument("--only", choices=list(TASKS))
    parser.add_argument("--pytorch", metavar="PYTHON", help="run the quick start on PyTorch too (bench.quick_start)")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        name, corpus, store = given.child
        print(json.dumps(measure(name, lambda: TASKS[name](Path(corpus), Path(store), given.hash))))
        return 0
    with tempfile.TemporaryDirectory(prefix="mayshare-bench-") as folder:
        make_corpus(Path(folder, "corpus"), given.passages)
        for command in commands(folder, given.only, given.hash, given.pytorch):
            subprocess.run(command, cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
