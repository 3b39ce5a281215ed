"""The eCFR's versioner API: which day a title is up to date as of, a part's XML on a day, sections amended since.

GET /api/versioner/v1/titles.json                          titles[]: number, up_to_date_as_of, …
GET /api/versioner/v1/full/{date}/title-{n}.xml?part={p}   a DIV5 of the part, its sections in DIV8
GET /api/versioner/v1/versions/title-{n}.json?part={p}     content_versions[]: identifier, type, date,
                                                           amendment_date, issue_date, substantive, removed
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from ingest.sources.client import Client, Received, Reply
from ingest.sources.listing import Target
from ingest.sources.sections import by_section
from mayshare.errors import FetchError, UnexpectedContentError


class Amendment(NamedTuple):
    """A section's newest version since a day."""

    citation: str
    date: dt.date
    removed: bool


class Ecfr:
    """Asks the API; what it says of all titles is asked once, and a failure to say it counts for all."""

    def __init__(self, client: Client, base: str) -> None:
        self._client, self._base = client, f"{base.rstrip('/')}/api/versioner/v1"
        self._days: dict[str, dt.date] | FetchError | None = None

    def current(self, title: str) -> dt.date:
        """The day as of which a title is up to date. Raises FetchError."""
        url = f"{self._base}/titles.json"
        if self._days is None:
            try:
                self._days = self._all_days(url)
            except FetchError as error:
                self._days = error
        if isinstance(self._days, FetchError):
            raise self._days
        if title not in self._days:
            raise UnexpectedContentError(url, f"the eCFR lists no day for title {title}.", "Is the title reserved?")
        return self._days[title]

    def _all_days(self, url: str) -> dict[str, dt.date]:
        rows = _list(url, self._json(url), "titles")
        return {
            str(row.get("number")): _day(url, row, "up_to_date_as_of") for row in rows if row.get("up_to_date_as_of")
        }

    def part(self, target: Target, day: dt.date, received: Received | None = None) -> Reply:
        """A part as it stood on a day, whose address is another each day: no conditional request. Raises FetchError."""
        title, part = target.place
        reply = self._client.get(f"{self._base}/full/{day}/title-{title}.xml?part={part}", received=received)
        if reply.kind not in ("application/xml", "text/xml"):
            raise UnexpectedContentError(
                reply.url, f"sent as {reply.kind or 'no type'}, not as XML.", "Try again later."
            )
        try:
            by_section(target, reply.body)
        except ValueError as error:
            raise UnexpectedContentError(reply.url, f"not the text of {target.citation}: {error}.") from None
        return reply

    def amended(self, target: Target, since: dt.date) -> list[Amendment]:
        """Sections of a part that were amended in substance, added or removed after a day. Raises FetchError."""
        title, part = target.place
        url = f"{self._base}/versions/title-{title}.json?part={part}&issue_date[gte]={since}"
        newest: dict[str, Amendment] = {}
        for row in _list(url, self._json(url), "content_versions"):
            if row.get("type") != "section" or row.get("substantive") is False or str(row.get("part")) != part:
                continue
            # a correction may be issued after the day from which it holds: the later of the two counts
            day = max(_day(url, row, "amendment_date"), _day(url, row, "issue_date"))
            citation = f"{title} CFR {row.get('identifier')}"
            if day > since and (citation not in newest or day >= newest[citation].date):
                newest[citation] = Amendment(citation, day, row.get("removed") is True)
        return sorted(newest.values())

    def _json(self, url: str) -> Any:
        reply = self._client.get(url)
        try:
            return json.loads(reply.body)
        except ValueError:
            raise UnexpectedContentError(reply.url, "the answer is not JSON.", "Try again later.") from None


def _list(url: str, data: Any, key: str) -> list[dict[str, Any]]:
    rows = data.get(key) if isinstance(data, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        mend = "The API may have changed; see docs/official-sources.md."
        raise UnexpectedContentError(url, f"the answer holds no list `{key}`.", mend)
    return rows


def _day(url: str, row: Mapping[str, Any], key: str) -> dt.date:
    try:
        return dt.date.fromisoformat(str(row.get(key)))
    except ValueError:
        mend = "The API may have changed; see docs/official-sources.md."
        raise UnexpectedContentError(url, f"`{key}` is no date.", mend) from None
