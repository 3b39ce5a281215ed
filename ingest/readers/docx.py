"""DOCX: paragraphs under the headings that its styles name, tables a row a line."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from ingest.readers.draft import Block, Draft, Refused, date_in, tidy

MAX_INFLATED = 64_000_000
MAX_MEMBERS = 2000


def read(data: bytes, name: str) -> Draft:
    """Read a Word document.

    Raises:
        Refused: it is no DOCX, damaged, encrypted, or inflates to more than the limit.
    """
    _check(data)
    import docx
    from docx.opc.exceptions import OpcError
    from docx.oxml.exceptions import InvalidXmlError
    from lxml.etree import LxmlError

    try:
        document = docx.Document(io.BytesIO(data))
        blocks = tuple(_blocks(document))
        properties = document.core_properties
        title, changed = tidy(properties.title or ""), properties.modified
    except (OpcError, LxmlError, InvalidXmlError, KeyError, ValueError, AttributeError, IndexError, OSError) as error:
        raise Refused(f"can't be read as DOCX ({type(error).__name__}: {tidy(str(error))[:120]})") from None
    first = next((block.text for block in blocks), "")
    return Draft(
        form="docx",
        title=title or (first if len(first.split()) <= 20 else "") or name,
        blocks=blocks,
        as_of=date_in(name) or (changed.date() if changed else None),
    )


def _check(data: bytes) -> None:
    """Look into the archive before anything is inflated by a library that doesn't count."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("is an old .doc or an encrypted file. Save it as .docx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_INFLATED:
                raise Refused(f"inflates to more than {MAX_INFLATED // 1_000_000} MB or {MAX_MEMBERS} parts")
            if "word/document.xml" not in archive.namelist():
                raise Refused("is a ZIP archive, but no Word document")
            for member in members:
                if member.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in _inflated(archive, member):
                    raise Refused("holds XML with a document type, which isn't read")
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        raise Refused(f"is no DOCX: {tidy(str(error))[:120]}") from None


def _inflated(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """A part's bytes; its header may lie about the size, so they are counted."""
    with archive.open(member) as part:
        content = part.read(MAX_INFLATED + 1)
    if len(content) > MAX_INFLATED:
        raise Refused(f"inflates to more than {MAX_INFLATED // 1_000_000} MB")
    return content


def _blocks(document: Any) -> list[Block]:
    from docx.table import Table

    found: list[Block] = []
    path: list[tuple[int, str]] = []
    number = 0
    for item in document.iter_inner_content():
        number += 1
        if isinstance(item, Table):
            for row in item.rows:
                cells = list(dict.fromkeys(tidy(cell.text) for cell in row.cells))
                found.append(_block(path, " | ".join(cells), number))
            continue
        style = str(item.style.name) if item.style is not None else ""
        text = tidy(item.text)
        level = re.fullmatch(r"Heading ([1-9])", style)
        if level and text:
            path = [entry for entry in path if entry[0] < int(level[1])] + [(int(level[1]), text)]
        elif style != "Title" or not text:
            found.append(_block(path, text, number))
    return found


def _block(path: list[tuple[int, str]], text: str, number: int) -> Block:
    return Block(headings=tuple(name for _, name in path), text=text, locator=f"paragraph {number}")
