"""What a reader makes of a file: a title and blocks of text, each with where it stands in the file."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Literal

from ingest.injection import first_suspect
from mayshare.schema import Frozen

Form = Literal["markdown", "html", "pdf", "docx", "text", "ecfr", "uslm", "uscode", "cfr_text", "jsonl"]
MAX_BLOCK = 100_000  # characters of one paragraph
_INVISIBLE = re.compile("[\u00ad\u200b\ufeff\u2060]")
OFFICIAL: frozenset[Form] = frozenset({"ecfr", "uslm", "uscode", "cfr_text"})


class Refused(ValueError):
    """A file that a reader won't take, with the reason in words."""


class Block(Frozen):
    """A piece of a file's text: the headings it stands under, where it stands, and for law its citation.

    `lead` is the text that introduces it ("The written consent must:"), so that a lone paragraph can be understood.
    """

    headings: tuple[str, ...] = ()
    text: str
    locator: str = ""
    authority: str | None = None
    lead: str = ""


class Draft(Frozen):
    """A file as read: not yet a document, since kind and laws are for a person or a sidecar to say."""

    form: Form
    title: str
    blocks: tuple[Block, ...]
    as_of: dt.date | None = None
    url: str = ""
    warnings: tuple[str, ...] = ()


def decode(data: bytes) -> str:
    """Text of a file in UTF-8, or in UTF-16 with its byte order mark; anything else is refused."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError:
            raise Refused("has the mark of UTF-16 but isn't UTF-16. Save it as UTF-8") from None
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise Refused(f"is not UTF-8 (line {line}). Save it as UTF-8 text") from None
    if "\x00" in text:
        raise Refused("holds NUL bytes: it isn't plain text. Save it as UTF-8 text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def tidy(text: str) -> str:
    """One paragraph on one line: composed characters, single spaces, no soft hyphens."""
    # soft hyphens and spaces without width are how pages break lines; what they might hide is looked for without them
    return re.sub(r"\s+", " ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def finish(draft: Draft) -> Draft:
    """The draft without empty blocks; refused where nothing is left.

    Raises:
        Refused: the file holds no text.
    """
    blocks = tuple(block for block in draft.blocks if re.search(r"\w", block.text))
    if not blocks:
        raise Refused("holds no text that can be read")
    longest = max(blocks, key=lambda block: len(block.text))
    if len(longest.text) > MAX_BLOCK:
        raise Refused(f"holds one paragraph of {len(longest.text):,} characters ({longest.locator}). Break it up")
    if suspect := next((s for block in blocks if (s := first_suspect(block.text))), None):
        raise Refused(suspect.problem)
    return draft.model_copy(update={"blocks": blocks, "title": draft.title[:300]})


def date_in(text: str) -> dt.date | None:
    """The first date written as 2025-11-21 in a file's name or text."""
    for match in re.finditer(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)", text):
        try:
            return dt.date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            continue
    return None
