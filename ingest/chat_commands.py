"""`mayshare chat …`: turn the chat off with a note for its users, and on again."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Annotated

import typer

from mayshare import chat_switch
from mayshare.config import load_settings

app = typer.Typer(name="chat", no_args_is_help=True, rich_markup_mode="markdown")

Store = Annotated[Path | None, typer.Option(help="Folder of the index. Default: `data/` of the project.")]


@app.command()
def off(
    note: Annotated[str, typer.Option(help="What users read: why it is off, whom to ask meanwhile.")],
    by: Annotated[str | None, typer.Option(help="Who turns it off; not shown to users. Default: your login.")] = None,
    store: Store = None,
) -> None:
    """Turn the chat off. It works at once, for every open page; the command line still answers."""
    chat_switch.turn_off(load_settings(store=store).store, note, by if by is not None else _login())
    typer.echo("The chat is off; its users read your note. Turn it on again: mayshare chat on")


@app.command()
def on(store: Store = None) -> None:
    """Turn the chat on again."""
    was_off = chat_switch.turn_on(load_settings(store=store).store)
    typer.echo("The chat is on." if was_off else "The chat was on already.")


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False, store: Store = None
) -> None:
    """Say whether the chat is on, and if not, why and since when."""
    found = chat_switch.read(load_settings(store=store).store)
    if as_json:
        typer.echo(json.dumps({"on": found is None, "off": found.model_dump() if found else None}))
    elif found is None:
        typer.echo("The chat is on.")
    else:
        named = f", by {found.by}" if found.by else ""
        typer.echo(f"The chat is off since {found.since or 'an unknown time'}{named}: {found.note}")


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
