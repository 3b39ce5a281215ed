"""A `.npy` file of unit vectors, written in any order of its rows and read some at a time.

So an index larger than memory can be built and checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

UNIT = 1e-6  # a length this near to one is one, in float32
Vectors = npt.NDArray[np.float32]


class StoredRows:
    """The rows of a `.npy` file, read anew each time: a file that stays mapped counts as memory where it was read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows = len(self._mapped())

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, rows: int | slice) -> Vectors:
        return np.array(self._mapped()[rows])

    def _mapped(self) -> Vectors:
        mapped: Vectors = np.load(self._path, mmap_mode="r", allow_pickle=False)
        return mapped


class UnitRows:
    """float32, shape (rows, dimensions); (0, 0) where no row was put. Seeks and writes: a full disk is an `OSError`.

    (A memory-mapped file would end the process with SIGBUS there.)
    """

    def __init__(self, path: Path, rows: int) -> None:
        self._path, self._rows = path, rows
        self._file: Any = None
        self._start = self._stride = self.dimensions = 0

    def __enter__(self) -> Self:
        return self

    def put(self, rows: Sequence[int] | npt.NDArray[np.int64], vectors: Vectors) -> None:
        """Write the vectors, each made one long, to these rows."""
        if not len(rows):
            return
        if self._file is None:
            self._open(vectors.shape[1])
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        lengths[np.abs(lengths - 1) < UNIT] = 1  # so that a vector of an earlier generation stays what it was
        unit = (vectors / np.maximum(lengths, 1e-12)).astype("<f4")
        breaks = np.flatnonzero(np.diff(rows) != 1) + 1
        for first, last in zip([0, *breaks], [*breaks, len(rows)], strict=True):
            self._file.seek(self._start + int(rows[first]) * self._stride)
            self._file.write(unit[first:last].tobytes())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
        elif kind is None:
            np.save(self._path, np.zeros((0, 0), dtype=np.float32), allow_pickle=False)

    def _open(self, dimensions: int) -> None:
        self.dimensions, self._stride = dimensions, 4 * dimensions
        self._file = self._path.open("wb")
        header = {"descr": "<f4", "fortran_order": False, "shape": (self._rows, dimensions)}
        np.lib.format.write_array_header_1_0(self._file, header)
        self._start = self._file.tell()
