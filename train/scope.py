"""Fit when to answer: `python -m train.scope`, after the query encoder is trained.

A logistic regression over the strength of the evidence and over the question's own vector. Positives: ways of asking
that lead to the guidance (`corpus/phrasings/`), stories of documents that the query encoder wasn't trained on, and
questions that only look out of place; negatives: questions out of scope (`train/unanswered.jsonl`). No evaluation
question is read; the threshold is then chosen on the development questions (docs/calibration.md). The vector's weights
go to mayshare/weights/scope.npy; copy the printed numbers to answer/abstain.py.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from answer import abstain
from answer.assemble import Engine, assemble
from answer.understand import understand
from eval.logistic import fit
from mayshare.config import load_settings
from mayshare.minilm import SCOPE
from mayshare.schema import Filters, Question
from train.data import is_document_held_out, read_stories

UNANSWERED = Path(__file__).parent / "unanswered.jsonl"
POSITIVES = 1500
SHORT = 9  # words; short everyday questions say little of themselves, so all of them are taken
RIDGE = 1.0
Array = npt.NDArray[np.float64]


def values(engine: Engine, text: str, own: int | None = None) -> Array:
    """Evidence features without `scope`, then the question's vector; shape (features + dimensions,).

    Args:
        own: number of the phrasing that `text` is; it must not be its own nearest.
    """
    understood = understand(Question(text=text), engine.glossary)
    found = abstain.features(understood, engine.retriever.evidence(understood, Filters(), 10))
    vector = engine.index.embed(understood.text)
    heading = float(engine.index.heading_scores(vector).max())
    found["best_phrasing"] = max(engine.index.nearest_phrasing(vector, own), heading)
    evidence = [value for name, value in found.items() if name != "scope"]
    return np.concatenate([evidence, vector])


def main() -> int:
    """Command line entry."""
    engine = assemble(load_settings())
    rows = [json.loads(line) for line in UNANSWERED.read_text(encoding="utf-8").splitlines()]
    negatives = [row["text"] for row in rows if row["kind"] == "out_of_scope"]
    phrasings = engine.index.phrasings
    drawn = np.random.default_rng(0).choice(len(phrasings), min(POSITIVES, len(phrasings)), replace=False)
    short = (n for n, phrasing in enumerate(phrasings) if len(phrasing.text.split()) <= SHORT)
    chosen = sorted({*map(int, drawn), *short})
    lookalikes = [row["text"] for row in rows if row["kind"] == "safe_lookalike"]
    stories = [story.text for story in read_stories() if is_document_held_out(story.source_id)]
    positives = [values(engine, phrasings[n].text, n) for n in chosen]
    positives += [values(engine, text) for text in [*lookalikes, *stories]]
    table = np.array([*positives, *(values(engine, text) for text in negatives)])
    labels = np.array([1.0] * len(positives) + [0.0] * len(negatives))
    beta = fit(table, labels, ridge=RIDGE)
    names = [name for name in abstain.WEIGHTS if name != "scope"]
    np.save(SCOPE, beta[1 + len(names) :].astype(np.float32), allow_pickle=False)
    print(f"INTERCEPT = {beta[0]:.3f}")
    print("WEIGHTS =", {name: round(float(b), 3) for name, b in zip(names, beta[1:], strict=False)} | {"scope": 1.0})
    return 0


if __name__ == "__main__":
    sys.exit(main())
