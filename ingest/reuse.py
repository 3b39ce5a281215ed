"""The live generation's vectors by the hash of their text: what it holds isn't looked up in the cache again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.cache import KEY_BYTES, READ, Found, Vectors
from ingest.survey import Earlier

ARRAYS = ("vectors.npy", "headings.npy", "phrasings.npy")
KEYS = "keys.npy"  # uint8, shape (texts, KEY_BYTES): those of the rows of ARRAYS, one after the other


class LiveVectors:
    """Nothing, where there is no live generation, its files aren't whole, or another model made it."""

    def __init__(self, earlier: Earlier, model: str) -> None:
        self._rows: dict[bytes, int] = {}
        self._arrays: list[npt.NDArray[np.float32]] = []
        manifest = earlier.manifest
        if not earlier.whole or manifest is None or manifest.model != model or KEYS not in manifest.files:
            return
        mapped = (np.load(earlier.folder / name, mmap_mode="r", allow_pickle=False) for name in ARRAYS)
        self._arrays = [np.asarray(array) for array in mapped if len(array)]  # numpy's memmap class is slow by the row
        keys = np.load(earlier.folder / KEYS, allow_pickle=False).tobytes()
        self._rows = {keys[at : at + KEY_BYTES]: at // KEY_BYTES for at in range(0, len(keys), KEY_BYTES)}

    def __contains__(self, key: bytes) -> bool:
        return key in self._rows

    def read(self, keys: Sequence[bytes]) -> Iterator[Found]:
        """Those of the vectors that are here, some at a time."""
        known = [key for key in keys if key in self._rows]
        for first in range(0, len(known), READ):
            part = known[first : first + READ]
            yield part, self._at(np.array([self._rows[key] for key in part]))

    def _at(self, rows: npt.NDArray[np.int64]) -> Vectors:
        found = np.empty((len(rows), self._arrays[0].shape[1]), dtype=np.float32)
        for array in self._arrays:
            here = (rows >= 0) & (rows < len(array))
            found[here] = array[rows[here]]
            rows = rows - len(array)
        return found


def write_keys(folder: Path, keys: Sequence[bytes]) -> None:
    """Write the keys of all texts of a new generation, in the order of its arrays."""
    joined = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, KEY_BYTES)
    np.save(folder / KEYS, joined, allow_pickle=False)
