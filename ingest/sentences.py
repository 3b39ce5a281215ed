"""Sentences of a Markdown section, each with its span and its role.

A role comes from the label that opens a paragraph or list item (corpus/AUTHORING.md, rule 6); where an
author set none, from words that give it away. Spans leave labels, list markers and the space around a
sentence out, so that a quote is the sentence itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mayshare.schema import Role

LABELS: dict[str, Role] = {
    "condition": "condition",
    "conditions": "condition",
    "exception": "exception",
    "exceptions": "exception",
    "watch out": "exception",
    "state law": "state_law",
    "next step": "next_step",
    "next steps": "next_step",
}
_LABEL = re.compile(r"\*\*(?P<name>[A-Za-z ]{3,20}?)[:.]\*\*\s*|\*\*(?P<name2>[A-Za-z ]{3,20}?)\*\*:\s*")
_MARKER = re.compile(r"[ \t]*(?:[-*+]|\d{1,2}[.)])[ \t]+")
# A full stop inside these doesn't end a sentence.
_ABBREVIATIONS = frozenset(
    "u.s u.s.c c.f.r f.r pub l no nos v vs e.g i.e etc dr mr mrs ms st sec secs art ch para fed reg al inc dep't univ"
    " approx jr sr p pp cf a.m p.m ph.d cong stat app cir supp".split()
)
_STOP = re.compile(r"[.!?][\"”’)\]]*(?=\s|$)")

_CUES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        "state_law",
        re.compile(r"\bstate (?:law|statute|rule)s?\b.*\b(?:may|var|govern|decide|control|stricter|differ)", re.I),
    ),
    (
        "exception",
        re.compile(
            r"^(?:except|unless|but|no exception)\b|\b(?:exception|does not (?:apply|cover|reach|permit))\b",
            re.I,
        ),
    ),
    (
        "condition",
        re.compile(r"^(?:only )?(?:if|when|where|as long as|provided)\b|\bonly (?:if|when|where|for|to)\b", re.I),
    ),
    (
        "next_step",
        re.compile(
            r"^(?:record|document|write|ask|check|log|note|keep|get|consult|name|tell)\b|\bmust (?:record|log)\b",
            re.I,
        ),
    ),
)


class Span(NamedTuple):
    """A sentence of a text: half-open offsets, the role that a label gives it (or None)."""

    start: int
    end: int
    label: Role | None


def split(text: str, offset: int = 0) -> list[Span]:
    """Sentences of a section's Markdown, in order. Headings, tables and bare links to images are left out."""
    found: list[Span] = []
    for start, end in _blocks(text):
        label_match = _LABEL.match(text, start, end)
        label: Role | None = None
        if label_match:
            label = LABELS.get((label_match["name"] or label_match["name2"]).strip().lower())
            if label:
                start = label_match.end()
        found += [Span(offset + a, offset + b, label) for a, b in _sentences(text, start, end)]
    return found


def role_of(sentence: str, label: Role | None, first: bool) -> Role:
    """What a sentence is for: its label, else bottom line if it opens the section, else what its words say."""
    if label:
        return label
    if first:
        return "bottom_line"
    for role, cue in _CUES:
        if cue.search(sentence):
            return role
    return "rule"


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Paragraphs and list items: (start, end) without the list marker. Headings and tables are skipped."""
    start: int | None = None
    place = 0
    for line in text.splitlines(keepends=True):
        body = line.strip()
        marker = _MARKER.match(line)
        ends = not body or marker or body.startswith(("#", "|", "```", ">")) or set(body) <= {"-", "=", "*", " "}
        # a label opens a block even where its author left no empty line before it
        if (ends or _LABEL.match(body)) and start is not None:
            yield start, place
            start = None
        if marker and body:
            start = place + marker.end()
        elif body and not ends and start is None:
            start = place + len(line) - len(line.lstrip())
        place += len(line)
    if start is not None:
        yield start, place


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = start
    for stop in _STOP.finditer(text, start, end):
        if _is_abbreviation(text, first, stop.start()) or _continues(text, stop.end(), end):
            continue
        yield from _trimmed(text, first, stop.end())
        first = stop.end()
    yield from _trimmed(text, first, end)


def _is_abbreviation(text: str, first: int, stop: int) -> bool:
    if text[stop] != ".":
        return False
    word = re.search(r"[A-Za-z.'’]+$", text[first:stop])
    if not word:
        return False
    token = word[0].lower().strip(".")
    return token in _ABBREVIATIONS or (len(token) == 1 and word[0].isupper() and len(word[0]) == 1)


def _continues(text: str, place: int, end: int) -> bool:
    """Does what follows the stop go on in lower case, or with a bracket? Then the sentence isn't over."""
    rest = text[place:end].lstrip()
    return bool(rest) and (rest[0].islower() or rest[0] in ",;)")


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    if right > left and re.search(r"\w", piece):
        yield start + left, start + right
