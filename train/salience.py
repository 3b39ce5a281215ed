"""Fit which sentences belong in an answer: `python -m train.salience`.

A logistic regression over what `answer/salience.py` reads, on two kinds of questions. Development questions and their
paraphrases: does a sentence of the sections found state a vital nugget or an exception that the bottom line doesn't?
Whether it does is told by the matcher of the evaluation, which likes what many sections say. Strangers' questions, the
right section first: would a reader who knows the field state it (`train/sentences.jsonl`)? What only helps counts in
part. Copy the printed numbers to answer/salience.py.
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
from answer.understand import understand
from eval.cases import Case, load_cases
from eval.logistic import fit, predict
from eval.matching import STATED, Matcher
from eval.setup import context_of
from mayshare.config import load_settings
from mayshare.schema import Place, Question
from mayshare.text import plain
from train.data import folds, read_sentences, sentence_key
from train.situation import area

RIDGE = 5.0
SHARE = {"lead": 1.0, "vital": 1.0, "okay": 0.3, "beside": 0.0}  # of a sentence that belongs
STRANGER = 0.5  # how much a sentence counts that was read for a stranger, beside one for a development question
FOLDS = 5
Array = npt.NDArray[np.float64]


class Found(NamedTuple):
    """The sentences found for one question: their features, and how much each belongs. `group`: left out together."""

    group: str
    values: Array
    belongs: Array
    counts: float


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
                yield Found(case.id.rpartition("-")[0], values[1:], _belongs(case, found, matcher), 1.0)


def _belongs(case: Case, found: list[salience.Candidate], matcher: Matcher) -> Array:
    facts = [*(n.text for n in case.nuggets if n.importance == "vital"), *case.must_not_omit]
    lead, *others = (plain(candidate.text) for candidate in found)
    open_facts = [fact for fact in facts if matcher.stated(fact, [lead]) < STATED]
    return np.array([float(any(matcher.stated(f, [text]) >= STATED for f in open_facts)) for text in others])


def read(engine: Engine) -> Iterator[Found]:
    """Strangers' questions whose sentences were read, as far as the guidance still has section and sentence."""
    for asked in read_sentences():
        place = Place(source_id=asked.section[0], heading=asked.section[1])
        question = Question(text=asked.text, situation=place)
        understood = understand(question, engine.glossary)
        hits = engine.retriever.evidence(understood, question.filters, engine.settings.retrieval.k, place).hits
        found = candidates(engine.index, hits)
        if not found or found[0].section != asked.section:
            continue
        values, _, _ = salience.features(found, engine.index.lexical.rarity)
        kinds = [asked.sentences.get(sentence_key(plain(candidate.text))) for candidate in found]
        rows = [n for n, kind in enumerate(kinds) if kind and n]
        shares = np.array([SHARE[kind] for kind in kinds[1:] if kind])
        yield Found(asked.text, values[rows], shares, STRANGER)


def main() -> int:
    """Command line entry."""
    engine = assemble(load_settings())
    found = [*development(engine, context_of(engine.index).matcher), *read(engine)]
    values, belongs = np.concatenate([f.values for f in found]), np.concatenate([f.belongs for f in found])
    counts = np.concatenate([np.full(len(f.belongs), f.counts) for f in found])
    fold = folds([f.group for f in found for _ in f.belongs], FOLDS)
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    scaled = (values - mean) / spread
    chances = np.zeros(len(belongs))
    for n in range(FOLDS):
        beta = fit(scaled[fold != n], belongs[fold != n], balanced=False, ridge=RIDGE, counts=counts[fold != n])
        chances[fold == n] = predict(beta, scaled[fold == n])
    for name, rows in (("development questions", counts == 1), ("strangers' questions", counts < 1)):
        own = rows & ((belongs == 0) | (belongs == 1))
        print(f"{name}: {rows.sum()} sentences, {(belongs[rows] == 1).mean():.3f} belong")
        print(f"  AUC, each from a fit without its topic or question: {area(chances[own], belongs[own]):.3f}")
    beta = fit(scaled, belongs, balanced=False, ridge=RIDGE, counts=counts)
    print(f"INTERCEPT = {beta[0] - float((beta[1:] * mean / spread).sum()):.3f}")
    print("WEIGHTS =", {n: round(float(b), 3) for n, b in zip(salience.WEIGHTS, beta[1:] / spread, strict=True)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
