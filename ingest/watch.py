"""`mayshare ingest --watch`: ingest again whenever the corpus changes, for authors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from watchfiles import Change, watch

from ingest import embedder, fresh
from ingest.pipeline import Report
from mayshare.config import Settings
from mayshare.errors import MayshareError

SETTLE_MS = 400  # an editor that saves writes several times; a git checkout many files


def watch_corpus(
    settings: Settings, ingest: Callable[[], Report], stop: object = None
) -> Iterator[Report | MayshareError]:
    """Ingest now and after each change of the corpus; yields what each ingest did, or the error that stopped it.

    Ends with Ctrl-C, or when `stop` (a threading event) is set.
    """
    yield _try(ingest)
    get_ready(settings)
    changes = watch(settings.corpus, watch_filter=_guidance, debounce=SETTLE_MS, stop_event=stop, raise_interrupt=False)  # type: ignore[arg-type]
    for _ in changes:
        yield _try(ingest)
        get_ready(settings)


def get_ready(settings: Settings) -> None:
    """Start what the next ingest needs before there is anything to ingest."""
    fresh.prepare()
    if settings.ingest.runner == "local":
        embedder.keep_ready(settings)


def _try(ingest: Callable[[], Report]) -> Report | MayshareError:
    try:
        return ingest()
    except MayshareError as error:
        return error


def _guidance(change: Change, path: str) -> bool:
    """Hidden files and editors' copies are no guidance."""
    name = Path(path).name
    return not name.startswith((".", "#")) and not name.endswith(("~", ".swp", ".tmp"))
