"""Vectors by content hash, so that unchanged text costs nothing to ingest again. Safe to delete."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mayshare import faults

Vectors = npt.NDArray[np.float32]
Embed = Callable[[list[str]], Sequence[Sequence[float]]]
Progress = Callable[[int, int], None]  # texts done now, of which were embedded (the rest came from the cache)
SLICE = 128  # texts embedded between two commits and two steps of the progress bar


class EmbeddingCache:
    """SQLite table: sha256(model + text) to float32 bytes and their checksum. A damaged row is a miss."""

    def __init__(self, path: Path, model: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._model, self._path = model, path
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

    def vectors(self, texts: Sequence[str], embed: Embed, progress: Progress) -> Vectors:
        """Vectors of the texts, in order, shape (len(texts), dimensions); only misses are embedded."""
        keys = [_key(self._model, text) for text in texts]
        found = self._found(keys)
        misses = list(dict.fromkeys(i for i, key in enumerate(keys) if key not in found))
        misses.sort(key=lambda i: len(texts[i]))  # a batch of like lengths is padded little
        progress(len(texts) - len(misses), 0)
        for first in range(0, len(misses), SLICE):
            part = misses[first : first + SLICE]
            fresh = np.asarray(embed([texts[i] for i in part]), dtype=np.float32)
            for index, vector in zip(part, fresh, strict=True):
                found[keys[index]] = vector
            self._write({keys[i]: found[keys[i]] for i in part})
            progress(len(part), len(part))
            faults.hit("mid_embed")
        return np.stack([found[key] for key in keys]) if keys else np.zeros((0, 0), dtype=np.float32)

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
            keys = [_key(self._model, text) for text in texts]
            known |= self._found(keys).keys()
            misses = sorted((text for key, text in zip(keys, texts, strict=True) if key not in known), key=len)
            slices += [misses[first : first + SLICE] for first in range(0, len(misses), SLICE)]
            known |= set(keys)
        if not slices:
            return
        for part, fresh in zip(slices, embed(slices), strict=True):
            self._write({_key(self._model, text): vector for text, vector in zip(part, fresh, strict=True)})
            progress(len(part), len(part))
            faults.hit("mid_embed")

    def _found(self, keys: Sequence[bytes]) -> dict[bytes, npt.NDArray[np.float32]]:
        try:
            return self._read(keys)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # damaged further in than opening it shows
            self.close()
            self._path.unlink()
            self._connection = self._open(self._path)
            return {}

    def _read(self, keys: Sequence[bytes]) -> dict[bytes, npt.NDArray[np.float32]]:
        found: dict[bytes, npt.NDArray[np.float32]] = {}
        for first in range(0, len(keys), 500):
            part = keys[first : first + 500]
            marks = ",".join("?" * len(part))
            rows = self._connection.execute(f"SELECT key, vector, checksum FROM vectors WHERE key IN ({marks})", part)
            for key, vector, checksum in rows:
                if hashlib.sha256(vector).digest()[:8] == checksum:
                    found[key] = np.frombuffer(vector, dtype=np.float32)
        return found

    def _write(self, rows: dict[bytes, npt.NDArray[np.float32]]) -> None:
        values = [(key, data := vector.tobytes(), hashlib.sha256(data).digest()[:8]) for key, vector in rows.items()]
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", values)


def _key(model: str, text: str) -> bytes:
    return hashlib.sha256(f"{model}\x00{text}".encode()).digest()


def missing_texts(path: Path, model: str, texts: Sequence[str]) -> list[str]:
    """The texts, each once, that have no vector in the cache at `path`; writes nothing, and makes no file."""
    wanted = {_key(model, text): text for text in texts}
    keys = list(wanted)
    if not path.is_file():
        return list(wanted.values())
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            for first in range(0, len(keys), 500):
                part = keys[first : first + 500]
                marks = ",".join("?" * len(part))
                for (key,) in connection.execute(f"SELECT key FROM vectors WHERE key IN ({marks})", part):
                    del wanted[key]
    except sqlite3.Error:  # damaged, or on a disk that can't be written: an estimate may count too much
        pass
    return list(wanted.values())
