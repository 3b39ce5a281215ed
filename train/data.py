"""The training questions: who asks what of which section, split so that what is measured was never trained on."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T")
HELD_OUT = 10  # one question in ten is held out, by a hash of its words
ALSO = 0.4  # the share of the verdicts with which an answer would be as right
GENERAL_HELD_OUT = 2  # … and every second general one, where the reader is to be trained on the others
STORIES = Path(__file__).parent / "stories.jsonl"
STRANGERS = Path(__file__).parent / "strangers.jsonl"
GENERAL = Path(__file__).parent / "general.jsonl"
SENTENCES = Path(__file__).parent / "sentences.jsonl"
Place = tuple[str, str]  # document and heading


class Section(NamedTuple):
    """A passage as the models read it."""

    document: str
    heading: str
    search_text: str
    plain: str


class Asked(NamedTuple):
    """A training question: the rows of its section's passages, its verdict, and others that would be as right."""

    text: str
    rows: tuple[int, ...]
    sentence: int
    verdict: str
    held_out: bool
    also: tuple[str, ...] = ()


def is_held_out(document: str, text: str) -> bool:
    """Is this question measured on, not trained on? Depends on its words alone, so that it stays so."""
    return _drawn(f"{document}|{text}")


class Story(NamedTuple):
    """A messy question, its section, and the verdict that the facts told give."""

    source_id: str
    heading: str
    verdict: str
    text: str


def read_stories() -> list[Story]:
    """Every line of `train/stories.jsonl`."""
    return [Story(**json.loads(line)) for line in STORIES.read_text(encoding="utf-8").splitlines()]


class Stranger(NamedTuple):
    """A question of somebody who hadn't seen the guidance, and what a reader said of the sections nearest to it.

    `answers`: those whose rule decides it, the one that should lead first; empty where none does. `part`: those that
    state a rule which matters; `others`: those about another situation. `verdict`: what the first one gives, or "".
    `also`: verdicts with which an answer would be as right.
    """

    text: str
    verdict: str
    answers: tuple[Place, ...]
    part: tuple[Place, ...]
    others: tuple[Place, ...]
    also: tuple[str, ...] = ()
    general: bool = False

    @property
    def held_out(self) -> bool:
        """Is this question measured on, not trained on?"""
        return _drawn(self.text, GENERAL_HELD_OUT if self.general else HELD_OUT)


def read_strangers(path: Path = STRANGERS) -> list[Stranger]:
    """Every line of `train/strangers.jsonl`, or of `train/general.jsonl`."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [_stranger(row, path == GENERAL) for row in rows]


def _stranger(row: dict[str, Any], general: bool) -> Stranger:
    answers, part, others = (tuple((place[0], place[1]) for place in row[key]) for key in ("answers", "part", "others"))
    return Stranger(row["text"], row["verdict"], answers, part, others, tuple(row.get("also", ())), general)


Belongs = Literal["lead", "vital", "okay", "beside"]


class Read(NamedTuple):
    """A stranger's question, the section that decides it, and what a reader said of the sentences near to it.

    `opening`: how an answer should open; `sentences`: for each sentence that was read, by `sentence_key`, whether it
    should lead, must be said, helps, or is beside the point.
    """

    text: str
    section: Place
    opening: str
    sentences: dict[str, Belongs]


def read_sentences() -> list[Read]:
    """Every line of `train/sentences.jsonl`."""
    kinds: tuple[Belongs, ...] = ("lead", "vital", "okay", "beside")
    rows = map(json.loads, SENTENCES.read_text(encoding="utf-8").splitlines())
    return [
        Read(
            row["text"],
            (row["section"][0], row["section"][1]),
            row["opening"],
            {key: kind for kind in kinds for key in row[kind]},
        )
        for row in rows
    ]


def sentence_key(text: str) -> str:
    """Names a sentence by its words, so that one which was changed counts as not read."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def folds(groups: Sequence[str], count: int) -> npt.NDArray[np.int64]:
    """The fold of each example, one of `count`: those of one group, in a row or not, are in the same."""
    number = {group: n % count for n, group in enumerate(dict.fromkeys(groups))}
    return np.array([number[group] for group in groups])


def shares(verdict: str, also: Sequence[str], verdicts: Sequence[str]) -> list[float]:
    """How much each of `verdicts` is wanted: none where `verdict` is "", which nobody labelled."""
    others = dict.fromkeys(also, ALSO / len(also)) if also and verdict else {}
    return [1 - ALSO * bool(others) if one == verdict else others.get(one, 0.0) for one in verdicts]


def is_document_held_out(document: str) -> bool:
    """Are the questions on this document kept from the query encoder? By document, so that it has seen none of them."""
    return _drawn(document)


def _drawn(words: str, one_in: int = HELD_OUT) -> bool:
    return int(hashlib.sha256(words.encode()).hexdigest(), 16) % one_in == 0


def write_pack(path: Path, sections: Sequence[Section], asked: Iterable[Asked], hard: Sequence[Sequence[int]]) -> None:
    """All that training needs, as one JSON file that can travel."""
    pack = {"sections": sections, "asked": list(asked), "hard": hard}  # JSON has tuples as lists
    path.write_text(json.dumps(pack, ensure_ascii=False), encoding="utf-8")


def read_pack(path: Path) -> tuple[list[Section], list[Asked], list[list[int]]]:
    """What `write_pack` wrote."""
    pack: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    sections = [Section(*row) for row in pack["sections"]]
    asked = [
        Asked(text, tuple(rows), sentence, verdict, held, tuple(also))
        for text, rows, sentence, verdict, held, also in pack["asked"]
    ]
    return sections, asked, pack["hard"]


class Keys(NamedTuple):
    """Vectors of the live index that questions are trained to be near, and the section that each leads to.

    Sections are numbered; `passages` and `headings` have shape (passages, 384), `phrasings` (phrasings, 384).
    """

    passages: npt.NDArray[np.float32]
    headings: npt.NDArray[np.float32]
    phrasings: npt.NDArray[np.float32]
    passage_sections: npt.NDArray[np.int64]
    phrasing_sections: npt.NDArray[np.int64]


class Ask(NamedTuple):
    """A question with the numbers of the sections that answer it.

    `phrasing` is its own row among the keys, -1 for a story and for a stranger's question.
    """

    text: str
    sections: tuple[int, ...]
    phrasing: int
    held_out: bool
    kind: Literal["story", "phrasing", "stranger"]


def write_asks(path: Path, keys: Keys, asks: Iterable[Ask]) -> None:
    """Keys and questions as one `.npz` file that can travel."""
    questions = json.dumps([list(ask) for ask in asks], ensure_ascii=False)
    np.savez(path, **keys._asdict(), asks=np.array(questions), allow_pickle=False)


def read_asks(path: Path) -> tuple[Keys, list[Ask]]:
    """What `write_asks` wrote."""
    with np.load(path, allow_pickle=False) as held:
        keys = Keys(**{name: held[name] for name in Keys._fields})
        rows = json.loads(str(held["asks"]))
        return keys, [Ask(text, tuple(sections), *rest) for text, sections, *rest in rows]


def batches(asked: Sequence[T], size: int, alike: int, length: Callable[[T], int]) -> list[list[T]]:
    """Whole batches of like length, in random order: each `alike` of them are sorted, so that little is padded."""
    found = []
    for begin in range(0, len(asked), alike * size):
        near = sorted(asked[begin : begin + alike * size], key=length)
        found += [near[first : first + size] for first in range(0, len(near) - size + 1, size)]
    random.shuffle(found)
    return found


def pad(rows: Sequence[Sequence[int]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Token ids filled up with 0 to one width, and the mask of what is token; shape (rows, width)."""
    width = max(len(row) for row in rows)
    ids = np.zeros((len(rows), width), dtype=np.int64)
    mask = np.zeros_like(ids)
    for n, row in enumerate(rows):
        ids[n, : len(row)] = row
        mask[n, : len(row)] = 1
    return ids, mask
