"""What the evaluation page reads: questions, runs and scores, read again only where their files changed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from threading import Lock

from eval import history, runs
from eval.cases import Case, load_cases, set_sha256
from eval.metrics.context import Context
from eval.places import places
from eval.runs import Run
from eval.score import Item, Scores
from eval.setup import context_of
from mayshare.config import Settings
from mayshare.index import Index
from mayshare.schema import Answer
from pages.engine import engine

Stamp = tuple[int, int]
_lock = Lock()
_latest: tuple[Index, Context] | None = None


def cases(settings: Settings) -> Mapping[str, Case]:
    """The questions by id, in the order of the files. Raises QuestionSetError where the set is malformed."""
    folder = places(settings).questions
    return _cases(folder, tuple((path.name, _stamp(path)) for path in sorted(folder.glob("*.yaml"))))


def run(settings: Settings, split: str) -> Run | None:
    """The newest run of the engine on a split. Raises RunFileError where it can't be read."""
    path = history.run_path(settings, split)
    return _run(path, _stamp(path)) if path.is_file() else None


def scores(settings: Settings, split: str) -> Scores | None:
    """The scores of that run, without questions that left the set; None where it wasn't scored."""
    path = history.run_path(settings, split)
    found = _scores(path, _stamp(history.scores_path(path))) if path.is_file() else None
    if found is None:
        return None
    known = cases(settings)
    return found.model_copy(update={"items": tuple(item for item in found.items if item.case in known)})


def outdated(settings: Settings, found: Scores) -> bool:
    """Were the questions of these scores changed since?"""
    known = cases(settings)
    asked = [known[name] for name in found.header.questions if name in known]
    return set_sha256(asked) != found.header.set_sha256


def item(settings: Settings, case: Case) -> Item | None:
    """How the newest run did on one question."""
    found = scores(settings, case.split)
    return next((one for one in found.items if one.case == case.id), None) if found else None


def answer(settings: Settings, case: Case) -> Answer | None:
    """What the newest run answered to one question."""
    found = run(settings, case.split)
    lines = found.lines if found else ()
    return next((line.answer for line in lines if (line.case, line.variant) == (case.id, "question")), None)


def context() -> Context:
    """Documents and matcher of the live index; seconds to make, then kept."""
    global _latest
    index = engine().index
    with _lock:
        if _latest is None or _latest[0] is not index:
            _latest = (index, context_of(index))
        return _latest[1]


def _stamp(path: Path) -> Stamp:
    try:
        state = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return state.st_mtime_ns, state.st_size


@lru_cache(maxsize=2)
def _cases(folder: Path, stamps: tuple[tuple[str, Stamp], ...]) -> Mapping[str, Case]:
    return {case.id: case for case in load_cases(folder)}


@lru_cache(maxsize=2)
def _run(path: Path, stamp: Stamp) -> Run:
    return runs.read(path)


@lru_cache(maxsize=2)
def _scores(path: Path, stamp: Stamp) -> Scores | None:
    return history.read_scores(path)
