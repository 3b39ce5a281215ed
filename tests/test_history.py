"""Generations are listed, compared and taken back; a running engine follows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from answer.assemble import assemble
from cli import app
from ingest.history import diff, history, rollback
from ingest.history_commands import _hunks
from ingest.pipeline import ingest
from mayshare import generation
from mayshare.config import Settings, load_settings
from mayshare.errors import (
    IndexCorruptError,
    IndexMismatchError,
    IngestLockedError,
    NoGenerationError,
    NoIndexError,
)
from mayshare.index import open_index
from mayshare.schema import Question
from tests.conftest import EMERGENCY, write_document

pytestmark = pytest.mark.usefixtures("quick_check")


@pytest.fixture
def two(settings: Settings, corpus: Path) -> Settings:
    """Generation 1; and 2, live: one document more, a word of another changed."""
    ingest(settings)
    write_document(corpus, "zebra", "Zebra law", "FERPA", ["34 CFR 99.36"], EMERGENCY.replace("school", "zebra"))
    path = corpus / "law" / "hipaa-parents.md"
    path.write_text(path.read_text().replace("may tell a parent about", "must tell a parent about"), encoding="utf-8")
    ingest(settings)
    return settings


def test_the_kept_generations_are_listed_newest_first(two: Settings) -> None:
    new, old = history(two)
    assert (new.generation, new.live, new.documents, new.passages) == (2, True, 3, 5)
    assert (old.generation, old.live, old.changes) == (1, False, None)
    assert new.changes is not None
    assert (new.changes.added, new.changes.changed, new.changes.unchanged) == (("zebra",), ("hipaa-parents",), 1)
    assert new.model.startswith("minilm-embedding-int8:")
    assert new.settings["chunking"] == {"max_words": 200}


def test_a_generation_whose_manifest_is_damaged_is_listed_with_its_problem(two: Settings) -> None:
    (generation.directory(two.store, 1) / "MANIFEST.json").write_text("{", encoding="utf-8")
    assert "can't be read" in history(two)[1].problem


def test_two_generations_are_compared_by_documents_passages_and_words(two: Settings) -> None:
    found = diff(two)
    assert (found.before, found.after) == (1, 2)
    assert (found.changes.added, found.changes.changed, found.changes.removed) == (("zebra",), ("hipaa-parents",), ())
    # two passages of FERPA stay; the one of HIPAA is replaced, two of the zebra come
    assert (found.passages_before, found.passages_after, found.passages_same) == (3, 5, 2)
    assert found.words_removed == 1
    assert found.words_added == 1 + len(EMERGENCY.split())
    changed = next(words for words in found.words if words.source_id == "hipaa-parents")
    assert [run for run in changed.runs if run[0] != " "] == [("-", "may"), ("+", "must")]
    back = diff(two, 2, 1)
    assert (back.changes.removed, back.words_added) == (("zebra",), 1)


def test_a_change_is_shown_among_the_words_around_it() -> None:
    far = " ".join(f"w{i}" for i in range(40))
    runs = ((" ", f"{far} clinic"), ("-", "may"), ("+", "must"), (" ", f"tell {far}"), ("+", "end."))
    first, second = _hunks(runs)
    assert first.startswith("… w29 ")
    assert "w39 clinic [-may-] {+must+} tell w0" in first
    assert second.startswith("… ")
    assert second.endswith("w39 {+end.+}")


def test_a_rollback_is_taken_up_by_an_engine_that_is_open(two: Settings) -> None:
    engine = assemble(two)
    try:
        engine.ask(Question(text="May a zebra give police records in an emergency?"))
        assert "zebra" in engine.index.documents
        rollback(two, 1)
        answer = engine.ask(Question(text="May a zebra give police records in an emergency?"))
        assert engine.index.manifest.generation == 1
        assert "zebra" not in engine.index.documents
        assert answer.claims
        assert not any(c.passage_id.startswith("zebra:") for claim in answer.claims for c in claim.citations)
        rollback(two, 2)
        engine.ask(Question(text="May a zebra give police records in an emergency?"))
        assert "zebra" in engine.index.documents
    finally:
        engine.index.close()


def test_a_given_generation_is_opened_beside_the_live_one(two: Settings) -> None:
    before, live = open_index(two, 1), open_index(two)
    assert (len(before.passages), len(live.passages)) == (3, 5)
    before.close()
    live.close()


def test_a_generation_that_is_not_kept_is_named_with_those_that_are(two: Settings) -> None:
    with pytest.raises(NoGenerationError, match=r"Generation 7 isn't kept.*Kept: 1, 2"):
        rollback(two, 7)
    with pytest.raises(NoGenerationError, match="No generation before 1"):
        diff(two, after=1)
    assert generation.live(two.store) == 2


def test_a_damaged_generation_does_not_go_live(two: Settings) -> None:
    path = generation.directory(two.store, 1) / "passages.jsonl"
    path.write_bytes(path.read_bytes().replace(b"police", b"pOlice", 1))
    with pytest.raises(IndexCorruptError, match=r"passages\.jsonl"):
        rollback(two, 1)
    assert generation.live(two.store) == 2


def test_a_generation_of_another_model_does_not_go_live(two: Settings) -> None:
    other = load_settings(store=two.store, embedding={"provider": "ollama", "model": "nomic-embed-text"})
    with pytest.raises(IndexMismatchError, match="nomic-embed-text"):
        rollback(other, 1)
    assert generation.live(two.store) == 2


def test_a_rollback_waits_for_no_ingest(two: Settings) -> None:
    with generation.exclusive(two.store), pytest.raises(IngestLockedError):
        rollback(two, 1)


def test_an_ingest_after_a_rollback_follows_the_corpus(two: Settings) -> None:
    rollback(two, 1)
    report = ingest(two, if_changed=True)
    assert (report.generation, report.added, report.changed) == (3, ("zebra",), ("hipaa-parents",))
    assert report.embedded == 0


def test_history_without_an_index_says_what_to_run(settings: Settings) -> None:
    with pytest.raises(NoIndexError, match="mayshare ingest"):
        history(settings)


def test_the_commands(two: Settings) -> None:
    run, store = CliRunner(), ["--store", str(two.store)]
    listed = run.invoke(app, ["history", *store])
    assert "2 ● live" in listed.output
    assert [entry["generation"] for entry in json.loads(run.invoke(app, ["history", "--json", *store]).output)] == [
        2,
        1,
    ]
    shown = run.invoke(app, ["diff", *store]).output
    assert "[-may-] {+must+}" in shown
    assert "added: zebra" in shown
    assert json.loads(run.invoke(app, ["diff", "1", "2", "--json", *store]).output)["changes"]["added"] == ["zebra"]
    back = run.invoke(app, ["rollback", "1", *store]).output
    assert "Live: generation 1" in back
    assert "the next ingest follows it" in back
    assert generation.live(two.store) == 1
