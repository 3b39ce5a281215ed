"""A generation that is built and checked but not live: compared with the live one, then promoted or discarded."""

from __future__ import annotations

import shutil
from pathlib import Path

from ingest import pipeline
from ingest.pipeline import Report
from ingest.plan import Step
from mayshare import generation
from mayshare.config import Settings
from mayshare.errors import IndexError_, StagedError


def stage(settings: Settings, step: Step = lambda name, done, total: None) -> Report:
    """Build and check a generation of the corpus without making it live. Raises what `pipeline.ingest` raises.

    Where the live generation equals the corpus nothing is built, and `Report.built` is False.
    """
    return pipeline.ingest(settings, step, if_changed=True, live=False)


def promote(settings: Settings, number: int) -> None:
    """Make a staged generation the live one.

    Raises:
        StagedError: it isn't staged, or another generation went live since; nothing is changed.
        IndexCorruptError: a file of it changed since it was built.
        IngestLockedError: another ingest is writing.
    """
    store = settings.store
    with generation.exclusive(store):
        waiting = _waiting(settings, number)
        live = _live(settings)
        if waiting[number] != live:
            raise StagedError(
                f"Generation {number} was compared with generation {waiting[number]}, but {live} is live now. "
                "Nothing was changed; run `mayshare impact` again."
            )
        generation.check_files(store, generation.read_manifest(store, number))
        # the mark first: a kill in between leaves a generation to prune, not a live one that looks as if it waited
        generation.unstage(store, number)
        generation.flip(store, number)
        generation.prune(store, settings.keep_generations)


def discard(settings: Settings, number: int) -> None:
    """Remove a staged generation. Raises StagedError where it isn't staged."""
    with generation.exclusive(settings.store):
        _waiting(settings, number)
        # the mark first: a kill in between leaves a generation to prune, not a mark for the next one of that number
        generation.unstage(settings.store, number)
        shutil.rmtree(generation.directory(settings.store, number))


def discard_stale(settings: Settings) -> list[int]:
    """Remove staged generations of the same corpus folder, which a newer look replaces, and of a draft's lost copy.

    Returns their numbers.
    """
    gone = []
    for number in generation.staged(settings.store):
        corpus = _corpus_of(settings, number)
        if corpus == str(settings.corpus) or not Path(corpus).is_dir():
            discard(settings, number)
            gone.append(number)
    return gone


def _waiting(settings: Settings, number: int) -> dict[int, int | None]:
    waiting = {n: base for n, base in generation.staged(settings.store).items() if n != _live(settings)}
    if number not in waiting:
        known = (
            f"Staged: {', '.join(map(str, waiting))}." if waiting else "None is staged; `mayshare impact` makes one."
        )
        raise StagedError(f"Generation {number} isn't staged. {known}")
    return waiting


def _live(settings: Settings) -> int | None:
    try:
        return generation.live(settings.store)
    except IndexError_:
        return None


def _corpus_of(settings: Settings, number: int) -> str:
    try:
        return generation.read_manifest(settings.store, number).corpus_path
    except IndexError_:
        return ""
