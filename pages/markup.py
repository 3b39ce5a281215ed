"""Corpus text made safe for Streamlit's Markdown: no image, no raw HTML, no directive, no unasked link.

Streamlit fetches a remote image in Markdown without a click, which would let a planted document or a
question send data out; so text is shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# "\" first; ":" and "$" open Streamlit's own directives (colour, material icon, mathematics).
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~$:^&=-])")


def escape(text: str) -> str:
    """Text that Markdown shows as it stands, on one line."""
    return _SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", text).strip())


def unlinked(markdown: str) -> str:
    """Corpus Markdown with headings, lists and bold kept; images, HTML and links reduced to their words."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    text = re.sub(r"<(https?://[^>\s]+)>", r"\1", text)
    text = text.replace("<", "\\<").replace("$", "\\$").replace("![", "\\!\\[")
    text = re.sub(r"^[ ]{0,3}\[[^\]]+\]:\s*\S+.*$", "", text, flags=re.MULTILINE)  # link definitions
    return re.sub(r":(?=[a-z][a-z-]*\[)", "\\:", text)


def highlighted(body: str, start: int, end: int) -> str:
    """A document's Markdown with `body[start:end]` set off by colour and, for those who can't see it, by marks."""
    before, quote, after = body[:start], body[start:end], body[end:]
    lines = [line.strip() for line in quote.splitlines() if line.strip()]
    marked = f"**▶** :orange-background[{escape(' '.join(lines))}] **◀**"
    return f"{unlinked(before)}{marked}{unlinked(after)}"


def noted(body: str, start: int, end: int, spans: Sequence[tuple[int, int]], note: str) -> str:
    """The Markdown of `body[start:end]` with a note in bold after each of the spans."""
    pieces, place = [], start
    for _, last in spans:
        if start <= last <= end:
            pieces.append(f"{unlinked(body[place:last])} **[{escape(note)}]**")
            place = last
    return "".join([*pieces, unlinked(body[place:end])])


def lowered(markdown: str, steps: int) -> str:
    """Headings so many steps further down, as far as there are steps."""
    return re.sub(r"^#{1,6}(?= )", lambda match: "#" * min(6, len(match[0]) + steps), markdown, flags=re.MULTILINE)


def section(body: str, start: int, end: int) -> tuple[int, int]:
    """Span of the section (heading to next heading) that holds `start:end`."""
    first = max((m.start() for m in re.finditer(r"^#{1,6} ", body[:start], re.MULTILINE)), default=0)
    following = re.search(r"^#{1,6} ", body[end:], re.MULTILINE)
    return first, end + following.start() if following else len(body)
