"""The switch that turns the chat off, with a note for its users: the file `CHAT_OFF` in the store.

Every page run reads it, so it works at once, for every session and every replica over the same store.
"""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mayshare.errors import SwitchError

NAME = "CHAT_OFF"
MAX_NOTE = 500
UNREADABLE = "The chat is turned off for maintenance."


class Off(BaseModel):
    """Why the chat is off, since when, and who turned it off (not shown to users)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    note: str = Field(min_length=1, max_length=MAX_NOTE)
    since: str
    by: str = ""


def turn_off(store: Path, note: str, by: str = "") -> Off:
    """Turn the chat off.

    Raises:
        SwitchError: the note is empty or too long, or the file can't be written.
    """
    note = " ".join(note.split())
    if not 0 < len(note) <= MAX_NOTE:
        raise SwitchError(f"Say in 1 to {MAX_NOTE} characters why the chat is off: its users will read the note.")
    off = Off(note=note, since=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), by=by)
    scratch = store / f".{NAME}.{os.getpid()}"
    try:
        store.mkdir(parents=True, exist_ok=True)
        scratch.write_text(off.model_dump_json(), encoding="utf-8")
        scratch.replace(store / NAME)
    except OSError as error:
        raise SwitchError(f"{store / NAME}: can't be written ({error.strerror}). The chat is still on.") from None
    return off


def turn_on(store: Path) -> bool:
    """Turn the chat on again; False where it wasn't off."""
    was_off = (store / NAME).exists()
    (store / NAME).unlink(missing_ok=True)
    return was_off


def read(store: Path) -> Off | None:
    """What was said when the chat was turned off, or None where it is on. A file that can't be read means off."""
    path = store / NAME
    try:
        return Off.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError):
        return Off(note=UNREADABLE, since="")
