"""Which reader takes a file: by its suffix, and by what stands in it, which must agree."""

from __future__ import annotations

import importlib
from pathlib import PurePath
from typing import NamedTuple

from ingest.readers import cfr_text, ecfr, uscode, uslm
from ingest.readers.draft import Draft, Refused, decode, finish

VERSION = 1  # raise it when a reader's output changes: cached drafts of the version before are read anew
SUFFIXES: dict[str, str] = {
    ".md": "markdown", ".markdown": "markdown", ".txt": "text", ".text": "text", ".html": "html", ".htm": "html",
    ".xhtml": "html", ".pdf": "pdf", ".docx": "docx", ".xml": "xml", ".jsonl": "jsonl",
}  # fmt: skip
_BINARY = {
    b"%PDF-": "pdf",
    b"PK\x03\x04": "docx",
    b"\xd0\xcf\x11\xe0": "docx",
    b"\x89PNG": "",
    b"\xff\xd8\xff": "",
    b"\x1f\x8b": "",
}


class _Reader(NamedTuple):
    module: str
    function: str = "read"


_READERS = {
    "markdown": _Reader("text", "read_markdown"),
    "text": _Reader("text", "read_text"),
    "html": _Reader("html"),
    "pdf": _Reader("pdf"),
    "docx": _Reader("docx"),
    "jsonl": _Reader("jsonl"),
    "ecfr": _Reader("ecfr"),
    "uslm": _Reader("uslm"),
    "uscode": _Reader("uscode"),
    "cfr_text": _Reader("cfr_text"),
}


def read(data: bytes, name: str) -> Draft:
    """Read a file's bytes.

    Raises:
        Refused: with the reason.
    """
    reader = _READERS[form_of(data, name)]
    # a library of one format isn't imported for a file of another
    function = getattr(importlib.import_module(f"ingest.readers.{reader.module}"), reader.function)
    draft: Draft = function(data, PurePath(name).name)
    return finish(draft)


def form_of(data: bytes, name: str) -> str:
    """The reader's name for a file.

    Raises:
        Refused: the suffix is unknown, or the content is of another kind.
    """
    suffix = PurePath(name).suffix.lower()
    form = SUFFIXES.get(suffix)
    if form is None:
        known = ", ".join(sorted(SUFFIXES))
        raise Refused(f"has a suffix that no reader takes ({suffix or 'none'}). Known: {known}")
    if not data.strip():
        raise Refused("is empty")
    found = next((kind for magic, kind in _BINARY.items() if data.startswith(magic)), None)
    if found is not None and found != form:
        raise Refused(f"is named {suffix} but holds {f'a {found.upper()}' if found else 'something else'}. Rename it")
    if form in ("markdown", "text"):
        text = decode(data)
        if uscode.looks_like(text):
            return "uscode"
        return "cfr_text" if cfr_text.looks_like(text) else form
    if form == "xml":
        top = data[:60_000].decode("utf-8", errors="replace")
        if ecfr.looks_like(top):
            return "ecfr"
        if uslm.looks_like(top):
            return "uslm"
        raise Refused("is XML, but neither of the eCFR nor of the US Code (USLM)")
    return form
