"""One ingest: load, chunk, embed, build a new generation aside, verify it, flip the pointer.

A failure or a kill at any point leaves the live generation serving, and the next run goes on with the
vectors that were cached.
"""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ingest.load import corpus_sha256, load_corpus, load_glossary
from ingest.phrasings import phrasing_files
from mayshare import __version__, faults, generation
from mayshare.config import Settings
from mayshare.errors import CorpusError, DiskSpaceError, IndexError_, IngestError, VerifyError
from mayshare.generation import Manifest
from mayshare.schema import Document, Term

MIN_FREE_BYTES = 200_000_000
BYTES_A_PASSAGE = 40_000  # measured with room to spare: Chroma, vectors, text, sentences
Step = Callable[[str, int, int], None]  # name of the step, units done, units in all


class Report(NamedTuple):
    """What an ingest did. `embedded` counts texts whose vector wasn't in the cache."""

    generation: int
    corpus_version: str
    documents: int
    passages: int
    embedded: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    seconds: float
    built: bool


def ingest(
    settings: Settings,
    step: Step = lambda name, done, total: None,
    if_changed: bool = False,
    live: bool = True,
) -> Report:
    """Build a generation of `settings.corpus` in `settings.store` and make it live.

    Args:
        if_changed: do nothing where the live generation equals the corpus.
        live: False stops before the flip: the new generation is staged (`ingest.staging`).

    Raises:
        CorpusError: a document can't be read; nothing is changed.
        IngestLockedError, DiskSpaceError, VerifyError, ModelError: as their names say; nothing is changed.
    """
    started = time.monotonic()
    documents, glossary = _load(settings.corpus)
    fingerprint = _fingerprint(settings, documents)
    before = _live_manifest(settings)
    plan = _plan(before.documents if before else {}, documents)
    if if_changed and before and _is_current(before, fingerprint, settings):
        return _report(before, plan, 0, started, built=False)
    step("read", len(documents), len(documents))
    faults.hit("after_load")
    with generation.exclusive(settings.store):
        _check_space(settings.store, documents)
        manifest, embedded = _build(settings, documents, glossary, fingerprint, step)
        step("verify", 0, 1)
        verify_in_fresh_process(generation.directory(settings.store, manifest.generation))
        step("verify", 1, 1)
        if live:
            faults.hit("before_flip")
            generation.flip(settings.store, manifest.generation)
            faults.hit("after_flip")
            generation.prune(settings.store, settings.keep_generations)
        else:
            generation.mark_staged(settings.store, manifest.generation)
    return _report(manifest, plan, embedded, started, built=True)


def _load(corpus: Path) -> tuple[list[Document], tuple[Term, ...]]:
    documents, errors = load_corpus(corpus)
    if errors:
        problems = "\n".join(str(error) for error in errors[1:])
        first = errors[0]
        rest = f"\n{problems}" if problems else ""
        raise CorpusError(first.path, first.problem, f"{first.mend}{rest}", first.line)
    if not documents:
        raise CorpusError(corpus, "holds no documents.", "Name the folder of the Markdown files with --corpus.")
    return documents, load_glossary(corpus)


def _fingerprint(settings: Settings, documents: Sequence[Document]) -> dict[str, Any]:
    from mayshare.minilm import sha256_file

    beside = [settings.corpus / "glossary.yaml", *phrasing_files(settings.corpus)]
    extra = "".join(sha256_file(path) for path in beside if path.is_file()).encode()
    return {
        "corpus_sha256": corpus_sha256(documents, extra),
        "chunking": settings.chunking.model_dump(),
        "bm25": {"k1": settings.retrieval.bm25_k1, "b": settings.retrieval.bm25_b},
    }


def _is_current(manifest: Manifest, fingerprint: dict[str, Any], settings: Settings) -> bool:
    """Would a new generation equal this one, and are its files whole?"""
    from mayshare.fingerprint import model_fingerprint

    if manifest.format != generation.FORMAT or manifest.settings != fingerprint:
        return False
    if manifest.model != model_fingerprint(settings) or manifest.code_version != __version__:
        return False
    try:
        generation.check_files(settings.store, manifest)
    except IndexError_:
        return False
    return True


def _live_manifest(settings: Settings) -> Manifest | None:
    try:
        return generation.read_manifest(settings.store, generation.live(settings.store))
    except IndexError_:
        return None


def _plan(before: dict[str, str], documents: Sequence[Document]) -> dict[str, tuple[str, ...]]:
    now = {document.source_id: document.sha256 for document in documents}
    return {
        "added": tuple(sorted(now.keys() - before.keys())),
        "changed": tuple(sorted(k for k in now.keys() & before.keys() if now[k] != before[k])),
        "removed": tuple(sorted(before.keys() - now.keys())),
    }


def _check_space(store: Path, documents: Sequence[Document]) -> None:
    needed = MIN_FREE_BYTES + BYTES_A_PASSAGE * sum(1 + len(d.body) // 1000 for d in documents)
    free = shutil.disk_usage(store).free
    if free < needed:
        raise DiskSpaceError(
            f"{store}: a new index needs {needed // 1_000_000} MB of free space, there are {free // 1_000_000} MB. "
            "Make room and run the command again; the present index still serves."
        )


def _build(
    settings: Settings,
    documents: Sequence[Document],
    glossary: Sequence[Term],
    fingerprint: dict[str, Any],
    step: Step,
) -> tuple[Manifest, int]:
    from ingest.build import build_generation

    number = max([0, *generation.numbers(settings.store)]) + 1
    scratch = Path(tempfile.mkdtemp(prefix=".building-", dir=settings.store))
    try:
        made = build_generation(settings, documents, glossary, scratch, step)
        manifest = Manifest(
            format=generation.FORMAT,
            generation=number,
            built_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            code_version=__version__,
            corpus_version=f"g{number}-{fingerprint['corpus_sha256'][:12]}",
            corpus_path=str(settings.corpus),
            corpus_commit=_commit(settings.corpus),
            model=made.model,
            dimensions=made.dimensions,
            settings=fingerprint,
            documents={document.source_id: document.sha256 for document in documents},
            passages=made.passages,
            files=generation.hash_files(scratch),
        )
        faults.hit("before_seal")
        generation.seal(scratch, manifest)
        scratch.rename(generation.directory(settings.store, number))
    except OSError as error:
        shutil.rmtree(scratch, ignore_errors=True)
        raise IngestError(f"{settings.store}: {error.strerror or error}. The present index still serves.") from error
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return manifest, made.embedded


def verify_in_fresh_process(folder: Path) -> None:
    """Run `ingest.verify` on a sealed generation in a new process; the generation is removed if it fails.

    Raises:
        VerifyError: with the first thing that is wrong.
    """
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-m", "ingest.verify", str(folder)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        lines = (done.stderr or done.stdout).strip().splitlines()
        detail = lines[-1] if lines else f"the check ended with signal {-done.returncode}"
        raise VerifyError(
            f"The new index failed its check: {detail}. The present index still serves; run ingest again."
        )


def _commit(corpus: Path) -> str | None:
    """The git commit that the corpus stands at, or None where it isn't in a repository."""
    command = ["git", "-C", str(corpus), "log", "-1", "--format=%H", "--", "."]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def _report(manifest: Manifest, plan: dict[str, tuple[str, ...]], embedded: int, started: float, built: bool) -> Report:
    return Report(
        generation=manifest.generation,
        corpus_version=manifest.corpus_version,
        documents=len(manifest.documents),
        passages=manifest.passages,
        embedded=embedded,
        seconds=round(time.monotonic() - started, 2),
        built=built,
        **plan,
    )
