"""Files that could not be taken in: `store/quarantine/<name>.json` says which and why; the file stays where it is."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mayshare.errors import CorpusError

FOLDER = "quarantine"
MAX_HASHED = 50_000_000


def record(store: Path, errors: Sequence[CorpusError]) -> list[Path]:
    """Write an entry for each error and take away those of files that have been mended; the entries, in order."""
    folder = store / FOLDER
    if not errors and not folder.is_dir():
        return []
    folder.mkdir(parents=True, exist_ok=True)
    written = [_write(folder, error) for error in errors]
    for path in folder.glob("*.json"):
        if path not in written:
            path.unlink(missing_ok=True)
    return written


class Held(NamedTuple):
    """A file that was left out: which, the line where one is known, why, and since when."""

    file: str
    line: int | None
    reason: str
    when: str


def listed(store: Path) -> list[Held]:
    """What is in quarantine, by file name; an entry that can't be read says so."""
    found = []
    for path in sorted((store / FOLDER).glob("*.json")):
        entry = _entry(path)
        line = entry.get("line")
        found.append(
            Held(
                file=str(entry.get("file") or path),
                line=line if isinstance(line, int) else None,
                reason=str(entry.get("reason") or "This entry can't be read. Run `mayshare ingest` to write it anew."),
                when=str(entry.get("when") or ""),
            )
        )
    return sorted(found, key=lambda held: held.file)


def _write(folder: Path, error: CorpusError) -> Path:
    shown = str(error.path).encode("utf-8", errors="replace").decode()
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", error.path.name)[:80]
    path = folder / f"{name}-{hashlib.sha256(shown.encode()).hexdigest()[:8]}.json"
    entry = {
        "file": shown,
        "sha256": _digest(error.path),
        "line": error.line,
        "reason": f"{error.problem} {error.mend}".strip(),
        "when": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }
    before = _entry(path)
    if before and all(before.get(key) == entry[key] for key in ("file", "sha256", "line", "reason")):
        return path  # known since then
    scratch = path.with_suffix(".tmp")
    scratch.write_text(json.dumps(entry, indent=1), encoding="utf-8")
    scratch.replace(path)
    return path


def _entry(path: Path) -> dict[str, object]:
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _digest(path: Path) -> str | None:
    """sha256 of a plain file of bearable size; links, pipes and devices aren't opened."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_HASHED:
            return None
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
