"""How far readers agree on the verdicts of the questions, with each other and with the set.

    python -m eval.verdict_readers

`eval/labels/verdicts.jsonl` holds a question a line with what each of its three readers said: the verdict with which
they would open, and others with which an answer would be as right. They saw question and expected facts, no verdict and
no answer. What two of three accept beside a question's verdict stands in its `verdict_also`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Literal, NamedTuple

from eval import files, stats
from eval.cases import Case, Record, load_cases
from mayshare.config import ROOT

PATH = ROOT / "eval" / "labels" / "verdicts.jsonl"
ENOUGH = 2  # of three readers
Opening = Literal["yes", "no", "conditional", "explain"]


class Reading(Record):
    """How one reader would open, and with which other verdicts an answer would be as right."""

    best: Opening
    also: tuple[Opening, ...] = ()

    @property
    def accepted(self) -> set[Opening]:
        """All verdicts that this reader takes."""
        return {self.best, *self.also}


class Read(Record):
    """A question and its readers."""

    case: str
    readers: tuple[Reading, ...]

    @property
    def settled(self) -> set[Opening]:
        """The verdicts that enough of the readers take."""
        named = {verdict for reading in self.readers for verdict in reading.accepted}
        return {v for v in named if sum(v in reading.accepted for reading in self.readers) >= ENOUGH}


class Agreement(NamedTuple):
    """Shares: readers equal in pairs, kappa of pairs, equal to the set, the verdict of the set accepted by a reader."""

    questions: int
    equal: float
    kappa: float
    with_set: float
    set_accepted: float


def load(path: Path = PATH) -> list[Read]:
    """The readings. Raises RunFileError with the line of one that can't be read."""
    return files.read_all(path, Read)


def agreement(read: Sequence[Read], cases: Sequence[Case]) -> Agreement:
    """Of the questions that were read."""
    verdicts = {case.id: case.verdict for case in cases}
    read = [one for one in read if one.case in verdicts]
    pairs = [pair for one in read for pair in combinations([reading.best for reading in one.readers], 2)]
    single = [(reading, verdicts[one.case]) for one in read for reading in one.readers]
    return Agreement(
        len(read),
        sum(a == b for a, b in pairs) / len(pairs),
        stats.kappa([a for a, _ in pairs], [b for _, b in pairs]),
        sum(reading.best == verdict for reading, verdict in single) / len(single),
        sum(verdict in reading.accepted for reading, verdict in single) / len(single),
    )


def main() -> int:
    """Command line entry."""
    read = load()
    for split in ("dev", "test"):
        found = agreement(read, [case for case in load_cases() if case.split == split])
        sys.stdout.write(
            f"{split}: {found.questions} questions, readers equal {found.equal:.3f} (kappa {found.kappa:.2f}), "
            f"equal to the set {found.with_set:.3f}, the set's verdict accepted {found.set_accepted:.3f}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
