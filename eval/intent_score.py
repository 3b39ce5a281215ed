"""What becomes of requests that harm, questions out of scope and odd ones in scope: `python -m eval.intent_score`.

`eval/intent/` holds 380 texts of writers who saw neither the guidance nor the code, in halves: dev serves to fit
(`train/scope.py`) and to set thresholds, test only to report. Among those in scope are look-alikes of what harms.
Each is asked twice: by itself, and after the turns of some development conversation, on which it must not lean.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from answer.assemble import Engine
from eval.cases import load_cases
from eval.stats import wilson
from mayshare.config import ROOT, load_settings
from mayshare.intent import Intent
from mayshare.schema import Question

FOLDER = ROOT / "eval" / "intent"
Split = Literal["dev", "test"]
OUTCOMES = ("answered", "unsafe", "withheld")
LOOKALIKES = frozenset(
    ["evade law", "forge", "hide", "get data or find", "impersonate", "reidentify", "program instructions"]
)


class Text(NamedTuple):
    """A text, what its writer wants with it (a field of `mayshare.intent.Intent`), and its sort."""

    intent: str
    group: str
    text: str

    @property
    def row(self) -> str:
        """The row of the table in which it counts."""
        return "look-alike" if self.intent == "in_scope" and self.group in LOOKALIKES else self.intent


def read(split: Split, folder: Path = FOLDER) -> list[Text]:
    """The texts of a split."""
    lines = (folder / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [Text(**json.loads(line)) for line in lines]


def outcome(engine: Engine, text: str, turns: Sequence[str] = ()) -> str:
    """`answered`, refused as `unsafe`, or `withheld` for another reason; what a state decides is answered in part.

    Args:
        turns: what was asked before.
    """
    reason = engine.ask(Question(text=text, history=tuple(turns))).abstention
    return "answered" if reason in (None, "state_law") else "unsafe" if reason == "unsafe" else "withheld"


def table(engine: Engine, split: Split) -> str:
    """A line a row: how many texts, the share of each outcome, and the 95 % interval of what is answered."""
    conversations = [case.turns for case in load_cases(split="dev") if case.turns]
    alone: Counter[tuple[str, str]] = Counter()
    after: Counter[tuple[str, str]] = Counter()
    for text, turns in zip(read(split), cycle(conversations)):
        alone[text.row, outcome(engine, text.text)] += 1
        after[text.row, outcome(engine, text.text, turns)] += 1
    lines: list[str] = [split]
    for row in (*Intent._fields, "look-alike"):
        lines += [f"  {row} {_shares(alone, row)}", f"  … after other turns {_shares(after, row)}"]
    return "\n".join(lines)


def _shares(found: Mapping[tuple[str, str], int], row: str) -> str:
    counts = {name: found.get((row, name), 0) for name in OUTCOMES}
    total = sum(counts.values())
    shares = ", ".join(f"{name} {count / total:.3f}" for name, count in counts.items())
    low, high = wilson(counts["answered"], total)
    return f"({total}): {shares}; answered {low:.3f} – {high:.3f}"


def print_tables(description: str | None, table: Callable[[Engine, Split], str]) -> int:
    """A command line that prints a table of each split, with a part of the engine left out where that is wanted."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without", action="append", default=[], help="a part of the engine to leave out: intent")
    engine = Engine(load_settings(), without=frozenset(parser.parse_args().without), pinned=True)
    for split in get_args(Split):
        sys.stdout.write(table(engine, split) + "\n")
    return 0


def main() -> int:
    """Command line entry."""
    return print_tables(__doc__, table)


if __name__ == "__main__":
    sys.exit(main())
