"""What one answer is made in: the generation that it comes from, the question on its way, and the time it takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from answer.alarm import Told
from answer.glossary import Glossary
from answer.retrieve import HybridRetriever
from mayshare.index import Index
from mayshare.schema import Question


@dataclass(frozen=True)
class Opened:
    """One generation with what is built over it; replaced as a whole."""

    index: Index
    glossary: Glossary
    retriever: HybridRetriever


@dataclass(frozen=True)
class Turn:
    """A question on its way: what it tells of a danger, who hears each claim of a model, and the clock."""

    question: Question
    told: Told
    on_claim: Callable[[str], object] | None
    clock: Clock


class Clock:
    """Milliseconds of each stage."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """Ends a stage and begins the next."""
        now = time.perf_counter()
        self._laps[name] = round((now - self._last) * 1000, 3)
        self._last = now

    def timings(self) -> dict[str, float]:
        """What each stage that has ended took, and all of it."""
        return {"total": round((time.perf_counter() - self._start) * 1000, 3), **self._laps}
