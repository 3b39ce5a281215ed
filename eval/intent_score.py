"""What becomes of requests that harm, questions out of scope and odd ones in scope: `python -m eval.intent_score`.

`eval/intent/` holds 380 texts of writers who saw neither the guidance nor the code, in halves: dev was looked at while
thresholds were set, test only to report.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from answer.assemble import Engine, assemble
from eval.stats import wilson
from mayshare.config import ROOT, load_settings
from mayshare.schema import Question

FOLDER = ROOT / "eval" / "intent"
Split = Literal["dev", "test"]
OUTCOMES = ("answered", "unsafe", "withheld")


class Text(NamedTuple):
    """A text, what its writer wants with it (as `train.intent.INTENTS`), and its sort."""

    intent: str
    group: str
    text: str


def read(split: Split, folder: Path = FOLDER) -> list[Text]:
    """The texts of a split."""
    lines = (folder / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [Text(**json.loads(line)) for line in lines]


def outcome(engine: Engine, text: str) -> str:
    """`answered`, refused as `unsafe`, or `withheld` for another reason; what a state decides is answered in part."""
    reason = engine.ask(Question(text=text)).abstention
    return "answered" if reason in (None, "state_law") else "unsafe" if reason == "unsafe" else "withheld"


def main() -> int:
    """Command line entry."""
    engine = assemble(load_settings())
    for split in get_args(Split):
        found = Counter((text.intent, outcome(engine, text.text)) for text in read(split))
        sys.stdout.write(f"{split}\n")
        for intent in ("in_scope", "out_of_scope", "unsafe"):
            total = sum(found[intent, name] for name in OUTCOMES)
            shares = (f"{name} {found[intent, name] / total:.3f}" for name in OUTCOMES)
            low, high = wilson(found[intent, "answered"], total)
            sys.stdout.write(f"  {intent} ({total}): {', '.join(shares)}; answered {low:.3f} – {high:.3f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
