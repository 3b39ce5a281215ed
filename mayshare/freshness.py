"""When a document wants a review: on the day that it names, else some days after `status_as_of`."""

from __future__ import annotations

import datetime as dt

from mayshare.schema import Document

WARNING = "past its review date: check it against the official text before you rely on it"


def review_state(reviewed_by: str | None) -> str:
    """By whom guidance was reviewed, in a sentence."""
    return f"Reviewed by {reviewed_by}." if reviewed_by else "Not yet reviewed by a lawyer."


def due(document: Document, days: int) -> dt.date | None:
    """The day on which its review is due; None where it says neither that day nor a day of the law."""
    if document.review_by:
        return document.review_by
    return document.status_as_of + dt.timedelta(days=days) if document.status_as_of else None


def days_past(document: Document, days: int, today: dt.date) -> int:
    """Days since its review was due; 0 on that day and before it."""
    day = due(document, days)
    return max(0, (today - day).days) if day else 0
