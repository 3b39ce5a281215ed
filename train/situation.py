"""Fit how sure an answer is of the situation: `python -m train.situation`, after the query encoder is trained.

A logistic regression over how near the section that leads is to the question, by how much it leads, and how much of the
question it speaks of. Fitted on the stories of documents that the query encoder wasn't trained on, on the development
questions, and, each counting OFTEN times, on questions of strangers (`eval/strangers/dev.jsonl`, those of
`train/strangers.jsonl` that are held out, and `train/general.jsonl`), who ask of what no section was written for: does
the section that leads hold the answer? Copy the printed numbers to answer/situation.py.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from answer import situation
from answer.assemble import Engine, assemble
from answer.understand import understand
from eval import strangers
from eval.cases import gold, load_cases
from eval.logistic import fit
from mayshare.config import load_settings
from mayshare.schema import Filters, Passage, Question
from train.data import GENERAL, is_document_held_out, read_stories, read_strangers

FOLDS = 10
OFTEN = 5  # strangers' questions are few, and the only ones that weren't written for the guidance
RIDGE = 0.01  # cosines and margins are small numbers
LEAST = (0.3, 0.4, 0.5, 0.55, 0.6, 0.65)
Array = npt.NDArray[np.float64]


class Asked(NamedTuple):
    """A question whose answer's place is known: is it the section that leads, and is it among those offered?"""

    values: tuple[float, ...]
    leads: bool
    offered: bool


def stories(engine: Engine) -> Iterator[Asked]:
    """Of documents that are held out."""
    own = _sections(engine)
    for story in read_stories():
        if is_document_held_out(story.source_id):
            yield _asked(engine, story.text, own.get((story.source_id, story.heading), set()))


def development(engine: Engine) -> Iterator[Asked]:
    """Single questions of the development split with evidence, and their paraphrases."""
    passages = engine.index.passages
    for case in load_cases(split="dev"):
        if case.turns or not case.evidence:
            continue
        spans = [span for group in gold(case, engine.index.documents).groups for span in group]
        right = {p.passage_id for p in passages if any(p.span.overlap(span) for span in spans)}
        for question in case.variants().values():
            yield _asked(engine, question.text, right)


def strange(engine: Engine) -> Iterator[Asked]:
    """Questions of people who saw neither guidance nor code; readers said which sections answer each.

    Those that the reader was trained on are left out, and those that no section answered when they were read.
    """
    own = _sections(engine)
    asked = [(one.text, [(place.source_id, place.heading) for place in one.answers]) for one in strangers.load("dev")]
    asked += [(one.text, list(one.answers)) for one in read_strangers() if one.held_out and one.answers]
    asked += [(one.text, list(one.answers)) for one in read_strangers(GENERAL) if one.answers]
    for text, answers in asked:
        yield _asked(engine, text, set().union(*(own.get(place, set()) for place in answers)))


def _sections(engine: Engine) -> dict[tuple[str, str], set[str]]:
    """The passages of each section."""
    own: dict[tuple[str, str], set[str]] = {}
    for passage in engine.index.passages:
        own.setdefault(_place(passage), set()).add(passage.passage_id)
    return own


def _place(passage: Passage) -> tuple[str, str]:
    return passage.source_id, passage.heading


def _asked(engine: Engine, text: str, right: set[str]) -> Asked:
    understood = understand(Question(text=text), engine.glossary)
    found = engine.retriever.evidence(understood, Filters(), engine.settings.retrieval.k)
    by_section: dict[tuple[str, str], bool] = {}
    for hit in found.hits:
        place = _place(hit.passage)
        by_section[place] = by_section.get(place, False) or hit.passage.passage_id in right
    ranked = list(by_section.values())
    values = tuple(getattr(found.nearness, name) for name in situation.WEIGHTS)
    return Asked(values, ranked[:1] == [True], any(ranked[: 1 + situation.MOST]))


def held_out_chances(table: Array, labels: Array, often: npt.NDArray[np.int64]) -> Array:
    """Each question's chance from a fit without it and a tenth of the others; `often`: how many times each counts."""
    fold = np.random.default_rng(0).permutation(len(labels)) % FOLDS
    chances = np.zeros(len(labels))
    for n in range(FOLDS):
        rows = np.flatnonzero(fold != n).repeat(often[fold != n])
        beta = fit(table[rows], labels[rows], balanced=False, ridge=RIDGE)
        chances[fold == n] = 1 / (1 + np.exp(-beta[0] - table[fold == n] @ beta[1:]))
    return chances


def area(chances: Array, labels: Array) -> float:
    """Area under the ROC curve: how often a right one has the higher chance than a wrong one."""
    right, wrong = chances[labels == 1], chances[labels == 0]
    return float((right[:, None] > wrong).mean() + 0.5 * (right[:, None] == wrong).mean())


def report(name: str, asked: list[Asked], chances: Array) -> None:
    """Print the curve of one set."""
    labels = np.array([float(a.leads) for a in asked])
    offered = np.mean([a.leads or a.offered for a in asked])
    area_under = area(chances, labels)
    print(f"\n{name}: {len(asked)}, right {labels.mean():.3f}, with others {offered:.3f}, AUC {area_under:.3f}")
    print("| least chance | asks first | right where it asks | right where it doesn't |\n| --- | --- | --- | --- |")
    for least in LEAST:
        below = chances < least
        asks, answers = (f"{labels[rows].mean():.3f}" if rows.any() else "·" for rows in (below, ~below))
        print(f"| {least} | {below.mean():.3f} | {asks} | {answers} |")


def main() -> int:
    """Command line entry."""
    engine = assemble(load_settings())
    told, dev, others = list(stories(engine)), list(development(engine)), list(strange(engine))
    everything = [*told, *dev, *others]
    table = np.array([asked.values for asked in everything], dtype=np.float64)
    labels = np.array([float(asked.leads) for asked in everything])
    often = np.array([1] * (len(told) + len(dev)) + [OFTEN] * len(others))
    beta = fit(table.repeat(often, axis=0), labels.repeat(often), balanced=False, ridge=RIDGE)
    print(f"INTERCEPT = {beta[0]:.3f}")
    print("WEIGHTS =", {name: round(float(b), 3) for name, b in zip(situation.WEIGHTS, beta[1:], strict=True)})
    chances = held_out_chances(table, labels, often)
    report("stories of documents held out", told, chances[: len(told)])
    report("development questions", dev, chances[len(told) : len(told) + len(dev)])
    report("questions of strangers", others, chances[len(told) + len(dev) :])
    return 0


if __name__ == "__main__":
    sys.exit(main())
