"""Damaged files of a generation: found when it is opened, never a wrong text, never a crash, and the app goes on."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from answer.assemble import Engine
from bench.faults.world import CLEAN, World, fork, live
from mayshare import generation
from mayshare.errors import IndexError_
from mayshare.index import open_index
from mayshare.schema import Question

KINDS = (
    *(
        "emptied",
        "halved",
        "one byte short",
        "flip a",
        "flip b",
        "flip c",
        "flip d",
        "flip e",
        "flip f",
        "flip g",
        "zeroed",
    ),
    *("longer", "deleted", "of the generation before", "of another name"),
)
ASKED = Question(text="Must a school log the disclosure of record 3?")


class Case(NamedTuple):
    """One file and what is done to it; `content` None deletes it."""

    path: Path
    kind: str
    content: bytes | None


def cases(world: World, count: int, seed: int = 0) -> list[Case]:
    """`count` cases over all files of the live generation and the pointer, every kind of damage, evenly drawn."""
    folder = generation.directory(world.settings.store, live(world))
    files = [world.settings.store / generation.POINTER, *sorted(path for path in folder.rglob("*") if path.is_file())]
    draw = random.Random(seed)
    every = [case for path in files for case in _cases(path, folder, draw)]
    return draw.sample(every, min(count, len(every)))


def _cases(path: Path, folder: Path, draw: random.Random) -> Iterator[Case]:
    whole = path.read_bytes()
    other = draw.choice([p for p in sorted(folder.rglob("*")) if p.is_file() and p.read_bytes() != whole])
    earlier = folder.parent / f"gen-{int(folder.name[4:]) - 1:06d}"
    old = earlier / path.relative_to(folder) if path.is_relative_to(folder) else path
    for kind in KINDS:
        content = _damaged(kind, whole, draw)
        if kind == "of another name":
            content = other.read_bytes()
        elif kind == "of the generation before":
            content = old.read_bytes() if old.is_file() else whole
        if content != whole:
            yield Case(path, kind, content)


def _damaged(kind: str, whole: bytes, draw: random.Random) -> bytes | None:
    place = draw.randrange(len(whole)) if whole else 0
    made: dict[str, bytes | None] = {
        "emptied": b"",
        "halved": whole[: len(whole) // 2],
        "one byte short": whole[:-1],
        "zeroed": whole[:place] + b"\0" * min(4096, len(whole) - place) + whole[place + 4096 :],
        "longer": whole + b"\0",
        "deleted": None,
    }
    flipped = whole[:place] + bytes([whole[place] ^ (1 << draw.randrange(8))]) + whole[place + 1 :] if whole else b""
    return made.get(kind, flipped)


def damages(world: World, count: int) -> Counter[str]:
    """Damage one file at a time. Counts: refused, harmless, wrong text, crashed, and the app's notice or silence."""
    right = sorted(open_texts(world))
    found: Counter[str] = Counter()
    for case in cases(world, count):
        whole = case.path.read_bytes()
        _put(case.path, case.content)
        ended = fork(lambda: _serve(world, right))
        _put(case.path, whole)
        found["cases"] += 1
        if ended.code != CLEAN:
            found["crashed"] += 1
            found[f"crashed: {case.path.name}, {case.kind}: {ended}"] += 1
            continue
        for outcome in ended.said:
            found[outcome] += 1
    return found


def open_texts(world: World) -> list[str]:
    """Texts of the live generation, read in a child."""
    ended = fork(lambda: _texts(world))
    return list(ended.said)


def _texts(world: World) -> list[str]:
    index = open_index(world.settings)
    try:
        return [passage.text for passage in index.passages]
    finally:
        index.close()


def _put(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


def _serve(world: World, right: list[str]) -> list[str]:
    """What a start, and an app that is running on the generation before, make of a damaged live generation."""
    outcomes = []
    try:
        texts = sorted(_texts(world))
        outcomes.append("harmless" if texts == right else "wrong text")
    except IndexError_ as error:
        outcomes.append("refused, says what to do" if "mayshare ingest" in str(error) else "refused without a mend")
    earlier = generation.numbers(world.settings.store)[-2]
    parts = frozenset({"reader", "model"})
    engine = Engine(world.settings, open_index(world.settings, earlier), parts)
    engine.ask(ASKED)
    served = engine.index.manifest.generation
    kept = served == earlier and bool(engine.notice)
    outcomes.append("app kept the good one" if kept else "app went on with the live one")
    engine.index.close()
    return outcomes
