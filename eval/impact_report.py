"""A comparison of answers for a terminal, as JSON, and as Markdown or HTML for a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from eval import plots
from eval.impact import ORDER, TITLES, Change, Impact, places
from eval.impact_gate import Held
from mayshare.schema import Answer

SHOWN = 15
WORDS = 60  # of each answer on the terminal
GRAVE = ("contradiction", "lost", "watch")


def print_impact(impact: Impact, held: Held | None) -> None:
    """The changes side by side, the gravest first, and what the gate says."""
    console = Console(highlight=False)
    if impact.changes:
        table = Table("what changed", title=f"{impact.before or 'nothing live'} → {impact.after}", title_justify="left")
        table.add_column("now", ratio=1)
        table.add_column("new", ratio=1)
        for change in impact.changes[:SHOWN]:
            style = "bold red" if change.kind in GRAVE else "bold"
            about = f"[{style}]{TITLES[change.kind]}[/]\n{escape(_one_line(change.asked.question.text))}"
            about += "".join(f"\n· {escape(reason)}" for reason in change.reasons)
            table.add_row(about, escape(_cell(change.before)), escape(_cell(change.after)), end_section=True)
        console.print(table)
    more = f" ({SHOWN} shown; all with --json, --markdown or --html)" if len(impact.changes) > SHOWN else ""
    console.print(summary(impact) + more)
    if held:
        for line in _gate_lines(held):
            console.print(escape(line))


def summary(impact: Impact) -> str:
    """One line of counts."""
    counts = impact.counts
    named = ", ".join(f"{counts[kind]} {TITLES[kind].lower()}" for kind in ORDER if counts[kind])
    changed = f"{len(impact.changes)} to look at ({named})" if impact.changes else "no answer changes"
    return f"{impact.asked} questions asked: {changed}."


def as_json(impact: Impact, held: Held | None, staged: int | None) -> dict[str, Any]:
    """The whole comparison as JSON data."""
    return {
        "before": impact.before,
        "after": impact.after,
        "staged": staged,
        "asked": impact.asked,
        "counts": impact.counts,
        "changes": [_as_json(change) for change in impact.changes],
        "gate": None if held is None else {"green": not held.breaches, **held._asdict()},
    }


def markdown(impact: Impact, held: Held | None) -> str:
    """The comparison as Markdown."""
    head = [f"# What changes in the answers: {impact.before or 'nothing live'} → {impact.after}", summary(impact)]
    if held:
        head.append("\n".join(f"- {_safe(line)}" for line in _gate_lines(held)))
    return "\n\n".join([*head, *_sections(impact)]) + "\n"


def html(impact: Impact, held: Held | None) -> str:
    """The same as one page that loads nothing."""
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown(impact, held))
    return plots.page("mayshare: what changes in the answers", body)


def _sections(impact: Impact) -> Iterator[str]:
    for kind in ORDER:
        chosen = [change for change in impact.changes if change.kind == kind]
        if chosen:
            yield f"## {TITLES[kind]} ({len(chosen)})"
        for change in chosen:
            yield f"**{change.asked.id}**: {_safe(change.asked.question.text)}"
            if change.reasons:
                yield "\n".join(f"- {_safe(reason)}" for reason in change.reasons)
            rows = [("now", "new"), ("---", "---")]
            rows += [(_safe(a), _safe(b)) for a, b in zip(_parts(change.before), _parts(change.after), strict=True)]
            yield "\n".join(f"| {a} | {b} |" for a, b in rows)


def _parts(answer: Answer | None) -> tuple[str, str, str]:
    """Verdict, places cited, and text."""
    if answer is None:
        return "(nothing live)", "", ""
    verdict = f"{answer.verdict} ({answer.abstention})" if answer.abstention else answer.verdict
    numbers: dict[tuple[str, str], str] = {}
    for n, place in enumerate(places(answer), start=1):
        numbers[place] = f"{numbers.get(place, '')}[{n}]"
    cited = "; ".join(f"{marks} {source}: {heading}" for (source, heading), marks in numbers.items())
    return verdict, cited, _one_line(answer.text)


def _cell(answer: Answer | None) -> str:
    verdict, cited, text = _parts(answer)
    words = text.split()
    short = " ".join(words[:WORDS]) + (" …" if len(words) > WORDS else "")
    return "\n".join(part for part in (verdict, short, cited) if part)


def _as_json(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "id": change.asked.id,
        "question": change.asked.question.text,
        "turns": change.asked.question.history,
        "reasons": change.reasons,
        "before": _answer_json(change.before),
        "after": _answer_json(change.after),
    }


def _answer_json(answer: Answer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    cited = [{"n": s.n, "source_id": s.source_id, "heading": s.heading, "quote": s.quote} for s in answer.sources]
    return {"verdict": answer.verdict, "abstention": answer.abstention, "text": answer.text, "citations": cited}


def _gate_lines(held: Held) -> list[str]:
    lines = [held.notice] if held.notice else []
    return [*lines, *(held.breaches), "The gate is red." if held.breaches else "The gate is green."]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _safe(text: str) -> str:
    """Text that stays text in a Markdown table: no table, no markup, no image, no HTML."""
    line = _one_line(text)
    for mark in "\\`*_[]<>#!|~":
        line = line.replace(mark, f"\\{mark}")
    return line
