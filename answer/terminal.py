"""An answer on a terminal: bottom line first, claims by role, sources below."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from answer.compose import GROUPS, opening
from answer.trace import Stage
from mayshare import freshness
from mayshare.schema import Answer, Claim

OFFICIAL_WORDS = 40
NOT_ADVICE = "Guidance, not legal advice: check with your agency's counsel before you act."


def print_answer(answer: Answer, console: Console | None = None) -> None:
    """Print an answer for a person."""
    console = console or Console(highlight=False)
    if answer.urgent:
        console.print(f"[bold red]{escape(answer.urgent)}[/bold red]")
    if answer.message:
        console.print(escape(answer.message))
    if answer.situation and not answer.situation.unsure:
        console.print(f"Answered for the question: {escape(answer.situation.section.heading)}", style="dim")
    for role, title in GROUPS.items():
        group = [claim for claim in answer.claims if claim.role == role]
        if not group:
            continue
        if role == "bottom_line":
            console.print(f"\n[bold]{f'{opening(answer)} '.lstrip()}{_claim(group[0])}[/bold]")
            continue
        console.print(f"\n[bold]{title}[/bold]")
        for claim in group:
            console.print(Padding(f"• {_claim(claim)}", (0, 0, 0, 2)))
    if answer.sources:
        console.print("\n[bold]Sources[/bold]")
    for source in answer.sources:
        authorities = ", ".join(source.authorities) or "practice guidance"
        console.print(f"  {source.n}. {escape(source.title)} — “{escape(source.heading)}” · {escape(authorities)}")
        dated = f"as of {source.status_as_of}" if source.status_as_of else "undated"
        review = f"reviewed by {source.reviewed_by}" if source.reviewed_by else "not yet reviewed by a lawyer"
        if source.stale:
            console.print(f"     ! {freshness.WARNING.capitalize()}.", style="bold")
        console.print(
            f"     {escape(source.source_id)} · {dated} · {escape(review)} · {escape(source.url)}", style="dim"
        )
        for official in source.official:
            words = official.quote.split()
            shown = " ".join(words[:OFFICIAL_WORDS]) + (" …" if len(words) > OFFICIAL_WORDS else "")
            console.print(Padding(escape(f"{official.citation}: “{shown}”"), (0, 0, 0, 5)), style="italic")
    if answer.model:
        console.print(f"\n{escape(model_note(answer))}", style="dim")
    _others(answer, console)
    console.print(f"\n{NOT_ADVICE} Index {escape(answer.corpus_version)}.", style="dim")


def _others(answer: Answer, console: Console) -> None:
    """Near questions, with the number by which they can be chosen; what to read next where nothing was answered."""
    if answer.question.situation:
        console.print("\nAsk without --situation to see the other near questions.")
        return
    if answer.situation:
        if answer.situation.unsure and not answer.question.asker:
            console.print('\nIf you say who asks (--as "school nurse"), the answer fits better.')
        if answer.situation.others:
            console.print(
                "\n[bold]Not your question?[/bold] Ask again with --situation and the number of the one that is:"
            )
        for n, entry in enumerate(answer.situation.others, start=1):
            console.print(f"  {n}. {escape(entry.heading)} ({escape(entry.title)})")
        return
    if answer.related:
        console.print("\n[bold]Related[/bold]")
    for entry in answer.related:
        console.print(f"  • {escape(entry.heading)} ({escape(entry.title)})")


def model_note(answer: Answer) -> str:
    """What a language model had to do with an answer, in one or two sentences."""
    if answer.notice:
        return answer.notice
    fell = f" {answer.rejected} of its statements fell, since no passage bears them out." if answer.rejected else ""
    return f"Worded in part by {answer.model}, which was sent: “{answer.sent}”.{fell}"


def print_stages(stages: Sequence[Stage], console: Console | None = None) -> None:
    """Print how an answer came about."""
    console = console or Console(highlight=False)
    for stage in stages:
        console.print(f"\n[bold]{stage.name}[/bold]")
        for line in stage.lines:
            console.print(Padding(escape(line), (0, 0, 0, 2)))


def _claim(claim: Claim) -> str:
    marks = "".join(f"[{citation.n}]" for citation in claim.citations)
    doubt = " (not verified)" if claim.unverified else ""
    return escape(f"{claim.text}{doubt} {marks}")
