"""One index generation is one directory: built aside, sealed with a manifest, made live by a pointer.

    store/
      CURRENT               {"generation": 3, "manifest_sha256": "…"}, replaced atomically
      LOCK                  held by the one ingest
      gen-000003/           chroma/  lexical/  vectors.npy  headings.npy  phrasings.npy
                            passages.jsonl  documents.jsonl  phrasings.jsonl  glossary.json  MANIFEST.json
      gen-000004.staged     generation 4 is whole but not live: it waits to be promoted or discarded
      .building-…/          a generation that isn't sealed yet; a leftover is removed by the next ingest
      embeddings.sqlite     cache of vectors by content hash; safe to delete
      drafts.sqlite         cache of parsed files by content hash; safe to delete
      quarantine/           which files could not be taken in, and why
      models/               the built embedding model

Nothing in a sealed generation is ever changed: Chroma directories updated in place were measured to die
when killed (docs/adr/0002-one-generation-a-directory.md). The order of generations is their counter,
not the clock.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from mayshare.errors import IndexCorruptError, IngestError, IngestLockedError, NoIndexError
from mayshare.minilm import sha256_file

FORMAT = 3
POINTER = "CURRENT"
MANIFEST = "MANIFEST.json"
STAGED = ".staged"
_NAME = re.compile(r"gen-(\d{6,})")


class Manifest(BaseModel):
    """What a generation was built from, and the sha256 of each of its files (by relative path)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    generation: int
    built_at: str
    code_version: str
    corpus_version: str
    corpus_path: str
    corpus_commit: str | None
    model: str
    dimensions: int
    settings: dict[str, Any]
    documents: dict[str, str]
    passages: int
    speed: float = 0.0  # characters embedded a second, as last measured; for the estimate of the next ingest
    files: dict[str, str]


def directory(store: Path, generation: int) -> Path:
    """The directory of a generation."""
    return store / f"gen-{generation:06d}"


def numbers(store: Path) -> list[int]:
    """Numbers of the sealed generations, oldest first."""
    if not store.is_dir():
        return []
    found = (_NAME.fullmatch(path.name) for path in store.iterdir() if (path / MANIFEST).is_file())
    return sorted(int(match[1]) for match in found if match)


def live(store: Path) -> int:
    """Number of the live generation.

    Raises:
        NoIndexError: nothing has been ingested.
        IndexCorruptError: the pointer can't be read.
    """
    path = store / POINTER
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["generation"])
    except FileNotFoundError:
        raise NoIndexError(f"There is no index in {store} yet. Run `mayshare ingest` to build one.") from None
    except (ValueError, KeyError, TypeError):
        raise IndexCorruptError(f"{path}: can't be read. Run `mayshare ingest` to build a new index.") from None


def live_since(store: Path) -> dt.datetime | None:
    """When the live generation went live: the pointer is replaced then, and at no other time. None where it is gone."""
    try:
        return dt.datetime.fromtimestamp((store / POINTER).stat().st_mtime, dt.UTC)
    except OSError:
        return None


def read_manifest(store: Path, generation: int) -> Manifest:
    """The manifest of a generation.

    Raises:
        IndexCorruptError: it is missing, can't be read, or isn't the one that the pointer names.
    """
    path = directory(store, generation) / MANIFEST
    try:
        text = path.read_bytes()
        manifest = Manifest.model_validate_json(text)
    except (OSError, ValidationError) as error:
        raise IndexCorruptError(f"{path}: can't be read ({type(error).__name__}). Run `mayshare ingest`.") from None
    if manifest.generation != generation:  # else its file list would be held against another directory
        raise IndexCorruptError(f"{path}: belongs to generation {manifest.generation}. Run `mayshare ingest`.")
    return manifest


def check_files(store: Path, manifest: Manifest) -> None:
    """Compare every file of a generation with its manifest.

    Raises:
        IndexCorruptError: a file is missing or differs; nothing of the generation may be used.
    """
    folder = directory(store, manifest.generation)
    pointer = _pointer(store)
    if pointer.get("generation") == manifest.generation:
        found = sha256_file(folder / MANIFEST)
        if pointer.get("manifest_sha256") != found:
            raise IndexCorruptError(f"{folder / MANIFEST}: differs from what CURRENT names. Run `mayshare ingest`.")
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file() or sha256_file(path) != expected:
            raise IndexCorruptError(f"{path}: missing or changed since it was built. Run `mayshare ingest`.")


def _pointer(store: Path) -> dict[str, Any]:
    """What CURRENT holds; empty where it can't be read, as when a rollback mends it."""
    try:
        found = json.loads((store / POINTER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def seal(folder: Path, manifest: Manifest) -> None:
    """Write the manifest into a finished building directory and force everything to disk."""
    path = folder / MANIFEST
    path.write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    for file in [*folder.rglob("*")]:
        if file.is_file():
            _sync(file)
    _sync(folder)


def hash_files(folder: Path) -> dict[str, str]:
    """sha256 of every file below `folder`, by relative path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    return {path.relative_to(folder).as_posix(): sha256_file(path) for path in files}


def flip(store: Path, generation: int) -> None:
    """Make a sealed generation the live one, atomically."""
    manifest_sha256 = sha256_file(directory(store, generation) / MANIFEST)
    pointer = {"generation": generation, "manifest_sha256": manifest_sha256}
    scratch = store / f".{POINTER}.{os.getpid()}"
    scratch.write_text(json.dumps(pointer), encoding="utf-8")
    _sync(scratch)
    scratch.replace(store / POINTER)
    _sync(store)


def mark_staged(store: Path, generation: int) -> None:
    """Let a sealed generation wait: it stays until it is promoted or discarded. Notes what is live now."""
    try:
        base = live(store)
    except (NoIndexError, IndexCorruptError):
        base = None
    marker = store / f"{directory(store, generation).name}{STAGED}"
    scratch = store / f".{POINTER}.{os.getpid()}"
    scratch.write_text(json.dumps({"base": base}), encoding="utf-8")
    _sync(scratch)
    scratch.replace(marker)
    _sync(store)


def staged(store: Path) -> dict[int, int | None]:
    """Generations that wait, oldest first, each with the number that was live when it was staged."""
    found = {}
    for number in numbers(store):
        marker = store / f"{directory(store, number).name}{STAGED}"
        try:
            found[number] = json.loads(marker.read_text(encoding="utf-8"))["base"]
        except FileNotFoundError:
            continue
        except (ValueError, KeyError, TypeError):
            found[number] = -1  # nothing is ever live under this number, so that it can only be discarded
    return found


def unstage(store: Path, generation: int) -> None:
    """Take the mark off: the generation is kept or pruned like any other."""
    (store / f"{directory(store, generation).name}{STAGED}").unlink(missing_ok=True)


def kept(store: Path) -> list[int]:
    """Numbers of the sealed generations that have been live, oldest first: staged ones are left out."""
    waiting = staged(store)
    return [number for number in numbers(store) if number not in waiting]


def prune(store: Path, keep: int) -> None:
    """Remove all but the newest `keep` generations and what a crash left. The live one and staged ones always stay."""
    current = live(store)
    waiting = staged(store)
    spared = {*kept(store)[-keep:], current, *waiting}
    for number in numbers(store):
        if number not in spared:
            shutil.rmtree(directory(store, number), ignore_errors=True)
    for leftover in [*store.glob(".building-*"), *store.glob(f".{POINTER}.*")]:
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


@contextmanager
def exclusive(store: Path) -> Iterator[None]:
    """Hold the store's one lock; the operating system frees it when the holder dies.

    Raises:
        IngestLockedError: another process holds it; the message names its pid.
        IngestError: the store can't be written.
    """
    holder = store / "LOCK.pid"
    lock = FileLock(store / "LOCK", timeout=0)
    try:
        store.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        holder.write_text(str(os.getpid()), encoding="utf-8")
    except Timeout:
        pid = holder.read_text(encoding="utf-8").strip() if holder.is_file() else "unknown"
        raise IngestLockedError(
            f"Another ingest (process {pid}) is writing to {store}. Wait until it ends, then run the command again."
        ) from None
    except OSError as error:  # read-only, or full
        lock.release()
        raise IngestError(f"{store} can't be written: {error.strerror or error}. Nothing is changed.") from error
    try:
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _sync(path: Path) -> None:
    """fsync a file or a directory; a directory that can't be opened (Windows) is let be."""
    flags = os.O_RDONLY
    try:
        handle = os.open(path, flags)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
