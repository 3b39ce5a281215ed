"""The outcome of a check, for a terminal and as JSON; and the progress of an ingest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from ingest import pipeline
from ingest.check import Report
from ingest.coverage import Coverage
from ingest.overlap import Overlap
from ingest.plan import Plan
from mayshare.config import Settings


def as_json(report: Report, coverage: Coverage | None, shared: Sequence[Overlap] | None) -> dict[str, Any]:
    """Everything that the check found, as JSON data."""
    content: dict[str, Any] = {
        "documents": len(report.documents),
        "findings": [finding._asdict() for finding in report.findings],
        "stale": [late.as_json() for late in report.stale],
    }
    if coverage:
        content["coverage"] = {
            "laws": [law._asdict() for law in coverage.laws],
            "areas": coverage.areas,
            "share": round(coverage.share, 4),
            "missing": [missing._asdict() for missing in coverage.missing],
            "authorities": coverage.authorities,
            "only_in_passing": coverage.only_in_passing,
        }
    if shared is not None:
        content["overlaps"] = [overlap._asdict() for overlap in shared]
    return content


def print_check(report: Report, coverage: Coverage | None, shared: Sequence[Overlap] | None) -> None:
    """Print findings, the coverage table and a line of totals."""
    console = Console(highlight=False, soft_wrap=True)
    if coverage:
        _print_coverage(coverage, report, console)
    for overlap in shared or ():
        console.print(escape(f"{overlap.document} shares with {overlap.other}: “{overlap.words}”"))
    if shared is not None:
        console.print(f"{len(shared)} runs of ten words or more in common with other texts.")
    for finding in [*report.findings, *report.stale]:
        console.print(escape(str(finding)))
    counts = f"{len(report.documents)} documents, {len(report.findings)} to mend, {len(report.stale)}"
    console.print(f"{counts} past their review date.")


def _print_coverage(coverage: Coverage, report: Report, console: Console) -> None:
    kinds = Counter(document.kind for document in report.documents)
    console.print(_law_table(coverage))
    if coverage.areas:
        console.print(_area_table(coverage))
    for missing in coverage.missing:
        reason = missing.reason or "no document lists it yet"
        console.print(escape(f"  not explained: {missing.citation} ({missing.wanted}): {reason}"))
    if coverage.only_in_passing:
        console.print(
            escape("  cited outside law/ only: " + ", ".join(coverage.only_in_passing)),
        )
    console.print(
        f"{kinds['law']} on the law, {kinds['situation']} situations, {kinds['practice']} on practice; "
        f"{coverage.authorities} provisions cited."
    )


def _law_table(coverage: Coverage) -> Table:
    table = Table("Law", title="Laws × situations", title_justify="left")
    for name in ("law", "practice", "situations"):
        table.add_column(name, justify="right")
    table.add_column("situations by who holds the record")
    for law in coverage.laws:
        counts = (law.explains, law.practice, law.situations)
        holders = ", ".join(f"{holder} {count}" for holder, count in law.holders.items())
        table.add_row(law.law, *(str(count) if count else "·" for count in counts), escape(holders))
    return table


def _area_table(coverage: Coverage) -> Table:
    table = Table("Area", title="Provisions explained", title_justify="left")
    table.add_column("explained", justify="right")
    table.add_column("of", justify="right")
    table.add_column("share", justify="right")
    for area, (done, total) in coverage.areas.items():
        table.add_row(area, str(done), str(total), f"{done / total:.0%}" if total else "·")
    done, total = (sum(pair[i] for pair in coverage.areas.values()) for i in (0, 1))
    table.add_row("all", str(done), str(total), f"{coverage.share:.1%}")
    return table


def with_progress(settings: Settings, if_changed: bool, strict: bool = False) -> pipeline.Report:
    """Ingest with a progress bar for each stage."""
    names = {
        "read": "Reading documents",
        "embed": "Embedding texts",
        "build": "Building the new index",
        "publish": "Writing to the vector server",
        "verify": "Checking the new index",
    }
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, Any] = {}

        def step(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(names.get(name, name), total=total)
            bar.update(tasks[name], completed=done, total=total)

        def show(plan: Plan) -> None:
            for line in plan.lines():
                bar.console.print(line, markup=False, highlight=False)

        return pipeline.ingest(settings, step, if_changed, show, strict)
