"""Claims out of what a model writes: one JSON object a line, read as they come, whatever stands around them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, get_args

from mayshare.schema import Role

ROLES = frozenset(get_args(Role))
MAX_CHARS = 64_000  # of a whole reply; what comes after is not read
MAX_CLAIMS = 12
_OBJECT = re.compile(r"\{[^{}]*\}")


class Draft(NamedTuple):
    """A statement that a model wrote, and the numbers of the passages that it names for it."""

    role: Role
    text: str
    cites: tuple[int, ...]


def drafts(deltas: Iterable[str]) -> Iterator[Draft]:
    """Statements in the order in which they are complete.

    Args:
        deltas: pieces of the reply as they arrive.
    """
    buffer, read, given = "", 0, 0
    for delta in deltas:
        read += len(delta)
        buffer += delta
        place = 0
        for match in _OBJECT.finditer(buffer):
            place = match.end()
            draft = _draft(match[0])
            if draft:
                yield draft
                given += 1
        buffer = buffer[place:]
        if read > MAX_CHARS or given >= MAX_CLAIMS:
            return


def _draft(text: str) -> Draft | None:
    try:
        item = json.loads(text)
    except ValueError:
        return None
    statement = item.get("text")
    if not isinstance(statement, str) or not statement.strip():
        return None
    role: Role = item["role"] if item.get("role") in ROLES else "rule"
    cites = item.get("cites")
    numbers = [n for n in cites if isinstance(n, int) and not isinstance(n, bool)] if isinstance(cites, list) else []
    return Draft(role, " ".join(statement.split()), tuple(dict.fromkeys(numbers)))
