"""A report that a person reads in minutes: Markdown, and the same as one self-contained HTML page with plots."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markdown_it import MarkdownIt

from eval import plots
from eval.baselines import SYSTEMS
from eval.cases import Case
from eval.metrics import METRICS
from eval.runs import Run
from eval.score import AGREEMENT, Item, Scores, Summary, by, latency, summaries
from mayshare.lexical import words
from mayshare.schema import Document

NOTICE = (
    "The questions were written by the mayshare maintainers from public questions and public law. No lawyer has "
    "reviewed them yet; one who checks a question can say so in its `reviewed_by` field (docs/trainers.md)."
)
TITLES = {name: metric.title for name, metric in METRICS.items()} | {AGREEMENT: "Same answer to a paraphrase"}
WORST = 5
RUN_LENGTH = 6  # words in a row that a question and a heading must share to count as overlap

Cases = Mapping[str, Case]


class Entry(NamedTuple):
    """One system on one split: its run and its scores."""

    system: str
    split: str
    run: Run
    scores: Scores


class Figure(NamedTuple):
    """A plot and the place in the text where the HTML page shows it."""

    marker: str
    svg: str


def markdown(entries: Sequence[Entry], cases: Cases, documents: Mapping[str, Document], kappa: str) -> str:
    """The report as Markdown."""
    return "\n\n".join(_sections(entries, cases, documents, kappa)[0]) + "\n"


def html(entries: Sequence[Entry], cases: Cases, documents: Mapping[str, Document], kappa: str) -> str:
    """The report as one HTML page, plots included; it loads nothing."""
    sections, figures = _sections(entries, cases, documents, kappa)
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render("\n\n".join(sections))
    for figure in figures:
        body = body.replace(f"<p>{figure.marker}</p>", f"<figure>{figure.svg}</figure>")
    return plots.page("mayshare: evaluation", body)


def _sections(
    entries: Sequence[Entry], cases: Cases, documents: Mapping[str, Document], kappa: str
) -> tuple[list[str], list[Figure]]:
    figures: list[Figure] = []
    text = [NOTICE, "# Evaluation", _about(entries), f"Nugget matching without a language model: {kappa}"]
    for split in dict.fromkeys(entry.split for entry in entries):
        chosen = [entry for entry in entries if entry.split == split]
        text += [f"## All systems, {split}", _systems(chosen), "### Outcomes", _outcomes(chosen)]
        ours = next((entry for entry in chosen if entry.system == "engine"), chosen[0])
        items = ours.scores.items
        for name, figure in (
            ("outcome by system", plots.bars({e.system: summaries(e.scores.items)["outcome"] for e in chosen})),
            ("risk and coverage", plots.curve(risk_coverage(items, cases))),
        ):
            marker = f"Figure: {name}, {split}."
            figures.append(Figure(marker, figure))
            text.append(marker)
        text += [f"## {ours.system}, {split}: in parts", _parts(items, cases)]
        text += ["### Lost where", _lost(items), "### Risk and coverage", _curve(items, cases)]
        if split == "dev":
            text += [f"### The {WORST} worst questions", *worst(ours, cases)]
    text += ["## Overlap of questions and headings", overlap(list(cases.values()), documents)]
    return text, figures


def _about(entries: Sequence[Entry]) -> str:
    header = entries[0].run.header
    lines = [
        f"- made {header.created:%Y-%m-%d %H:%M} UTC on corpus `{header.corpus_version}`, "
        f"question set `{header.set_sha256[:12]}`",
        "- means with 95 % intervals: Wilson's for yes-or-no metrics, else the bootstrap's (2,000 draws)",
        "- “—”: the metric doesn't apply; it is not zero. An error counts as wrong and is shown.",
    ]
    return "\n".join(lines)


def _systems(entries: Sequence[Entry]) -> str:
    columns = {entry.system: summaries(entry.scores.items) for entry in entries}
    rows = [
        [f"{TITLES[name]} (`{name}`)", *(_mean(column[name]) for column in columns.values())]
        for name in (*METRICS, AGREEMENT)
    ]
    rows.append(["Milliseconds, p50 / p95", *(_times(entry) for entry in entries)])
    rows.append(["Failed answers", *(str(sum(1 for i in e.scores.items if i.error)) for e in entries)])
    legend = [f"- `{entry.system}`: {SYSTEMS[entry.system].about}" for entry in entries if entry.system in SYSTEMS]
    return _table(["metric", *columns], rows) + "\n\n" + "\n".join(legend)


def _outcomes(entries: Sequence[Entry]) -> str:
    names = ("accurate", "incomplete", "wrong", "refused")
    rows = [
        [entry.system, *(str(sum(1 for item in entry.scores.items if item.outcome == name)) for name in names)]
        for entry in entries
    ]
    return _table(["system", *names], rows)


def _parts(items: Sequence[Item], cases: Cases) -> str:
    shown = ("recall@5", "verdict_accuracy", "verdict_acceptable", "nugget_vital", "exception_recall", "outcome")
    rows = []
    groups = {
        "law": by(items, cases, lambda case: case.laws[:1]),
        "kind": by(items, cases, lambda case: [case.kind]),
        "asker": by(items, cases, lambda case: [case.asker]),
    }
    for label, found in groups.items():
        for name, chosen in found.items():
            if label == "asker" and len(chosen) < 3:
                continue
            means = summaries(chosen)
            rows.append([label, name, str(len(chosen)), *(_mean(means[metric], short=True) for metric in shown)])
    return _table(["by", "", "questions", *shown], rows)


def _lost(items: Sequence[Item]) -> str:
    stages = ("retrieval", "selection", "composition", "abstention")
    rows = [[stage, str(sum(1 for item in items if item.lost_at == stage))] for stage in stages]
    return _table(["stage", "questions not answered accurately"], rows)


def risk_coverage(items: Sequence[Item], cases: Cases) -> list[tuple[float, float]]:
    """Coverage and risk over the threshold of confidence: of the questions answered, the share whose outcome is wrong.

    Source: El-Yaniv and Wiener (2010), On the Foundations of Noise-free Selective Classification.
    """
    known = sorted((i for i in items if i.confidence is not None), key=lambda i: -(i.confidence or 0))
    points, wrong = [], 0
    for count, item in enumerate(known, start=1):
        case = cases[item.case]
        # below the threshold of today an answer was withheld; answering it would be wrong where nothing is to be said
        wrong += item.outcome == "wrong" or (item.outcome == "accurate" and case.kind == "out_of_scope")
        points.append((count / len(known), wrong / count))
    return points


def _curve(items: Sequence[Item], cases: Cases) -> str:
    points = risk_coverage(items, cases)
    if not points:
        return "No confidence was recorded."
    rows = []
    for share in (0.25, 0.5, 0.75, 0.9, 1.0):
        coverage, risk = points[max(0, math.ceil(share * len(points)) - 1)]
        rows.append([f"{coverage:.2f}", f"{risk:.3f}"])
    return _table(["coverage", "risk (wrong among answered)"], rows)


def worst(entry: Entry, cases: Cases) -> list[str]:
    """The questions with the lowest outcome, then the fewest vital nuggets, each with what went wrong."""
    answers = {line.case: line for line in entry.run.lines if line.variant == "question"}

    def badness(item: Item) -> tuple[float, float, float]:
        values = item.values
        return values.get("outcome") or 0.0, values.get("verdict_accuracy") or 0.0, values.get("nugget_vital") or 0.0

    found = []
    for item in sorted(entry.scores.items, key=badness)[:WORST]:
        case, line = cases[item.case], answers[item.case]
        said = " ".join(line.answer.text.split()[:60]) if line.answer else str(line.error)
        given = line.answer.verdict if line.answer else "error"
        found.append(
            f"**{case.id}** ({item.outcome}, lost at {item.lost_at}): {' '.join(case.question.split())}\n\n"
            f"- expected {case.expected}: {case.bottom_line}\n- answered {given}: {said} …"
        )
    return found


def overlap(cases: Sequence[Case], documents: Mapping[str, Document]) -> str:
    """How much the questions borrow from the corpus' headings: runs of six words that stand in both."""
    headings = {
        run for d in documents.values() for m in re.finditer(r"^#+ (.+)$", d.body, re.MULTILINE) for run in _runs(m[1])
    }
    sharing = [case.id for case in cases if any(run in headings for run in _runs(case.question))]
    share = len(sharing) / len(cases) if cases else 0.0
    named = ", ".join(sharing[:20]) or "none"
    return f"{len(sharing)} of {len(cases)} questions ({share:.1%}) share six words in a row with a heading: {named}."


def _runs(text: str) -> set[str]:
    found = words(text)
    return {" ".join(found[i : i + RUN_LENGTH]) for i in range(len(found) - RUN_LENGTH + 1)}


def _mean(summary: Summary, short: bool = False) -> str:
    if not summary.scored:
        return "—"
    mean = f"{summary.mean:.2f}" if short else f"{summary.mean:.3f}"
    return mean if short else f"{mean} [{summary.low:.2f}, {summary.high:.2f}] n={summary.scored}"


def _times(entry: Entry) -> str:
    found = latency(entry.scores.items)
    return f"{found['p50']} / {found['p95']}" if found else "—"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
