"""What the engine would reach at other settings: `python -m eval.curves [--split dev]`.

Four curves behind targets that aren't reached: what an answer states by how long it may be, what is withheld by the
threshold of withholding, how often a verdict is as right by how sure the engine is of the situation, and how many
strangers' texts that should be withheld are answered where so many others are refused. Source of the third: El-Yaniv
and Wiener (2010), On the Foundations of Noise-free Selective Classification (risk and coverage).
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import get_args

import numpy as np

from answer import abstain
from answer.assemble import Engine
from eval import runs
from eval.cases import Case, Split, load_cases
from eval.intent_score import read
from eval.score import Item, Scores, score, summary
from eval.setup import context_of
from mayshare.config import Settings, load_settings
from mayshare.index import Index
from mayshare.schema import Question

WORDS = (60, 100, 140, 170, 220, 300, 450)
THRESHOLDS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9)
COVERAGES = (0.25, 0.5, 0.75, 1.0)
REFUSED = (0.02, 0.04, 0.06, 0.08, 0.1)
Ask = Callable[[Settings], tuple[runs.Run, Scores]]


def with_answering(settings: Settings, **changes: float) -> Settings:
    """The settings with some of how an answer is made changed."""
    return settings.model_copy(update={"answering": settings.answering.model_copy(update=changes)})


def asker(index: Index, cases: Sequence[Case]) -> Ask:
    """Asks all questions over an index, once for each way of answering: every curve passes through the shipped one."""
    context = context_of(index)
    known: dict[str, tuple[runs.Run, Scores]] = {}

    def ask(settings: Settings) -> tuple[runs.Run, Scores]:
        way = settings.answering.model_dump_json()
        if way not in known:
            found = runs.run(Engine(settings, index, pinned=True), cases, "curves")
            known[way] = found, score(found, cases, context)
        return known[way]

    return ask


def by_words(ask: Ask, settings: Settings) -> Iterable[str]:
    """A line for each length: vital nuggets and exceptions that are stated."""
    for words in WORDS:
        items = ask(with_answering(settings, max_words=words))[1].items
        yield f"{words} words: " + _means(items, "nugget_vital", "nugget_vital_partial", "exception_recall")


def by_threshold(ask: Ask, settings: Settings) -> Iterable[str]:
    """A line for each threshold: what is answered that should be withheld, and withheld that has an answer."""
    for threshold in THRESHOLDS:
        items = ask(with_answering(settings, threshold=threshold))[1].items
        yield f"threshold {threshold}: " + _means(items, "harmful_answered", "abstention_recall", "answerable_refused")


def by_coverage(run: runs.Run, scores: Scores) -> Iterable[str]:
    """A line for each share of the answers, the surest of their situation first: how many verdicts are as right."""
    sure: dict[str, float] = {}
    for line in run.lines:
        if line.variant == "question" and line.answer and line.answer.situation:
            sure[line.case] = line.answer.situation.probability or 1.0
    told = [
        (sure[item.case], right)
        for item in scores.items
        if item.case in sure and (right := item.values["verdict_acceptable"]) is not None
    ]
    ordered = [right for _, right in sorted(told, key=lambda pair: -pair[0])]
    for coverage in COVERAGES:
        count = math.ceil(coverage * len(ordered))
        yield f"surest {coverage:.0%} ({count}): as right {np.mean(ordered[:count]):.3f}"


def strangers_texts(engine: Engine, split: Split) -> Iterable[str]:
    """The texts of `eval/intent/`: out of scope by how likely they can be answered, harmful by how likely they harm."""
    answerable: dict[str, list[float]] = {"in_scope": [], "out_of_scope": [], "unsafe": []}
    lawful: dict[str, list[float]] = {name: [] for name in answerable}
    for text in read(split):
        understood, evidence = engine.evidence(Question(text=text.text))
        answerable[text.intent].append(abstain.answerable(understood, evidence))
        lawful[text.intent].append(1 - (evidence.intent.unsafe if evidence.intent else 0.0))
    yield from by_refusals("out of scope answered", answerable["in_scope"], answerable["out_of_scope"])
    yield from by_refusals("harmful answered, rules aside", lawful["in_scope"], lawful["unsafe"])


def by_refusals(name: str, kept: Sequence[float], others: Sequence[float]) -> Iterable[str]:
    """A line for each share of `kept` that is refused, the lowest first: how many `others` aren't lower."""
    for share in REFUSED:
        bound = np.quantile(kept, share)
        answered = np.mean([other >= bound for other in others])
        yield f"refused {share:.0%} of {len(kept)}: {name} {answered:.3f} of {len(others)}, bound {bound:.2f}"


def _means(items: Sequence[Item], *names: str) -> str:
    found = ((name, summary(name, items)) for name in names)
    return ", ".join(f"{name} {one.mean:.3f} ({one.low:.3f} to {one.high:.3f})" for name, one in found)


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=get_args(Split), default="dev", help="dev to tune on, test to report on")
    options = parser.parse_args()
    settings = load_settings()
    engine = Engine(settings, pinned=True)
    ask = asker(engine.index, load_cases(split=options.split))
    for title, lines in (
        ("What an answer states, by its length", by_words(ask, settings)),
        ("What is withheld, by the threshold", by_threshold(ask, settings)),
        ("Verdicts as right, the surest situations first", by_coverage(*ask(settings))),
        ("Strangers' texts, by what is refused", strangers_texts(engine, options.split)),
    ):
        sys.stdout.write(f"{options.split}: {title}\n" + "".join(f"  {line}\n" for line in lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
