"""`mayshare eval sheet …` and `mayshare eval feedback …`: what trainers write, in files that can be committed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mayshare.verdicts import Abstention, Verdict

if TYPE_CHECKING:
    from eval.places import Places

sheet = typer.Typer(no_args_is_help=True, help="Score answers sentence by sentence in a spreadsheet.")
feedback = typer.Typer(no_args_is_help=True, help="What users said of answers, and what became of it.")

Store = Annotated[Path | None, typer.Option(help="Folder of the index. Default: `data/` of the project.")]


@sheet.command("export")
def export_sheet(
    run: Annotated[Path, typer.Argument(help="A run file, as `eval run` writes it.")],
    out: Annotated[Path, typer.Argument(help="The sheet to write: .csv or .xlsx.")],
    rater: Annotated[str, typer.Option(help="Fill in the rater's name.")] = "",
) -> None:
    """Write a sheet with a row for each sentence: rate it right, right but, or wrong; rate its citation."""
    from eval import expert, runs
    from eval.cases import load_cases

    rows = expert.export(runs.read(run), {case.id: case for case in load_cases(_places().questions)}, out, rater)
    typer.echo(f"{rows} sentences in {out}")


@sheet.command("import")
def import_sheets(sheets: Annotated[list[Path], typer.Argument(help="Filled sheets, .csv or .xlsx.")]) -> None:
    """Take filled sheets into eval/expert/ratings.jsonl; show shares, and kappa where two raters rated the same."""
    from eval import expert

    for path in sheets:
        new = expert.add(expert.read_sheet(path), _places().ratings)
        typer.echo(f"{path}: {new} new or changed ratings")
    found = expert.totals(expert.load(_places().ratings))
    typer.echo(", ".join(f"{count} {name}" for name, count in {**found.counts, **found.citations}.items()))
    if found.kappa is not None:
        typer.echo(f"Two raters: kappa {found.kappa:.2f} on {found.both_rated} sentences")


@feedback.command("add")
def add_feedback(
    question: Annotated[str, typer.Argument(help="The question as it was asked; leave out names.")],
    helpful: Annotated[bool, typer.Option("--helpful/--not-helpful", help="Did the answer help?")],
    comment: Annotated[str, typer.Option(help="What was right or wrong.")] = "",
    store: Store = None,
) -> None:
    """Ask a question anew and queue a remark on its answer. The remark is kept in eval/feedback/."""
    from eval.feedback import Remark, record
    from eval.setup import open_engine
    from mayshare.config import load_settings
    from mayshare.schema import Question

    answer = open_engine(load_settings(store=store)).ask(Question(text=question))
    kept = record(answer, Remark(helpful, question, comment=comment), _places().feedback)
    typer.echo(f"queued as {kept.id}: {kept.question}")


@feedback.command("list")
def list_feedback(everything: Annotated[bool, typer.Option("--all", help="Decided items too.")] = False) -> None:
    """Show the queue, oldest first."""
    from eval.feedback import load

    items = [item for item in load(_places().feedback) if everything or item.state == "open"]
    for item in items:
        mark = "helpful" if item.helpful else "not helpful"
        typer.echo(f"{item.id} {item.received} {item.state}, {mark}: {' '.join(item.question.split())}")
        wrong = ", ".join(item.wrong) or "nothing named"
        typer.echo(f"    answered {item.verdict}; wrong: {wrong}; {item.comment or 'no comment'}")
    typer.echo(f"{len(items)} items")


@feedback.command("accept")
def accept_feedback(
    item: Annotated[str, typer.Argument(help="The item's id.")],
    asker: Annotated[str, typer.Option(help="Who asks, e.g. school counselor.")],
    verdict: Annotated[Verdict, typer.Option(help="The right verdict.")],
    bottom_line: Annotated[str, typer.Option(help="The right answer in a sentence.")],
    abstention: Annotated[Abstention | None, typer.Option(help="With --verdict abstain: the reason.")] = None,
) -> None:
    """Make a question of the development set from an item; add nuggets and evidence there afterwards."""
    from eval.feedback import accept

    where = _places()
    case = accept(item, asker, verdict, bottom_line, abstention, where.feedback, where.questions)
    typer.echo(f"{case.id} in eval/questions/feedback.yaml. Add nuggets, evidence and basis there (docs/trainers.md).")


@feedback.command("reject")
def reject_feedback(
    item: Annotated[str, typer.Argument(help="The item's id.")],
    why: Annotated[str, typer.Option(help="Why no question comes of it.")],
) -> None:
    """Close an item without a question."""
    from eval.feedback import reject

    typer.echo(f"{reject(item, why, _places().feedback).id} closed")


def _places() -> Places:
    from eval.places import places
    from mayshare.config import load_settings

    return places(load_settings())
