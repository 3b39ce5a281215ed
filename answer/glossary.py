"""Glossary expansion: what people type ("SRO", "foster kid", "cops") to the corpus' standard terms."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mayshare.lexical import stem, terms, words
from mayshare.schema import Term


class Glossary:
    """Finds glossary terms in text by their name or any alias, longest first."""

    def __init__(self, entries: Sequence[Term]) -> None:
        self.entries = {entry.term: entry for entry in entries}
        self._by_key: dict[tuple[str, ...], str] = {}
        for entry in entries:
            for name in (entry.term, *entry.aliases):
                key = tuple(stem(word) for word in words(name))
                if key:
                    self._by_key.setdefault(key, entry.term)
        self._longest = max((len(key) for key in self._by_key), default=0)

    def find(self, text: str) -> list[str]:
        """Standard terms that the text names, each once, in order of place."""
        stems = [stem(word) for word in words(text)]
        found: dict[str, None] = {}
        place = 0
        while place < len(stems):
            for size in range(min(self._longest, len(stems) - place), 0, -1):
                term = self._by_key.get(tuple(stems[place : place + size]))
                if term:
                    found[term] = None
                    place += size
                    break
            else:
                place += 1
        return list(found)

    def expansion(self, text: str) -> list[str]:
        """Lexical terms of the standard names that the text doesn't hold itself."""
        present = set(terms(text))
        added: dict[str, None] = {}
        for name in self.find(text):
            for term in terms(name):
                if term not in present:
                    added[term] = None
        return list(added)

    def define(self, name: str) -> Term | None:
        """The entry of a standard term or of any alias."""
        if name in self.entries:
            return self.entries[name]
        key = tuple(stem(word) for word in words(name))
        term = self._by_key.get(key)
        return self.entries.get(term) if term else None


def clean(text: str) -> str:
    """The question without control, bidirectional and tag characters, in one line."""
    kept = "".join(c for c in text if c.isprintable() or c in "\n\t ")
    kept = re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]", "", kept)
    return re.sub(r"\s+", " ", kept).strip()
