"""The guidance as a library: documents by law, kind and role, and the sections nearest to what is looked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, Protocol

from mayshare.index import Index
from mayshare.schema import Document, Filters, Hit, Kind, Passage, Question

KINDS: dict[Kind, str] = {
    "situation": "Situations: who may share what with whom",
    "law": "The law explained",
    "practice": "The practice of sharing",
    "official": "Official text",
}
SEARCHED = 200  # sections looked through, since kind and recipient are told after the search
FOUND = 20

Facet = Literal["laws", "holders", "recipients", "audiences"]


class Choice(NamedTuple):
    """What the list is narrowed to: any of the values of each; empty means everything."""

    laws: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    holders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()


class Found(NamedTuple):
    """A section that a search found: its first sentence, and where that stands in its document."""

    document: Document
    heading: str
    sentence: str
    start: int
    authorities: tuple[str, ...]


class Searcher(Protocol):
    """What a search needs of the engine."""

    @property
    def index(self) -> Index:
        """The index in use."""

    def search(self, question: Question, k: int) -> tuple[Hit, ...]:
        """The `k` passages nearest to a question, best first."""


def narrowed(documents: Iterable[Document], choice: Choice) -> list[Document]:
    """The documents that fit, situations first, each kind by title."""
    order = {kind: place for place, kind in enumerate(KINDS)}
    fitting = [document for document in documents if _fits(document, choice)]
    return sorted(fitting, key=lambda document: (order[document.kind], document.title.casefold()))


def values(documents: Iterable[Document], facet: Facet) -> list[str]:
    """What documents say of themselves for one facet, most frequent first."""
    counts = Counter(value for document in documents for value in set(getattr(document, facet)))
    return sorted(counts, key=lambda value: (-counts[value], value.casefold()))


def by_title(documents: Sequence[Document], text: str) -> list[Document]:
    """Those whose title holds the text as it was typed, whatever its case."""
    wanted = " ".join(text.split()).casefold()
    return [document for document in documents if wanted and wanted in document.title.casefold()]


def find(engine: Searcher, text: str, choice: Choice) -> list[Found]:
    """The sections nearest to the text within the choice, best first, each section once."""
    filters = Filters(laws=choice.laws, audiences=choice.audiences, holders=choice.holders)
    hits = engine.search(Question(text=text, filters=filters), SEARCHED)
    documents = engine.index.documents  # after the search, which may have opened a newer index
    found: dict[tuple[str, str], Found] = {}
    for hit in hits:
        document = documents.get(hit.passage.source_id)
        if document and _fits(document, choice):
            found.setdefault((document.source_id, hit.passage.heading), _found(document, hit.passage))
        if len(found) == FOUND:
            break
    return list(found.values())


def _fits(document: Document, choice: Choice) -> bool:
    facets: tuple[Facet, ...] = ("laws", "holders", "recipients", "audiences")
    if choice.kinds and document.kind not in choice.kinds:
        return False
    chosen = {facet: getattr(choice, facet) for facet in facets}
    return all(not wanted or set(wanted) & set(getattr(document, facet)) for facet, wanted in chosen.items())


def _found(document: Document, passage: Passage) -> Found:
    if not passage.sentences:
        return Found(document, passage.heading, "", passage.start, passage.authorities)
    first = passage.sentences[0]
    authorities = first.authorities or passage.authorities
    return Found(document, passage.heading, passage.first_sentence, first.start, authorities)
