"""Checklists as a Word document and as a page to print: the same lines, the day, and the version of the guidance."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping
from html import escape
from typing import NamedTuple

from ingest.checklists import STATUS_WORDS, Checklist, Checklists, Element, Item

TITLE = "What the form must hold"
NOT_ADVICE = (
    "Made with mayshare from guidance on U.S. federal law. It is not legal advice: state law may ask for more, so have "
    "counsel read the form before you use it."
)
_CSS = (
    "body{font:11pt/1.45 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;font-size:9pt}th,td{border:1px solid #666;padding:.3rem;text-align:left;"
    "vertical-align:top}li{list-style:none;margin:.6rem 0;break-inside:avoid}ul{padding:0}h2{break-after:avoid}"
    "@page{margin:18mm}"
)


class Copy(NamedTuple):
    """What is taken along. `ticked` holds (checklist key, number of the item); `titles` those of the documents."""

    lists: Checklists
    chosen: tuple[Checklist, ...]
    ticked: frozenset[tuple[str, int]]
    titles: Mapping[str, str]
    corpus_version: str
    day: dt.date | None = None

    @property
    def dated(self) -> str:
        """The line that says when this was made and of which guidance."""
        return f"{self.day or dt.date.today()} · guidance {self.corpus_version}"

    def box(self, checklist: Checklist, item: Item) -> str:
        """A box, ticked or empty; its words are for those who hear it read."""
        ticked = (checklist.key, checklist.items.index(item)) in self.ticked
        return "☒ In the form" if ticked else "☐ Not yet"

    def lines(self, checklist: Checklist) -> Iterator[tuple[str, list[tuple[Element, Item]]]]:
        """The items under their headings."""
        return self.lists.parts(checklist)

    def source(self, item: Item) -> str:
        """The document in which the sentence stands."""
        return self.titles.get(item.source_id, item.source_id)


def docx(copy: Copy) -> bytes:
    """A Word document."""
    from docx import Document

    document = Document()
    document.core_properties.title = TITLE
    document.core_properties.author = ""
    document.add_heading(TITLE, 0)
    document.add_paragraph(copy.dated)
    document.add_paragraph(NOT_ADVICE)
    for checklist in copy.chosen:
        document.add_heading(checklist.name, 1)
        document.add_paragraph(f"For {checklist.covers}.")
        for heading, rows in copy.lines(checklist):
            document.add_heading(heading, 2)
            for element, item in rows:
                line = document.add_paragraph()
                line.add_run(f"{copy.box(checklist, item)}. {element.name}: ").bold = True
                line.add_run(f"{item.short}. {STATUS_WORDS[item.status]}.")
                document.add_paragraph(item.quote, style="Quote")
                document.add_paragraph(f"Source: {copy.source(item)}")
    if len(copy.chosen) > 1:
        document.add_heading("What differs", 1)
        header, *rows_ = _table(copy)
        table = document.add_table(rows=1, cols=len(header), style="Table Grid")
        for cell, text in zip(table.rows[0].cells, header, strict=True):
            cell.paragraphs[0].add_run(text).bold = True
        for values in rows_:
            for cell, text in zip(table.add_row().cells, values, strict=True):
                cell.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def html(copy: Copy) -> str:
    """A page that a browser prints; it fetches nothing and runs nothing."""
    parts = [f"<h1>{TITLE}</h1><p>{escape(copy.dated)}</p><p>{escape(NOT_ADVICE)}</p>"]
    for checklist in copy.chosen:
        parts.append(f"<h2>{escape(checklist.name)}</h2><p>For {escape(checklist.covers)}.</p>")
        for heading, rows in copy.lines(checklist):
            items = "".join(_item(copy, checklist, element, item) for element, item in rows)
            parts.append(f"<h3>{escape(heading)}</h3><ul>{items}</ul>")
    if len(copy.chosen) > 1:
        header, *rows_ = _table(copy)
        head = "".join(f'<th scope="col">{escape(text)}</th>' for text in header)
        body = "".join(
            f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(text)}</td>" for text in rest)}</tr>'
            for first, *rest in rows_
        )
        parts.append(f"<h2>What differs</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title><style>{_CSS}</style></head>'
        f"<body>{''.join(parts)}</body></html>"
    )


def _item(copy: Copy, checklist: Checklist, element: Element, item: Item) -> str:
    return (
        f"<li><strong>{copy.box(checklist, item)}. {escape(element.name)}:</strong> {escape(item.short)}. "
        f"{STATUS_WORDS[item.status]}.<br>{escape(item.quote)}<br><em>Source: {escape(copy.source(item))}</em></li>"
    )


def _table(copy: Copy) -> list[list[str]]:
    rows = copy.lists.differences(copy.chosen)
    return [["Element", *(c.name for c in copy.chosen)], *([row.element.name, *row.cells] for row in rows)]
