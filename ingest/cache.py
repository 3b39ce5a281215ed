"""Vectors by content hash, so that unchanged text costs nothing to ingest again. Safe to delete."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from mayshare import faults

Vectors = npt.NDArray[np.float32]
Embed = Callable[[list[str]], Sequence[Sequence[float]]]
Progress = Callable[[int, int], None]  # texts done now, of which were embedded (the rest came from the cache)
Rows = Sequence[int] | npt.NDArray[np.int64]
Put = Callable[[Rows, Vectors], None]  # rows of the texts, and their vectors
Found = tuple[Sequence[bytes], Vectors]  # keys, and their vectors
KEY_BYTES = 32
READ = 500  # keys in one question to SQLite
SLICE = 128  # texts embedded between two commits and two steps of the progress bar


class Live(Protocol):
    """Vectors that are asked first: those of the live generation."""

    def __contains__(self, key: bytes) -> bool: ...

    def read(self, keys: Sequence[bytes]) -> Iterator[Found]:
        """Those that are here, some at a time."""


class _Nothing:
    def __contains__(self, key: bytes) -> bool:
        return False

    def read(self, keys: Sequence[bytes]) -> Iterator[Found]:
        return iter(())


class EmbeddingCache:
    """SQLite table: sha256(model + text) to float32 bytes and their checksum. A damaged row is a miss."""

    def __init__(self, path: Path, model: str, live: Live | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._model, self._path = model, path
        self._live = live or _Nothing()
        self._connection = self._open(path)

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(path)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB, checksum BLOB)")
            return connection

        try:
            return connect()
        except sqlite3.OperationalError:  # the disk is full or can't be written: not the file's fault
            raise
        except sqlite3.DatabaseError:  # damaged: it is only a cache
            for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                name.unlink(missing_ok=True)
            return connect()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def vectors(
        self, texts: Sequence[str], embed: Embed, progress: Progress, put: Put, keys: Sequence[bytes] | None = None
    ) -> None:
        """Hand the vector of every text to `put`, in no certain order; only misses are embedded.

        Args:
            keys: those of the texts, where they are known already.
        """
        keys = keys or [key_of(self._model, text) for text in texts]
        rows: dict[bytes, list[int]] = {}
        for row, key in enumerate(keys):
            rows.setdefault(key, []).append(row)
        for look in (self._live.read, self._found):
            for found in look(list(rows)):
                _hand_over(found, rows, put)
        # a batch of like lengths is padded little
        misses = sorted(rows.values(), key=lambda twins: len(texts[twins[0]]))
        progress(len(texts) - len(misses), 0)
        for first in range(0, len(misses), SLICE):
            part = [twins[0] for twins in misses[first : first + SLICE]]
            fresh = np.asarray(embed([texts[row] for row in part]), dtype=np.float32)
            made = [keys[row] for row in part]
            self._write(made, fresh)
            _hand_over((made, fresh), rows, put)
            progress(len(part), len(part))
            faults.hit("mid_embed")

    def fill(
        self,
        groups: Sequence[Sequence[str]],
        embed: Callable[[Sequence[list[str]]], Iterator[Vectors]],
        progress: Progress,
    ) -> None:
        """Embed what `vectors` would embed, called with each group in turn, in the same slices, handed over at once."""
        slices: list[list[str]] = []
        known: set[bytes] = set()
        for texts in groups:
            keys = {key_of(self._model, text): text for text in texts}
            known |= {key for key in keys if key in self._live}
            known.update(*(found for found, _ in self._found([key for key in keys if key not in known])))
            misses = sorted((text for key, text in keys.items() if key not in known), key=len)
            slices += [misses[first : first + SLICE] for first in range(0, len(misses), SLICE)]
            known |= keys.keys()
        if not slices:
            return
        for part, fresh in zip(slices, embed(slices), strict=True):
            self._write([key_of(self._model, text) for text in part], fresh)
            progress(len(part), len(part))
            faults.hit("mid_embed")

    def _found(self, keys: Sequence[bytes]) -> Iterator[Found]:
        """Some of the vectors at a time, those that are there."""
        try:
            yield from _read(self._connection, keys)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # damaged further in than opening it shows
            self.close()
            self._path.unlink()
            self._connection = self._open(self._path)

    def _write(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        rows = ((key, vector.tobytes()) for key, vector in zip(keys, vectors, strict=True))
        values = [(key, vector, hashlib.sha256(vector).digest()[:8]) for key, vector in rows]
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", values)


def key_of(model: str, text: str) -> bytes:
    """What a text's vector by this model is found by."""
    return hashlib.sha256(f"{model}\x00{text}".encode()).digest()


def _hand_over(found: Found, rows: dict[bytes, list[int]], put: Put) -> None:
    """Put what was found to its rows, which then need nothing more."""
    keys, vectors = found
    wanted = [(row, place) for place, key in enumerate(keys) for row in rows.pop(key)]
    put([row for row, _ in wanted], vectors[[place for _, place in wanted]])


def _read(connection: sqlite3.Connection, keys: Sequence[bytes]) -> Iterator[Found]:
    for first in range(0, len(keys), READ):
        part = keys[first : first + READ]
        marks = ",".join("?" * len(part))
        rows = connection.execute(f"SELECT key, vector, checksum FROM vectors WHERE key IN ({marks})", part)
        found = {key: vector for key, vector, checksum in rows if hashlib.sha256(vector).digest()[:8] == checksum}
        if found:
            known = [key for key in part if key in found]
            yield known, np.frombuffer(b"".join(found[key] for key in known), dtype=np.float32).reshape(len(known), -1)


class Missing(NamedTuple):
    """Texts, each counted once, that have no vector yet, and their characters."""

    texts: int
    characters: int


def missing(path: Path, keys: Sequence[bytes], texts: Iterable[str], live: Live | None = None) -> Missing:
    """What has no vector in `live` or the cache; writes nothing, and makes no file."""
    live = live or _Nothing()
    wanted = {key: len(text) for key, text in zip(keys, texts, strict=True) if key not in live}
    left = list(wanted)
    if not path.is_file():
        return Missing(len(wanted), sum(wanted.values()))
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            for first in range(0, len(left), READ):
                part = left[first : first + READ]
                marks = ",".join("?" * len(part))
                for (key,) in connection.execute(f"SELECT key FROM vectors WHERE key IN ({marks})", part):
                    del wanted[key]
    except sqlite3.Error:  # damaged, or on a disk that can't be written: an estimate may count too much
        pass
    return Missing(len(wanted), sum(wanted.values()))
