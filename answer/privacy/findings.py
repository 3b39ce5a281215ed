"""What is found in a text, and the text as it is searched: spans always point into the text as typed."""

from __future__ import annotations

import unicodedata
from typing import Literal, NamedTuple

Kind = Literal["name", "birth date", "ssn", "record number", "phone", "email", "address", "school", "account"]

MAX_CHARS = 20_000  # more is not looked at; a question is refused long before


class Finding(NamedTuple):
    """Personal data at `start:end` of the text as typed, in characters."""

    kind: Kind
    start: int
    end: int
    text: str


class Plain(NamedTuple):
    """A text without characters that hide others, and for each of its characters the place in the text as typed."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """`start:end` of the plain text as a span of the text as typed."""
        return self.places[start], self.places[end - 1] + 1


def plain(text: str) -> Plain:
    """Compatibility forms made ordinary (NFKC), invisible and control characters dropped; the first MAX_CHARS only."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text[:MAX_CHARS]):
        if character.isspace():
            character = " "
        elif unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Mn"):
            continue
        for shown in unicodedata.normalize("NFKC", character):
            characters.append("'" if shown in "’‘ʼ" else shown)
            places.append(place)
    return Plain("".join(characters), tuple(places))
