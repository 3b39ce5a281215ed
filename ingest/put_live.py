"""Put a draft into the corpus and live in one step, and take it back: the one place that writes the corpus folder."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from ingest import pipeline
from ingest.drafts import Draft, discard
from ingest.pipeline import Report
from mayshare import generation
from mayshare.config import Settings
from mayshare.errors import DraftError, IndexError_

Ingest = Callable[[Settings], Report]


class Undo(BaseModel):
    """What putting a draft live changed, and whether that stands. `former` is the sha256 of the file before, if any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    source_id: str
    target: str
    former: str | None
    sha256: str
    at: str
    generation: int | None = None
    taken_back: bool = False


def put_live(settings: Settings, draft: Draft, ingest: Ingest = pipeline.ingest) -> Undo:
    """Copy the draft into the corpus and ingest; the draft is done with then.

    Args:
        ingest: what makes the corpus live; a gated one may be handed in.

    Raises:
        DraftError: the corpus folder can't be written, or somebody else is at it.
        Whatever `ingest` raises: the corpus folder is as it was before, and the live index with it.
    """
    with _alone(settings):
        _recover(settings)  # else what a kill left in the corpus would count as the file that stood there before
        undo = _begin(settings, draft)
        try:
            _replace(Path(undo.target), draft.path.read_bytes())
            report = ingest(settings)
        except BaseException as error:
            _restore(settings, undo)
            _forget(settings, undo)
            if isinstance(error, OSError):
                raise DraftError(f"{undo.target}: {error.strerror or error}. The corpus is as it was.") from error
            raise
        done = undo.model_copy(update={"generation": report.generation})
        _record(settings, done)
        discard(settings, draft)
    return done


def roll_back(settings: Settings, undo: Undo, ingest: Ingest = pipeline.ingest) -> Report:
    """Take a document back that was put live: the file that stood there before (or none), and a new index of it.

    Raises:
        DraftError: it was taken back already, or the file was changed since; nothing is changed.
        Whatever `ingest` raises: the corpus folder is as it was before the call.
    """
    with _alone(settings):
        target = Path(undo.target)
        current = _read(settings, undo.key)
        if current.taken_back:
            raise DraftError(f"{undo.source_id} was taken back already.")
        data = target.read_bytes() if target.is_file() else b""
        if hashlib.sha256(data).hexdigest() != current.sha256:
            raise DraftError(
                f"{target}: was changed since it was put live. Mend it by hand, then run `mayshare ingest`."
            )
        try:
            _restore(settings, current)
            report = ingest(settings)
        except BaseException:
            _replace(target, data)
            raise
        _record(settings, current.model_copy(update={"taken_back": True}))
    return report


def history(settings: Settings) -> list[Undo]:
    """What was put live from drafts, the newest first. `generation` is None where a kill came in between."""
    records = sorted(_folder(settings).glob("*.json"), reverse=True)
    return [_read(settings, path.stem) for path in records]


def recover(settings: Settings) -> list[str]:
    """Restore corpus files whose ingest was killed before it ended; the ids. The live index never held them.

    Where the killed ingest did go live, the corpus is ahead of the record only: then the document stays.
    """
    with _alone(settings):
        return _recover(settings)


def _recover(settings: Settings) -> list[str]:
    restored = []
    for undo in history(settings):
        if undo.generation is not None:
            continue
        number, documents = _live(settings)
        if documents.get(undo.source_id) == undo.sha256:
            _record(settings, undo.model_copy(update={"generation": number}))
            continue
        target = Path(undo.target)
        if target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == undo.sha256:
            _restore(settings, undo)
            restored.append(undo.source_id)
        _forget(settings, undo)
    return restored


def _live(settings: Settings) -> tuple[int, dict[str, str]]:
    """Number of the live generation and the hashes of its documents; 0 and none where nothing is live."""
    try:
        number = generation.live(settings.store)
        return number, generation.read_manifest(settings.store, number).documents
    except IndexError_:
        return 0, {}


def _begin(settings: Settings, draft: Draft) -> Undo:
    """Keep the file that stands there, and write down what is about to happen, before anything does."""
    now = dt.datetime.now(dt.UTC)
    former = draft.target.read_bytes() if draft.target.is_file() else None
    undo = Undo(
        key=f"{now:%Y%m%dT%H%M%S%f}-{draft.source_id}",
        source_id=draft.source_id,
        target=str(draft.target),
        former=None if former is None else hashlib.sha256(former).hexdigest(),
        sha256=hashlib.sha256(draft.path.read_bytes()).hexdigest(),
        at=now.isoformat(timespec="seconds"),
    )
    try:
        if former is not None:
            _replace(_folder(settings) / f"{undo.key}.bak", former)
        _record(settings, undo)
    except OSError as error:
        raise DraftError(f"{_folder(settings)}: {error.strerror or error}. Nothing was changed.") from error
    return undo


def _restore(settings: Settings, undo: Undo) -> None:
    """The corpus file as it was before."""
    if undo.former is None:
        Path(undo.target).unlink(missing_ok=True)
    else:
        _replace(Path(undo.target), (_folder(settings) / f"{undo.key}.bak").read_bytes())


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. The scratch name is hidden, so that a leftover is no document."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with scratch.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def _record(settings: Settings, undo: Undo) -> None:
    _replace(_folder(settings) / f"{undo.key}.json", undo.model_dump_json(indent=1).encode())


def _forget(settings: Settings, undo: Undo) -> None:
    for ending in ("json", "bak"):
        (_folder(settings) / f"{undo.key}.{ending}").unlink(missing_ok=True)


def _read(settings: Settings, key: str) -> Undo:
    path = _folder(settings) / f"{key}.json"
    try:
        return Undo.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise DraftError(f"{path}: can't be read. Mend the corpus by hand, then run `mayshare ingest`.") from None


def _folder(settings: Settings) -> Path:
    folder = settings.store / "drafts" / "undo"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    lock = FileLock(_folder(settings).parent / "LOCK", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise DraftError("Somebody else is putting a document live. Wait until that ends, then try again.") from None
    try:
        yield
    finally:
        lock.release()
