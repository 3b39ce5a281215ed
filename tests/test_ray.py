"""An ingest on Ray with two workers gives what one process gives, and says what is wrong where it can't run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer

from ingest.cache import EmbeddingCache
from ingest.pipeline import ingest
from ingest.ray_runner import SliceEmbedding
from ingest.workers import runner
from mayshare import generation
from mayshare.config import ROOT, Settings, load_settings
from mayshare.errors import RunnerError
from tests.conftest import EMERGENCY, cached, write_document


def many(corpus: Path, documents: int = 40) -> None:
    for n in range(documents):
        body = EMERGENCY.replace("police", f"police of district {n}" if n % 2 else "the police")
        write_document(corpus, f"law-{n:03d}", f"Law {n}", "FERPA", ["34 CFR 99.36"], body)


@pytest.mark.long
def test_two_workers_build_what_one_process_builds(settings: Settings, corpus: Path, tmp_path: Path) -> None:
    many(corpus)
    command = [sys.executable, "-m", "cli", "ingest", "--corpus", str(corpus), "--store", str(tmp_path / "ray")]
    environment = {
        **os.environ,
        "RAY_TMPDIR": "/tmp",
    }  # sockets below a long temporary folder would have too long a name
    done = subprocess.run(
        [*command, "--workers", "ray", "--json"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    one = ingest(settings)
    by_ray = json.loads(done.stdout)
    assert (by_ray["passages"], by_ray["embedded"]) == (one.passages, one.embedded)
    first, second = generation.directory(settings.store, 1), generation.directory(tmp_path / "ray", 1)
    for name in ("passages.jsonl", "documents.jsonl", "phrasings.jsonl", "glossary.json"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    for name in ("vectors.npy", "headings.npy", "phrasings.npy"):
        assert np.abs(np.load(first / name) - np.load(second / name)).max(initial=0) <= 1e-6, name


def test_ray_takes_the_slices_that_one_process_takes(tmp_path: Path) -> None:
    texts = [f"text {n % 150}" for n in range(200)]
    seen: list[list[str]] = []
    handed: list[list[str]] = []

    def one(part: list[str]) -> list[list[float]]:
        seen.append(part)
        return [[float(len(seen)), float(len(text))] for text in part]

    def all_at_once(slices: object) -> object:
        for part in slices:  # type: ignore[attr-defined]
            handed.append(part)
            yield np.asarray([[float(len(handed)), float(len(text))] for text in part], dtype=np.float32)

    plain, filled = EmbeddingCache(tmp_path / "a.sqlite", "m"), EmbeddingCache(tmp_path / "b.sqlite", "m")
    more = ["text 3", *(f"more {n}" for n in range(70))]
    wanted = [cached(plain, group, one) for group in (texts, more)]
    filled.fill([texts, more], all_at_once, lambda *_: None)  # type: ignore[arg-type]
    assert handed == seen
    for group, vectors in zip((texts, more), wanted, strict=True):
        found = cached(filled, group, lambda _: pytest.fail("nothing is missing"))
        assert found == vectors
    plain.close()
    filled.close()


def test_a_worker_turns_a_slice_into_vectors_in_order(settings: Settings) -> None:
    from llama_index.core.schema import TextNode

    from mayshare.embed import build_embedding

    texts = ["police", "parents", "a clinic"]
    made = SliceEmbedding(settings=settings.model_dump_json())([TextNode(id_="7", text=json.dumps(texts))])
    assert [node.node_id for node in made] == ["7:0", "7:1", "7:2"]
    assert [node.embedding for node in made] == build_embedding(settings).get_text_embedding_batch(texts)


@pytest.mark.usefixtures("quick_check")
def test_a_missing_extra_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(RunnerError, match=r"mayshare\[ray\]"):
        ingest(load_settings(corpus=settings.corpus, store=settings.store, ingest={"runner": "ray"}))
    assert generation.numbers(settings.store) == []


def test_workers_on_the_command_line() -> None:
    assert runner(None) is None
    assert runner("ray") == {"runner": "ray"}
    assert runner("ray:10.0.0.5:6379") == {"runner": "ray", "ray_address": "10.0.0.5:6379"}
    assert runner("local") == {"runner": "local"}
    for wrong in ("dask", "", "local:8"):
        with pytest.raises(typer.BadParameter):
            runner(wrong)
