"""A generation is whole or it isn't there: kills, corruption, locks, changes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ingest.cache import EmbeddingCache
from ingest.fresh import Helpers
from ingest.pipeline import ingest
from ingest.verify import Vectors, check_own_nearest
from mayshare import generation
from mayshare.chroma import VectorSearch
from mayshare.config import ROOT, Settings, load_settings
from mayshare.errors import (
    CorpusError,
    DiskSpaceError,
    IndexCorruptError,
    IndexMismatchError,
    IngestError,
    IngestLockedError,
    NoIndexError,
    VerifyError,
)
from mayshare.index import open_index
from tests.conftest import EMERGENCY, cached, write_document


def run_ingest(settings: Settings, fault: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MAYSHARE_FAULT": fault}
    command = [
        sys.executable,
        "-m",
        "cli",
        "ingest",
        "--corpus",
        str(settings.corpus),
        "--store",
        str(settings.store),
        "--json",
    ]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


def answer_marker(settings: Settings) -> bool:
    """Does the live index hold the marker sentence?"""
    index = open_index(settings)
    try:
        return any("ZEBRA" in passage.text for passage in index.passages)
    finally:
        index.close()


def test_ingest_makes_a_whole_generation(settings: Settings) -> None:
    steps: list[str] = []
    report = ingest(settings, lambda name, done, total: steps.append(name))
    assert (report.documents, report.passages, report.generation, report.built) == (2, 3, 1, True)
    assert set(steps) == {"read", "embed", "build", "verify"}
    manifest = generation.read_manifest(settings.store, 1)
    assert set(manifest.files) >= {"passages.jsonl", "documents.jsonl", "vectors.npy", "headings.npy", "glossary.json"}
    assert any(name.startswith("chroma/") for name in manifest.files)
    assert not any(name.endswith((".pkl",)) for name in manifest.files)
    generation.check_files(settings.store, manifest)


@pytest.mark.usefixtures("quick_check")
def test_chroma_and_the_exact_vectors_agree(settings: Settings) -> None:
    ingest(settings)
    index = open_index(settings)
    assert index.degraded is None
    vector = index.embed("police emergency records")
    chroma, exact = index.dense(vector, 3), index.exact(vector, 3)
    assert list(chroma) == list(exact)
    assert list(chroma.values()) == pytest.approx(list(exact.values()), abs=1e-4)
    index.close()


@pytest.mark.usefixtures("quick_check")
def test_the_exact_vectors_serve_where_chroma_cannot(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(settings)

    def broken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("mayshare.chroma.VectorSearch.__init__", broken)
    index = open_index(settings)
    assert index.degraded
    assert index.dense(index.embed("police"), 2)


@pytest.mark.usefixtures("quick_check")
def test_nothing_changed_builds_nothing(settings: Settings) -> None:
    ingest(settings)
    again = ingest(settings, if_changed=True)
    assert not again.built
    assert generation.numbers(settings.store) == [1]


@pytest.mark.usefixtures("quick_check")
def test_only_changed_text_is_embedded_again(settings: Settings, corpus: Path) -> None:
    assert ingest(settings).embedded == 6  # three passages and three headings
    assert ingest(settings).embedded == 0
    path = corpus / "law" / "ferpa-emergency.md"
    path.write_text(path.read_text().replace("must record every", "must always record every"), encoding="utf-8")
    report = ingest(settings)
    assert (report.embedded, report.changed, report.added, report.removed) == (1, ("ferpa-emergency",), (), ())


@pytest.mark.usefixtures("quick_check")
def test_a_removed_document_is_gone_from_every_store(settings: Settings, corpus: Path) -> None:
    write_document(corpus, "zebra", "Zebra law", "FERPA", ["34 CFR 99.36"], EMERGENCY.replace("school", "ZEBRA"))
    ingest(settings)
    assert answer_marker(settings)
    (corpus / "law" / "zebra.md").unlink()
    report = ingest(settings)
    assert report.removed == ("zebra",)
    folder = generation.directory(settings.store, report.generation)
    # The graph files (*.bin) keep numbers only, but Chroma writes unused slots out of memory that was never cleared:
    # whatever this process held may stand there. What counts is that no vector of the document is left.
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".bin"]
    assert not [path for path in files if b"ZEBRA" in path.read_bytes()]
    index = open_index(settings)
    assert len(index.passages) == index.vectors.shape[0] == VectorSearch(folder / "chroma").count()


@pytest.mark.usefixtures("quick_check")
def test_old_generations_are_pruned_and_the_live_one_stays(settings: Settings, corpus: Path) -> None:
    for _ in range(5):
        ingest(settings)
    assert generation.numbers(settings.store) == [3, 4, 5]
    assert generation.live(settings.store) == 5


@pytest.mark.parametrize("point", ["mid_embed", "after_flip"])  # every point, and random ones: tests/test_faults.py
@pytest.mark.usefixtures("quick_check")
def test_a_kill_loses_nothing(settings: Settings, corpus: Path, point: str) -> None:
    ingest(settings)
    write_document(corpus, "zebra", "Zebra law", "FERPA", ["34 CFR 99.36"], EMERGENCY.replace("school", "ZEBRA"))
    killed = run_ingest(settings, point)
    assert killed.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), killed.stderr
    assert answer_marker(settings) is (point == "after_flip")
    done = run_ingest(settings)
    assert done.returncode == 0, done.stderr
    assert answer_marker(settings)
    assert not list(settings.store.glob(".building-*"))


def test_a_second_ingest_is_refused_while_one_runs(settings: Settings) -> None:
    with generation.exclusive(settings.store):
        second = run_ingest(settings)
    assert second.returncode == 1
    assert str(os.getpid()) in second.stderr
    with generation.exclusive(settings.store), pytest.raises(IngestLockedError), generation.exclusive(settings.store):
        pass


def test_a_failed_check_leaves_the_last_good_index(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(settings)
    wait = Helpers.wait_for_vectors

    def shifted(self: Helpers) -> None:
        wait(self)
        file = next(settings.store.glob(".building-*/vectors.npy"))
        np.save(file, np.roll(np.load(file), 1, axis=0))

    monkeypatch.setattr(Helpers, "wait_for_vectors", shifted)
    with pytest.raises(VerifyError, match="own vector"):
        ingest(settings)
    assert generation.numbers(settings.store) == [1]
    open_index(settings).close()


def test_a_vector_that_the_approximate_index_misses_at_first_must_be_among_as_many_as_the_chat_asks_for() -> None:
    ids, vectors = ["a", "b"], np.eye(2, dtype=np.float32)
    check_own_nearest(Missing(vectors, found=2), ids, vectors)
    with pytest.raises(VerifyError, match=r"passage a can't be found by its own vector.*more than one of 1,000"):
        check_own_nearest(Missing(vectors, found=3), ids, vectors)


def test_of_a_thousand_vectors_that_chroma_holds_unharmed_one_may_be_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.verify.MISSES", 2)
    ids, vectors = ["a", "b"], np.eye(2, dtype=np.float32)
    check_own_nearest(Missing(vectors, found=3), ids, vectors)
    with pytest.raises(VerifyError, match="Chroma holds another one"):
        check_own_nearest(Missing(np.roll(vectors, 1, axis=0), found=3), ids, vectors)
    with pytest.raises(VerifyError, match="Chroma holds another one, or none"):
        check_own_nearest(Missing(vectors[:0], found=3), ids, vectors)


class Missing:
    """Finds “b” for each vector, and “a” for its own where at least `found` are asked for."""

    def __init__(self, held: Vectors, found: int) -> None:
        self.held, self.found = held, found

    def nearest(self, vectors: Vectors, k: int) -> list[list[tuple[str, float]]]:
        wide = [("b", 1.0), ("a", 0.0)][: 2 if k >= self.found else 1]
        return [wide if row[0] else [("b", 0.0)] for row in vectors]

    def vector(self, passage_id: str) -> Vectors | None:
        return dict(zip("ab", self.held, strict=False)).get(passage_id)


def test_vectors_that_cannot_be_written_leave_the_last_good_index(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(settings)
    begin = Helpers.write_vectors

    def onto_a_file(self: Helpers, folder: Path) -> None:
        (folder / "chroma").write_text("in the way", encoding="utf-8")
        begin(self, folder)

    monkeypatch.setattr(Helpers, "write_vectors", onto_a_file)
    with pytest.raises(IngestError, match="chroma"):
        ingest(settings)
    assert generation.numbers(settings.store) == [1]
    assert not list(settings.store.glob(".building-*"))
    open_index(settings).close()


@pytest.mark.usefixtures("quick_check")
def test_a_bad_document_is_left_out_and_named(settings: Settings, corpus: Path) -> None:
    (corpus / "law" / "bad-one.md").write_text("x", encoding="utf-8")
    report = ingest(settings)
    assert report.documents == 2
    assert "bad-one.md" in report.quarantined[0]
    entry = json.loads(next((settings.store / "quarantine").glob("*.json")).read_text())
    assert entry["file"].endswith("bad-one.md")
    assert "front matter" in entry["reason"]
    (corpus / "law" / "bad-one.md").unlink()
    assert ingest(settings).quarantined == ()
    assert not list((settings.store / "quarantine").glob("*.json"))


@pytest.mark.usefixtures("quick_check")
def test_a_bad_document_stops_a_strict_ingest_and_names_all(settings: Settings, corpus: Path) -> None:
    ingest(settings)
    (corpus / "law" / "bad-one.md").write_text("x", encoding="utf-8")
    (corpus / "law" / "bad-two.md").write_text("y", encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        ingest(settings, strict=True)
    assert "bad-one.md" in str(caught.value)
    assert "bad-two.md" in str(caught.value)
    open_index(settings).close()


def test_an_empty_corpus_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match="no documents"):
        ingest(load_settings(corpus=tmp_path / "empty", store=tmp_path / "store"))


def test_too_little_space_is_refused_before_anything_is_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.pipeline.MIN_FREE_BYTES", 10**18)
    with pytest.raises(DiskSpaceError, match="MB"):
        ingest(settings)
    assert generation.numbers(settings.store) == []


def test_no_index_says_what_to_run(settings: Settings) -> None:
    with pytest.raises(NoIndexError, match="mayshare ingest"):
        open_index(settings)


def files_of(settings: Settings) -> list[Path]:
    folder = generation.directory(settings.store, 1)
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.usefixtures("quick_check")
def test_any_damaged_file_is_refused(settings: Settings) -> None:
    ingest(settings)
    for path in files_of(settings):
        whole = path.read_bytes()
        for damaged in (whole[: len(whole) // 2], bytes([whole[0] ^ 1]) + whole[1:] if whole else b"x", None):
            if damaged is None:
                path.unlink()
            elif damaged == whole:
                continue
            else:
                path.write_bytes(damaged)
            with pytest.raises(IndexCorruptError):
                open_index(settings)
            path.write_bytes(whole)
    open_index(settings).close()


@pytest.mark.parametrize("pointer", ["", "{}", "[]", '{"generation": "x"}', "\x00"])
@pytest.mark.usefixtures("quick_check")
def test_a_damaged_pointer_is_refused(settings: Settings, pointer: str) -> None:
    ingest(settings)
    (settings.store / "CURRENT").write_text(pointer, encoding="utf-8")
    with pytest.raises(IndexCorruptError):
        open_index(settings)
    ingest(settings)
    open_index(settings).close()


@pytest.mark.usefixtures("quick_check")
def test_another_model_is_refused_and_names_the_command(settings: Settings) -> None:
    ingest(settings)
    other = load_settings(
        corpus=settings.corpus, store=settings.store, embedding={"provider": "ollama", "model": "nomic-embed-text"}
    )
    with pytest.raises(IndexMismatchError, match="mayshare ingest"):
        open_index(other)


def test_a_damaged_cache_row_is_a_miss(tmp_path: Path) -> None:
    calls: list[list[str]] = []

    def embed(texts: list[str]) -> list[list[float]]:
        calls.append(texts)
        return [[float(len(text)), 1.0] for text in texts]

    cache = EmbeddingCache(tmp_path / "cache.sqlite", "model")
    first = cached(cache, ["a", "bb", "a"], embed)
    cache._connection.execute("UPDATE vectors SET vector = x'0000'")
    second = cached(cache, ["a", "bb", "a"], embed)
    cache.close()
    assert first == second == [[1.0, 1.0], [2.0, 1.0], [1.0, 1.0]]
    assert len(calls) == 2


def test_a_damaged_cache_file_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"this is no database" * 100)
    cache = EmbeddingCache(path, "model")
    assert cached(cache, ["a"], lambda texts: [[1.0] for _ in texts]) == [[1.0]]
    cache.close()


@pytest.mark.usefixtures("quick_check")
def test_the_manifest_says_what_it_was_built_from(settings: Settings) -> None:
    ingest(settings)
    manifest = json.loads((generation.directory(settings.store, 1) / "MANIFEST.json").read_text())
    assert manifest["model"].startswith("minilm-embedding-int8:")
    assert manifest["corpus_version"].startswith("g1-")
    assert set(manifest["documents"]) == {"ferpa-emergency", "hipaa-parents"}
