"""Drafts by content hash, so that an unchanged file isn't parsed again. Safe to delete."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

from pydantic import ValidationError

from ingest.readers.draft import Draft
from ingest.readers.registry import VERSION


class DraftCache:
    """SQLite table: sha256 of the readers' version, a file's name and its bytes, to the draft and its checksum."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = self._connect(path)
        except sqlite3.DatabaseError:  # damaged: it is only a cache
            for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                name.unlink(missing_ok=True)
            self._connection = self._connect(path)

    @staticmethod
    def _connect(path: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=30)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS drafts (key BLOB PRIMARY KEY, draft BLOB, checksum BLOB)")
        return connection

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def get(self, data: bytes, name: str) -> Draft | None:
        """The draft of these bytes under this name, or None. A damaged row is a miss."""
        row = self._connection.execute(
            "SELECT draft, checksum FROM drafts WHERE key = ?", (_key(data, name),)
        ).fetchone()
        if row is None or hashlib.sha256(row[0]).digest() != row[1]:
            return None
        try:
            return Draft.model_validate_json(row[0])
        except ValidationError:
            return None

    def put(self, data: bytes, name: str, draft: Draft) -> None:
        """Keep a draft."""
        value = draft.model_dump_json().encode()
        row = (_key(data, name), value, hashlib.sha256(value).digest())
        with self._connection:
            self._connection.execute("INSERT OR REPLACE INTO drafts VALUES (?, ?, ?)", row)


def _key(data: bytes, name: str) -> bytes:
    return hashlib.sha256(f"{VERSION}\x00{name}\x00".encode() + data).digest()
