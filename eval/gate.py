"""The gate: a run must not score worse than `eval/baseline.json` by more than each metric's tolerance."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from eval.cases import Record
from eval.metrics import METRICS
from eval.runs import dumps
from eval.score import Scores, summaries
from mayshare.config import ROOT
from mayshare.errors import RunFileError

PATH = ROOT / "eval" / "baseline.json"
DIGITS = 4  # of a score in the file
ROUNDING = 0.5 * 10**-DIGITS + 1e-9  # so that what was measured passes what was written
# What is gated, and how far it may fall: more than rounding, less than one thing going wrong unseen.
TOLERANCES: Mapping[str, float] = {
    "recall@5": 0.02,
    "ndcg@10": 0.02,
    "citation_recall": 0.0,
    "citation_precision": 0.01,
    "quote_integrity": 0.0,
    "authority_recall": 0.03,
    "nugget_vital": 0.03,
    "exception_recall": 0.03,
    "contradiction": 0.02,
    "verdict_accuracy": 0.02,
    "verdict_acceptable": 0.02,
    "abstention_recall": 0.03,
    "harmful_answered": 0.0,
    "answerable_refused": 0.01,
    "outcome": 0.03,
}


class Expected(Record):
    """The score that a metric is expected to have."""

    score: float
    tolerance: float


class Baseline(Record):
    """Expected scores with what they were measured on."""

    split: str
    set_sha256: str
    commit: str
    engine: str
    model: str
    metrics: dict[str, Expected]


class Breach(NamedTuple):
    """A metric that fell too far, or can't be computed any more."""

    metric: str
    expected: float
    tolerance: float
    found: float

    def __str__(self) -> str:
        return f"{self.metric}: {self.found:.3f}, expected {self.expected:.3f} within {self.tolerance:.3f}"


def check(scores: Scores, baseline: Baseline) -> list[Breach]:
    """Metrics that are worse than expected; empty means green. A failed answer is a breach of its own.

    Raises:
        RunFileError: the run isn't on the question set of the baseline.
    """
    if scores.header.set_sha256 != baseline.set_sha256:
        raise RunFileError(
            "eval/baseline.json was measured on another version of the question set. "
            "Read what changed, then write it anew: mayshare eval gate --update."
        )
    found = summaries(scores.items)
    breaches = []
    for name, expected in baseline.metrics.items():
        mean = found[name].mean
        loss = expected.score - mean if METRICS[name].higher_is_better else mean - expected.score
        if not loss <= expected.tolerance + ROUNDING:  # so that a mean that isn't a number is a breach
            breaches.append(Breach(name, expected.score, expected.tolerance, mean))
    failed = sum(1 for item in scores.items if item.error)
    if failed:
        breaches.append(Breach("failed answers", 0.0, 0.0, float(failed)))
    return breaches


def measure(scores: Scores, split: str, model: str) -> Baseline:
    """A baseline from a run."""
    found = summaries(scores.items)
    return Baseline(
        split=split,
        set_sha256=scores.header.set_sha256,
        commit=_commit(),
        engine=scores.header.engine,
        model=model,
        metrics={
            name: Expected(score=round(found[name].mean, DIGITS), tolerance=tolerance)
            for name, tolerance in TOLERANCES.items()
            if found[name].scored
        },
    )


def load(path: Path = PATH) -> Baseline:
    """Read a baseline. Raises RunFileError where it can't be read."""
    mend = "Write it with `mayshare eval gate --update`."
    try:
        return Baseline.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError:
        raise RunFileError(f"{path}: can't be read. {mend}") from None
    except ValidationError as error:
        raise RunFileError(
            f"{path}: {error.errors()[0]['msg']}. Write it with `mayshare eval gate --update`."
        ) from None


def save(baseline: Baseline, path: Path = PATH) -> None:
    """Write a baseline."""
    path.write_text(dumps(baseline.model_dump(mode="json")), encoding="utf-8")


def _commit() -> str:
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()
