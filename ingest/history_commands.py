"""`mayshare history`, `mayshare diff` and `mayshare rollback`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

Store = Annotated[Path | None, typer.Option(help="Folder of the index. Default: `data/` of the project.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
AROUND = 12  # words shown on either side of a change


def history(as_json: Json = False, store: Store = None) -> None:
    """List the generations that are kept: which one is live, and what each was built from."""
    from mayshare.config import load_settings

    settings = load_settings(store=store)
    from ingest.history import history as entries

    found = entries(settings)
    if as_json:
        _out(json.dumps([_plain(entry) for entry in found], ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("generation", "built at (UTC)", "documents", "passages", "against the one before", "commit", "model")
    for entry in found:
        name = f"{entry.generation} ● live" if entry.live else str(entry.generation)
        change = entry.problem or (str(entry.changes) if entry.changes is not None else "·")
        built_at = entry.built_at[:19].replace("T", " ")
        commit = (entry.corpus_commit or "·")[:10]
        table.add_row(name, built_at, str(entry.documents), str(entry.passages), change, commit, entry.model)
    Console(highlight=False, width=None if sys.stdout.isatty() else 200).print(table)


def diff(
    before: Annotated[int | None, typer.Argument(help="Generation. Default: the one kept before.")] = None,
    after: Annotated[int | None, typer.Argument(help="Generation. Default: the live one.")] = None,
    as_json: Json = False,
    store: Store = None,
) -> None:
    """Show how two generations differ: documents, passages, words.

    `mayshare diff`, `mayshare diff 3`, `mayshare diff 3 5`
    """
    from mayshare.config import load_settings

    settings = load_settings(store=store)
    from ingest.history import diff as compare

    found = compare(settings, before, after)
    if as_json:
        _out(json.dumps(_plain(found), ensure_ascii=False))
        return
    _out(f"Generation {found.before} → {found.after}: {found.changes}.")
    new, gone = found.passages_after - found.passages_same, found.passages_before - found.passages_same
    _out(f"Passages: {found.passages_before} → {found.passages_after}; {new} new, {gone} gone.")
    _out(f"Words: {found.words_added} came, {found.words_removed} went.")
    for old, now in found.changes.moved:
        _out(f"\nmoved: {old} > {now}")
    for words in found.words:
        kind = next(name for name in ("added", "changed", "removed") if words.source_id in getattr(found.changes, name))
        _out(f"\n{kind}: {words.source_id}")
        for line in _hunks(words.runs) if kind == "changed" else ():
            _out(f"  {line}")


def rollback(
    number: Annotated[int, typer.Argument(help="The generation to make live; `mayshare history` lists them.")],
    as_json: Json = False,
    store: Store = None,
) -> None:
    """Put a kept generation live again, at once. A running chat takes it up with the next question."""
    from mayshare.config import load_settings

    settings = load_settings(store=store)
    from ingest.history import rollback as back

    manifest = back(settings, number)
    if as_json:
        _out(json.dumps({"generation": number, "corpus_version": manifest.corpus_version}))
        return
    _out(f"Live: generation {number}, built {manifest.built_at}, {len(manifest.documents)} documents.")
    commit = f" (it stood at commit {manifest.corpus_commit[:10]})" if manifest.corpus_commit else ""
    _out(f"The folder {manifest.corpus_path} is as it was: set it back too{commit}, or the next ingest follows it.")


def register(app: typer.Typer) -> None:
    """Add the three commands."""
    for command in (history, diff, rollback):
        app.command()(command)


def _hunks(runs: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """Each change with a few words around it: `… may tell [-the police-] {+an officer+} when …`."""
    line: list[str] = []
    for place, (mark, text) in enumerate(runs):
        words = text.split()
        if mark != " ":
            line.append(f"[-{text}-]" if mark == "-" else f"{{+{text}+}}")
        elif len(words) <= 2 * AROUND and 0 < place < len(runs) - 1:
            line.append(text)
        else:
            if line:
                yield " ".join([*line, *words[:AROUND], *["…"] * (len(words) > AROUND)])
            line = [*["…"] * (len(words) > AROUND), *words[-AROUND:]] if place < len(runs) - 1 else []
    if line:
        yield " ".join(line)


def _plain(value: Any) -> Any:
    """Named tuples as tables, for JSON."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    return [_plain(part) for part in value] if isinstance(value, tuple | list) else value


def _out(line: str) -> None:
    sys.stdout.write(f"{line}\n")
