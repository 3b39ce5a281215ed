"""Long work of the pages, in a thread of its own: a page that is drawn anew neither repeats nor ends it.

One at a time in a process; what writes the store or the corpus is kept apart from other processes by their locks.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from threading import Lock, Thread
from typing import Any

from ingest.plan import Step
from mayshare.errors import IngestLockedError, MayshareError

WORDS = {
    "read": "Reading documents",
    "embed": "Embedding texts",
    "build": "Building the new index",
    "publish": "Writing to the vector server",
    "verify": "Checking the new index",
    "ask": "Asking the questions",
    "score": "Scoring the answers",
}
log = logging.getLogger("mayshare")


class Job:
    """A piece of work: what it is, how far it is, and once `finished` its `result` or the words of its `error`."""

    def __init__(self, title: str, work: Callable[[Step], Any]) -> None:
        self.title = title
        self.result: Any = None
        self.error = ""
        self.stage, self.share = "Starting", 0.0
        self._work = work
        self._thread = Thread(target=self._run, name="maintenance", daemon=True)

    @property
    def finished(self) -> bool:
        """Has it ended, well or not?"""
        return not self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait for the end; has it ended?"""
        self._thread.join(seconds)
        return self.finished

    def _run(self) -> None:
        try:
            self.result = self._work(self._step)
        except MayshareError as error:
            self.error = str(error)
        except Exception as error:  # noqa: BLE001 - a thread's traceback would reach nobody
            frame = traceback.extract_tb(error.__traceback__)[-1]
            log.error("%s at %s:%s", type(error).__name__, frame.filename, frame.lineno)
            self.error = f"Something went wrong ({type(error).__name__}); the server's log says where."

    def _step(self, name: str, done: int, total: int) -> None:
        self.stage = WORDS.get(name, name)
        self.share = min(1.0, done / total) if total else 0.0


_lock = Lock()
_latest: Job | None = None


def start(title: str, work: Callable[[Step], Any]) -> Job:
    """Begin a job.

    Raises:
        IngestLockedError: another one is running; its title is named.
    """
    global _latest
    with _lock:
        if _latest and not _latest.finished:
            raise IngestLockedError(f"“{_latest.title}” is still running. Wait until it ends, then try again.")
        _latest = Job(title, work)
        _latest.start()
        return _latest


def running() -> Job | None:
    """The job that is running now, whoever started it."""
    job = _latest
    return job if job and not job.finished else None
