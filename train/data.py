"""The training questions: who asks what of which section, split so that what is measured was never trained on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

HELD_OUT = 10  # one question in ten is held out, by a hash of its words


class Section(NamedTuple):
    """A passage as the models read it."""

    document: str
    heading: str
    search_text: str
    plain: str


class Asked(NamedTuple):
    """A training question: the rows of its section's passages, and its verdict."""

    text: str
    rows: tuple[int, ...]
    sentence: int
    verdict: str
    held_out: bool


def is_held_out(document: str, text: str) -> bool:
    """Is this question measured on, not trained on? Depends on its words alone, so that it stays so."""
    return int(hashlib.sha256(f"{document}|{text}".encode()).hexdigest(), 16) % HELD_OUT == 0


def write_pack(path: Path, sections: Sequence[Section], asked: Iterable[Asked], hard: Sequence[Sequence[int]]) -> None:
    """All that training needs, as one JSON file that can travel."""
    rows = [[*question[:1], list(question.rows), *question[2:]] for question in asked]
    pack = {"sections": [list(s) for s in sections], "asked": rows, "hard": [list(h) for h in hard]}
    path.write_text(json.dumps(pack, ensure_ascii=False), encoding="utf-8")


def read_pack(path: Path) -> tuple[list[Section], list[Asked], list[list[int]]]:
    """What `write_pack` wrote."""
    pack: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    sections = [Section(*row) for row in pack["sections"]]
    asked = [Asked(text, tuple(rows), sentence, verdict, held) for text, rows, sentence, verdict, held in pack["asked"]]
    return sections, asked, pack["hard"]


def pad(rows: Sequence[Sequence[int]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Token ids filled up with 0 to one width, and the mask of what is token; shape (rows, width)."""
    width = max(len(row) for row in rows)
    ids = np.zeros((len(rows), width), dtype=np.int64)
    mask = np.zeros_like(ids)
    for n, row in enumerate(rows):
        ids[n, : len(row)] = row
        mask[n, : len(row)] = 1
    return ids, mask
