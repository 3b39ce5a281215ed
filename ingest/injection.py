"""Text in a document that is meant for a program and not for a reader: it stops the document from going live.

A planted document is the one door to an index of public law (PoisonedRAG: Zou et al., 2024), so what reads like an
instruction to a model, hides from the reviewer's eye, or would make a page fetch something is refused with its line.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override) (?:all |any |the |your |these |previous |prior |above |earlier )*"
    r"(?:previous|prior|above|earlier|your|system|other) (?:\w+ )?"
    r"(?:instructions?|prompts?|rules|sources|guidance|context|messages?)\b"
    r"|\bsystem prompt\b|\byou are (?:now )?(?:an? )?(?:unrestricted|ai|assistant|language model|chatbot|dan)\b"
    r"|^\s*(?:system|assistant|developer)\s*:|\b(?:as an ai|dear (?:ai|model|assistant))\b"
    r"|\b(?:do not|don't|never) (?:tell|inform|mention (?:this )?to|reveal (?:this )?to) the user\b"
    r"|\b(?:when|if) (?:you are )?asked (?:about|whether|for)\b.{0,80}\b(?:answer|reply|respond|say)\b"
    r"|\b(?:answer|reply|respond) (?:only |always )?(?:with|that) (?:\"|“|'|yes\b|no\b)",
    re.IGNORECASE | re.MULTILINE,
)
_ACTIVE = re.compile(
    r"<\s*(?:script|iframe|img|object|embed|form|svg|link|meta)\b|javascript:|data:text/html|!\[[^\]]*\]\(\s*https?:",
    re.IGNORECASE,
)
_BLOB = re.compile(r"\b[A-Za-z0-9+/]{80,}={0,2}")


class Suspect(NamedTuple):
    """A place in a text: its line, counted from 1 within the text, and what is wrong with it."""

    line: int
    problem: str


def first_suspect(text: str) -> Suspect | None:
    """The first place that is meant for a program, or None."""
    found = []
    for pattern, problem in (
        (_INSTRUCTION, "reads like an instruction to a program"),
        (_ACTIVE, "would make a page run or fetch something"),
        (_BLOB, "holds a long run of encoded text"),
    ):
        match = pattern.search(text)
        if match:
            found.append((match.start(), f"{problem}: “{' '.join(match[0].split())[:60]}”"))
    hidden = [text.index(character) for character in set(text) if _is_hidden(character)]
    if hidden:
        name = unicodedata.name(text[min(hidden)], "a private character")
        found.append((min(hidden), f"holds a character that a reader can't see: {name.title()}"))
    if not found:
        return None
    place, problem = min(found)
    return Suspect(text.count("\n", 0, place) + 1, problem)


def _is_hidden(character: str) -> bool:
    """Format, private and unassigned characters; a byte order mark at the start is taken off before."""
    return unicodedata.category(character) in ("Cf", "Co", "Cn") or (
        unicodedata.category(character) == "Cc" and character not in "\n\r\t"
    )
