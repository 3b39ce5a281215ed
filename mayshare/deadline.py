"""No call over the network without a deadline, and no further calls for a while once several have failed.

The libraries looked at don't fit: pybreaker 1.4 holds its lock during the call, so that everyone queues behind a
server that hangs; purgatory 3.0 has no lock, lets everyone through while half-open, and counts on the wall clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, work: Callable[[], T]) -> T:
    """The result of `work`, or TimeoutError once the seconds are over, whatever the work waits for.

    The work goes on in its own thread; whoever calls sees to it that it ends (timeouts, a closed connection).
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits
            future.set_exception(error)

    Thread(target=run, name="mayshare-deadline", daemon=True).start()
    return future.result(timeout=seconds)


class Breaker:
    """A circuit breaker: open after `failures` in a row, then one try after each pause. Safe for several threads.

    Source: Nygard (2018), Release It!, 2nd edition, section 5.2.
    """

    def __init__(self, failures: int, pause_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._pause, self._clock = failures, pause_s, clock
        self._lock = Lock()
        self._failures = 0
        self._retry_at = 0.0

    def allows(self) -> bool:
        """May a call be made now? While open, one caller in each pause may."""
        with self._lock:
            if self._failures < self._limit:
                return True
            now = self._clock()
            if now < self._retry_at:
                return False
            self._retry_at = now + self._pause
            return True

    def succeeded(self) -> None:
        """Close: calls go through again."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Count a failure; the last one allowed opens."""
        with self._lock:
            self._failures += 1
            self._retry_at = self._clock() + self._pause
