"""Documents to passages: one section of a document is one passage, a long one is cut between sentences.

What is embedded and indexed is `search_text`: title and headings in front, on purpose, and no other
metadata. `ingest.nodes` carries the chunker into LlamaIndex's ingestion pipeline.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt

from ingest import sentences
from mayshare import cites
from mayshare.schema import Document, Passage, Sentence
from mayshare.text import plain

HEADING_WORDS = 40  # of a paragraph of law, in its heading's vector
_MARKDOWN = MarkdownIt("commonmark").enable("table")


def chunk(document: Document, max_words: int) -> list[Passage]:
    """Passages of a document, in order. `body[start:end] == text` holds for each."""
    if document.parts:
        from ingest.chunk_parts import chunk_parts

        return chunk_parts(document, max_words)
    found: list[Passage] = []
    for headings, start, end in _sections(document.body):
        spans = sentences.split(document.body[start:end], start)
        cut = typed(document.body, spans)
        for first, last, part in parts(document.body, start, end, cut, max_words):
            found.append(_passage(document, headings, first, last, part))
    return found


def search_text(passage: Passage) -> str:
    """What is embedded and indexed for a passage: title, headings, lead-in, then the text without its marks."""
    lead = [passage.lead] if passage.lead else []
    return "\n".join([passage.title, *passage.heading_path, *lead, plain(passage.text)])


def heading_text(passage: Passage, document: Document) -> str:
    """What is embedded as a passage's heading: for law, whose captions say little, with the paragraph's first words."""
    if document.kind != "official":
        return passage.heading
    words = plain(f"{passage.lead} {passage.text}").split()[:HEADING_WORDS]
    return f"{passage.heading} {' '.join(words)}"


def _passage(document: Document, headings: tuple[str, ...], start: int, end: int, part: Sequence[Sentence]) -> Passage:
    text = document.body[start:end]
    cited = dict.fromkeys(cite.text for cite in cites.find(text))
    return Passage(
        source_id=document.source_id,
        start=start,
        end=end,
        text=text,
        heading_path=headings,
        title=document.title,
        laws=document.laws,
        authorities=tuple(cited) or document.authorities,
        sentences=tuple(part),
        locator=f"line {document.body_line + document.body.count(chr(10), 0, start)}",
    )


def typed(body: str, spans: Sequence[sentences.Span]) -> list[Sentence]:
    return [
        Sentence(
            start=span.start,
            end=span.end,
            role=sentences.role_of(body[span.start : span.end], span.label, first=index == 0),
            authorities=tuple(dict.fromkeys(cite.text for cite in cites.find(body[span.start : span.end]))),
        )
        for index, span in enumerate(spans)
    ]


def _sections(body: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Heading path and span of the text under each heading; text before the first heading has none."""
    starts = [0]
    for line in body.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    headings: list[tuple[int, str, int, int]] = []  # level, text, start of the heading, start of its text
    tokens = _MARKDOWN.parse(body)
    for token, inline in itertools.pairwise(tokens):
        if token.type == "heading_open" and token.map:
            headings.append((int(token.tag[1]), inline.content.strip(), starts[token.map[0]], starts[token.map[1]]))
    path: list[tuple[int, str]] = []
    if not headings or headings[0][2] > 0:
        yield from _if_text(body, (), 0, headings[0][2] if headings else len(body))
    for index, (level, title, _, start) in enumerate(headings):
        path = [entry for entry in path if entry[0] < level] + [(level, title)]
        end = headings[index + 1][2] if index + 1 < len(headings) else len(body)
        yield from _if_text(body, tuple(text for _, text in path), start, end)


def _if_text(body: str, headings: tuple[str, ...], start: int, end: int) -> Iterator[tuple[tuple[str, ...], int, int]]:
    piece = body[start:end]
    if piece.strip():
        yield headings, start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def parts(
    body: str, start: int, end: int, cut_at: list[Sentence], max_words: int
) -> Iterator[tuple[int, int, list[Sentence]]]:
    """Cut a section between sentences where it is longer than `max_words`; most are not."""
    if count_words(body[start:end]) <= max_words or len(cut_at) < 2:
        yield start, end, cut_at
        return
    part: list[Sentence] = []
    first, size = start, 0
    for sentence in cut_at:
        count = count_words(body[sentence.start : sentence.end])
        if part and size + count > max_words:
            # what stands between two sentences (a list marker, a label) goes with the second
            cut = part[-1].end
            yield first, cut, part
            part, size, first = (
                [],
                0,
                cut + len(body[cut : sentence.start]) - len(body[cut : sentence.start].lstrip()),
            )
        part.append(sentence)
        size += count
    yield first, end, part


def count_words(text: str) -> int:
    return len(re.findall(r"\S+", text))
