"""Corpus text made safe for Streamlit's Markdown: no image, no raw HTML, no directive, no unasked link.

Streamlit fetches a remote image in Markdown without a click, which would let a planted document or a
question send data out; so text is shown as text.
"""

from __future__ import annotations

import re

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


def section(body: str, start: int, end: int) -> tuple[int, int]:
    """Span of the section (heading to next heading) that holds `start:end`."""
    first = max((m.start() for m in re.finditer(r"^#{1,6} ", body[:start], re.MULTILINE)), default=0)
    following = re.search(r"^#{1,6} ", body[end:], re.MULTILINE)
    return first, end + following.start() if following else len(body)
