"""How many questions are answered at once: some run, some wait their turn, and the rest is told so at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import BoundedSemaphore, Lock

from mayshare.errors import BusyError


class Gate:
    """Lets `at_once` callers in and `waiting` more wait; whoever comes beyond that waits for nothing."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._places = BoundedSemaphore(at_once + waiting)
        self._running = BoundedSemaphore(at_once)
        self._lock, self._inside = Lock(), 0

    @property
    def idle(self) -> bool:
        """Is nobody in or waiting?"""
        return not self._inside

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place while the block runs, without waiting for a turn.

        Raises:
            BusyError: all places are taken.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError(
                "mayshare is busy: too many questions are waiting for their answers. "
                "Yours wasn't asked and is kept here; try again in a moment."
            )
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)
            self._places.release()

    @contextmanager
    def turn(self, meanwhile: AbstractContextManager[object] | None = None) -> Iterator[None]:
        """Wait until fewer than `at_once` run, and be one of them while the block runs; for whoever holds a place.

        Args:
            meanwhile: entered only where there is something to wait for.
        """
        if not self._running.acquire(blocking=False):
            with meanwhile or nullcontext():
                self._running.acquire()
        try:
            yield
        finally:
            self._running.release()

    def _count(self, change: int) -> None:
        with self._lock:
            self._inside += change
