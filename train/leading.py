"""Fit what orders the leading sections: `python -m train.leading`, after the query encoder is trained.

A linear ranking from pairs, on `train/strangers.jsonl` and `train/general.jsonl`: of the sections that lead by their
fused scores, those that a reader said decide the question against the others. Copy the printed numbers to
answer/leading.py. Its figures on these questions are for each question from a fit without its fifth.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from answer.assemble import Engine
from answer.leading import WEIGHTS
from answer.understand import understand
from eval import strangers
from eval.logistic import fit
from mayshare.config import load_settings
from mayshare.schema import Place, Question
from train.data import GENERAL, STRANGERS, read_strangers

FOLDS = 5
Array = npt.NDArray[np.float64]


class Led(NamedTuple):
    """The leading sections of a question: what speaks for each, the fused score first, and which decide it."""

    values: Array
    right: npt.NDArray[np.bool_]


def led(engine: Engine, text: str, answers: frozenset[Place]) -> Led:
    """What leads for a question."""
    places, values = engine.retriever.leading(understand(Question(text=text), engine.glossary))
    return Led(values, np.array([place in answers for place in places], dtype=bool))


def pairs(asked: Sequence[Led]) -> Array:
    """What speaks for the best right section, less what speaks for each other one; shape (pairs, features)."""
    rows = [
        one.values[np.flatnonzero(one.right)[0]] - other
        for one in asked
        if one.right.any()
        for other in one.values[~one.right]
    ]
    return np.array(rows)


def weights(asked: Sequence[Led]) -> Array:
    """Of the features, beside 1 for the fused score."""
    better = pairs(asked)
    both = np.vstack([better, -better])
    beta = fit(both, np.repeat([1.0, 0.0], len(better)))[1:]
    found: Array = beta / beta[0]
    return found


def leads_rightly(one: Led, weighed: Array) -> bool:
    """Is the section with the most a right one?"""
    return bool(len(one.right)) and bool(one.right[int(np.argmax(one.values @ weighed))])


def held_out(asked: Sequence[Led]) -> npt.NDArray[np.bool_]:
    """Which are led rightly, each question with weights from the others' folds."""
    fold = np.random.default_rng(0).permutation(len(asked)) % FOLDS
    right = np.zeros(len(asked), dtype=bool)
    for n in range(FOLDS):
        weighed = weights([one for one, of in zip(asked, fold, strict=True) if of != n])
        right[fold == n] = [leads_rightly(one, weighed) for one, of in zip(asked, fold, strict=True) if of == n]
    return right


def main() -> int:
    """Command line entry."""
    engine = Engine(load_settings(), without=frozenset({"rerank", "reader", "intent", "model"}), pinned=True)
    asked, sources = [], []
    for path in (STRANGERS, GENERAL):
        for stranger in read_strangers(path):
            if stranger.answers:
                places = (Place(source_id=source_id, heading=heading) for source_id, heading in stranger.answers)
                asked.append(led(engine, stranger.text, frozenset(places)))
                sources.append(path.name)
    found = weights(asked)
    print("WEIGHTS =", {name: round(float(weight), 2) for name, weight in zip(WEIGHTS, found[1:], strict=True)})
    alone = np.eye(len(found))[0]
    before, now = np.array([leads_rightly(one, alone) for one in asked]), held_out(asked)
    for name in dict.fromkeys(sources):
        own = np.array(sources) == name
        print(f"{own.sum()} questions of {name}: led rightly {before[own].mean():.3f}, now {now[own].mean():.3f}")
    for split in ("dev", "test"):
        others = [led(engine, question.text, question.answers) for question in strangers.load(split)]
        shares = [np.mean([leads_rightly(one, weighed) for one in others]) for weighed in (alone, found)]
        print(f"strangers' {split} questions: {shares[0]:.3f}, now {shares[1]:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
