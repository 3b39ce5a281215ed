"""`mayshare impact …`: which answers a change of the guidance changes. Heavy imports wait until a command runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mayshare.verdicts import Verdict

if TYPE_CHECKING:
    from eval.impact_run import Found, Step
    from ingest.pipeline import Report
    from mayshare.config import Settings

app = typer.Typer(name="impact", rich_markup_mode="markdown")
watch_app = typer.Typer(name="watch", no_args_is_help=True, help="The questions that you watch: watchlist.yaml.")
app.add_typer(watch_app)

Store = Annotated[Path | None, typer.Option(help="Folder of the index. Default: `data/` of the project.")]
Corpus = Annotated[Path | None, typer.Option(help="Folder of the documents. Default: the shipped corpus.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
NAMES = {"read": "Reading documents", "embed": "Embedding passages", "verify": "Checking the index", "ask": "Asking"}


@app.command()
def run(
    before: Annotated[int | None, typer.Argument(metavar="[A]", help="A kept generation.")] = None,
    after: Annotated[int | None, typer.Argument(metavar="[B]", help="Another one, compared with A.")] = None,
    gate: Annotated[bool, typer.Option("--gate", help="Exit 1 where the gate is red.")] = False,
    promote: Annotated[bool, typer.Option("--promote", help="Put the new index live after the comparison.")] = False,
    corpus: Corpus = None,
    store: Store = None,
    as_json: Json = False,
    markdown: Annotated[Path | None, typer.Option(help="Also write the comparison to this Markdown file.")] = None,
    html: Annotated[Path | None, typer.Option(help="Also write it to this HTML file.")] = None,
) -> None:
    """Show which answers change with the working corpus, before it goes live.

    The corpus is built into an index that is not live; the evaluation questions and your watch list are asked on it
    and on the live one. A new contradiction, an answer lost and a watched expectation that isn't met come first.

    `mayshare impact`, then `mayshare impact promote` or `mayshare ingest --gate`

    `mayshare impact 3 4` compares two kept generations; `mayshare impact watch --help` keeps the watch list.
    """
    if (before is None) != (after is None):
        raise typer.BadParameter("name two generations, or none.")
    if before is not None and (promote or gate):
        raise typer.BadParameter("--gate and --promote are for the working corpus: name no generations.")
    settings = _settings(corpus, store)
    from eval import impact_run
    from ingest.pipeline import Report

    with progress() as step:
        if before is not None and after is not None:
            found: Found | Report = impact_run.kept_generations(settings, before, after, step)
        else:
            found = impact_run.working_corpus(settings, step, gate)
    if isinstance(found, Report):
        same = f"The corpus is as the live index {found.corpus_version} has it: no answer changes."
        typer.echo(json.dumps({"changes": [], "live": found.corpus_version}) if as_json else same)
        return
    _show(found, as_json, markdown, html)
    if found.held and found.held.breaches:
        raise typer.Exit(1)
    if found.staged:
        _end(settings, found.staged.generation, promote, quiet=as_json)


@app.command()
def promote(
    number: Annotated[int | None, typer.Argument(help="The staged generation. Default: the newest.")] = None,
    store: Store = None,
) -> None:
    """Put a staged index live, as `mayshare impact` compared it."""
    from ingest import staging

    settings = _settings(None, store)
    chosen = _chosen(settings, number)
    staging.promote(settings, chosen)
    typer.echo(f"Generation {chosen} is live.")


@app.command()
def discard(
    number: Annotated[int | None, typer.Argument(help="The staged generation. Default: the newest.")] = None,
    store: Store = None,
) -> None:
    """Remove a staged index. The corpus folder stays as it is."""
    from ingest import staging

    settings = _settings(None, store)
    chosen = _chosen(settings, number)
    staging.discard(settings, chosen)
    typer.echo(f"Generation {chosen} is gone; the live index serves on.")


@watch_app.command("add")
def watch_add(
    question: Annotated[str, typer.Argument(help="The question, as people ask it.")],
    verdict: Annotated[str | None, typer.Option(help="yes, no, conditional, explain or abstain.")] = None,
    cites: Annotated[str | None, typer.Option(help="Id of a document that the answer must cite.")] = None,
    note: Annotated[str, typer.Option(help="Why you watch it.")] = "",
    corpus: Corpus = None,
) -> None:
    """Watch a question, with what its answer must be if you say so."""
    from typing import get_args

    from eval import watch

    if verdict is not None and verdict not in get_args(Verdict):
        raise typer.BadParameter(f"a verdict is one of {', '.join(get_args(Verdict))}.")
    from pydantic import ValidationError

    try:
        entry = watch.Watch.model_validate({"question": question, "verdict": verdict, "cites": cites, "note": note})
    except ValidationError as error:
        raise typer.BadParameter(f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}.") from None
    path = watch.path_of(_settings(corpus, None).corpus)
    watch.add(path, entry)
    typer.echo(f"Number {len(watch.load(path))} of {path}.")


@watch_app.command("list")
def watch_list(corpus: Corpus = None, as_json: Json = False) -> None:
    """Show the watch list with its numbers."""
    from eval import watch

    path = watch.path_of(_settings(corpus, None).corpus)
    entries = watch.load(path)
    if as_json:
        typer.echo(json.dumps([entry.model_dump() for entry in entries], ensure_ascii=False))
        return
    for number, entry in enumerate(entries, start=1):
        wanted = [f"verdict {entry.verdict}"] if entry.verdict else []
        wanted += [f"cites {entry.cites}"] if entry.cites else []
        typer.echo(f"{number}. {entry.question}" + (f"  [{', '.join(wanted)}]" if wanted else ""))
    if not entries:
        typer.echo(f"{path}: no question is watched. Add one: mayshare impact watch add “…”")


@watch_app.command("remove")
def watch_remove(
    number: Annotated[int, typer.Argument(help="Its number in `mayshare impact watch list`.")], corpus: Corpus = None
) -> None:
    """Stop watching a question."""
    from eval import watch

    gone = watch.remove(watch.path_of(_settings(corpus, None).corpus), number)
    typer.echo(f"No longer watched: {gone.question}")


def gated(settings: Settings, if_changed: bool) -> Report:
    """What `mayshare ingest --gate` does, with a progress bar on a terminal."""
    from eval.impact_run import gated_ingest

    with progress() as step:
        return gated_ingest(settings, step, if_changed)


@contextmanager
def progress() -> Iterator[Step]:
    """A bar for each stage on the terminal; silent where output is not one."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def step(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(NAMES.get(name, name), total=total)
            bar.update(tasks[name], completed=done, total=total)

        yield step


def _show(found: Found, as_json: bool, markdown: Path | None, html: Path | None) -> None:
    from eval import impact_report

    for path, write in ((markdown, impact_report.markdown), (html, impact_report.html)):
        if path:
            path.write_text(write(found.impact, found.held), encoding="utf-8")
    if as_json:
        staged = found.staged.generation if found.staged else None
        typer.echo(json.dumps(impact_report.as_json(found.impact, found.held, staged), ensure_ascii=False))
    else:
        impact_report.print_impact(found.impact, found.held)


def _end(settings: Settings, number: int, promote: bool, quiet: bool) -> None:
    if promote:
        from ingest import staging

        staging.promote(settings, number)
    if quiet:
        return
    if promote:
        typer.echo(f"Generation {number} is live.")
    else:
        typer.echo(f"Generation {number} is built and checked, not live. Put it live: mayshare impact promote")


def _chosen(settings: Settings, number: int | None) -> int:
    from mayshare import generation

    # where none is staged, the number 0 makes the error that says so
    return number if number is not None else max(generation.staged(settings.store), default=0)


def _settings(corpus: Path | None, store: Path | None) -> Settings:
    from mayshare.config import load_settings

    return load_settings(corpus=corpus, store=store)
