"""Corpus Markdown as a reader sees it."""

from __future__ import annotations

import re


def plain(sentence: str) -> str:
    """The sentence as a reader sees it: link text for links, no emphasis marks, single spaces."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)\s]*\)", r"\1", sentence)
    text = re.sub(r"\*\*|__|`", "", text)
    return re.sub(r"\s+", " ", text).strip()
