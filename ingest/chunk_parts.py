"""Passages of a document that was read from another format: cut by its parts, which know their page or paragraph.

A paragraph of law and what stands under it are one passage where they are short enough, cited by the paragraph; else
the paragraph is a passage of its own, and so is each that stands under it, with the text that leads to it. Other text
is gathered under its heading until a passage is full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest import sentences
from ingest.chunk import count_words, parts, typed
from mayshare import cites
from mayshare.schema import Document, Part, Passage, Sentence

ONE_SENTENCE = 130  # words up to which a lead-in and its list are quoted as one
_LEADS = re.compile(r"(?:[:—–-]|\b(?:if|that|to|of|who|from))\s*$")


def chunk_parts(document: Document, max_words: int) -> list[Passage]:
    """Passages of a document with parts, in order."""
    found: list[Passage] = []
    for group, is_parent in _groups(document, max_words):
        first, last = group[0], group[-1]
        words = count_words(document.body[first.start : last.end])
        if first.authority and is_parent and _own_text(document.body, first) >= first.end:
            continue  # "(ii) Implementation specifications:" alone; what stands under it carries it
        if first.authority and words <= max_words:
            found.append(_passage(document, group, first.start, last.end, _law_sentences(document.body, group)))
            continue
        spans = [span for part in group for span in sentences.split(document.body[part.start : part.end], part.start)]
        whole = _law_sentences(document.body, group) if first.authority else typed(document.body, spans)
        for start, end, cut in parts(document.body, first.start, last.end, whole, max_words):
            inside = [part for part in group if part.start < end and part.end > start] or group
            found.append(_passage(document, inside, start, end, cut))
    return found


def _groups(document: Document, max_words: int) -> Iterator[tuple[list[Part], bool]]:
    """Parts of each passage to be, and whether they were parted from what stands under them."""
    every = document.parts
    place = 0
    while place < len(every):
        group = [every[place]]
        inner = _under(every, place)
        size = sum(count_words(document.body[part.start : part.end]) for part in inner)
        if every[place].authority:
            if size <= max_words:
                group = list(inner)
        else:
            size = 0
            for part in inner:
                size += count_words(document.body[part.start : part.end])
                if part is not group[0]:
                    if size > max_words:
                        break
                    group.append(part)
        yield group, len(inner) > len(group)
        place += len(group)


def _under(every: Sequence[Part], place: int) -> Sequence[Part]:
    """The part at a place and what follows it within the same paragraph of law, or under the same headings."""
    first = every[place]
    end = place + 1
    while end < len(every) and _belongs(first, every[end]):
        end += 1
    return every[place:end]


def _belongs(first: Part, other: Part) -> bool:
    if first.authority is None or other.authority is None:
        return first.authority == other.authority and first.headings == other.headings
    same_term = first.authority != other.authority or first.headings == other.headings
    return same_term and cites.covers(first.authority, other.authority)


def _law_sentences(body: str, group: Sequence[Part]) -> list[Sentence]:
    """Each sentence with the citation of its own paragraph; a short lead-in and its list are one."""
    first, last = group[0], group[-1]
    words = count_words(body[first.start : last.end])
    if len(group) > 1 and words <= ONE_SENTENCE and _LEADS.search(body[first.start : first.end]):
        start = min(_own_text(body, first), group[1].start)
        return [Sentence(start=start, end=last.end, role="bottom_line", authorities=(first.authority or "",))]
    found: list[Sentence] = []
    for part in group:
        start = _own_text(body, part)
        if start >= part.end:
            if len(group) > 1:
                continue  # the heading of what follows
            start = part.start
        for span in sentences.split(body[start : part.end], start):
            text = body[span.start : span.end]
            role = sentences.role_of(text, None, first=not found)
            found.append(Sentence(start=span.start, end=span.end, role=role, authorities=(part.authority or "",)))
    return found


def _own_text(body: str, part: Part) -> int:
    """Where a paragraph's own sentence starts, after "(1) Permitted disclosures."; its end where there is no more."""
    text = body[part.start : part.end]
    match = re.match(r"(?:\([A-Za-z0-9]{1,5}\)\s*)+", text)
    start = match.end() if match else 0
    caption = part.headings[-1].partition(") ")[2].removesuffix(" …") if part.headings else ""
    if caption and text.startswith(caption, start):
        more = re.match(r"[\s.:—–-]*", text[start + len(caption) :])
        start += len(caption) + (more.end() if more else 0)
    return part.start + start


def _passage(document: Document, group: Sequence[Part], start: int, end: int, found: Sequence[Sentence]) -> Passage:
    first = group[0]
    text = document.body[start:end]
    cited = (first.authority,) if first.authority else tuple(dict.fromkeys(cite.text for cite in cites.find(text)))
    return Passage(
        source_id=document.source_id,
        start=start,
        end=end,
        text=text,
        heading_path=first.headings,
        title=document.title,
        laws=document.laws,
        authorities=cited or document.authorities,
        sentences=tuple(found),
        locator=_place(group),
        lead=first.lead,
    )


def _place(group: Sequence[Part]) -> str:
    """Where the passage stands in the file: the first place, and the last where it is another."""
    first, last = group[0].locator, group[-1].locator
    return first if first == last or not last else f"{first} to {last}"
