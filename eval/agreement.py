"""How far nugget matching agrees with labels given by hand, and the fit of its weights.

    python -m eval.agreement                        # fit on the fitting half, print weights and kappa on the other
    python -m eval.agreement --sample RUN.jsonl …   # print (fact, answer) pairs to label, one JSON object a line

`eval/labels/nuggets.jsonl` holds one pair a line: the case, the fact (a nugget or an exception), the sentences of an
answer, and the label: `full`, `partial` or `none`. Pairs of a case are all for fitting or all for checking.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from eval import files, matching, runs, stats
from eval.cases import Record, load_cases
from eval.logistic import fit, predict
from eval.matching import Features, Matcher
from eval.metrics.nugget import sentences
from mayshare.config import ROOT

PATH = ROOT / "eval" / "labels" / "nuggets.jsonl"
SEED = 7


class Label(Record):
    """One labelled pair."""

    case: str
    fact: str
    text: tuple[str, ...]
    label: Literal["full", "partial", "none"]

    @property
    def for_fitting(self) -> bool:
        """Half of the cases, by a hash of their id."""
        return hashlib.sha256(self.case.encode()).digest()[0] % 2 == 0


def load(path: Path = PATH) -> list[Label]:
    """The labelled pairs. Raises RunFileError with the line of a pair that can't be read."""
    return files.read_all(path, Label)


def agreement(matcher: Matcher, labels: Sequence[Label]) -> tuple[float, float, int]:
    """Cohen's kappa (stated or not), share of equal judgements, and how many pairs: on the checking half."""
    checked = [label for label in labels if not label.for_fitting]
    ours = [matcher.stated(label.fact, label.text) >= matching.STATED for label in checked]
    theirs = [label.label == "full" for label in checked]
    equal = sum(a == b for a, b in zip(ours, theirs, strict=True))
    return stats.kappa(ours, theirs), equal / len(checked), len(checked)


def describe(matcher: Matcher) -> str:
    """The agreement in a sentence, for reports."""
    kappa, equal, count = agreement(matcher, load())
    return (
        f"Cohen's kappa {kappa:.2f} with labels given by hand ({equal:.0%} equal) on {count} pairs that the weights "
        "were not fitted on; read nugget figures as comparisons between systems."
    )


def sample(paths: Sequence[Path], count: int) -> list[dict[str, object]]:
    """Pairs to label: facts of the cases against what the runs answered, drawn with a fixed seed."""
    cases = {case.id: case for case in load_cases()}
    pairs: list[dict[str, object]] = []
    for path in paths:
        for line in runs.read(path).lines:
            if line.variant != "question" or not line.answer or not line.answer.claims:
                continue
            case = cases[line.case]
            for fact in (*(nugget.text for nugget in case.nuggets), *case.must_not_omit):
                pairs.append({"case": case.id, "fact": fact, "text": sentences(line.answer), "label": None})
    random.Random(SEED).shuffle(pairs)
    return pairs[:count]


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", nargs="+", type=Path, metavar="RUN", help="run files to draw pairs from")
    parser.add_argument("--count", type=int, default=200)
    arguments = parser.parse_args()
    out = sys.stdout.write
    if arguments.sample:
        for pair in sample(arguments.sample, arguments.count):
            out(json.dumps(pair, ensure_ascii=False) + "\n")
        return 0
    from eval.setup import context_of
    from mayshare.config import load_settings
    from mayshare.index import open_index

    matcher = context_of(open_index(load_settings())).matcher
    labels = load()
    fitting = [label for label in labels if label.for_fitting]
    values = np.array([matcher.features(label.fact, label.text) for label in fitting])
    beta = fit(values, np.array([float(label.label == "full") for label in fitting]), balanced=False)
    weights = ", ".join(f'"{name}": {b:.2f}' for name, b in zip(Features._fields, beta[1:], strict=True))
    out(f"INTERCEPT = {beta[0]:.2f}\nWEIGHTS = {{{weights}}}   # fitted on {len(fitting)} pairs\n")
    checked = [label for label in labels if not label.for_fitting]
    found = predict(beta, np.array([matcher.features(label.fact, label.text) for label in checked])) >= matching.STATED
    truth = [label.label == "full" for label in checked]
    out(f"kappa with these weights {stats.kappa(found.tolist(), truth):.3f}; in use: {describe(matcher)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
