"""JSONL: one passage a line, `{"text": …, "title"?: …, "heading"?: …, "page"?: …}`."""

from __future__ import annotations

import json
from pathlib import PurePath

from ingest.readers.draft import Block, Draft, Refused, date_in, decode, tidy

MAX_ROWS = 50_000


def read(data: bytes, name: str) -> Draft:
    """Read passages.

    Raises:
        Refused: a line isn't a JSON object with a `text`.
    """
    blocks: list[Block] = []
    title = ""
    for number, row in enumerate(decode(data).split("\n"), 1):
        if not row.strip():
            continue
        if len(blocks) >= MAX_ROWS:
            raise Refused(f"has more than {MAX_ROWS:,} lines. Split it")
        try:
            values = json.loads(row)
        except (ValueError, RecursionError) as error:
            raise Refused(f"line {number} is no JSON ({error})") from None
        if not isinstance(values, dict) or not isinstance(values.get("text"), str):
            raise Refused(f"line {number} is no JSON object with a `text`")
        title = title or str(values.get("title") or "")
        heading = tidy(str(values.get("heading") or values.get("title") or ""))
        page = values.get("page")
        place = f"page {page}" if isinstance(page, int | str) and page != "" else f"line {number}"
        blocks.append(Block(headings=(heading,) if heading else (), text=tidy(values["text"]), locator=place))
    return Draft(form="jsonl", title=tidy(title) or PurePath(name).stem, blocks=tuple(blocks), as_of=date_in(name))
