"""Are questions of people who saw neither the guidance nor the code led by the section that decides them?

`python -m eval.strangers`: `eval/strangers/` holds such questions; readers said for each which of six or more sections
decide it and which state a part. The dev half serves to fit (`train/situation.py`), the test half only to report.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple, get_args

from answer.assemble import Engine
from eval.cases import Split
from eval.stats import bootstrap
from mayshare.config import ROOT, load_settings
from mayshare.schema import Answer, Place, Question

FOLDER = ROOT / "eval" / "strangers"


class Asked(NamedTuple):
    """A stranger's question; `answers`: the sections that decide it, `part`: those that state a part of the answer."""

    text: str
    answers: frozenset[Place]
    part: frozenset[Place]


class Led(NamedTuple):
    """What leads the answer to such a question; `withheld` answers have no lead."""

    withheld: bool
    asks_first: bool
    right: bool
    part: bool
    offered: bool  # right, or among the other situations that are one click away


def rows(split: Split) -> list[dict[str, Any]]:
    """The questions of a split as they stand in the file."""
    lines = (FOLDER / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def load(split: Split) -> list[Asked]:
    """The questions of a split."""
    return [Asked(row["text"], _places(row["answers"]), _places(row["part"])) for row in rows(split)]


def _places(rows: Iterable[tuple[str, str]]) -> frozenset[Place]:
    return frozenset(Place(source_id=source_id, heading=heading) for source_id, heading in rows)


def led(answer: Answer, asked: Asked) -> Led:
    """Judges what leads an answer."""
    found = answer.situation
    if found is None:
        return Led(withheld=True, asks_first=False, right=False, part=False, offered=False)
    own, *others = (Place(source_id=place.source_id, heading=place.heading) for place in (found.section, *found.others))
    right = own in asked.answers
    offered = right or bool(asked.answers.intersection(others))
    return Led(False, found.unsure, right, own in asked.part, offered)


def table(found: list[Led]) -> str:
    """A line a figure: a share with its 95 % interval and of how many."""
    answered = [one for one in found if not one.withheld]
    sure = [one for one in answered if not one.asks_first]
    shares = {
        "withheld": [one.withheld for one in found],
        "the right section leads": [one.right for one in answered],
        "… or is offered": [one.offered for one in answered],
        "asks first": [one.asks_first for one in answered],
        "of those led rightly": [one.right for one in answered if one.asks_first],
        "of the others led rightly": [one.right for one in sure],
        "… by another situation": [not one.right and not one.part for one in sure],
    }
    lines = []
    for name, values in shares.items():
        low, high = bootstrap([float(value) for value in values]) if values else (0.0, 0.0)
        mean = sum(values) / len(values) if values else 0.0
        lines.append(f"  {name}: {mean:.3f} ({low:.3f} to {high:.3f}), {len(values)}")
    return "\n".join(lines)


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without", nargs="*", default=[], help="parts of the engine to leave out: intent, rerank, …")
    options = parser.parse_args()
    engine = Engine(load_settings(), without=frozenset(options.without), pinned=True)
    for split in get_args(Split):
        found = [led(engine.ask(Question(text=asked.text)), asked) for asked in load(split)]
        sys.stdout.write(f"{split}: {len(found)} questions\n{table(found)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
