"""`corpus/checklists.yaml`: what a valid consent or agreement must hold, each element with its sentence of the corpus.

A quote that its document doesn't hold word for word is an error, so that a changed sentence can't leave a stale list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from ingest.load import read_yaml
from mayshare import cites
from mayshare.errors import CorpusError
from mayshare.schema import Document, Frozen

FILE = "checklists.yaml"
MEND = "See the head of the file for its form."
Part = Literal["use", "form", "sign", "time", "along", "agreement"]
Status = Literal["required", "sometimes", "advised", "not_asked"]
PARTS: dict[Part, str] = {
    "use": "When it may be used",
    "form": "What the form must say",
    "sign": "Who signs",
    "time": "How long it lasts",
    "along": "What goes with it",
    "agreement": "What the agreement must say",
}
STATUS_WORDS: dict[Status, str] = {
    "required": "Required",
    "sometimes": "Required in some cases",
    "advised": "Good practice",
    "not_asked": "Not asked for by this law",
}
NOT_STATED = "not stated in the guidance"


class Element(Frozen):
    """A row: something that a consent or agreement may have to hold."""

    key: str
    name: str
    part: Part


class Item(Frozen):
    """What one law says of an element, and the sentence of the corpus that says it."""

    element: str
    status: Status
    short: str = Field(max_length=90)
    source_id: str
    quote: str

    @property
    def authorities(self) -> tuple[str, ...]:
        """The citations in the sentence."""
        return tuple(dict.fromkeys(cite.text for cite in cites.find(self.quote)))


class Checklist(Frozen):
    """All that one law asks of a consent, or of one kind of agreement."""

    key: str
    kind: Literal["consent", "agreement"]
    law: str
    name: str
    covers: str
    items: tuple[Item, ...] = Field(min_length=1)


class Row(Frozen):
    """A line of the table of differences: an element, and a cell for each checklist."""

    element: Element
    cells: tuple[str, ...]


class Checklists(Frozen):
    """The whole file."""

    elements: tuple[Element, ...]
    checklists: tuple[Checklist, ...]

    def of_kind(self, kind: str) -> tuple[Checklist, ...]:
        """The checklists for consents, or those for agreements."""
        return tuple(checklist for checklist in self.checklists if checklist.kind == kind)

    def parts(self, checklist: Checklist) -> Iterator[tuple[str, list[tuple[Element, Item]]]]:
        """A checklist's items under the heading of their part, in the order of the rows."""
        for part, heading in PARTS.items():
            rows = [element for element in self.elements if element.part == part]
            found = [(row, item) for row in rows for item in checklist.items if item.element == row.key]
            if found:
                yield heading, found

    def differences(self, chosen: Iterable[Checklist]) -> list[Row]:
        """Elements by laws; rows of which none of the chosen lists says anything are left out."""
        chosen = list(chosen)
        rows = [Row(element=e, cells=tuple(_cell(c, e) for c in chosen)) for e in self.elements]
        return [row for row in rows if any(cell != NOT_STATED for cell in row.cells)]


def _cell(checklist: Checklist, element: Element) -> str:
    items = [item for item in checklist.items if item.element == element.key]
    said = "; ".join(
        f"{item.short} (good practice)" if item.status == "advised" and "advised" not in item.short else item.short
        for item in items
    )
    return said or NOT_STATED


def load_checklists(corpus: Path) -> Checklists:
    """The checklists of a corpus; none where the file isn't there.

    Raises:
        CorpusError: the file can't be read, or a name in it is unknown or stands there twice.
    """
    path = corpus / FILE
    if not path.is_file():
        return Checklists(elements=(), checklists=())
    try:
        lists = Checklists.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise CorpusError(path, f"{'.'.join(map(str, first['loc']))}: {first['msg']}.", MEND) from None
    _names(path, lists)
    return lists


def _names(path: Path, lists: Checklists) -> None:
    rows = [element.key for element in lists.elements]
    for key, count in Counter([*rows, *(f"checklist {c.key}" for c in lists.checklists)]).items():
        if count > 1:
            raise CorpusError(path, f"the key `{key}` stands there {count} times.", "Make it unique.")
    for checklist in lists.checklists:
        for item in checklist.items:
            if item.element not in rows:
                raise CorpusError(
                    path, f"`{checklist.key}` names the element `{item.element}`.", "Add it to `elements`."
                )


def wrong_quotes(lists: Checklists, documents: Iterable[Document]) -> Iterator[tuple[Checklist, Item, str]]:
    """Items whose sentence isn't in the document that they name, and what is wrong."""
    bodies = {document.source_id: document.body for document in documents}
    for checklist in lists.checklists:
        for item in checklist.items:
            if item.source_id not in bodies:
                yield checklist, item, f"names the document `{item.source_id}`, which isn't in the corpus."
            elif item.quote not in bodies[item.source_id]:
                yield (
                    checklist,
                    item,
                    f"quotes “{item.quote[:60]}…”, which `{item.source_id}` doesn't hold word for word.",
                )


def line_of(path: Path, item: Item) -> int:
    """1-based line of an item's quote in the file; 1 where the quote is written over several lines."""
    text = path.read_text(encoding="utf-8")
    place = text.find(item.quote[:60])
    return text.count("\n", 0, place) + 1 if place >= 0 else 1
