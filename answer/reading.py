"""A document as it is read: its sections, its questions, the place that a link names, and how far it was checked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import NamedTuple

from answer.glossary import Glossary
from mayshare import freshness
from mayshare.index import Index
from mayshare.schema import Document, Span, Term

GONE = "This link names a document that isn't part of the guidance. It may have been renamed or taken out."
NOWHERE = "This link names a place that isn't in this document. The document is shown from its beginning."
MOVED = (
    "No sentence begins at the place that this link names, so the document has probably changed since the link was "
    "made. The sentence that stands there now is highlighted: check that it is the one that was meant."
)
_HEADING = re.compile(r"^(#{1,6}) +(.*?) *#*$", re.MULTILINE)


class Section(NamedTuple):
    """A heading and the text under it: `body[start:end]`, the heading's line left out."""

    level: int
    heading: str
    start: int
    end: int


class Place(NamedTuple):
    """Where a link leads: the document, the sentence, and what the reader must know of the link."""

    document: Document | None
    span: Span | None = None
    note: str = ""


def sections(document: Document) -> list[Section]:
    """The document cut at its headings; text before the first has level 0."""
    found = list(_HEADING.finditer(document.body))
    ends = [match.start() for match in found[1:]] + [len(document.body)]
    first = found[0].start() if found else len(document.body)
    opening = [Section(0, "", 0, first)] if document.body[:first].strip() else []
    return opening + [Section(len(m[1]), m[2], m.end(), end) for m, end in zip(found, ends, strict=False)]


def questions(document: Document) -> list[str]:
    """The headings that ask something, each once: what the document answers."""
    return list(dict.fromkeys(s.heading for s in sections(document) if s.heading.endswith("?")))


def place(index: Index, source_id: str, at: str | None) -> Place:
    """Where `?document=ID&at=START` leads. Whatever the address holds, the reader gets a document or a note."""
    document = index.documents.get(source_id)
    if document is None:
        return Place(None, note=GONE)
    if at is None:
        return Place(document)
    offset = int(at) if re.fullmatch(r"[0-9]{1,9}", at) else len(document.body)
    sentences = [s for p in index.passages if p.source_id == source_id for s in p.sentences]
    standing = next((s for s in sorted(sentences, key=lambda s: s.start) if offset < s.end), None)
    if standing is None or offset >= len(document.body):
        return Place(document, note=NOWHERE)
    begins = {standing.start} | {p.start for p in index.passages if p.source_id == source_id}
    span = Span(source_id=source_id, start=standing.start, end=standing.end)
    return Place(document, span, "" if offset in begins else MOVED)


def doubtful(document: Document) -> list[tuple[int, int]]:
    """Spans of the statements that could not be checked against official text, in order of place."""
    spans = []
    for statement in document.unverified:
        words = r"\s+".join(re.escape(word) for word in statement.split())
        spans += [match.span() for match in re.finditer(words, document.body)] if words else []
    return sorted(set(spans))


def review(document: Document, days: int, today: dt.date) -> str:
    """When and by whom it was reviewed, in a sentence or two."""
    dated = f"States the law as of {document.status_as_of}." if document.status_as_of else "Undated."
    reviewed = freshness.review_state(document.reviewed_by)
    day = freshness.due(document, days)
    return f"{dated} {reviewed}" + (f" Next review due {day}." if day and day >= today else "")


def past_review(document: Document, days: int, today: dt.date) -> str:
    """A warning where the review is overdue, else nothing."""
    late = freshness.days_past(document, days, today)
    due = freshness.due(document, days)
    return f"This document is {freshness.WARNING}. Its review was due on {due}." if late else ""


def terms(glossary: Glossary, text: str) -> list[Term]:
    """The glossary's entries that the text names and that explain something, in order of place."""
    found = (glossary.define(name) for name in glossary.find(text))
    return [term for term in found if term and term.definition]


def annotated(spans: Sequence[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Those of the spans that stand wholly within `start:end`, none overlapping the one before it."""
    kept: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if start <= first and last <= end and (not kept or first >= kept[-1][1]):
            kept.append((first, last))
    return kept
