"""Fit which sentences belong in an answer: `python -m train.salience`.

A logistic regression over what `answer/salience.py` reads, on the development questions and their paraphrases: does a
sentence of the sections found state a vital nugget or an exception that the bottom line doesn't? Whether it does is
told by the matcher of the evaluation. Copy the printed numbers to answer/salience.py.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from answer import salience
from answer.assemble import Engine, assemble
from answer.select import candidates
from eval.cases import Case, load_cases
from eval.logistic import fit, predict
from eval.matching import STATED, Matcher
from eval.setup import context_of
from mayshare.config import load_settings
from mayshare.text import plain
from train.situation import area

RIDGE = 5.0
Array = npt.NDArray[np.float64]


class Found(NamedTuple):
    """The sentences found for one question: their features, and whether each belongs."""

    topic: str
    values: Array
    belongs: Array


def development(engine: Engine, matcher: Matcher) -> Iterator[Found]:
    """Single questions and conversations of the development split with nuggets, and their paraphrases."""
    for case in load_cases(split="dev"):
        if case.kind in ("out_of_scope", "adversarial") or not case.nuggets:
            continue
        for question in case.variants().values():
            _, evidence = engine.evidence(question)
            found = candidates(engine.index, evidence.hits)
            if len(found) > 1:
                values, _, _ = salience.features(found, engine.index.lexical.rarity)
                yield Found(case.id.rpartition("-")[0], values[1:], _belongs(case, found, matcher))


def _belongs(case: Case, found: list[salience.Candidate], matcher: Matcher) -> Array:
    facts = [*(n.text for n in case.nuggets if n.importance == "vital"), *case.must_not_omit]
    lead, *others = (plain(candidate.text) for candidate in found)
    open_facts = [fact for fact in facts if matcher.stated(fact, [lead]) < STATED]
    return np.array([float(any(matcher.stated(f, [text]) >= STATED for f in open_facts)) for text in others])


def main() -> int:
    """Command line entry."""
    engine = assemble(load_settings())
    found = list(development(engine, context_of(engine.index).matcher))
    values, belongs = np.concatenate([f.values for f in found]), np.concatenate([f.belongs for f in found])
    topics = np.array([f.topic for f in found for _ in f.belongs])
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    scaled = (values - mean) / spread
    chances = np.zeros(len(belongs))
    for topic in sorted(set(topics)):
        out = topics == topic
        chances[out] = predict(fit(scaled[~out], belongs[~out], ridge=RIDGE), scaled[out])
    print(f"{len(found)} questions, {len(belongs)} sentences, {belongs.mean():.3f} belong")
    print(f"AUC, each topic from a fit without it: {area(chances, belongs):.3f}")
    beta = fit(scaled, belongs, ridge=RIDGE)
    print(f"INTERCEPT = {beta[0] - float((beta[1:] * mean / spread).sum()):.3f}")
    print("WEIGHTS =", {n: round(float(b), 3) for n, b in zip(salience.WEIGHTS, beta[1:] / spread, strict=True)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
