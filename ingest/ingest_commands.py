"""`mayshare ingest`: plan, build, put live; or only plan; or watch the corpus and do it again."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ingest.pipeline import Report
    from ingest.plan import Plan
    from mayshare.config import Settings

Store = Annotated[Path | None, typer.Option(help="Folder of the index. Default: `data/` of the project.")]
Corpus = Annotated[Path | None, typer.Option(help="Folder of the documents. Default: the shipped corpus.")]


def ingest(
    corpus: Corpus = None,
    store: Store = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done; write nothing.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on: ingest again whenever a document changes.")] = False,
    workers: Annotated[str | None, typer.Option(help="Where to embed: `local`, `ray` or `ray:ADDRESS`.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at files that can't be read, with a list.")] = False,
    gate: Annotated[bool, typer.Option("--gate", help="Make it live only where answers don't get worse.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build a new index even where nothing changed.")] = False,
    if_changed: Annotated[bool, typer.Option(hidden=True, help="The default; kept for old scripts.")] = True,
) -> None:
    """Bring what changed in the corpus into a new index, check it, and make it live.

    The present index serves until the new one has passed its check; a failure or a kill loses nothing. Where nothing
    changed, nothing is built. A file that can't be read is left out and listed, with its reason also in the store's
    `quarantine/`.
    """
    from ingest.workers import runner
    from mayshare.config import load_settings

    settings = load_settings(corpus=corpus, store=store, ingest=runner(workers))
    if dry_run:
        _plan(settings, as_json)
    elif watch:
        _watch(settings, as_json, strict)
    elif gate:
        _print(_gated(settings, if_changed and not rebuild), as_json)
    else:
        _print(_run(settings, as_json, if_changed and not rebuild, strict), as_json)
    if not dry_run:
        _ready(settings)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(ingest)


def _plan(settings: Settings, as_json: bool) -> None:
    from ingest.pipeline import plan

    found = plan(settings)
    _out(json.dumps(found.as_json(), ensure_ascii=False) if as_json else "\n".join(found.lines()))


def _ready(settings: Settings) -> None:
    """The models of the chat too, so that it starts at once, and from a store that it can't write to."""
    from mayshare.minilm import ensure_model, missing_models

    for model in missing_models(settings.model_folder, embedding=settings.embedding.provider == "minilm"):
        typer.echo(f"Building the model {model.name}, once …", err=True)
        ensure_model(settings.model_folder, model)


def _run(settings: Settings, quiet: bool, if_changed: bool, strict: bool) -> Report:
    if quiet or not sys.stderr.isatty():
        from ingest.pipeline import ingest as run

        def show(plan: Plan) -> None:
            if not quiet:
                _out("\n".join(plan.lines()))

        return run(settings, if_changed=if_changed, show=show, strict=strict)
    from ingest.terminal import with_progress

    return with_progress(settings, if_changed, strict)


def _gated(settings: Settings, if_changed: bool) -> Report:
    # by name: `ingest` may not import `eval`, which is above it; the command line joins the two
    from importlib import import_module

    report: Report = import_module("eval.impact_commands").gated(settings, if_changed)
    return report


def _watch(settings: Settings, as_json: bool, strict: bool) -> None:
    from ingest.watch import watch_corpus
    from mayshare.errors import MayshareError

    typer.echo(f"Watching {settings.corpus}. Ctrl-C ends it.", err=True)
    try:
        for outcome in watch_corpus(settings, lambda: _run(settings, as_json, True, strict)):
            if isinstance(outcome, MayshareError):
                typer.echo(f"mayshare: {outcome}", err=True)
            else:
                _print(outcome, as_json)
            sys.stdout.flush()
    except KeyboardInterrupt:  # during an ingest: the present index still serves
        pass
    typer.echo("Stopped.", err=True)


def _print(report: Report, as_json: bool) -> None:
    _out(json.dumps(report._asdict()) if as_json else summary(report))
    for problem in () if as_json else report.quarantined:
        typer.echo(f"left out: {problem}", err=True)


def summary(report: Report) -> str:
    """One line on what an ingest did."""
    if not report.built:
        held = f"{report.documents} documents, {report.passages} passages"
        return f"The index is up to date: {held} ({report.corpus_version})."
    changes = f"{len(report.added)} added, {len(report.changed)} changed, {len(report.removed)} removed"
    phases = ", ".join(f"{name} {seconds:.1f}" for name, seconds in report.phases.items())
    return (
        f"Live: {report.documents} documents, {report.passages} passages ({changes}; {report.embedded} texts embedded) "
        f"in {report.seconds:.1f} s ({phases}) — {report.corpus_version}."
    )


def _out(line: str) -> None:
    sys.stdout.write(f"{line}\n")
