"""Seconds and peak memory of a task that makes passages: its process and all that it started."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

import psutil


def _memory_mb() -> float:
    """Memory of this process and those that it started; what they share is counted once (PSS)."""
    total = 0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            total += process.memory_full_info().pss
    return total / 2**20


def measure(name: str, task: Callable[[], int]) -> dict[str, Any]:
    """One run of a task that returns how many passages it made; memory at its highest of one look a second."""
    over, looks = threading.Event(), [_memory_mb()]
    watch = threading.Thread(target=lambda: looks.extend(iter(lambda: None if over.wait(1) else _memory_mb(), None)))
    watch.start()
    started = time.perf_counter()
    try:
        passages = task()
    finally:
        seconds = time.perf_counter() - started
        over.set()
        watch.join()
    rate = round(passages / seconds, 1)
    return {
        "run": name,
        "passages": passages,
        "seconds": round(seconds, 1),
        "a_second": rate,
        "peak_mb": round(max(looks)),
    }
