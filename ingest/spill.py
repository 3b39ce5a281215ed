"""The texts of an ingest, in a file without a name instead of in memory, so that a corpus may be larger than that."""

from __future__ import annotations

import itertools
import os
import tempfile
import weakref
from array import array
from collections.abc import Iterator, Sequence
from typing import overload

from mayshare.errors import DiskSpaceError

BUFFER = 1_000_000  # bytes in memory: all there is of a small corpus, which then needs no file


class Spill(Sequence[str]):
    """A list of texts that grows at its end; what stays of each in memory is where it ends.

    The file is among the system's temporary ones (`TMPDIR`) and goes with this object, or with the process.
    """

    def __init__(self) -> None:
        self._ends = array("Q", [0])
        self._tail = bytearray()  # what isn't in the file yet
        self._written = 0
        self._file: int | None = None

    def append(self, text: str) -> None:
        """Add a text.

        Raises:
            DiskSpaceError: the file can't be written.
        """
        data = text.encode()
        self._tail += data
        self._ends.append(self._ends[-1] + len(data))
        if len(self._tail) >= BUFFER:
            self._flush()

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[place] for place in range(len(self))[index]]
        place = range(len(self))[index]
        return self._bytes(self._ends[place], self._ends[place + 1]).decode()

    def __iter__(self) -> Iterator[str]:
        """All texts in order, some at a time."""
        first, count = 0, len(self)
        while first < count:
            last = first + 1
            while last < count and self._ends[last + 1] - self._ends[first] <= BUFFER:
                last += 1
            ends = self._ends[first : last + 1]
            data = self._bytes(ends[0], ends[-1])
            yield from (data[a - ends[0] : b - ends[0]].decode() for a, b in itertools.pairwise(ends))
            first = last

    def _bytes(self, start: int, end: int) -> bytes:
        filed = b""
        if self._file is not None and start < self._written:
            filed = os.pread(self._file, min(end, self._written) - start, start)
        tail = self._tail[max(start - self._written, 0) : max(end - self._written, 0)]
        return filed + tail if tail else filed

    def _flush(self) -> None:
        try:
            if self._file is None:
                self._file = _nameless()
                weakref.finalize(self, os.close, self._file)
            left = memoryview(bytes(self._tail))
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            raise DiskSpaceError(
                f"{tempfile.gettempdir()}: {error.strerror}. An ingest keeps its texts there while it runs: make room, "
                "or name another folder by TMPDIR. The present index still serves."
            ) from error
        self._written += len(self._tail)
        self._tail.clear()


def _nameless() -> int:
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
