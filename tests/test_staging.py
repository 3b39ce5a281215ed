"""A staged generation is whole, not live, stays until it is promoted or discarded, and never overtakes a newer one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from answer.assemble import Engine, assemble
from ingest import staging
from ingest.pipeline import ingest
from mayshare import generation
from mayshare.config import Settings
from mayshare.errors import IndexCorruptError, NoIndexError, StagedError
from mayshare.index import open_index
from mayshare.schema import Question
from tests.conftest import write_document

pytestmark = pytest.mark.usefixtures("quick_check")
ZEBRA = """## May a zoo tell the police about a zebra?

A zoo may tell the police the age of a zebra when the zebra has left the zoo on its own (34 CFR 99.36).
"""
ASKED = Question(text="May a zoo tell the police the age of a zebra?")


def add_zebra(corpus: Path, body: str = ZEBRA) -> Path:
    return write_document(corpus, "zebra", "Zebra law", "FERPA", ["34 CFR 99.36"], body)


def cited(engine: Engine) -> list[str]:
    return [source.source_id for source in engine.ask(ASKED).sources]


def test_a_staged_generation_is_whole_and_not_live(settings: Settings, corpus: Path) -> None:
    ingest(settings)
    add_zebra(corpus)
    report = staging.stage(settings)
    assert (report.generation, report.built, report.added) == (2, True, ("zebra",))
    assert generation.live(settings.store) == 1
    assert generation.staged(settings.store) == {2: 1}
    assert "zebra" not in open_index(settings).documents
    assert "zebra" in open_index(settings, 2).documents


def test_nothing_is_staged_where_nothing_changed(settings: Settings) -> None:
    ingest(settings)
    assert not staging.stage(settings).built
    assert generation.numbers(settings.store) == [1]


def test_an_engine_can_stay_on_a_generation(settings: Settings, corpus: Path) -> None:
    ingest(settings)
    add_zebra(corpus)
    number = staging.stage(settings).generation
    following, first, second = assemble(settings), assemble(settings, 1), assemble(settings, number)
    assert "zebra" in cited(second)
    assert "zebra" not in cited(following)
    staging.promote(settings, number)
    assert "zebra" in cited(following)
    assert "zebra" not in cited(first)
    assert first.ask(ASKED).corpus_version.startswith("g1-")


def test_a_promoted_generation_is_live_and_no_longer_staged(settings: Settings, corpus: Path) -> None:
    ingest(settings)
    add_zebra(corpus)
    staging.promote(settings, staging.stage(settings).generation)
    assert generation.live(settings.store) == 2
    assert generation.staged(settings.store) == {}
    assert not list(settings.store.glob("*.staged"))
    assert not ingest(settings, if_changed=True).built


def test_the_first_generation_can_be_staged_too(settings: Settings) -> None:
    number = staging.stage(settings).generation
    with pytest.raises(NoIndexError):
        open_index(settings)
    staging.promote(settings, number)
    assert open_index(settings).manifest.generation == number


def test_later_ingests_neither_prune_nor_reuse_it(settings: Settings, corpus: Path) -> None:
    ingest(settings)
    add_zebra(corpus)
    number = staging.stage(settings).generation
    few = settings.model_copy(update={"keep_generations": 2})
    for _ in range(3):
        ingest(few)
    assert generation.numbers(settings.store) == [2, 4, 5]
    assert generation.staged(settings.store) == {number: 1}
    with pytest.raises(StagedError, match="5 is live now"):
        staging.promote(settings, number)
    assert generation.live(settings.store) == 5
    staging.discard(settings, number)
    assert generation.numbers(settings.store) == [4, 5]


def test_what_is_not_staged_is_neither_promoted_nor_discarded(settings: Settings) -> None:
    ingest(settings)
    for act in (staging.promote, staging.discard):
        with pytest.raises(StagedError, match="isn't staged"):
            act(settings, 1)
    assert generation.live(settings.store) == 1


def test_a_damaged_staged_generation_does_not_go_live(settings: Settings, corpus: Path) -> None:
    ingest(settings)
    add_zebra(corpus)
    number = staging.stage(settings).generation
    (generation.directory(settings.store, number) / "passages.jsonl").write_text("{}")
    with pytest.raises(IndexCorruptError):
        staging.promote(settings, number)
    assert generation.live(settings.store) == 1


@pytest.mark.parametrize("act", [staging.promote, staging.discard])
def test_a_kill_in_between_leaves_no_mark_behind(
    settings: Settings, corpus: Path, act: Callable[[Settings, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(settings)
    add_zebra(corpus)
    number = staging.stage(settings).generation

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(generation, "flip", killed)
        patch.setattr("shutil.rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            act(settings, number)
    assert (generation.live(settings.store), generation.staged(settings.store)) == (1, {})
    assert ingest(settings).generation == 3


def test_an_unreadable_mark_can_only_be_discarded(settings: Settings, corpus: Path) -> None:
    ingest(settings)
    add_zebra(corpus)
    number = staging.stage(settings).generation
    (settings.store / f"gen-{number:06d}.staged").write_text("[]")
    with pytest.raises(StagedError, match="Nothing was changed"):
        staging.promote(settings, number)
    assert staging.discard_stale(settings) == [number]
    assert generation.numbers(settings.store) == [1]


def test_a_staging_replaces_only_those_of_its_own_corpus(settings: Settings, corpus: Path, tmp_path: Path) -> None:
    ingest(settings)
    add_zebra(corpus)
    staging.stage(settings)
    other = settings.model_copy(update={"corpus": corpus.rename(tmp_path / "other")})
    write_document(tmp_path / "corpus", "zebra", "Zebra law", "FERPA", ["34 CFR 99.36"], ZEBRA)
    add_zebra(tmp_path / "other", ZEBRA.replace("age", "name"))
    staging.stage(other)
    assert staging.discard_stale(settings) == [2]
    assert list(generation.staged(settings.store)) == [3]
