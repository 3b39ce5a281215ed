"""A section of law as lines to blocks: each paragraph with its citation, its lead-in and its captions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ingest.readers.draft import Block, tidy
from ingest.readers.outline import Style, Token, places

LEAD_WORDS = 60
CAPTION_WORDS = 18
_DESIGNATOR = re.compile(r"[$ \t\u00a0]*\((?P<value>[A-Za-z]{1,5}|\d{1,3})\)[ \t\u00a0]*")
# "(6)(iv) of this section" after a line break is a cross-reference, not the start of a paragraph
_REFERENCE = re.compile(r"(?:of (?:this|the|that|such)|through|or \(|and \(|,)\b")
# "Standard: Minimum necessary. When …", "Prohibition. Subject to …", "Reproductive health care —"
_CAPTION = re.compile(
    r"(?P<caption>(?:[A-Z][^.;:()]{2,60}: )?[A-Z][^.;:()]{2,110}?"
    r"(?: \((?:Required|Addressable)\))?)\s*(?:\.|—)(?=\s|$)"
)
_KIND_ONLY = re.compile(r"(?P<caption>(?:Standard|Implementation specifications?))\s*[.:]?$")
_EMPTY = re.compile(r"\([A-Za-z0-9]{1,5}\)|\[Reserved\]")
_ENDED = re.compile(r"(?:[.;:—–]|[;,] (?:and|or))[”\"’]?$")
_NOTE = re.compile(r"\(Authority:|\[\d+ FR |Note:?$")
_DEFINED = re.compile(
    r"(?P<term>[A-Z“\"][^.;:()]{1,70}?)(?: \([A-Z]+\))?"
    r"(?: (?:means?\b|has the (?:same )?meaning|includes?\b|is defined|are\b|refers to)|:$)"
)


class Line(NamedTuple):
    """A line of a section: text, its place in the file, whether a paragraph starts with it for certain.

    `marked`: a designator in italics is written "$(1)", and any other is not in italics; `caption`: a heading.
    """

    text: str
    place: str = ""
    starts: bool = True
    marked: bool = False
    caption: bool = False


class _Paragraph:
    """A paragraph being put together: its place in the outline and its lines."""

    def __init__(self, path: tuple[str, ...], place: str, shown: str = "") -> None:
        self.path, self.place, self.shown = path, place, shown
        self.lines: list[str] = []
        self.caption = ""  # where the source sets it apart
        self.flush = False  # text after a list, which introduces nothing

    @property
    def text(self) -> str:
        return tidy(" ".join([self.shown, *self.lines]))

    @property
    def words(self) -> str:
        return tidy(" ".join(self.lines))


def section_blocks(
    base: str, headings: tuple[str, ...], lines: Sequence[Line], styles: Sequence[Style], definitions: bool = False
) -> list[Block]:
    """Blocks of one section.

    Args:
        base: the section's citation, e.g. `34 CFR 99.31`.
        definitions: a section of defined terms: each term stands under its own heading and is cited by the section.
    """
    if definitions and not any(re.match(r"\s*\(a\)", line.text) for line in lines):
        return _definitions(base, headings, lines)
    paragraphs = _paragraphs(lines, styles)
    leads: dict[tuple[str, ...], str] = {}
    captions: dict[tuple[str, ...], str] = {}
    blocks = []
    for number, paragraph in enumerate(paragraphs):
        path = paragraph.path
        if paragraph.words and not paragraph.flush:
            following = paragraphs[number + 1].path if number + 1 < len(paragraphs) else ()
            caption = _caption(paragraph, parent=len(following) > len(path) and following[: len(path)] == path)
            captions.pop(path, None)
            leads[path] = "" if caption == paragraph.words.rstrip(" .:—–-") else paragraph.words
            if caption:
                captions[path] = f"({path[-1]}) {_short(caption)}"
        above = [path[:n] for n in range(len(path))]
        blocks.append(
            Block(
                headings=(*headings, *(captions[p] for p in [*above, path] if p in captions)),
                text=paragraph.text,
                locator=paragraph.place,
                authority=base + "".join(f"({part})" for part in path),
                lead=lead_of([leads[p] for p in above if leads.get(p)]),
            )
        )
    return [block for block in blocks if re.search(r"\w", _EMPTY.sub("", block.text))]


def _caption(paragraph: _Paragraph, parent: bool) -> str:
    """What a paragraph is called, where it says so; a whole paragraph is its caption only if others stand under it."""
    if not paragraph.path:
        return ""
    if paragraph.caption:
        return paragraph.caption
    words = paragraph.words
    match = _CAPTION.match(words) or (_KIND_ONLY.match(words) if parent else None)
    if not match or len(match["caption"].split()) > 16 or (match.end() == len(words) and not parent):
        return ""
    return tidy(match["caption"])


def _short(caption: str) -> str:
    words = caption.split()
    return caption if len(words) <= CAPTION_WORDS else f"{' '.join(words[:CAPTION_WORDS])} …"


def lead_of(above: Sequence[str]) -> str:
    """The nearest lead-in in full, those above it while they fit. A full sentence leads to nothing."""
    kept: list[str] = []
    room = LEAD_WORDS
    for text in reversed(above):
        sentence = re.split(r"(?<=[.;]) (?=[A-Z])", text)[-1]
        words = sentence.split()
        if sentence.endswith((".", ";", ")", "]")):
            continue
        if kept and len(words) > room:
            break
        kept.insert(0, sentence if len(words) <= LEAD_WORDS else f"{' '.join(words[:LEAD_WORDS])} …")
        room -= len(words)
    return " ".join(kept)


def _paragraphs(lines: Sequence[Line], styles: Sequence[Style]) -> list[_Paragraph]:
    pieces = _split(lines)
    tokens = [token for piece in pieces for token in piece.tokens]
    found = iter(places(tokens, styles))
    result: list[_Paragraph] = [_Paragraph((), lines[0].place if lines else "")]
    for piece in pieces:
        ignored = ""
        for token in piece.tokens:
            place = next(found)
            if place is None:
                ignored += f"({token.value})"
            elif result[-1].path == place and not result[-1].words and not ignored:
                # "(A)" and "(B)" in a row, and the text of both after them: cited by what holds both
                result[-1].path, result[-1].shown = place[:-1], f"{result[-1].shown} ({token.value})"
            else:
                result.append(_Paragraph(place, piece.line.place, f"({token.value})"))
        text = f"{ignored} {piece.rest}".strip() if ignored else piece.rest
        if not text or _NOTE.match(piece.line.text):
            continue
        ends_list = len(result[-1].path) > 1 and result[-1].words.endswith((".", ";")) and len(text.split()) > 1
        ends_list = ends_list and not (result[-1].caption and len(result[-1].lines) == 1)
        if not piece.tokens and piece.line.starts and (ends_list or result[-1].flush):
            # text after a list, without a designator: it belongs to a paragraph above, and which one isn't said
            result.append(_Paragraph(result[-1].path[:1], piece.line.place))
            result[-1].flush = True
        if not result[-1].words and _is_caption(piece, lines):
            result[-1].caption = tidy(text).rstrip(" .:—-")
        result[-1].lines.append(text)
    return [paragraph for paragraph in result if paragraph.path or paragraph.words]


def _is_caption(piece: _Piece, lines: Sequence[Line]) -> bool:
    """Is a line set as a heading, or short, without an end, and followed by a paragraph of its own?"""
    if piece.line.caption:
        return True
    after = next((n for n, line in enumerate(lines) if line is piece.line), len(lines)) + 1
    alone = piece.line.starts and after < len(lines) and lines[after].starts
    short = (
        len(piece.rest.split()) <= 12
        and piece.rest[:1].isupper()
        and (piece.rest[-1:].isalnum() or piece.rest[-2:] == " .")
    )
    return bool(piece.tokens) and alone and short and not _DESIGNATOR.match(lines[after].text)


class _Piece(NamedTuple):
    line: Line
    tokens: tuple[Token, ...]
    rest: str


def _split(lines: Iterable[Line]) -> list[_Piece]:
    pieces: list[_Piece] = []
    ended = True  # did the text before this line come to an end?
    lines = list(lines)
    for number, line in enumerate(lines):
        values: list[tuple[str, bool | None]] = []
        place = 0
        while match := _DESIGNATOR.match(line.text, place):
            italic = "$" in match[0]
            values.append((match["value"], True if italic else False if line.marked else None))
            place = match.end()
        rest = line.text[place:].replace("$(", "(").strip()
        reference = bool(_REFERENCE.match(rest))
        ignore = 0.0 if reference and not ended else 0.5 if not ended else 9.0
        more = number + 1 < len(lines) and _DESIGNATOR.match(lines[number + 1].text) is not None
        tokens = tuple(
            Token(value, bare=not rest and more and n == len(values) - 1, ignore=ignore, deep=deep)
            for n, (value, deep) in enumerate(values)
        )
        pieces.append(_Piece(line, tokens, rest))
        ended = bool(_ENDED.search(rest)) if rest or not values else True
        if number + 1 < len(lines) and lines[number + 1].starts:
            ended = True
    return pieces


def _definitions(base: str, headings: tuple[str, ...], lines: Sequence[Line]) -> list[Block]:
    blocks: list[tuple[str, _Paragraph]] = []
    term = ""
    for line in lines:
        text = line.text.strip()
        match = _DEFINED.match(text)
        if match and (not blocks or blocks[-1][1].words.endswith((".", ":", ";", ")", "]"))):
            term = tidy(match["term"])
            blocks.append((term, _Paragraph((), line.place)))
        elif _DESIGNATOR.match(text) or not blocks or line.starts:
            blocks.append((term, _Paragraph((), line.place)))
        blocks[-1][1].lines.append(text)
    return [
        Block(
            headings=(*headings, *((f"Definition: {name}",) if name else ())),
            text=paragraph.text,
            locator=paragraph.place,
            authority=base,
            lead=f"{name}:" if name and not paragraph.text.startswith(name) else "",
        )
        for name, paragraph in blocks
    ]
