"""PDF: its text layer, page by page, so that a passage is cited by page; a scanned page is named, not passed over."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import Any

from ingest.readers.draft import Block, Draft, Refused, date_in, tidy

MAX_PAGES = 2000
HEADING = 1.12  # a line set this much larger than the body is a heading
_Lines = list[tuple[str, float]]  # text and size of type


def read(data: bytes, name: str) -> Draft:
    """Read a PDF.

    Raises:
        Refused: it is damaged, encrypted, too long, or has no text layer at all.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    if not data[:1024].lstrip().startswith(b"%PDF-"):
        raise Refused("is no PDF: it doesn't start with %PDF-")
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            raise Refused("is encrypted. Save it without a password")
        if len(reader.pages) > MAX_PAGES:
            raise Refused(f"has {len(reader.pages)} pages; the limit is {MAX_PAGES}")
        pages = [_lines(page) for page in reader.pages]
        title = tidy(_meta(reader, "/Title"))
        dated = date_in(name) or _created(reader)
    except PyPdfError as error:
        raise Refused(f"can't be read as PDF ({type(error).__name__}: {tidy(str(error))[:120]})") from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, AssertionError) as error:
        # pypdf meets a malformed object with whatever its code runs into
        if isinstance(error, Refused):
            raise
        raise Refused(f"can't be read as PDF ({type(error).__name__}: {tidy(str(error))[:120]})") from None
    return _draft(pages, title or name, dated)


def _draft(pages: list[_Lines], title: str, dated: Any) -> Draft:
    scanned = [n for n, lines in enumerate(pages, 1) if not any(re.search(r"\w", text) for text, _ in lines)]
    if len(scanned) == len(pages):
        raise Refused("has no text layer: every page is a picture. Run text recognition (OCR) over it first")
    repeated = _furniture(pages)
    sizes = Counter[float]()
    for lines in pages:
        for text, size in lines:
            sizes[round(size, 1)] += len(text)
    body = sizes.most_common(1)[0][0]
    blocks: list[Block] = []
    heading = ""
    for number, lines in enumerate(pages, 1):
        kept = [(text, size) for text, size in lines if _shape(text) not in repeated]
        heading = _page(kept, number, heading, body, blocks)
    warnings = (f"no text layer on page {', '.join(map(str, scanned))}: scanned?",) if scanned else ()
    return Draft(form="pdf", title=title, blocks=tuple(blocks), as_of=dated, warnings=warnings)


def _page(lines: _Lines, number: int, heading: str, body: float, blocks: list[Block]) -> str:
    """Paragraphs of a page; the heading in force at its end."""
    part: list[str] = []

    def close() -> None:
        if part:
            text = re.sub(r"(?<=[a-z])- (?=[a-z])", "", tidy(" ".join(part)))
            blocks.append(Block(headings=(heading,) if heading else (), text=text, locator=f"page {number}"))
            part.clear()

    previous_heading = False
    for text, size in lines:
        if not text.strip():
            close()
            continue
        is_heading = body > 0 and size >= HEADING * body and len(text.split()) <= 20
        if is_heading:
            close()
            heading = tidy(f"{heading} {text}") if previous_heading else tidy(text)
        else:
            part.append(text)
            if text.rstrip().endswith((".", ":", ";", "?")) and len(" ".join(part).split()) > 60:
                close()
        previous_heading = is_heading
    close()
    return heading


def _lines(page: Any) -> _Lines:
    """Lines of a page with the size of their type."""
    sizes: dict[str, float] = {}

    def visit(text: str, _: Any, matrix: list[float], __: Any, size: float) -> None:
        for piece in text.split("\n"):
            if piece.strip():
                scale = abs(matrix[3]) or abs(matrix[0]) or 1.0
                sizes.setdefault(tidy(piece), float(size or 1.0) * scale)

    text = page.extract_text(visitor_text=visit)
    return [
        (line, next((s for key, s in [(tidy(line), sizes.get(tidy(line)))] if s), 0.0)) for line in text.split("\n")
    ]


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", tidy(text))


def _furniture(pages: list[_Lines]) -> set[str]:
    """Running heads and page numbers: the same first or last line on most of four pages or more."""
    if len(pages) < 4:
        return set()
    counts = Counter(
        shape for lines in pages for shape in {_shape(t) for t, _ in [*lines[:2], *lines[-2:]] if t.strip()}
    )
    return {shape for shape, count in counts.items() if count > 0.6 * len(pages)}


def _meta(reader: Any, key: str) -> str:
    return str((reader.metadata or {}).get(key) or "")


def _created(reader: Any) -> Any:
    match = re.match(r"D:(\d{4})(\d\d)(\d\d)", _meta(reader, "/CreationDate"))
    return date_in(f"{match[1]}-{match[2]}-{match[3]}") if match else None
