"""Fit when to answer: `python -m train.scope`, after the query encoder and the intent model are trained.

Two logistic regressions. The first, over the strength of the evidence and the question's own vector: positives are ways
of asking that lead to the guidance (`corpus/phrasings/`), stories of documents that the query encoder wasn't trained
on, and questions that only look out of place; negatives are questions out of scope (`train/unanswered.jsonl`). The
second, over what the first and the intent model give, is fitted on texts that the intent model hasn't seen: development
questions, the dev half of `eval/intent/`, and some of the stories. The threshold is then chosen on the development
questions (docs/calibration.md). The vector's weights go to mayshare/weights/scope.npy; copy the printed numbers to
answer/abstain.py.
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
from eval.calibrate import dev_questions
from eval.intent_score import read
from eval.logistic import fit
from mayshare.config import load_settings
from mayshare.minilm import SCOPE
from mayshare.schema import Filters, Question
from train.data import is_document_held_out, read_stories

UNANSWERED = Path(__file__).parent / "unanswered.jsonl"
POSITIVES = 1500
SHORT = 9  # words; short everyday questions say little of themselves, so all of them are taken
RIDGE = 1.0
STORIES = 400  # of the second regression
NAMES = [name for name in abstain.WEIGHTS if name not in ("scope", "intent")]
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
    return np.concatenate([[found[name] for name in NAMES], vector])


def fit_second(engine: Engine, beta: Array, stories: list[str]) -> Array:
    """Of the second regression: the intercept, and the weights of the first's log-odds and of the intent model's."""
    asked, out = dev_questions()
    strangers = read("dev")
    texts = [*asked, *stories, *(text.text for text in strangers if text.intent == "in_scope")]
    others = [*out, *(text.text for text in strangers if text.intent == "out_of_scope")]
    first = [float(beta[0] + values(engine, text) @ beta[1:]) for text in [*texts, *others]]
    evidence = (engine.evidence(Question(text=text)) for text in [*texts, *others])
    second = [abstain.features(understood, found)["intent"] for understood, found in evidence]
    labels = np.array([1.0] * len(texts) + [0.0] * len(others))
    return fit(np.array([first, second]).T, labels, balanced=False, ridge=0.01)


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
    intercept, share, intent = fit_second(engine, beta, stories[:STORIES])
    np.save(SCOPE, beta[1 + len(NAMES) :].astype(np.float32), allow_pickle=False)
    print(f"INTERCEPT = {intercept + share * beta[0]:.3f}")
    weights = {name: share * b for name, b in zip(NAMES, beta[1:], strict=False)} | {"scope": share, "intent": intent}
    print("WEIGHTS =", {name: round(float(weight), 3) for name, weight in weights.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
