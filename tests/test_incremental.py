"""An ingest does what changed and no more; its plan says so beforehand."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from cli import app
from ingest import survey
from ingest.changes import Changes, Seen, compare
from ingest.pipeline import Report, ingest, plan
from ingest.watch import watch_corpus
from mayshare import generation
from mayshare.config import Settings
from mayshare.errors import CorpusError, MayshareError
from mayshare.index import open_index
from tests.conftest import EMERGENCY, write_document

pytestmark = pytest.mark.usefixtures("quick_check")


def test_changes_between_two_sets() -> None:
    before = {
        "same": Seen("1", "a/same.md", "b1"),
        "edited": Seen("2", "edited.md", "b2"),
        "gone": Seen("3", "gone.md", "b3"),
        "shifted": Seen("4", "a/shifted.md", "b4"),
        "old-name": Seen("5", "old-name.md", "b5"),
    }
    now = {
        "same": Seen("1", "a/same.md", "b1"),
        "edited": Seen("2x", "edited.md", "b2x"),
        "came": Seen("6", "came.md", "b6"),
        "shifted": Seen("4", "b/shifted.md", "b4"),
        "new-name": Seen("5x", "new-name.md", "b5"),
    }
    moved = (("old-name", "new-name"), ("a/shifted.md", "b/shifted.md"))
    assert compare(before, now) == Changes(("came",), ("edited",), ("gone",), moved, 1)
    assert not compare(before, before)


def test_unchanged_documents_are_neither_parsed_nor_cut_again(
    settings: Settings, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(settings)
    path = corpus / "law" / "ferpa-emergency.md"
    path.write_text(path.read_text().replace("must record every", "must always record every"), encoding="utf-8")
    parsed, cut = [], []
    load, chunk = survey.load_corpus.__globals__["load_document"], survey._chunked

    def counted_load(path: Path, corpus: Path) -> object:
        parsed.append(path.stem)
        return load(path, corpus)

    def counted_chunk(documents: list[object], max_words: int) -> object:
        cut.extend(documents)
        return chunk(documents, max_words)  # type: ignore[arg-type]

    monkeypatch.setattr("ingest.load.load_document", counted_load)
    monkeypatch.setattr(survey, "_chunked", counted_chunk)
    report = ingest(settings, if_changed=True)
    assert (parsed, len(cut), report.changed) == (["ferpa-emergency"], 1, ("ferpa-emergency",))


def test_an_incremental_index_equals_one_from_nothing(settings: Settings, corpus: Path, tmp_path: Path) -> None:
    ingest(settings)
    write_document(corpus, "zebra", "Zebra law", "FERPA", ["34 CFR 99.36"], EMERGENCY.replace("school", "zebra"))
    (corpus / "law" / "hipaa-parents.md").unlink()
    ingest(settings)
    fresh = settings.model_copy(update={"store": tmp_path / "fresh"})
    ingest(fresh)
    mine, other = (generation.read_manifest(s.store, generation.live(s.store)) for s in (settings, fresh))
    exact = {name for name in mine.files if name.endswith((".jsonl", ".json")) or name.startswith("lexical/")}
    assert len(exact) > 6
    assert {name: mine.files[name] for name in exact} == {name: other.files[name] for name in exact}
    for name in ("vectors.npy", "headings.npy"):
        one, two = (np.load(generation.directory(s.store, generation.live(s.store)) / name) for s in (settings, fresh))
        assert np.array_equal(one, two)  # a text's vector is its own, whatever stands beside it


def test_vectors_of_the_live_index_serve_again_without_the_cache(settings: Settings, corpus: Path) -> None:
    ingest(settings)
    (settings.store / "embeddings.sqlite").unlink()
    write_document(corpus, "zebra", "Zebra law", "FERPA", ["34 CFR 99.36"], EMERGENCY.replace("school", "zebra"))
    assert ingest(settings).embedded == 4  # two new sections and their headings
    before, now = (np.load(generation.directory(settings.store, n) / "headings.npy") for n in (1, 2))
    assert {row.tobytes() for row in before} <= {row.tobytes() for row in now}


def test_what_other_code_has_read_is_not_used_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(settings)
    monkeypatch.setattr(survey, "code_fingerprint", lambda: "other")
    found = survey.survey(settings)
    assert not found.current
    assert not found.earlier.usable
    assert ingest(settings, if_changed=True).built


def test_damaged_files_are_not_used_again(settings: Settings) -> None:
    ingest(settings)
    path = generation.directory(settings.store, 1) / "documents.jsonl"
    path.write_bytes(path.read_bytes().replace(b"police", b"pOlice"))
    report = ingest(settings, if_changed=True)
    assert (report.built, report.generation, report.unchanged) == (True, 2, 2)
    index = open_index(settings)
    assert not any("pOlice" in document.body for document in index.documents.values())
    index.close()


def test_a_moved_document_is_told_from_a_new_one(settings: Settings, corpus: Path) -> None:
    ingest(settings)
    (corpus / "practice").mkdir()
    (corpus / "law" / "hipaa-parents.md").rename(corpus / "practice" / "hipaa-parents.md")
    report = ingest(settings, if_changed=True)
    assert (report.built, report.added, report.removed) == (True, (), ())
    assert report.moved == (("law/hipaa-parents.md", "practice/hipaa-parents.md"),)
    index = open_index(settings)
    assert index.documents["hipaa-parents"].path == "practice/hipaa-parents.md"
    index.close()


def test_a_dry_run_counts_the_work_and_writes_nothing(settings: Settings, corpus: Path) -> None:
    before = plan(settings)
    assert not settings.store.exists()
    assert (before.missing, len(before.work.passages), before.survey.changes.unchanged) == (6, 3, 0)
    ingest(settings)
    write_document(corpus, "zebra", "Zebra law", "FERPA", ["34 CFR 99.36"], EMERGENCY.replace("school", "zebra"))
    run = CliRunner()
    options = ["ingest", "--dry-run", "--corpus", str(corpus), "--store", str(settings.store)]
    told = json.loads(run.invoke(app, [*options, "--json"]).output)
    assert (told["added"], told["unchanged"], told["passages"], told["current"]) == (["zebra"], 2, 5, False)
    assert told["to_embed"] == 4  # two passages and two headings
    assert told["estimate_s"] > 0
    assert "  + zebra\n" in run.invoke(app, options).output
    assert generation.numbers(settings.store) == [1]
    assert ingest(settings).embedded == told["to_embed"]
    assert "nothing to do" in run.invoke(app, options).output


def test_the_plan_is_shown_before_anything_is_built(settings: Settings) -> None:
    seen: list[tuple[int, list[int]]] = []
    ingest(settings, show=lambda plan: seen.append((plan.missing, generation.numbers(settings.store))))
    assert seen == [(6, [])]


def test_nothing_of_a_removed_document_is_left_after_pruning(settings: Settings, corpus: Path) -> None:
    marker = b"QUAGGA"
    write_document(corpus, "zebra", "Zebra", "FERPA", ["34 CFR 99.36"], EMERGENCY.replace("school", marker.decode()))
    ingest(settings)
    (corpus / "law" / "zebra.md").unlink()
    for _ in range(settings.keep_generations):
        ingest(settings)
    # the graph's unused slots (*.bin) may hold whatever was in memory: see test_ingest
    files = [path for path in settings.store.rglob("*") if path.is_file() and path.suffix != ".bin"]
    assert len(files) > 20
    assert not [path for path in files if marker.lower() in path.read_bytes().lower()]


def test_watching_goes_on_after_an_error(settings: Settings, corpus: Path) -> None:
    stop = threading.Event()
    outcomes = watch_corpus(settings, lambda: ingest(settings, if_changed=True, strict=True), stop)
    first = next(outcomes)
    assert isinstance(first, Report)
    bad = corpus / "law" / "bad.md"
    write = threading.Timer(0.3, lambda: bad.write_text("x", encoding="utf-8"))
    write.start()
    second = next(outcomes)
    assert isinstance(second, CorpusError)
    assert "bad.md" in str(second)
    threading.Timer(0.3, bad.unlink).start()
    third = next(outcomes)
    assert not isinstance(third, MayshareError)
    assert not third.built
    threading.Timer(0.1, stop.set).start()
    started = time.monotonic()
    assert list(outcomes) == []
    assert time.monotonic() - started < 10
