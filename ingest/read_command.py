"""`mayshare read FILE`: how a file is parsed, before it is put into a corpus."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ingest.readers.draft import Draft, Refused
from ingest.readers.sandbox import Sandbox
from mayshare.errors import UnreadableError


def draft_of(file: Path) -> Draft:
    """A file as its reader takes it.

    Raises:
        UnreadableError: with the reader's reason.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UnreadableError(file, f"can't be read ({error.strerror}).", "Name a file.") from None
    with Sandbox() as sandbox:
        try:
            return sandbox.read(data, file.name)
        except Refused as refusal:
            raise UnreadableError(file, f"{refusal}.", "") from None


def show(file: Path, as_json: bool) -> None:
    """Print a file's draft. Raises as `draft_of`."""
    draft = draft_of(file)
    console = Console(highlight=False, soft_wrap=True)
    if as_json:
        console.out(json.dumps(draft.model_dump(mode="json"), ensure_ascii=False), highlight=False)
        return
    dated = f", as of {draft.as_of}" if draft.as_of else ""
    console.print(f"[bold]{escape(draft.title)}[/bold]  ({draft.form}{dated}, {len(draft.blocks)} blocks)")
    for warning in draft.warnings:
        console.print(escape(f"warning: {warning}"))
    before: tuple[str, ...] = ()
    for block in draft.blocks:
        if block.headings != before:
            console.print(f"\n[bold]{escape(' › '.join(block.headings))}[/bold]")
            before = block.headings
        place = " · ".join(name for name in (block.locator, block.authority) if name)
        console.print(f"[dim]{escape(place)}[/dim]  {escape(block.text)}")
