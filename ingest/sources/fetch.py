"""`mayshare fetch`: bring the current text of official sources into `corpus/official/`.

What is held and current is not fetched again, so that a run that was stopped goes on where it stopped. A
source that fails leaves what was held as it was, and the rest goes on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from ingest.sources.citing import CitedBy, Citing
from ingest.sources.client import Client, Received, Reply
from ingest.sources.ecfr import Ecfr
from ingest.sources.held import Fetched, Held, Sidecar, held, keep
from ingest.sources.listing import Target
from ingest.sources.sections import Change, by_section, differ, page_title
from ingest.sources.uscode import UsCode
from mayshare.config import Settings
from mayshare.errors import FetchError, UnexpectedContentError
from mayshare.schema import Source

PAGE_KINDS = {"text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "text/plain": ".txt"}
_ERROR_TITLE = re.compile(
    r"\b(404|not found|access denied|403 forbidden|just a moment|(?:service|temporarily) unavailable|maintenance"
    r"|request rejected|error \d{3}|server error)\b",
    re.IGNORECASE,
)
State = Literal["new", "changed", "same", "held", "failed"]
Step = Callable[[int, Target, int, int | None], object]  # number of the target, bytes so far, of how many


class Got(NamedTuple):
    """What came of one source.

    `state`: new; changed (`changes` says which sections); same (fetched, no word differs); held (current already);
    failed (`problem` says why).
    """

    key: str
    state: State
    path: str = ""
    version: str = ""
    changes: tuple[tuple[Change, tuple[Citing, ...]], ...] = ()
    problem: str = ""


class Text(NamedTuple):
    """A text as a source gave it; `body` is None where what is held is still the text."""

    version: str
    as_of: dt.date
    ending: str
    url: str
    body: bytes | None
    etag: str = ""
    last_modified: str = ""


class Fetcher:
    """Fetches target after target with one client."""

    def __init__(self, settings: Settings, client: Client, targets: Sequence[Target], now: dt.datetime) -> None:
        self._settings, self._client, self._now = settings, client, now
        self.ecfr = Ecfr(client, settings.fetch.ecfr)
        self.uscode = UsCode(client, settings.fetch.uscode)
        self._targets = targets
        self._title: tuple[str, dict[str, bytes] | FetchError] = ("", {})
        self._cited: CitedBy | None = None

    def fetch(self, target: Target, received: Received | None = None) -> Got:
        """Bring one target up to date. Never raises FetchError: it becomes the outcome."""
        corpus = self._settings.corpus
        before = held(corpus, target)
        try:
            text = self._text(target, before, received)
        except FetchError as error:
            return Got(target.key, "failed", problem=str(error))
        if text is None and before:
            return Got(target.key, "held", str(before.path), before.sidecar.fetched.version)
        assert text is not None  # only what is held needs no text
        body = text.body if text.body is not None else before.body if before else b""
        try:
            path = keep(corpus, target, text.ending, body, self._sidecar(target, text, body))
        except OSError as error:
            return Got(target.key, "failed", problem=f"{error.filename}: can't be written ({error.strerror}).")
        changes = self._changes(target, before, body, text)
        state: State = "new" if before is None else "changed" if changes else "same"
        return Got(target.key, state, str(path), text.version, changes)

    def _text(self, target: Target, before: Held | None, received: Received | None) -> Text | None:
        """The text, or None where what is held is current."""
        if target.kind == "ecfr":
            return self._part(target, before, received)
        if target.kind == "usc":
            return self._section(target, before, received)
        return self._page(target, before, received)

    def _part(self, target: Target, before: Held | None, received: Received | None) -> Text | None:
        day = self.ecfr.current(target.place[0])
        if before and before.sidecar.fetched.version == str(day):
            return None
        reply = self.ecfr.part(target, day, received)
        return _from_reply(reply, str(day), day, ".xml")

    def _section(self, target: Target, before: Held | None, received: Received | None) -> Text | None:
        point = self.uscode.current()
        if before and before.sidecar.fetched.version == point.name:
            return None
        title, section = target.place
        found = self._sections(target, point.name, received)
        url = self.uscode.url(title)
        if section not in found:
            raise UnexpectedContentError(url, f"title {title} holds no section {section}.", "Was it renumbered?")
        return Text(point.name, point.date, ".xml", url, found[section])

    def _sections(self, target: Target, version: str, received: Received | None) -> dict[str, bytes]:
        """All sections of the target's title that are wanted in this run, or the error that its download met."""
        title = target.place[0]
        if self._title[0] != title:
            lacking = {other.place[1] for other in self._targets if self._lacks(other, title, version)}
            try:
                self._title = (title, self.uscode.sections(title, lacking, received))
            except FetchError as error:
                self._title = (title, error)
        found = self._title[1]
        if isinstance(found, FetchError):
            raise found
        return found

    def _lacks(self, target: Target, title: str, version: str) -> bool:
        if target.kind != "usc" or target.place[0] != title:
            return False
        before = held(self._settings.corpus, target)
        return before is None or before.sidecar.fetched.version != version

    def _page(self, target: Target, before: Held | None, received: Received | None) -> Text:
        reply = self._client.get(target.what, _known(before), received)
        today = self._now.date()
        if reply.status == 304 and before:
            return _from_reply(reply, str(today), today, before.path.suffix)
        return _from_reply(reply, str(today), today, page_ending(reply))

    def _sidecar(self, target: Target, text: Text, body: bytes) -> Sidecar:
        publishers = {"ecfr": "U.S. Government, eCFR", "usc": "U.S. House, Office of the Law Revision Counsel"}
        publisher = publishers.get(target.kind, target.publisher)
        source = Source(publisher=publisher, title=target.title, url=text.url, seen=self._now.date())
        return Sidecar(
            title=target.title,
            authorities=target.authorities if target.kind == "url" else (target.citation,),
            sources=(source,),
            status_as_of=text.as_of,
            fetched=Fetched(
                sha256=hashlib.sha256(body).hexdigest(),
                version=text.version,
                etag=text.etag,
                last_modified=text.last_modified,
                url=text.url,
                date=self._now,
            ),
        )

    def _changes(
        self, target: Target, before: Held | None, body: bytes, text: Text
    ) -> tuple[tuple[Change, tuple[Citing, ...]], ...]:
        if before is None or before.body == body:
            return ()
        changes = differ(_words(target, before.body, before.path.suffix), _words(target, body, text.ending))
        self._cited = self._cited or CitedBy.of(self._settings.corpus)
        return tuple((change, tuple(self._cited.citing(change.citation, text.as_of))) for change in changes)


def fetch(
    settings: Settings,
    targets: Sequence[Target],
    step: Step | None = None,
    client: Client | None = None,
    now: dt.datetime | None = None,
) -> list[Got]:
    """Bring all targets up to date, one after the other; each outcome is final before the next begins."""
    # sections of one title follow each other, since they share its download
    targets = sorted(targets, key=lambda target: (target.kind, target.place[0] if target.kind == "usc" else ""))
    done: list[Got] = []
    with client or Client(settings.fetch) as asked:
        fetcher = Fetcher(settings, asked, targets, now or dt.datetime.now(dt.UTC).replace(microsecond=0))
        for number, target in enumerate(targets):
            tell = _teller(step, number, target)
            tell(0, None)
            done.append(fetcher.fetch(target, tell))
    return done


def page_ending(reply: Reply) -> str:
    """The file ending that fits a page.

    Raises:
        UnexpectedContentError: it is no page, or an error page that was sent with status 200.
    """
    ending = PAGE_KINDS.get(reply.kind)
    if ending is None:
        raise UnexpectedContentError(reply.url, f"sent as {reply.kind or 'no type'}, which is no page.")
    if not reply.body.strip():
        raise UnexpectedContentError(reply.url, "the page is empty.", "Try again later.")
    title = page_title(reply.body) if ending == ".html" else ""
    if _ERROR_TITLE.search(title):
        raise UnexpectedContentError(reply.url, f"an error page, titled “{title}”.", "Look at it in a browser.")
    return ending


def _teller(step: Step | None, number: int, target: Target) -> Received:
    return lambda bytes_, total: step(number, target, bytes_, total) if step else None


def _known(before: Held | None) -> dict[str, str]:
    if before is None:
        return {}
    return {"etag": before.sidecar.fetched.etag, "last_modified": before.sidecar.fetched.last_modified}


def _from_reply(reply: Reply, version: str, as_of: dt.date, ending: str) -> Text:
    tags = reply.headers.get("etag", ""), reply.headers.get("last-modified", "")
    return Text(version, as_of, ending, reply.url, None if reply.status == 304 else reply.body, *tags)


def _words(target: Target, body: bytes, ending: str) -> dict[str, str]:
    """The text by section; one that can't be read by section any more has none."""
    try:
        return by_section(target, body, "html" if ending == ".html" else "")
    except ValueError:
        return {}
