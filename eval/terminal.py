"""Scores, comparisons and benchmark rows for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.columns import Columns
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from eval.beir import Row
from eval.compare import Comparison
from eval.privacy_score import Rate
from eval.report import TITLES
from eval.score import Summary

NOISE = 0.05
SHOWN = 20


def print_scores(name: str, found: Mapping[str, Summary], times: Mapping[str, float]) -> None:
    """Every metric with its interval and the questions that it rests on."""
    table = Table("metric", "", title=f"{name}: means with 95 % intervals", title_justify="left")
    for column in ("mean", "interval", "scored", "not applicable", "failed"):
        table.add_column(column, justify="right")
    for metric, summary in found.items():
        if not summary.scored:
            table.add_row(metric, TITLES[metric], "—", "—", "0", str(summary.not_applicable), str(summary.failed))
            continue
        interval = f"{summary.low:.3f} – {summary.high:.3f}"
        counts = (str(summary.scored), str(summary.not_applicable), str(summary.failed))
        table.add_row(metric, TITLES[metric], f"{summary.mean:.3f}", interval, *counts)
    console = Console(highlight=False)
    console.print(table)
    if times:
        console.print(f"{times['p50']} ms p50, {times['p95']} ms p95")


def print_rates(split: str, rates: Sequence[Rate]) -> None:
    """Shares with their Wilson intervals."""
    table = Table("measure", title=f"{split}: shares with 95 % intervals", title_justify="left")
    for column in ("share", "interval", "of"):
        table.add_column(column, justify="right")
    for rate in rates:
        table.add_row(
            rate.name, f"{rate.share:.3f}", f"{rate.low:.3f} – {rate.high:.3f}", f"{rate.hits} / {rate.total}"
        )
    Console(highlight=False).print(table)


def print_comparison(result: Comparison) -> None:
    """Metrics first, then changed answers side by side, those that got worse first."""
    console = Console(highlight=False)
    table = Table("metric", title=" → ".join(result.names), title_justify="left")
    for column in ("before", "after", "p", "questions", ""):
        table.add_column(column, justify="right")
    for row in result.differences:
        if not row.scored:
            continue
        verdict = "noise" if row.p >= NOISE else "worse" if row.worse else "better"
        numbers = (f"{row.before:.3f}", f"{row.after:.3f}", f"{row.p:.3f}", str(row.scored))
        table.add_row(row.metric, *numbers, verdict if row.before != row.after else "same")
    console.print(table)
    for change in result.changes[:SHOWN]:
        console.print(
            f"\n[bold]{change.judgement}[/]: {escape(change.case)}: {escape(' '.join(change.question.split()))}"
        )
        panels = [
            Panel(escape(text), title=f"{verdict}, {outcome}", width=max(40, console.width // 2 - 2))
            for text, verdict, outcome in zip(change.texts, change.verdicts, change.outcomes, strict=True)
        ]
        console.print(Columns(panels))
    counts = {name: sum(1 for c in result.changes if c.judgement == name) for name in ("worse", "better", "changed")}
    more = f" ({SHOWN} shown; all with --json)" if len(result.changes) > SHOWN else ""
    summary = ", ".join(f"{count} {name}" for name, count in counts.items())
    console.print(f"\n{summary}, {result.unchanged} the same{more}.")


def comparison_json(result: Comparison) -> dict[str, Any]:
    """The whole comparison as JSON data."""
    return {
        "runs": result.names,
        "unchanged": result.unchanged,
        "changes": [change._asdict() for change in result.changes],
        "metrics": [row._asdict() for row in result.differences],
    }


def print_beir(rows: Sequence[Row]) -> None:
    """Every system's means with their intervals, and the p of no difference from ours."""
    table = Table("system", title="BEIR: means with 95 % intervals", title_justify="left")
    for name in rows[0].metrics:
        table.add_column(name, justify="right")
    table.add_column("p, nDCG@10 against ours", justify="right")
    for row in rows:
        cells = [f"{mean:.3f}\n{low:.3f}–{high:.3f}" for mean, low, high in row.metrics.values()]
        table.add_row(row.system, *cells, "" if row.system == "ours" else f"{row.p_against_ours:.4f}")
    Console(highlight=False).print(table)
