"""`mayshare eval …`: run, score, report, compare, gate and beir. Heavy imports wait until a command runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eval import review_commands

if TYPE_CHECKING:
    from eval.cases import Case
    from eval.metrics.context import Context
    from eval.report import Entry
    from eval.score import Scores
    from mayshare.config import Settings

app = typer.Typer(name="eval", no_args_is_help=True, rich_markup_mode="markdown")


class SplitName(StrEnum):
    """Which questions: those to tune on, those to report on, or all."""

    dev = "dev"
    test = "test"
    all = "all"


app.add_typer(review_commands.sheet, name="sheet")
app.add_typer(review_commands.feedback, name="feedback")

Store = Annotated[Path | None, typer.Option(help="Folder of the index. Default: `data/` of the project.")]
Out = Annotated[Path | None, typer.Option(help="Folder for results. Default: `data/eval/`.")]
SplitOption = Annotated[SplitName, typer.Option(help="Questions to tune on (dev), to report on (test), or all.")]
System = Annotated[
    list[str] | None, typer.Option(help="engine, a baseline or an ablation; may be repeated. `all` takes every one.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@app.command()
def run(split: SplitOption = SplitName.dev, system: System = None, out: Out = None, store: Store = None) -> None:
    """Ask the questions and write the answers to a JSONL file, to score as often as you like."""
    from eval import runs
    from eval.baselines import SYSTEMS
    from eval.setup import open_engine

    settings = _settings(store)
    engine = open_engine(settings)
    for part in _splits(split):
        cases = _cases(part)
        for name in _systems(system, ["engine"]):
            with _bar(f"{name}, {part}") as step:
                result = runs.run(SYSTEMS[name].make(engine), cases, name, step)
            path = _folder(out, settings) / f"{part}-{name}.jsonl"
            runs.write(result, path)
            typer.echo(f"{len(result.lines)} answers in {path}")


@app.command()
def score(
    files: Annotated[list[Path], typer.Argument(help="Run files, as `eval run` writes them.")],
    as_json: Json = False,
    keep: Annotated[bool, typer.Option("--keep", help="Add the means to the history, eval/history.jsonl.")] = False,
    store: Store = None,
) -> None:
    """Score runs: every metric with its 95 % interval. The scores of each question go to FILE.scores.json."""
    from eval import history, runs
    from eval.places import places
    from eval.score import latency, summaries

    cases, context = _cases(None), _context(store)
    for path in files:
        result = runs.read(path)
        scores = _score(result, cases, context)
        history.write_scores(scores, path)
        if keep:
            made = history.entry(scores, {case.id: case for case in cases})
            history.add(made, places(_settings(store)).history)
        found = summaries(scores.items)
        if as_json:
            rows = {name: summary._asdict() for name, summary in found.items()}
            typer.echo(json.dumps({"run": result.header.name, "metrics": rows, "latency_ms": latency(scores.items)}))
        else:
            _print_scores(result.header.name, found, latency(scores.items))
        if any(item.error for item in scores.items):
            raise typer.Exit(1)


@app.command()
def check(store: Store = None) -> None:
    """Hold every question against its rules and the live guidance: exit 1 where one can't be used as it is."""
    from eval.check import check_all
    from mayshare.index import open_index

    cases = _cases(None)
    found = check_all(cases, open_index(_settings(store)).documents)
    for findings in found.values():
        for words in findings.errors:
            typer.echo(f"error: {words}")
        for words in findings.lacks:
            typer.echo(f"lacks: {words}")
    errors = sum(1 for findings in found.values() if findings.errors)
    typer.echo(f"{len(cases)} questions, {errors} with errors")
    raise typer.Exit(1 if errors else 0)


@app.command()
def report(
    split: SplitOption = SplitName.all,
    system: System = None,
    out: Out = None,
    store: Store = None,
) -> None:
    """Run and score the engine beside every baseline, and write report.md and report.html."""
    from eval import report as pages
    from eval import runs
    from eval.agreement import describe
    from eval.baselines import SYSTEMS
    from eval.report import Entry
    from eval.setup import context_of, open_engine

    settings = _settings(store)
    engine = open_engine(settings)
    context = context_of(engine.index)
    entries: list[Entry] = []
    names = _systems(system, list(SYSTEMS))
    made = {name: SYSTEMS[name].make(engine) for name in names}
    for part in _splits(split):
        cases = _cases(part)
        for name, answerer in made.items():
            with _bar(f"{name}, {part}") as step:
                result = runs.run(answerer, cases, name, step)
            runs.write(result, _folder(out, settings) / f"{part}-{name}.jsonl")
            entries.append(Entry(name, part, result, _score(result, cases, context)))
    known = {case.id: case for case in _cases(None)}
    kappa = describe(context.matcher)
    for kind, write in (("md", pages.markdown), ("html", pages.html)):
        path = _folder(out, settings) / f"report.{kind}"
        path.write_text(write(entries, known, context.documents, kappa), encoding="utf-8")
        typer.echo(str(path))


@app.command()
def judge(
    file: Annotated[Path, typer.Argument(help="A run file, as `eval run` writes it.")],
    as_json: Json = False,
) -> None:
    """Let the language model that `[judge]` names judge a run: faithfulness and correctness. Off until you set one."""
    from eval import judge as judges
    from eval import runs

    llm = judges.build_llm(_settings(None).judge)
    with _bar("judging") as step:
        found = judges.judge(runs.read(file), {case.id: case for case in _cases(None)}, llm, step)
    totals = judges.shares(found)
    target = file.with_suffix(".judged.json")
    target.write_text(runs.dumps([item.model_dump() for item in found]), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(totals._asdict()))
        return
    for name, (mean, low, high) in (("faithful", totals.faithful), ("correct, 1 to 5", totals.correct)):
        typer.echo(f"{name}: {mean:.2f} [{low:.2f}, {high:.2f}]")
    typer.echo(f"{totals.judged} judged, {totals.failed} failed; each answer in {target}")


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="The earlier run.")],
    after: Annotated[Path, typer.Argument(help="The later run.")],
    as_json: Json = False,
    store: Store = None,
) -> None:
    """Show which answers changed between two runs, those that got worse first, and whether it is more than noise."""
    from eval import runs
    from eval.compare import compare as run_comparison
    from eval.terminal import comparison_json, print_comparison

    cases, context = _cases(None), _context(store)
    a, b = runs.read(before), runs.read(after)
    scored = (_score(a, cases, context), _score(b, cases, context))
    result = run_comparison(a, b, scored, {case.id: case for case in cases})
    if as_json:
        typer.echo(json.dumps(comparison_json(result), ensure_ascii=False))
    else:
        print_comparison(result)


@app.command()
def gate(
    update: Annotated[bool, typer.Option("--update", help="Write the present scores as the new baseline.")] = False,
    store: Store = None,
) -> None:
    """Exit 1 where the engine scores worse on dev than eval/baseline.json allows."""
    from eval import gate as gates
    from eval import runs
    from eval.setup import context_of, open_engine
    from mayshare.fingerprint import answering_fingerprint

    engine = open_engine(_settings(store))
    cases = _cases("dev")
    with _bar("engine, dev") as step:
        result = runs.run(engine, cases, "engine", step)
    scores = _score(result, cases, context_of(engine.index))
    if update:
        gates.save(gates.measure(scores, "dev", answering_fingerprint(engine.settings)))
        typer.echo(f"Written: {gates.PATH}")
        return
    breaches = gates.check(scores, gates.load())
    for breach in breaches:
        typer.echo(str(breach))
    typer.echo("The gate is red." if breaches else "The gate is green.")
    raise typer.Exit(1 if breaches else 0)


@app.command()
def beir(
    folder: Annotated[Path, typer.Argument(help="A BEIR set: corpus.jsonl, queries.jsonl, qrels.tsv.")],
    queries: Annotated[str, typer.Option(help="Another file of queries in the folder.")] = "queries.jsonl",
    as_json: Json = False,
) -> None:
    """Hold our retrieval against BM25 alone, dense alone and the quick start on a public benchmark."""
    from eval import beir as sets
    from eval.terminal import print_beir

    with _bar("") as step:
        rows = sets.evaluate(sets.read(folder, queries), _settings(None), _named(step))
    if as_json:
        typer.echo(json.dumps([row._asdict() for row in rows]))
    else:
        print_beir(rows)


@app.command()
def privacy(
    split: SplitOption = SplitName.test,
    file: Annotated[Path | None, typer.Option(help="Another file of marked questions, such as second.jsonl.")] = None,
    as_json: Json = False,
) -> None:
    """Measure how much personal data is found in synthetic questions, and how often a clean one raises an alarm."""
    from answer.privacy.redact import load_redactor
    from eval import privacy_score
    from eval.terminal import print_rates

    find = load_redactor().find
    paths = [file] if file else [privacy_score.FOLDER / f"{name}.jsonl" for name in _splits(split)]
    for path in paths:
        name, rates = path.stem, privacy_score.score(privacy_score.read_rows(path), find)
        if as_json:
            typer.echo(json.dumps({"split": name, "rates": [rate._asdict() for rate in rates]}))
        else:
            print_rates(name, rates)


def _settings(store: Path | None) -> Settings:
    from mayshare.config import load_settings

    return load_settings(store=store)


def _folder(out: Path | None, settings: Settings) -> Path:
    folder = out or settings.store / "eval"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _cases(split: str | None) -> list[Case]:
    from eval.cases import load_cases
    from eval.places import places

    return load_cases(places(_settings(None)).questions, split)  # type: ignore[arg-type]


def _splits(split: SplitName) -> list[str]:
    return ["dev", "test"] if split is SplitName.all else [split.value]


def _systems(chosen: list[str] | None, default: list[str]) -> list[str]:
    from eval.baselines import SYSTEMS

    if chosen and "all" in chosen:
        return list(SYSTEMS)
    unknown = [name for name in chosen or () if name not in SYSTEMS]
    if unknown:
        raise typer.BadParameter(f"no system “{unknown[0]}”. Known: {', '.join(SYSTEMS)}, all.")
    return chosen or default


def _context(store: Path | None) -> Context:
    from eval.setup import context_of
    from mayshare.index import open_index

    return context_of(open_index(_settings(store)))


def _score(result: Any, cases: Sequence[Case], context: Context) -> Scores:
    from eval.score import score as run_score

    return run_score(result, cases, context)


def _print_scores(name: str, found: Any, times: dict[str, float]) -> None:
    from eval.terminal import print_scores

    print_scores(name, found, times)


def _named(step: Callable[[int, int, str], None]) -> Callable[[str, int, int], None]:
    return lambda name, done, total: step(done, total, name)


@contextmanager
def _bar(name: str) -> Iterator[Any]:
    """A progress bar on the terminal; silent where output is not one."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(name, total=None)

        def step(done: int, total: int, label: str | None = None) -> None:
            bar.update(task, completed=done, total=total, description=label or name)

        yield step
