"""Fit what decides a verdict: `python -m train.verdict [--out mayshare/weights/verdict.json]`.

A multinomial logistic regression over what `answer/verdict_features.py` reads. Fitted on the stories of documents that
the reader wasn't trained on, on strangers' questions (those that the reader was trained on count half as much) and
their general ones, with the right section chosen, and on the development questions with the section that the engine
finds. General and development questions count more: they ask for a rule and tell few facts.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from answer.assemble import Engine, assemble
from answer.decide import Decider, taken
from answer.lead import begun
from answer.select import bottom_line
from answer.understand import understand
from answer.verdict_features import features
from eval import strangers
from eval.cases import load_cases
from eval.logistic import fit_softmax, predict_softmax
from mayshare.config import load_settings
from mayshare.minilm import VERDICT_WEIGHTS
from mayshare.reader import VERDICTS, load_reader
from mayshare.schema import Place, Question
from mayshare.text import plain
from train.data import GENERAL, folds, is_document_held_out, read_stories, read_strangers

FOLDS = 5
RIDGE = 33.0  # of features of unit variance
COUNTS = {"story": 0.5, "trained": 1.0, "stranger": 2.0, "general": 3.0, "development": 3.0}
Array = npt.NDArray[np.float64]


class Asked(NamedTuple):
    """A question whose verdict is known, and others that are as right. `group`: what is left out of a fit together."""

    kind: str
    group: str
    question: Question
    verdict: str
    also: tuple[str, ...] = ()


class Example(NamedTuple):
    """What is known of a question, its verdict, and how much it counts."""

    kind: str
    group: str
    values: dict[str, float]
    verdict: str
    also: tuple[str, ...]


def questions() -> Iterator[Asked]:
    """Every question that the fit learns from."""
    for story in read_stories():
        if is_document_held_out(story.source_id):
            place = Place(source_id=story.source_id, heading=story.heading)
            yield Asked("story", story.source_id, Question(text=story.text, situation=place), story.verdict)
    for stranger in read_strangers():
        if stranger.answers:
            kind = "stranger" if stranger.held_out else "trained"
            yield Asked(kind, stranger.text, _at(stranger.text, stranger.answers[0]), stranger.verdict)
    for general in read_strangers(GENERAL):
        if general.answers:
            told = _at(general.text, general.answers[0])
            yield Asked("general", general.text, told, general.verdict, general.also)
    for row in strangers.rows("dev"):
        if row["answers"]:
            yield Asked("stranger", row["text"], _at(row["text"], row["answers"][0]), row["verdict"])
    for case in load_cases(split="dev"):
        for question in case.variants().values():
            yield Asked("development", case.id.rpartition("-")[0], question, case.verdict, case.verdict_also)


def _at(text: str, answer: tuple[str, str]) -> Question:
    return Question(text=text, situation=Place(source_id=answer[0], heading=answer[1]))


def examples(engine: Engine, decider: Decider) -> Iterator[Example]:
    """What is known of each question, where a section answers it."""
    for asked in questions():
        if asked.verdict not in VERDICTS:
            continue
        question = asked.question
        understood = understand(question, engine.glossary)
        found = engine.retriever.evidence(understood, question.filters, engine.settings.retrieval.k, question.situation)
        if not found.hits:
            continue
        lead = begun(engine.index, found.hits)[0].passage
        if question.situation and lead.place != question.situation:
            continue  # the guidance no longer has it
        line = bottom_line(engine.index, lead)
        if line is None:
            continue
        phrasings = engine.index.asked(found.vector, lead)
        signs = decider.signs(understood, lead, plain(line.text), phrasings, found.readings)
        yield Example(asked.kind, asked.group, features(signs), asked.verdict, asked.also)


def decided(chances: Array, found: list[Example]) -> npt.NDArray[np.int64]:
    """The verdict for each row of chances, as `answer/decide.py` takes it."""
    taken_of = (
        taken(dict(zip(VERDICTS, map(float, np.log(row)), strict=True)), example.values)
        for row, example in zip(chances, found, strict=True)
    )
    return np.array([VERDICTS.index(decision.verdict) for decision in taken_of])


def report(found: list[Example], guesses: npt.NDArray[np.int64]) -> None:
    """Print how often the verdict is right, or as right, and how often it is “yes” for “no” or the other way round."""
    accepted = np.array(
        [VERDICTS[guess] in (one.verdict, *one.also) for one, guess in zip(found, guesses, strict=True)]
    )
    labels = np.array([VERDICTS.index(example.verdict) for example in found])
    yes, no = VERDICTS.index("yes"), VERDICTS.index("no")
    for kind in COUNTS:
        rows = np.array([example.kind == kind for example in found])
        if rows.any():
            right, said = labels[rows] == guesses[rows], guesses[rows]
            wrong_yes = (said == yes) & (labels[rows] == no) & ~accepted[rows]
            wrong_no = (said == no) & (labels[rows] == yes) & ~accepted[rows]
            print(
                f"{kind}: {rows.sum()} questions, right {right.mean():.3f}, or as right {accepted[rows].mean():.3f}, "
                f"“yes” for “no” {wrong_yes.mean():.3f}, “no” for “yes” {wrong_no.mean():.3f}"
            )


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=VERDICT_WEIGHTS, help="where the weights go")
    options = parser.parse_args()
    settings = load_settings()
    engine = assemble(settings)
    found = list(examples(engine, Decider(load_reader(settings.model_folder, settings.embedding.threads))))
    names = list(found[0].values)
    values = np.array([[example.values[name] for name in names] for example in found])
    labels = np.array([VERDICTS.index(example.verdict) for example in found])
    counts = np.array([COUNTS[example.kind] for example in found])
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    scaled = (values - mean) / spread
    fold = folds([example.group for example in found], FOLDS)
    chances = np.zeros((len(found), len(VERDICTS)))
    for n in range(FOLDS):
        learned = fold != n
        beta = fit_softmax(scaled[learned], labels[learned], counts[learned], RIDGE)
        chances[~learned] = predict_softmax(beta, scaled[~learned])
    print(f"each question from a fit without its group, a {FOLDS}th of all:")
    report(found, decided(chances, found))
    write(options.out, names, fit_softmax(scaled, labels, counts, RIDGE), mean, spread)
    print(f"written: {options.out}")
    return 0


def write(path: Path, names: list[str], beta: Array, mean: Array, spread: Array) -> None:
    """The weights for features as they come, not scaled."""
    weights = beta[:, 1:] / spread
    intercepts = beta[:, 0] - weights @ mean
    fitted = {
        "features": names,
        "intercepts": {name: round(float(value), 4) for name, value in zip(VERDICTS, intercepts, strict=True)},
        "weights": {
            name: [round(float(value), 4) for value in row] for name, row in zip(VERDICTS, weights, strict=True)
        },
    }
    path.write_text(json.dumps(fitted, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
