"""The command line: the same verbs as the pages, for people who live in a terminal.

Heavy libraries are imported inside the commands that need them, so that `mayshare --help` answers at once.
Exit codes: 0 answered or abstained, 1 an error of the user's to mend (message on stderr), 2 bad usage.
"""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from ingest import history_commands, ingest_commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from answer.assemble import Engine
    from mayshare.config import Settings
    from mayshare.schema import Answer, Filters, Place, Question

app = typer.Typer(
    name="mayshare",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="""May I share this, with whom, and on what authority?

Cited answers on confidentiality law (FERPA, HIPAA, 42 CFR Part 2, IDEA, child welfare, juvenile justice)
for people who work with young people. Everything runs on this machine; nothing is sent anywhere.

Start with `mayshare ingest`, then `mayshare ask "May a school tell a probation officer about attendance?"`
or `mayshare serve` for the chat.""",
)

EVALUATION = """Check answer quality: ask the evaluation questions, score the answers, compare two runs.

Start with `mayshare eval run`, then `mayshare eval score data/eval/dev-engine.jsonl`, or do everything with
`mayshare eval report`. docs/trainers.md says what each number means."""

Store = Annotated[Path | None, typer.Option(help="Folder of the index. Default: `data/` of the project.")]
Corpus = Annotated[Path | None, typer.Option(help="Folder of the documents. Default: the shipped corpus.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Law = Annotated[list[str] | None, typer.Option(help="Only guidance on this law, e.g. FERPA. May be repeated.")]


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question; `-` reads it from input.")] = None,
    as_json: Json = False,
    law: Law = None,
    file: Annotated[
        Path | None,
        typer.Option(
            help='Batch: one JSON object a line, {"id", "question"} or {"id", "turns": […]}, each perhaps with "asker".'
        ),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Also show how the answer came about.")] = False,
    situation: Annotated[
        int | None,
        typer.Option(min=1, help="Answer for another near question: its number in the list after the answer."),
    ] = None,
    asker: Annotated[
        str,
        typer.Option("--as", metavar="WHO", help='Who asks, in a few words: "school nurse". The answer fits better.'),
    ] = "",
    store: Store = None,
) -> None:
    """Answer a question from the guidance, each statement cited.

    Examples:

    `mayshare ask "Can the school give the police a student's address?"`

    `mayshare ask "Dad calls and wants to know if she came in. May we tell?" --as "drug treatment counselor"`

    `mayshare ask "Who must consent?" --law "42 CFR Part 2"`

    `mayshare ask "Can the school give the police a student's address?" --situation 2`

    `mayshare ask --file questions.jsonl --json > answers.jsonl`
    """
    if (question is None) == (file is None):
        raise typer.BadParameter("give a question or --file, one of the two.")
    if situation and file is not None:
        raise typer.BadParameter("--situation goes with one question, not with --file.")
    filters = _filters(law)
    if file is not None:
        from answer.batch import read_questions

        questions = read_questions(file, filters, asker)
        engine = _engine(store)
        for item in _progress(questions, hidden=not sys.stderr.isatty()):
            _print_answer(engine.ask(item), as_json)
        return
    from mayshare.schema import Question

    text = sys.stdin.read() if question == "-" else str(question)
    engine = _engine(store)
    answer = engine.ask(Question(text=text, asker=asker, filters=filters))
    if situation:
        answer = engine.ask(answer.question.model_copy(update={"situation": _chosen(answer, situation)}))
    _print_answer(answer, as_json)
    if explain and not as_json:
        from answer.terminal import print_stages
        from answer.trace import explain as trace

        print_stages(trace(engine, answer))


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=200, help="How many passages.")] = 10,
    as_json: Json = False,
    law: Law = None,
    store: Store = None,
) -> None:
    """Show the passages nearest to a query, best first."""
    from mayshare.schema import Question

    hits = _engine(store).search(Question(text=query, filters=_filters(law)), k)
    if as_json:
        _out(json.dumps([hit.model_dump(mode="json") for hit in hits], ensure_ascii=False))
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    if not hits:
        console.print("Nothing found. Use other words, or drop --law.")
    for n, hit in enumerate(hits, start=1):
        heading = " › ".join(hit.passage.heading_path)
        console.print(f"[bold]{n}. {escape(hit.passage.title)}[/] — {escape(heading)}  ({hit.score:.2f})")
        console.print(f"   {escape(_shortened(hit.passage.text))}")
        console.print(
            f"   {escape(hit.passage.source_id)} · {escape(', '.join(hit.passage.authorities[:4]))}\n", style="dim"
        )


@app.command()
def redact(
    text: Annotated[str, typer.Argument(help="A question; `-` reads it from input.")],
    as_json: Json = False,
) -> None:
    """Show a text without the personal data that is found in it: names, dates of birth, numbers, addresses.

    This lowers the risk; it doesn't make a text anonymous. Nothing is stored or sent.

    `mayshare redact "my student Jayden (DOB 3/4/2011) told me …"`
    """
    from answer.privacy.redact import load_redactor

    done = load_redactor().redact(sys.stdin.read() if text == "-" else text)
    if as_json:
        _out(json.dumps({"text": done.text, "findings": [f._asdict() for f in done.findings]}, ensure_ascii=False))
        return
    _out(done.text)
    for finding in done.findings:
        _out(f"  {finding.kind}: {finding.text}")


@app.command()
def read(
    file: Annotated[Path, typer.Argument(help="A document: Markdown, HTML, PDF, DOCX, text, eCFR or US Code, JSONL.")],
    as_json: Json = False,
) -> None:
    """Show how a file is read: title, headings, each block with its page, line or paragraph, and warnings."""
    from ingest.read_command import show

    show(file, as_json)


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="The corpus, or a part of it. Default: the shipped corpus.")
    ] = None,
    as_json: Json = False,
    stale: Annotated[bool, typer.Option("--stale", help="Only list documents past their review date.")] = False,
    links: Annotated[
        bool, typer.Option("--links", help="Only ask whether the addresses in `sources` are there. Uses the network.")
    ] = False,
    against: Annotated[
        Path | None, typer.Option(help="Folder of other texts: also show runs of ten words that stand in both.")
    ] = None,
) -> None:
    """Check documents against the rules of corpus/AUTHORING.md, and show what the corpus covers.

    Exit 1 if a rule is broken. The coverage table is shown when a whole corpus is checked.
    """
    settings = _settings()
    if stale or links:
        from ingest.fetch_commands import readable, run_links, run_stale

        raise typer.Exit((run_stale if stale else run_links)(settings, readable(folder or settings.corpus), as_json))
    from ingest import terminal
    from ingest.check import check as run
    from ingest.coverage import cover
    from ingest.overlap import overlaps

    target = folder or settings.corpus
    inside = target.resolve().is_relative_to(settings.corpus.resolve())
    corpus = settings.corpus if inside else target
    report = run(target, corpus, review_days=settings.review_days)
    coverage = cover(report.documents, corpus) if target.resolve() == corpus.resolve() else None
    shared = overlaps(report.documents, against) if against else None
    if as_json:
        _out(json.dumps(terminal.as_json(report, coverage, shared), ensure_ascii=False))
    else:
        terminal.print_check(report, coverage, shared)
    raise typer.Exit(1 if report.findings else 0)


@app.command()
def fetch(
    kind: Annotated[str | None, typer.Argument(help="`ecfr`, `usc` or `url`. Default: all that is listed.")] = None,
    what: Annotated[list[str] | None, typer.Argument(help="`34/99`, `20/1232g`, or addresses.")] = None,
    only_check: Annotated[
        bool, typer.Option("--check", help="Fetch no text: say what has changed at the source since.")
    ] = False,
    as_json: Json = False,
    corpus: Corpus = None,
) -> None:
    """Bring the current text of official sources into `corpus/official/`. Uses the network.

    `corpus/sources.toml` lists them. What is held and current is not fetched again. Exit 1 if a source failed.

    Examples: `mayshare fetch`, `mayshare fetch ecfr 34/99`, `mayshare fetch usc 20/1232g 42/290dd-2`,
    `mayshare fetch --check`
    """
    settings = _settings(corpus=corpus)
    from ingest.fetch_commands import run_check, run_fetch

    raise typer.Exit((run_check if only_check else run_fetch)(settings, kind, what or (), as_json))


@app.command()
def serve(
    address: Annotated[str | None, typer.Option(help="Address to listen on. Default: loopback only.")] = None,
    port: Annotated[int | None, typer.Option(help="Port. Default: 8501, or the next free one.")] = None,
    open_browser: Annotated[
        bool | None, typer.Option("--open/--no-open", help="Open a browser. Default: in a terminal.")
    ] = None,
    store: Store = None,
) -> None:
    """Open the chat. It listens on this machine alone unless you set an address."""
    settings = _settings(store=store)
    from mayshare import generation

    generation.live(settings.store)  # says what to do where there is no index
    if store is not None:
        os.environ["MAYSHARE_STORE"] = str(store)
    from serve import run

    run(
        address or settings.serve.address,
        port or settings.serve.port,
        sys.stdout.isatty() if open_browser is None else open_browser,
    )


def _settings(**overrides: Any) -> Settings:
    from mayshare.config import load_settings

    return load_settings(**overrides)


def _engine(store: Path | None) -> Engine:
    settings = _settings(store=store)
    from answer.assemble import assemble

    engine = assemble(settings)
    if engine.notice:
        typer.echo(engine.notice, err=True)
    return engine


def _filters(laws: list[str] | None) -> Filters:
    from mayshare.schema import Filters

    return Filters(laws=tuple(laws or ()))


def _chosen(answer: Answer, number: int) -> Place:
    from mayshare.schema import Place

    others = answer.situation.others if answer.situation else ()
    if number > len(others):
        listed = f"{len(others)} near questions are listed" if others else "no near questions are listed"
        raise typer.BadParameter(f"{listed} after this answer; ask without --situation to see them.")
    return Place(source_id=others[number - 1].source_id, heading=others[number - 1].heading)


def _print_answer(answer: Answer, as_json: bool) -> None:
    from answer.render import to_contract

    if as_json:
        _out(json.dumps(to_contract(answer), ensure_ascii=False))
        return
    from answer.terminal import print_answer

    print_answer(answer)


def _progress(items: list[Question], hidden: bool) -> Iterator[Question]:
    from rich.progress import track

    yield from track(items, description="Asking", disable=hidden, transient=True)


def _shortened(text: str, words: int = 40) -> str:
    from mayshare.text import plain

    parts = plain(text).split()
    return " ".join(parts[:words]) + (" …" if len(parts) > words else "")


def _out(line: str) -> None:
    sys.stdout.write(f"{line}\n")


class _Late(TyperGroup):
    """Commands of a module that is imported when one of them is asked for: `mayshare --help` stays fast."""

    module = ""
    default: str | None = None  # the command meant where none is named

    def list_commands(self, ctx: Any) -> list[str]:
        """Names of the commands."""
        names: list[str] = _commands(self.module).list_commands(ctx)
        return names

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by its name."""
        return _commands(self.module).get_command(ctx, cmd_name)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As usual, with the default command put in front where none is named."""
        if self.default and (not args or args[0] not in self.list_commands(ctx)):
            args = [self.default, *args]
        rest: list[str] = super().parse_args(ctx, args)
        return rest


class _Evaluation(_Late):
    module = "eval.commands"


class _Impact(_Late):
    module = "eval.impact_commands"
    default = "run"


class _Chat(_Late):
    module = "ingest.chat_commands"


@cache
def _commands(module: str) -> Any:
    from importlib import import_module

    return typer.main.get_group(import_module(module).app)


ingest_commands.register(app)
history_commands.register(app)
app.add_typer(typer.Typer(name="eval", cls=_Evaluation, no_args_is_help=True, help=EVALUATION))
app.add_typer(typer.Typer(name="impact", cls=_Impact, help="Show which answers change, before a new index goes live."))
app.add_typer(typer.Typer(name="chat", cls=_Chat, no_args_is_help=True, help="Turn the chat off with a note, and on."))


def main() -> int:
    """Entry point: errors meant for the user become one message on stderr and exit code 1."""
    from mayshare.errors import MayshareError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except MayshareError as error:
        typer.echo(f"mayshare: {error}", err=True)
        return 1
    except BrokenPipeError:
        # the reader (head, less) has gone; nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
