"""What changed between two sets of documents: added, changed, removed, moved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mayshare.schema import Document


class Seen(NamedTuple):
    """What is remembered of a document: hash of its file, its path, hash of its body ("" where unknown)."""

    sha256: str
    path: str = ""
    body_sha256: str = ""


class Changes(NamedTuple):
    """Ids of documents, sorted. `moved` pairs are "old > new": ids where those differ, else paths."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    unchanged: int = 0

    def __bool__(self) -> bool:
        """Is there any change?"""
        return bool(self.added or self.changed or self.removed or self.moved)

    def __str__(self) -> str:
        named = (("added", self.added), ("changed", self.changed), ("removed", self.removed), ("moved", self.moved))
        return ", ".join(f"{len(found)} {name}" for name, found in named) + f", {self.unchanged} unchanged"


def seen(documents: Iterable[Document]) -> dict[str, Seen]:
    """What `compare` wants to know of documents."""
    return {d.source_id: Seen(d.sha256, d.path, hashlib.sha256(d.body.encode()).hexdigest()) for d in documents}


def compare(before: Mapping[str, Seen], now: Mapping[str, Seen]) -> Changes:
    """The changes that lead from `before` to `now`.

    A document has moved when its file is the same under another path, or when one that went has the body of one
    that came: a renamed file must change its id, and so its bytes.
    """
    both = before.keys() & now.keys()
    went = {before[k].body_sha256: k for k in sorted(before.keys() - now.keys()) if before[k].body_sha256}
    renamed = []
    for name in sorted(now.keys() - before.keys()):
        old = went.pop(now[name].body_sha256, None)
        if old:
            renamed.append((old, name))
    same = [k for k in both if before[k].sha256 == now[k].sha256]
    shifted = [(before[k].path, now[k].path) for k in sorted(same) if before[k].path not in ("", now[k].path)]
    return Changes(
        added=tuple(sorted(now.keys() - before.keys() - {new for _, new in renamed})),
        changed=tuple(sorted(k for k in both if before[k].sha256 != now[k].sha256)),
        removed=tuple(sorted(before.keys() - now.keys() - {old for old, _ in renamed})),
        moved=tuple(renamed + shifted),
        unchanged=len(same) - len(shifted),
    )
