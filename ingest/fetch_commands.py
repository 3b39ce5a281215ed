"""What `mayshare fetch`, `check --stale` and `check --links` do and print."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ingest.links import BAD, Link, check_links
from ingest.load import load_corpus
from ingest.sources.changes import Checked, check_sources
from ingest.sources.citing import Citing
from ingest.sources.fetch import Got, fetch
from ingest.sources.listing import FILE_NAME, Target, choose, read_list
from ingest.stale import overdue
from mayshare.config import Settings
from mayshare.errors import SourceListError
from mayshare.schema import Document

Say = Callable[[str, int], object]


def run_fetch(settings: Settings, kind: str | None, what: Sequence[str], as_json: bool) -> int:
    """Fetch; 1 where a source failed."""
    targets = _targets(settings, kind, what)
    with _progress("Fetching", len(targets), as_json) as say:

        def step(number: int, target: Target, received: int, total: int | None) -> None:
            size = f" {received / 1e6:.1f} MB" if received else ""
            say(f"{target.key}{size}{f' of {total / 1e6:.1f}' if size and total else ''}", number)

        got = fetch(settings, targets, step)
    _print(as_json, _fetched_json(got), lambda console: _print_fetched(got, console))
    return int(any(one.state == "failed" for one in got))


def run_check(settings: Settings, kind: str | None, what: Sequence[str], as_json: bool) -> int:
    """Say what has changed at the source; 1 where a source could not be asked."""
    targets = _targets(settings, kind, what)
    with _progress("Asking", len(targets), as_json) as say:
        checked = check_sources(settings, targets, lambda number, target: say(target.key, number))
    _print(as_json, _checked_json(checked), lambda console: _print_checked(checked, console))
    return int(any(one.state == "failed" for one in checked))


def run_links(settings: Settings, documents: Sequence[Document], as_json: bool) -> int:
    """Check the documents' links; 1 where one is dead or can't be reached."""
    with _progress("Asking", 0, as_json) as say:
        links = check_links(documents, settings, lambda number, total, url: say(url, number))
    content = {"links": len(links), "found": [link._asdict() for link in links if link.state != "ok"]}
    _print(as_json, content, lambda console: _print_links(links, console))
    return int(any(link.state in BAD for link in links))


def run_stale(settings: Settings, documents: Sequence[Document], as_json: bool, today: dt.date | None = None) -> int:
    """List documents past their review date; always 0."""
    late = overdue(documents, today or dt.date.today(), settings.review_days)

    def show(console: Console) -> None:
        for one in late:
            console.print(escape(str(one)))
        console.print(f"{len(late)} of {len(documents)} documents past their review date.")

    _print(as_json, {"documents": len(documents), "stale": [one.as_json() for one in late]}, show)
    return 0


def readable(folder: Path) -> list[Document]:
    """The documents of a folder, without the other rules of the corpus; those that can't be read are counted on stderr.

    Raises:
        CorpusError: the folder isn't there.
    """
    documents, errors = load_corpus(folder)
    if errors:
        sys.stderr.write(f"{len(errors)} files can't be read and are left out; `mayshare check` names them.\n")
    return documents


def _targets(settings: Settings, kind: str | None, what: Sequence[str]) -> list[Target]:
    targets = choose(read_list(settings.corpus), kind, what)
    if not targets:
        raise SourceListError(f"{settings.corpus / FILE_NAME}: lists no such source. See docs/official-sources.md.")
    return targets


@contextmanager
def _progress(verb: str, total: int, as_json: bool) -> Iterator[Say]:
    """A bar on the terminal's error stream, or nothing where that is none."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = as_json or not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=hidden) as bar:
        task = bar.add_task(verb, total=total or None)
        yield lambda words, number: bar.update(task, description=f"{verb} {escape(words[:60])}", completed=number)


def _print(as_json: bool, content: dict[str, Any], show: Callable[[Console], None]) -> None:
    if as_json:
        sys.stdout.write(json.dumps(content, ensure_ascii=False, default=_plain) + "\n")
    else:
        show(Console(highlight=False, soft_wrap=True))


def _plain(value: object) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _documents_json(documents: Sequence[Citing]) -> list[dict[str, Any]]:
    return [citing._asdict() for citing in documents]


def _fetched_json(got: Sequence[Got]) -> dict[str, Any]:
    rows = []
    for one in got:
        sections = [{**change._asdict(), "documents": _documents_json(cited)} for change, cited in one.changes]
        rows.append({**one._asdict(), "changes": sections})
    return {"sources": rows}


def _checked_json(checked: Sequence[Checked]) -> dict[str, Any]:
    rows = []
    for one in checked:
        sections = [{**c._asdict(), "documents": _documents_json(c.documents)} for c in one.sections]
        rows.append({**one._asdict(), "sections": sections})
    return {"sources": rows}


def _print_fetched(got: Sequence[Got], console: Console) -> None:
    words = {
        "new": "fetched",
        "changed": "changed",
        "same": "no word differs",
        "held": "is current",
        "failed": "FAILED",
    }
    for one in got:
        console.print(escape(f"{one.key}: {words[one.state]} {one.problem or one.version}".rstrip()))
        for change, cited in one.changes:
            console.print(escape(f"  {change.citation} {change.how}; cited by {len(cited)} documents"))
            _print_documents(cited, console)
    failed = sum(one.state == "failed" for one in got)
    fresh = sum(one.state in ("new", "changed") for one in got)
    console.print(f"{len(got)} sources: {fresh} new or changed, {failed} failed.")
    if failed:
        console.print("Run the same command again: what is done is not fetched again.")


def _print_checked(checked: Sequence[Checked], console: Console) -> None:
    for one in checked:
        if one.state == "failed":
            console.print(escape(f"{one.key}: FAILED {one.problem}"))
        for section in one.sections:
            day = f" on {section.date}" if section.date else ""
            console.print(escape(f"{section.citation}: {section.how}{day} (held: {one.since})"))
            _print_documents(section.documents, console)
    count = {state: sum(one.state == state for one in checked) for state in ("changed", "maybe", "same", "not held")}
    failed = sum(one.state == "failed" for one in checked)
    console.print(
        f"{len(checked)} sources: {count['changed']} changed, {count['maybe']} in a newer release point "
        f"(`mayshare fetch` compares the text), {count['same']} unchanged, {count['not held']} not held, "
        f"{failed} failed."
    )


def _print_documents(documents: Sequence[Citing], console: Console) -> None:
    for citing in documents:
        note = "states the law as of" if citing.behind else "stated since, as of"
        console.print(
            escape(f"    {citing.path}: {note} {citing.status_as_of}"), style=None if citing.behind else "dim"
        )


def _print_links(links: Sequence[Link], console: Console) -> None:
    for link in links:
        if link.state != "ok":
            console.print(escape(f"{link.state}: {link.url} ({link.detail})"))
            console.print(escape(f"    named by {', '.join(link.documents)}"), style="dim")
    bad = sum(link.state in BAD for link in links)
    console.print(f"{len(links)} addresses, {bad} dead or unreachable.")
