"""Collect what the reader goes on with: `python -m train.reader_pack OUT.json`.

Stories and a draw of the ways of asking, each with the sections that the engine's own fused
scores put beside the right one: what the reader must tell apart is what the scores can't. Strangers' questions come
with the sections that a reader said are about another situation; what else is near wasn't read, and may answer.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from answer.assemble import Engine
from answer.understand import understand
from mayshare.config import load_settings
from mayshare.schema import Phrasing, Question
from mayshare.text import reading_text
from train.data import (
    GENERAL,
    STRANGERS,
    Asked,
    Place,
    Section,
    Stranger,
    is_document_held_out,
    read_stories,
    read_strangers,
    write_pack,
)

CASES, OTHERS = 1500, 1000  # ways of asking: those whose facts turn the verdict, and the others
BEST, NEAR = 40, 8  # hard negatives: the nearest other sections among the best passages
MEASURED = 250  # of the held-out stories, on which the training reports; the others are left out of the file
LEAST = 3  # sections about another situation that a stranger's question must have


class Labelled(NamedTuple):
    """A question, its section and its verdict."""

    place: Place
    text: str
    verdict: str
    held_out: bool


def questions(
    phrasings: Sequence[Phrasing], known: set[Place], most: int, cases: int, others: int
) -> Iterator[Labelled]:
    """At most so many stories first; those of documents that the query encoder wasn't trained on are held out too."""
    measured = 0
    stories = read_stories()
    random.shuffle(stories)
    for story in stories[:most]:
        held_out = is_document_held_out(story.source_id)
        measured += held_out
        place = (story.source_id, story.heading)
        if place in known and (not held_out or measured <= MEASURED):
            yield Labelled(place, story.text, story.verdict, held_out)
    free = [phrasing for phrasing in phrasings if not is_document_held_out(phrasing.source_id)]
    for case, count in ((True, cases), (False, others)):
        drawn = [phrasing for phrasing in free if phrasing.case is case]
        random.shuffle(drawn)
        for phrasing in drawn[:count]:
            yield Labelled((phrasing.source_id, phrasing.heading), phrasing.text, phrasing.verdict, False)


def neighbours(ranking: Sequence[int], places: Sequence[Place], own: Place) -> tuple[int, list[int]]:
    """The best passage of the right section, and the best ones of the sections nearest beside it.

    Args:
        ranking: rows of all passages, best first.
    """
    right = next(row for row in ranking if places[row] == own)
    seen: set[Place] = {own}
    near: list[int] = []
    for row in ranking[:BEST]:
        if places[row] not in seen and len(near) < NEAR:
            seen.add(places[row])
            near.append(row)
    return right, near


def of_strangers(
    strangers: Sequence[Stranger], places: Sequence[Place], often: int
) -> Iterator[tuple[Asked, list[int]]]:
    """Each question with the rows of the sections that don't answer it; so many times where it is trained on."""
    rows: dict[Place, int] = {}
    for row, place in enumerate(places):
        rows.setdefault(place, row)
    for stranger in strangers:
        right = tuple(rows[place] for place in stranger.answers if place in rows)
        others = [rows[place] for place in stranger.others if place in rows]
        if right and len(others) >= LEAST:
            asked = Asked(stranger.text, right, 1, stranger.verdict, stranger.held_out, stranger.also)
            yield from [(asked, others)] * (1 if stranger.held_out else often)


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--stories", type=int, default=12_000, help="at most")
    parser.add_argument("--cases", type=int, default=CASES, help="ways of asking whose facts turn the verdict")
    parser.add_argument("--others", type=int, default=OTHERS, help="other ways of asking")
    parser.add_argument("--often", type=int, default=3, help="times that each stranger's question comes")
    parser.add_argument("--general", type=int, default=3, help="times that each general question comes")
    options = parser.parse_args()
    random.seed(7)
    engine = Engine(load_settings(), without=frozenset({"rerank", "model"}))
    index = engine.index
    places = [(passage.source_id, passage.heading) for passage in index.passages]
    asked, hard = [], []
    for labelled in questions(index.phrasings, set(places), options.stories, options.cases, options.others):
        understood = understand(Question(text=labelled.text), engine.glossary)
        scores = engine.retriever.scores(understood)
        ranking = [int(row) for row in np.argsort(-scores, kind="stable")]
        right, near = neighbours(ranking, places, labelled.place)
        asked.append(Asked(labelled.text, (right,), 1, labelled.verdict, labelled.held_out))
        hard.append(near)
    for path, often in ((STRANGERS, options.often), (GENERAL, options.general)):
        for stranger, others in of_strangers(read_strangers(path), places, often):
            asked.append(stranger)
            hard.append(others)
    sections = [Section(p.source_id, p.heading, "", reading_text(p.heading, p.text)) for p in index.passages]
    write_pack(options.out, sections, asked, hard)
    print(f"{len(asked)} questions, {sum(a.held_out for a in asked)} held out: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
