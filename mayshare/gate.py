"""How many questions are answered at once: some run, some wait their turn, and the rest is told so at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from mayshare.errors import BusyError


class Gate:
    """Lets `at_once` callers in and `waiting` more wait; whoever comes beyond that waits for nothing."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._places = BoundedSemaphore(at_once + waiting)
        self._running = BoundedSemaphore(at_once)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place while the block runs.

        Raises:
            BusyError: all places are taken.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError(
                "mayshare is busy: too many questions are waiting for their answers. "
                "Yours wasn't asked and is kept here; try again in a moment."
            )
        try:
            with self._running:
                yield
        finally:
            self._places.release()
