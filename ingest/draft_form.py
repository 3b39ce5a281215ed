"""A document in another format than Markdown, with what a maintainer says of it in a form, to a draft in Markdown.

From then on it is Markdown like any other draft: its findings have lines, and its text can be mended where it stands.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import Any, Literal

import yaml
from pydantic import Field

from ingest.drafts import Parse
from ingest.readers.draft import OFFICIAL, Draft, Refused
from ingest.readers.sandbox import Limits, Sandbox
from mayshare import cites
from mayshare.errors import DraftError
from mayshare.schema import Frozen

KINDS = ("law", "situation", "practice")
FORMATS = ("md", "markdown", "txt", "html", "htm", "pdf", "docx", "xml", "jsonl")


class Fields(Frozen):
    """What a file can't say of itself. `id` and `title` left empty come from the file."""

    kind: Literal["law", "situation", "practice"]
    laws: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    jurisdiction: str = "us"
    status_as_of: dt.date | None = None
    id: str = ""
    title: str = ""
    publisher: str = ""
    url: str = Field(default="", description="public page where a reader can check the document")


def parser(fields: Fields, limits: Limits | None = None, warn: Callable[[str], object] = lambda warning: None) -> Parse:
    """What `ingest.drafts.save` reads formats other than Markdown with.

    Args:
        limits: what parsing may take.
        warn: is told what the reader passed over, such as a scanned page.

    The returned function raises DraftError where a reader refuses the file, or it is the text of the law itself.
    """

    def parse(file_name: str, data: bytes) -> str:
        name = PurePath(file_name).name
        try:
            with Sandbox(limits) as sandbox:
                draft = sandbox.read(data, name)
        except Refused as refusal:
            raise DraftError(f"{name}: {refusal}.") from None
        if draft.form in OFFICIAL:
            mend = "List it in corpus/sources.toml and run `mayshare fetch`; write guidance on it as a document."
            raise DraftError(f"{name}: is the text of a law itself, not guidance on it. {mend}")
        for warning in draft.warnings:
            warn(warning)
        return markdown(draft, fields, name)

    return parse


def markdown(draft: Draft, fields: Fields, file_name: str) -> str:
    """The draft as a Markdown document with front matter."""
    body = "\n\n".join(_pieces(draft, fields.title or draft.title))
    front = yaml.safe_dump(_front(draft, fields, file_name, body), sort_keys=False, allow_unicode=True, width=10_000)
    return f"---\n{front}---\n{body}\n"


def _front(draft: Draft, fields: Fields, file_name: str, body: str) -> dict[str, Any]:
    title = fields.title or draft.title
    url = fields.url or draft.url
    return {
        "id": fields.id or re.sub(r"[^a-z0-9]+", "-", PurePath(file_name).stem.lower()).strip("-")[:80] or "document",
        "title": title,
        "kind": fields.kind,
        "laws": list(fields.laws),
        "holders": list(fields.holders),
        "topics": list(fields.topics),
        "jurisdiction": fields.jurisdiction,
        "status_as_of": fields.status_as_of or draft.as_of,
        "authorities": list(dict.fromkeys(cite.text for cite in cites.find(body))),
        "sources": [{"publisher": fields.publisher or "Not named", "title": title, "url": url}] if url else [],
    }


def _pieces(draft: Draft, title: str) -> Iterator[str]:
    """Headings and paragraphs. A page number goes into the heading, since that is what a citation shows."""
    before: tuple[str, ...] | None = None
    for block in draft.blocks:
        page = f" ({block.locator})" if block.locator.startswith("page ") else ""
        # text that stands under no heading gets one a page, so that its citation says where it is from
        headings = block.headings or ((f"{title}{page}",) if page else ())
        same = _same(before or (), headings)
        for level, heading in enumerate(headings[same:], same):
            shown = heading if heading.endswith(page) else f"{heading}{page}"
            yield f"{'#' * min(6, level + 2)} {shown}"
        before = headings
        yield re.sub(r"^(\s{0,3})#", r"\1\\#", block.text, flags=re.MULTILINE)


def _same(before: tuple[str, ...], headings: tuple[str, ...]) -> int:
    """How many of the outer headings still stand."""
    same = 0
    while same < min(len(before), len(headings)) and before[same] == headings[same]:
        same += 1
    return same
