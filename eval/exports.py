"""Scores and reviews to take along: CSV for spreadsheets, JSON for programs, a report to read."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval import expert, report
from eval.agreement import describe
from eval.cases import Case, Record
from eval.expert import safe
from eval.metrics.context import Context
from eval.report import TITLES, Entry
from eval.runs import Run, dumps
from eval.score import Scores, summaries


def means_csv(scores: Scores) -> str:
    """A row a metric: its mean, interval, and on how many questions it rests."""
    rows: list[Sequence[Any]] = [("metric", "meaning", "mean", "low", "high", "scored", "not_applicable", "failed")]
    for name, found in summaries(scores.items).items():
        shown = [round(value, 4) if found.scored else "" for value in found[:3]]
        rows.append((name, TITLES[name], *shown, *found[3:]))
    return _csv(rows)


def questions_csv(scores: Scores, cases: Mapping[str, Case]) -> str:
    """A row a question: what it is, its outcome, and every metric, empty where it doesn't apply."""
    names = list(TITLES)
    about_it = ("case", "split", "kind", "asker", "laws", "question", "reviewed_by", "outcome", "lost_at", "error")
    head = (*about_it, *(f"{name}_score" if name in about_it else name for name in names))
    rows: list[Sequence[Any]] = [head]
    for item in scores.items:
        case = cases[item.case]
        about = (case.split, case.kind, case.asker, "; ".join(case.laws), case.question, case.reviewed_by)
        values = [item.values.get(name) for name in names]
        rows.append((case.id, *about, item.outcome, item.lost_at, item.error, *values))
    return _csv(rows)


def scores_json(scores: Scores) -> str:
    """The scores as `mayshare eval score` keeps them."""
    return scores.model_dump_json(indent=1) + "\n"


def records_csv(records: Iterable[Record]) -> str:
    """Ratings or remarks, a row each."""
    found = [record.model_dump(mode="json") for record in records]
    rows: list[Sequence[Any]] = [list(found[0])] if found else [["nothing"]]
    return _csv([*rows, *([_cell(value) for value in one.values()] for one in found)])


def records_json(records: Iterable[Record]) -> str:
    """The same as a list of objects."""
    return dumps([record.model_dump(mode="json") for record in records])


def sheet(run: Run, cases: Mapping[str, Case], rater: str, ending: str) -> bytes:
    """A sheet to rate a run's sentences in, `csv` or `xlsx`; `mayshare eval sheet import` takes it back."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sheet.{ending}"
        expert.export(run, cases, path, rater)
        return path.read_bytes()


def report_html(entries: Sequence[Entry], cases: Mapping[str, Case], context: Context) -> str:
    """The report of the engine's runs as one page, plots included."""
    return report.html(entries, cases, context.documents, describe(context.matcher))


def report_markdown(entries: Sequence[Entry], cases: Mapping[str, Case], context: Context) -> str:
    """The same as Markdown."""
    return report.markdown(entries, cases, context.documents, describe(context.matcher))


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
    return f"\ufeff{text.getvalue()}"  # so that spreadsheet programs read it as UTF-8


def _cell(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, list) else value
