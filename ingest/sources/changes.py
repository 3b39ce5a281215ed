"""`mayshare fetch --check`: what has changed at the source since, and which documents cite it. Nothing is written.

- eCFR: the versioner's list of a part's versions names each section amended since the day of what is held,
  or, where nothing is held, since the earliest day as of which a document that cites the part states the law.
- U.S. Code: a newer release point is named. Which section it changed can only be told from its text, so
  every held section may have changed until `mayshare fetch` has compared them.
- Pages: a conditional request; a page that is sent again is compared by its words.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from ingest.sources.citing import CitedBy, Citing
from ingest.sources.client import Client
from ingest.sources.ecfr import Ecfr
from ingest.sources.fetch import page_ending
from ingest.sources.held import held
from ingest.sources.listing import Target
from ingest.sources.sections import by_section
from ingest.sources.uscode import UsCode
from mayshare.config import Settings
from mayshare.errors import FetchError

State = Literal["changed", "maybe", "same", "not held", "failed"]


class Changed(NamedTuple):
    """A section that changed at the source on a day, and the documents that cite it, those behind first."""

    citation: str
    date: dt.date | None
    how: str
    documents: tuple[Citing, ...]


class Checked(NamedTuple):
    """What is to say of one source.

    `state`: changed; maybe (a newer release point: fetch to see); same; not held (nothing to compare with); failed.
    """

    key: str
    state: State
    since: str = ""
    current: str = ""
    sections: tuple[Changed, ...] = ()
    problem: str = ""


class Checker:
    """Checks target after target with one client."""

    def __init__(self, settings: Settings, client: Client) -> None:
        self._settings, self._client = settings, client
        self._ecfr = Ecfr(client, settings.fetch.ecfr)
        self._uscode = UsCode(client, settings.fetch.uscode)
        self._cited = CitedBy.of(settings.corpus)

    def check(self, target: Target) -> Checked:
        """Ask after one target. Never raises FetchError: it becomes the outcome."""
        checks = {"ecfr": self._part, "usc": self._section, "url": self._page}
        try:
            return checks[target.kind](target)
        except FetchError as error:
            return Checked(target.key, "failed", problem=str(error))

    def _part(self, target: Target) -> Checked:
        before = held(self._settings.corpus, target)
        since = before.sidecar.status_as_of if before else self._cited.earliest(target.citation)
        if since is None:
            return Checked(target.key, "not held")
        current = self._ecfr.current(target.place[0])
        found = tuple(
            Changed(
                amendment.citation,
                amendment.date,
                "removed" if amendment.removed else "amended or added",
                tuple(self._cited.citing(amendment.citation, amendment.date)),
            )
            for amendment in self._ecfr.amended(target, since)
        )
        return Checked(target.key, "changed" if found else "same", str(since), str(current), found)

    def _section(self, target: Target) -> Checked:
        before = held(self._settings.corpus, target)
        if before is None:
            return Checked(target.key, "not held")
        point, since = self._uscode.current(), before.sidecar.fetched.version
        if since == point.name:
            return Checked(target.key, "same", since, point.name)
        documents = tuple(self._cited.citing(target.citation, point.date))
        maybe = Changed(target.citation, point.date, "in a newer release point", documents)
        return Checked(target.key, "maybe", since, point.name, (maybe,))

    def _page(self, target: Target) -> Checked:
        before = held(self._settings.corpus, target)
        if before is None:
            return Checked(target.key, "not held")
        fetched = before.sidecar.fetched
        reply = self._client.get(target.what, {"etag": fetched.etag, "last_modified": fetched.last_modified})
        now = dt.datetime.now(dt.UTC).date()
        if reply.status == 304 or _same_words(target, before.path.suffix, before.body, page_ending(reply), reply.body):
            return Checked(target.key, "same", fetched.version, str(now))
        changed = Changed(target.what, None, "amended", tuple(self._cited.citing(target.what, None)))
        return Checked(target.key, "changed", fetched.version, str(now), (changed,))


def _same_words(target: Target, ending: str, before: bytes, now_ending: str, now: bytes) -> bool:
    kind = "html" if ending == ".html" else ""
    return ending == now_ending and by_section(target, before, kind) == by_section(target, now, kind)


def check_sources(
    settings: Settings,
    targets: Sequence[Target],
    step: Callable[[int, Target], object] | None = None,
    client: Client | None = None,
) -> list[Checked]:
    """Ask after all targets, one after the other."""
    done: list[Checked] = []
    with client or Client(settings.fetch) as asked:
        checker = Checker(settings, asked)
        for number, target in enumerate(targets):
            if step:
                step(number, target)
            done.append(checker.check(target))
    return done
