"""Collect what the query encoder is trained on: `python -m train.query_pack OUT.npz`.

The live index's vectors stay as they are; questions learn to be near them. Questions are the stories of
`train/stories.jsonl`, those of `train/strangers.jsonl` and the ways of asking of the index.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mayshare.config import load_settings
from mayshare.index import Index, numbered, open_index
from train.data import Ask, Keys, Place, is_document_held_out, read_stories, read_strangers, write_asks


def keys_of(index: Index, number: dict[Place, int]) -> Keys:
    """The index's vectors with the numbers of their sections."""
    rows = [number[passage.source_id, passage.heading] for passage in index.passages]
    asked = [number[phrasing.source_id, phrasing.heading] for phrasing in index.phrasings]
    folder = index.folder
    passages, headings, phrasings = (
        np.load(folder / f"{name}.npy", allow_pickle=False) for name in ("vectors", "headings", "phrasings")
    )
    return Keys(passages, headings, phrasings, np.array(rows, dtype=np.int64), np.array(asked, dtype=np.int64))


def asks(index: Index, number: dict[Place, int]) -> Iterator[Ask]:
    """Stories first, then strangers' questions and ways of asking; what no section answers any more is left out."""
    for story in read_stories():
        section = number.get((story.source_id, story.heading))
        if section is not None:
            yield Ask(story.text, (section,), -1, is_document_held_out(story.source_id), "story")
    for stranger in read_strangers():
        sections = tuple(number[place] for place in stranger.answers if place in number)
        if sections:
            yield Ask(stranger.text, sections, -1, stranger.held_out, "stranger")
    for row, phrasing in enumerate(index.phrasings):
        section = number[phrasing.source_id, phrasing.heading]
        yield Ask(phrasing.text, (section,), row, is_document_held_out(phrasing.source_id), "phrasing")


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    index = open_index(load_settings())
    number = numbered(index.passages)
    questions = list(asks(index, number))
    write_asks(options.out, keys_of(index, number), questions)
    kinds = Counter(ask.kind for ask in questions)
    print(f"{dict(kinds)}, {len(number)} sections: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
