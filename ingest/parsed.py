"""A draft and its sidecar to a `Document`: the body is the draft's text, each part with its place in the file.

What a file can't say of itself (kind, laws …) stands beside it in `<file name>.yaml`, with the fields of front matter.
Official text needs none: it says which law it is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ingest.files import is_official, sidecar_of
from ingest.readers import draft as drafts
from ingest.readers.draft import Draft
from mayshare import cites
from mayshare.errors import CorpusError
from mayshare.schema import Document, Part

MEND = "Write its kind, laws and topics into {name}, as in corpus/AUTHORING.md."
# Laws of the vocabulary by the provisions that make them
_LAWS = (
    ("34 CFR 99", "FERPA"), ("20 USC 1232g", "FERPA"), ("20 USC 1232h", "PPRA"), ("45 CFR 160", "HIPAA"),
    ("45 CFR 164", "HIPAA"), ("42 USC 1320d-", "HIPAA"), ("42 CFR 2", "42 CFR Part 2"),
    ("42 USC 290dd-2", "42 CFR Part 2"), ("34 CFR 300", "IDEA"), ("34 CFR 303", "IDEA"), ("20 USC 14", "IDEA"),
)  # fmt: skip


def document_of(draft: Draft, data: bytes, path: Path, corpus: Path, sidecar: dict[str, Any] | None) -> Document:
    """The document of a file that was read.

    Args:
        sidecar: fields of front matter that stand beside the file, or None.

    Raises:
        CorpusError: a field is missing, unknown or malformed.
    """
    body, parts = _body(draft)
    official = draft.form in drafts.OFFICIAL or is_official(path, corpus)
    beside = sidecar_of(path)
    if sidecar is None and not official:
        raise CorpusError(path, "says nowhere what kind of guidance it is.", MEND.format(name=beside.name))
    values: dict[str, Any] = {
        "id": re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "document",
        "title": draft.title,
        "status_as_of": draft.as_of or dt.date.fromtimestamp(path.stat().st_mtime),
        "sources": _sources(draft),
        **({"kind": "official", "laws": _laws(parts), "authorities": _authorities(parts)} if official else {}),
        **(sidecar or {}),
    }
    digest = hashlib.sha256(data)
    if sidecar is not None:
        digest.update(beside.read_bytes())
    values["source_id"] = values.pop("id")
    values |= {
        "body": body,
        "parts": parts,
        "sha256": digest.hexdigest(),
        "path": path.relative_to(corpus).as_posix(),
    }
    try:
        return Document.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise CorpusError(path, f"field `{field}`: {first['msg']}.", MEND.format(name=beside.name)) from None


def _body(draft: Draft) -> tuple[str, tuple[Part, ...]]:
    """The draft as Markdown, and where each of its blocks stands in it."""
    pieces: list[str] = []
    parts: list[Part] = []
    size = 0
    before: tuple[str, ...] = ()
    for block in draft.blocks:
        same = 0
        while same < min(len(before), len(block.headings)) and before[same] == block.headings[same]:
            same += 1
        for level, heading in enumerate(block.headings[same:], same):
            pieces.append(f"{'#' * min(6, level + 2)} {heading}\n\n")
            size += len(pieces[-1])
        parts.append(
            Part(
                start=size,
                end=size + len(block.text),
                headings=block.headings,
                locator=block.locator,
                authority=block.authority,
                lead=block.lead,
            )
        )
        pieces.append(f"{block.text}\n\n")
        size += len(pieces[-1])
        before = block.headings
    return "".join(pieces), tuple(parts)


def _sources(draft: Draft) -> list[dict[str, str]]:
    if not draft.url:
        return []
    publishers = {"ecfr": "U.S. Government, eCFR", "cfr_text": "U.S. Government, eCFR"}
    publisher = publishers.get(
        draft.form, "U.S. Code" if draft.form in drafts.OFFICIAL else "Published at this address"
    )
    return [{"publisher": publisher, "title": draft.title, "url": draft.url}]


def _authorities(parts: tuple[Part, ...]) -> list[str]:
    """The sections that the file holds."""
    found = (cites.find(part.authority) for part in parts if part.authority)
    return list(dict.fromkeys(each[0].base for each in found if each))


def _laws(parts: tuple[Part, ...]) -> list[str]:
    bases = _authorities(parts)
    return list(dict.fromkeys(law for start, law in _LAWS if any(_starts(base, start) for base in bases)))


def _starts(base: str, start: str) -> bool:
    rest = base[len(start) :]
    return base.startswith(start) and (not rest or start.endswith("-") or " USC 14" in start or not rest[0].isdigit())
