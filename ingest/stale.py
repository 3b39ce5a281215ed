"""Documents that are past their review date, the longest overdue first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from mayshare import freshness
from mayshare.schema import Document


class Overdue(NamedTuple):
    """A document whose review was due `days` ago, on the day `due`."""

    path: str
    source_id: str
    status_as_of: dt.date | None
    due: dt.date
    days: int

    def __str__(self) -> str:
        stated = f"states the law as of {self.status_as_of}" if self.status_as_of else "says no day of the law"
        return f"{self.path}: [stale] {stated}; its review was due on {self.due}, {self.days} days ago."

    def as_json(self) -> dict[str, object]:
        """As JSON data."""
        stated = self.status_as_of.isoformat() if self.status_as_of else None
        return {**self._asdict(), "status_as_of": stated, "due": self.due.isoformat()}


def overdue(documents: Iterable[Document], today: dt.date, review_days: int) -> list[Overdue]:
    """Every document whose review was due before today."""
    found = []
    for document in documents:
        due, days = freshness.due(document, review_days), freshness.days_past(document, review_days, today)
        if due and days:
            found.append(Overdue(document.path, document.source_id, document.status_as_of, due, days))
    return sorted(found, key=lambda late: (-late.days, late.path))
