"""One ingest: plan, embed, build a new generation aside, verify it in a fresh process, flip the pointer.

What didn't change is neither parsed nor cut nor embedded again (`ingest.survey`). A failure or a kill at any point
leaves the live generation serving, and the next run goes on with the vectors that were cached.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ingest import quarantine
from ingest.documents import Documents
from ingest.embedder import Model, model_for
from ingest.fresh import Helpers
from ingest.plan import Plan, Step, make_plan
from ingest.publish import publish, serves, tidy
from ingest.survey import Survey, survey
from mayshare import __version__, faults, generation
from mayshare.config import Settings
from mayshare.errors import DiskSpaceError, IndexError_, IngestError
from mayshare.generation import Manifest

MIN_FREE_BYTES = 200_000_000
BYTES_A_PASSAGE = 40_000  # measured with room to spare: Chroma, vectors, text, sentences


class Report(NamedTuple):
    """What an ingest did. `embedded` counts texts whose vector wasn't in the cache; `phases` are seconds."""

    generation: int
    corpus_version: str
    documents: int
    passages: int
    embedded: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    unchanged: int
    seconds: float
    phases: dict[str, float]
    built: bool
    quarantined: tuple[str, ...] = ()  # files that were left out: path, line, reason


class _Clock:
    """Seconds by phase."""

    def __init__(self) -> None:
        self.started = self._last = time.monotonic()
        self.phases: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """What passed since the last call counts to this phase."""
        now = time.monotonic()
        self.phases[name] = round(self.phases.get(name, 0.0) + now - self._last, 3)
        self._last = now

    @property
    def seconds(self) -> float:
        """Seconds in all."""
        return round(time.monotonic() - self.started, 2)


def plan(settings: Settings) -> Plan:
    """What an ingest would do; nothing is written.

    Raises:
        CorpusError: a document can't be read.
    """
    return make_plan(survey(settings), settings)


def ingest(
    settings: Settings,
    step: Step = lambda name, done, total: None,
    if_changed: bool = False,
    show: Callable[[Plan], object] = lambda plan: None,
    strict: bool = False,
    live: bool = True,
) -> Report:
    """Build a generation of `settings.corpus` in `settings.store` and make it live.

    A file that can't be taken in goes to the quarantine with its reason (`ingest.quarantine`), and the rest goes on.

    Args:
        if_changed: do nothing where the live generation equals the corpus.
        show: is given the plan before anything is written.
        strict: stop at files that can't be taken in, with a list of them.
        live: False stops before the flip: the new generation is staged (`ingest.staging`).

    Raises:
        CorpusError: no document can be read, or with `strict` one can't; nothing is changed.
        IngestLockedError, DiskSpaceError, VerifyError, ModelError: as their names say; nothing is changed.
    """
    clock = _Clock()
    found = survey(settings, strict)
    quarantine.record(settings.store, found.errors)
    clock.lap("read")
    if if_changed and found.current and found.earlier.manifest and serves(settings, found.earlier.manifest):
        return _report(found.earlier.manifest, found, 0, clock, built=False)
    step("read", len(found.documents), len(found.documents))
    faults.hit("after_load")
    local = settings.chroma.mode == "embedded"  # else `publish` writes the vectors to the server
    with Helpers(vectors=local) as helpers, generation.exclusive(settings.store):
        if _live(settings) != found.earlier.manifest:  # another ingest ended between the look and the lock
            found = survey(settings, strict)
        model = model_for(settings)
        if (found.changes.added or found.changes.changed) and settings.ingest.runner != "ray":
            model.ahead()  # there will be texts to embed; it loads while the plan is made
        planned = make_plan(found, settings)
        clock.lap("plan")
        show(planned)
        _check_space(settings.store, found.documents)
        manifest, embedded = _build(settings, planned, step, clock, model, helpers)
        step("verify", 0, 1)
        helpers.verify(generation.directory(settings.store, manifest.generation))
        step("verify", 1, 1)
        clock.lap("verify")
        publish(settings, manifest, step)
        if live:
            _flip(settings, manifest)
        else:
            generation.mark_staged(settings.store, manifest.generation)
        clock.lap("flip")
    return _report(manifest, found, embedded, clock, built=True)


def _flip(settings: Settings, manifest: Manifest) -> None:
    faults.hit("before_flip")
    try:
        generation.flip(settings.store, manifest.generation)
    except OSError as error:
        shutil.rmtree(generation.directory(settings.store, manifest.generation), ignore_errors=True)
        raise _failed(settings.store, error) from error
    faults.hit("after_flip")
    generation.prune(settings.store, settings.keep_generations)
    tidy(settings)


def _live(settings: Settings) -> Manifest | None:
    try:
        return generation.read_manifest(settings.store, generation.live(settings.store))
    except IndexError_:
        return None


def _check_space(store: Path, documents: Documents) -> None:
    needed = MIN_FREE_BYTES + BYTES_A_PASSAGE * sum(1 + head.characters // 1000 for head in documents.heads)
    free = shutil.disk_usage(store).free
    if free < needed:
        raise DiskSpaceError(
            f"{store}: a new index needs {needed // 1_000_000} MB of free space, there are {free // 1_000_000} MB. "
            "Make room and run the command again; the present index still serves."
        )


def _build(
    settings: Settings, planned: Plan, step: Step, clock: _Clock, model: Model, helpers: Helpers
) -> tuple[Manifest, int]:
    number = max([0, *generation.numbers(settings.store)]) + 1
    try:
        scratch = Path(tempfile.mkdtemp(prefix=".building-", dir=settings.store))
    except OSError as error:
        raise _failed(settings.store, error) from error
    try:
        manifest, embedded = _fill(settings, planned, number, scratch, step, model, helpers)
        clock.lap("build")
        faults.hit("before_seal")
        generation.seal(scratch, manifest)
        scratch.rename(generation.directory(settings.store, number))
        clock.lap("seal")
    except (OSError, sqlite3.Error) as error:
        helpers.stop_writing()
        shutil.rmtree(scratch, ignore_errors=True)
        raise _failed(settings.store, error) from error
    except BaseException:
        helpers.stop_writing()
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return manifest, embedded


def _fill(
    settings: Settings, planned: Plan, number: int, scratch: Path, step: Step, model: Model, helpers: Helpers
) -> tuple[Manifest, int]:
    # imported here: Chroma takes seconds, and where nothing changed nothing needs it
    from ingest.build import build_generation

    made = build_generation(settings, planned, scratch, step, model, helpers)
    found = planned.survey
    before = found.earlier.manifest
    manifest = Manifest(
        format=generation.FORMAT,
        generation=number,
        built_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        code_version=__version__,
        corpus_version=f"g{number}-{found.fingerprint['corpus_sha256'][:12]}",
        corpus_path=str(settings.corpus),
        corpus_commit=_commit(settings.corpus),
        model=made.model,
        dimensions=made.dimensions,
        settings=found.fingerprint,
        documents={head.source_id: head.sha256 for head in found.documents.heads},
        passages=made.passages,
        speed=made.speed or (before.speed if before else 0.0),
        files=generation.hash_files(scratch),
    )
    return manifest, made.embedded


def _failed(store: Path, error: Exception) -> IngestError:
    problem = (error.strerror if isinstance(error, OSError) else None) or error
    return IngestError(f"{store}: {problem}. The present index still serves.")


def _commit(corpus: Path) -> str | None:
    """The git commit that the corpus stands at, or None where it isn't in a repository."""
    command = ["git", "-C", str(corpus), "log", "-1", "--format=%H", "--", "."]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def _report(manifest: Manifest, found: Survey, embedded: int, clock: _Clock, built: bool) -> Report:
    return Report(
        generation=manifest.generation,
        corpus_version=manifest.corpus_version,
        documents=len(manifest.documents),
        passages=manifest.passages,
        embedded=embedded,
        **found.changes._asdict(),
        seconds=clock.seconds,
        phases=clock.phases,
        built=built,
        quarantined=tuple(str(error) for error in found.errors),
    )
