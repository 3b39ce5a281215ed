"""Scores over time: a line a scored run, in a file to be committed; the runs themselves are too large for that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from eval import files, runs
from eval.cases import Case, Record, load_cases
from eval.metrics.context import Context
from eval.places import places
from eval.runs import SYSTEM
from eval.score import Scores, score, summaries
from mayshare.config import ROOT, Settings
from mayshare.errors import RunFileError

PATH = ROOT / "eval" / "history.jsonl"
Splits = Literal["dev", "test", "all"]
Step = Callable[[str, int, int], None]


class Mean(Record):
    """A metric's mean with its 95 % interval, over so many questions."""

    mean: float
    low: float
    high: float
    scored: int


class Entry(Record):
    """One scored run: of what, on which questions, and what came out. Metrics that applied to nothing are left out."""

    made: dt.datetime
    split: Splits
    system: str
    engine: str
    corpus_version: str
    set_sha256: str
    questions: int
    metrics: dict[str, Mean]


def entry(scores: Scores, cases: Mapping[str, Case]) -> Entry:
    """What the history keeps of a scored run."""
    header = scores.header
    splits = {cases[name].split for name in header.questions}
    means = {
        name: Mean(mean=found.mean, low=found.low, high=found.high, scored=found.scored)
        for name, found in summaries(scores.items).items()
        if found.scored
    }
    return Entry(
        made=header.created,
        split=splits.pop() if len(splits) == 1 else "all",
        system=header.name,
        engine=header.engine,
        corpus_version=header.corpus_version,
        set_sha256=header.set_sha256,
        questions=len(header.questions),
        metrics=means,
    )


def load(path: Path = PATH) -> list[Entry]:
    """All entries, oldest first; none where there is no file. Raises RunFileError with the line that can't be read."""
    return sorted(files.read_lines(path, Entry), key=lambda one: one.made)


def add(new: Entry, path: Path = PATH) -> None:
    """Keep an entry; that of the same run, system and split takes the place of the one before."""
    with files.locked(path):
        kept = [one for one in load(path) if _key(one) != _key(new)]
        files.write_lines(path, [*kept, new])


def run_path(settings: Settings, split: str) -> Path:
    """Where the newest run of the engine on a split is, as `mayshare eval run` writes it."""
    return places(settings).runs / f"{split}-{SYSTEM}.jsonl"


def scores_path(run: Path) -> Path:
    """Where the scores of a run's questions are, as `mayshare eval score` writes them."""
    return run.with_suffix(".scores.json")


def write_scores(scores: Scores, run: Path) -> None:
    """Write them."""
    files.write(scores_path(run), scores.model_dump_json(indent=1) + "\n")


def read_scores(run: Path) -> Scores | None:
    """The scores of a run; None where it wasn't scored. Raises RunFileError where they can't be read."""
    path = scores_path(run)
    if not path.is_file():
        return None
    try:
        return Scores.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError):
        raise RunFileError(f"{path}: can't be read as scores. Run the evaluation anew.") from None


def run_and_keep(settings: Settings, engine: runs.Answerer, context: Context, split: Splits, step: Step) -> Entry:
    """Ask a split's questions, score the answers, and write run, scores and an entry of the history."""
    known = load_cases(places(settings).questions)
    chosen: Sequence[Case] = [case for case in known if split in ("all", case.split)]
    run = runs.run(engine, chosen, SYSTEM, lambda done, total: step("ask", done, total))
    scores = score(run, chosen, context, lambda done, total: step("score", done, total))
    path = run_path(settings, split)
    scores_path(path).unlink(missing_ok=True)  # they are of the run before
    runs.write(run, path)
    write_scores(scores, path)
    made = entry(scores, {case.id: case for case in known})
    add(made, places(settings).history)
    return made


def _key(one: Entry) -> tuple[dt.datetime, str, str]:
    return one.made, one.split, one.system
