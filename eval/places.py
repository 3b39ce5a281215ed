"""Where the work of trainers is kept: files below one folder, `eval/` of the project by default, to be committed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from mayshare.config import Settings


class Places(NamedTuple):
    """The files and folders of one installation."""

    questions: Path  # a folder of YAML files
    ratings: Path  # JSONL, a line a sentence that was rated
    feedback: Path  # JSONL, a line a remark of a user
    history: Path  # JSONL, a line a scored run
    runs: Path  # a folder of run files, which are too large to commit


def places(settings: Settings) -> Places:
    """Where the settings put them."""
    folder = settings.evaluation
    return Places(
        questions=folder / "questions",
        ratings=folder / "expert" / "ratings.jsonl",
        feedback=folder / "feedback" / "queue.jsonl",
        history=folder / "history.jsonl",
        runs=settings.store / "eval",
    )
