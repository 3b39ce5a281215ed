"""Print the risk-coverage curve of the probability that the corpus answers a question.

    python -m eval.calibrate [--negatives FILE.jsonl …]

Positives are the development questions that the guidance answers, with their paraphrases; negatives the development
questions out of scope and, where given, questions of other domains ({"text": …} a line, for instance the queries of a
public BEIR set). None of them was fitted on (`train/scope.py`), and test questions are never read. The threshold in
the settings is chosen from this curve.

The curve is that of El-Yaniv and Wiener (2010), On the Foundations of Noise-free Selective Classification: share
answered against share of wrongly answered, over the threshold.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml

from answer import abstain
from answer.assemble import Engine, assemble
from mayshare.config import ROOT, load_settings
from mayshare.schema import Question

Array = npt.NDArray[np.float64]
ANSWERED = frozenset({"answerable", "false_premise"})


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--negatives", action="append", type=Path, default=[], help="JSONL of questions to refuse")
    parser.add_argument("--most", type=int, default=250, help="negatives taken from each file")
    arguments = parser.parse_args()
    engine = assemble(load_settings())
    positives, negatives = dev_questions()
    for path in arguments.negatives:
        lines = path.read_text(encoding="utf-8").splitlines()
        texts = list(dict.fromkeys(json.loads(line)["text"] for line in lines))
        negatives += texts[:: max(1, len(texts) // arguments.most)]
    chances = np.array([probability(engine, text) for text in [*positives, *negatives]])
    labels = np.array([1.0] * len(positives) + [0.0] * len(negatives))
    report(chances, labels)
    return 0


def dev_questions() -> tuple[list[str], list[str]]:
    """Development questions that are answered, with paraphrases, and those out of scope."""
    positives: list[str] = []
    negatives: list[str] = []
    for path in sorted((ROOT / "eval" / "questions").glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if content["split"] != "dev":
            continue
        for item in content["questions"]:
            texts = [item["question"], *(item.get("paraphrases") or [])]
            if item["kind"] in ANSWERED:
                positives += texts
            elif item["kind"] == "out_of_scope":
                negatives += texts
    return positives, negatives


def probability(engine: Engine, text: str) -> float:
    """Probability of being answerable for one question without history."""
    return abstain.answerable(*engine.evidence(Question(text=text)))


def report(chances: Array, labels: Array) -> None:
    """Print the curve."""
    out = sys.stdout.write
    out(f"{int(labels.sum())} answered, {int((1 - labels).sum())} to refuse\n")
    out("threshold  answerable answered  others answered\n")
    for threshold in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.53, 0.6, 0.7, 0.8, 0.9):
        kept = chances >= threshold
        out(f"{threshold:9.2f}  {kept[labels == 1].mean():19.3f}  {kept[labels == 0].mean():15.3f}\n")


if __name__ == "__main__":
    sys.exit(main())
