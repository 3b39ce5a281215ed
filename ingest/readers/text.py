"""Plain text and Markdown without front matter: paragraphs, each with its line; Markdown's headings are kept."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import PurePath

from ingest.readers.draft import Block, Draft, date_in, decode, tidy

MAX_LINE = 200_000


def read_text(data: bytes, name: str) -> Draft:
    """Read plain text: paragraphs stand between empty lines."""
    text = decode(data)
    blocks = tuple(Block(text=piece, locator=f"line {line}") for line, piece in _paragraphs(text, 1))
    first = next((block.text for block in blocks), "")
    title = first if len(first.split()) <= 20 else PurePath(name).stem
    return Draft(form="text", title=title, blocks=blocks, as_of=date_in(name))


def read_markdown(data: bytes, name: str) -> Draft:
    """Read Markdown: what stands under a heading is cited by it."""
    from markdown_it import MarkdownIt

    text = decode(data)
    rows = text.split("\n")
    tokens = MarkdownIt("commonmark").parse(text)
    found = [
        (int(token.tag[1]), tidy(inline.content), token.map)
        for token, inline in itertools.pairwise(tokens)
        if token.type == "heading_open" and token.map
    ]
    blocks: list[Block] = []
    path: list[tuple[int, str]] = []
    title = next((name_ for level, name_, _ in found if level == 1), "")
    bounds = [(0, "", [0, 0]), *found, (0, "", [len(rows), len(rows)])]
    for (level, heading, place), (_, _, following) in itertools.pairwise(bounds):
        if level:
            path = [entry for entry in path if entry[0] < level] + ([(level, heading)] if level > 1 else [])
        piece = "\n".join(rows[place[1] : following[0]])
        for line, paragraph in _paragraphs(piece, place[1] + 1):
            blocks.append(Block(headings=tuple(n for _, n in path), text=paragraph, locator=f"line {line}"))
    return Draft(form="markdown", title=title or PurePath(name).stem, blocks=tuple(blocks), as_of=date_in(name))


def _paragraphs(text: str, first: int) -> Iterator[tuple[int, str]]:
    """Line number and text of each run of lines without an empty one; a list item is one of its own."""
    start, part = first, list[str]()
    for number, row in enumerate(text.split("\n"), first):
        if part and (not row.strip() or re.match(r"\s*(?:[-*•]|\d{1,2}[.)]) ", row)):
            yield start, tidy(" ".join(part))
            part = []
        if row.strip():
            if not part:
                start = number
            part.append(row)
    if part:
        yield start, tidy(" ".join(part))
