"""Is a follow-up answered as well as the same question asked in one go? `python -m eval.follow_ups`.

`eval/standalone.json` words the last turn of each conversation as a question that needs no turn before it. Both forms
have the same expected answer, so that each conversation is compared with itself.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

from answer.assemble import Engine
from eval import runs, stats
from eval.cases import Case, Split, load_cases
from eval.metrics.context import Context
from eval.score import Item, score
from eval.setup import context_of
from mayshare.config import ROOT, load_settings
from mayshare.errors import QuestionSetError

FILE = ROOT / "eval" / "standalone.json"
METRICS = ("recall@5", "ndcg@10", "nugget_vital", "verdict_accuracy")


def standalone(cases: Sequence[Case], path: Path = FILE) -> list[Case]:
    """The follow-ups among `cases`, each as one question without turns.

    Raises:
        QuestionSetError: a follow-up has no such form.
    """
    forms: Mapping[str, str] = json.loads(path.read_text(encoding="utf-8"))
    asked = [case for case in cases if case.turns]
    missing = [case.id for case in asked if not forms.get(case.id)]
    if missing:
        raise QuestionSetError(f"{path.name} lacks {', '.join(missing)}. Word the last turn so that it stands alone.")
    return [case.model_copy(update={"question": forms[case.id], "turns": ()}) for case in asked]


def scored(engine: Engine, cases: Sequence[Case], context: Context) -> tuple[Item, ...]:
    """The scores of the engine's answers."""
    return score(runs.run(engine, cases, "follow-ups"), cases, context).items


def table(engine: Engine, split: Split) -> str:
    """A line a metric: with the turns, in one go, and the difference with its 95 % interval."""
    context = context_of(engine.index)
    follow_ups = [case for case in load_cases(split=split) if case.turns]
    turns, alone = scored(engine, follow_ups, context), scored(engine, standalone(follow_ups), context)
    lines = [f"{split}: {len(follow_ups)} conversations"]
    for name in METRICS:
        pairs = [
            (one, other)
            for a, b in zip(turns, alone, strict=True)
            if (one := a.values.get(name)) is not None and (other := b.values.get(name)) is not None
        ]
        low, high = stats.bootstrap([one - other for one, other in pairs])
        means = [sum(values) / len(pairs) if pairs else math.nan for values in zip(*pairs, strict=True)]
        lines.append(
            f"  {name}: turns {means[0]:.3f}, in one go {means[1]:.3f}, "
            f"difference {means[0] - means[1]:+.3f} ({low:+.3f} to {high:+.3f}), {len(pairs)}"
        )
    return "\n".join(lines)


def main() -> int:
    """Command line entry."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    engine = Engine(load_settings(), pinned=True)
    for split in get_args(Split):
        sys.stdout.write(table(engine, split) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
