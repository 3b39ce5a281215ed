"""Corpus Markdown as a reader sees it."""

from __future__ import annotations

import re

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")
_MARKS = re.compile(r"\*\*|__|`")


def plain(sentence: str) -> str:
    """The sentence as a reader sees it: link text for links, no emphasis marks, single spaces."""
    return " ".join(_MARKS.sub("", _LINK.sub(r"\1", sentence)).split())


def reading_text(heading: str, text: str) -> str:
    """A passage as the reader model takes it in: heading, then the text without its citations and marks.

    What stands in parentheses with a digit is a citation; it says nothing about what is asked, and takes many tokens.
    """
    bare = re.sub(r" ?\((?:[^()]|\([^()]*\))*\)", lambda match: "" if re.search(r"\d", match[0]) else match[0], text)
    return f"{heading} {plain(bare)}"
