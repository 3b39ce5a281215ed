"""Questions that an answer leads to: headings of sections that it didn't quote. Each heading is a question."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from answer import reading
from answer.follow_up import resolve
from answer.library import Searcher
from mayshare.index import Index
from mayshare.lexical import terms
from mayshare.schema import Answer, Question

MOST = 3
TRIED = 10  # headings looked at: each costs a search
REMEMBERED = 20_000
SAME = 0.6  # share of terms from which on two questions ask the same

_finds: dict[tuple[str, str], bool] = {}


def suggestions(engine: Searcher, answer: Answer, asked: Sequence[str]) -> tuple[str, ...]:
    """Up to MOST questions: of the document that leads the answer, and of others near it.

    None that was `asked` or asks the same in other words, and only those that find their own section when they are
    asked: so the guidance can answer them, and they make sense without the section before.
    """
    known = [set(terms(question)) for question in asked]
    known += [set(terms(source.heading)) for source in answer.sources]
    if answer.situation and answer.situation.unsure:  # those stand above the answer already
        known += [set(terms(other.heading)) for other in answer.situation.others]
    found: list[str] = []
    for heading in list(dict.fromkeys(_headings(engine.index, answer)))[:TRIED]:
        alone = heading.endswith("?") and not resolve(heading, list(asked))[0]  # else it is read with what was asked
        if alone and not _repeats(heading, known) and _finds_itself(engine, heading):
            found.append(heading)
            known.append(set(terms(heading)))
        if len(found) == MOST:
            break
    return tuple(found)


def look_ahead(engine: Searcher, rest: Callable[[], None]) -> None:
    """Find out for every heading whether it finds itself, so that no answer waits for it: for a thread of its own.

    Args:
        rest: called before each search; returns when the processor can be spared.
    """
    for document in engine.index.documents.values():
        if document.kind == "official":
            continue
        for heading in reading.questions(document):
            rest()
            _finds_itself(engine, heading)


def _repeats(heading: str, known: Collection[set[str]]) -> bool:
    words = set(terms(heading))
    return any(len(words & other) >= SAME * len(words | other) for other in known)


def _finds_itself(engine: Searcher, heading: str) -> bool:
    """Does asking a heading find its section? Remembered while the index stays: a search costs 20 ms."""
    key = (engine.index.corpus_version, heading)
    known = _finds.get(key)
    if known is None:
        if len(_finds) >= REMEMBERED:
            _finds.clear()
        hits = engine.search(Question(text=heading), 1)
        known = bool(hits) and heading in (*hits[0].passage.heading_path, hits[0].passage.title)
        _finds[key] = known
    return known


def _headings(index: Index, answer: Answer) -> Iterator[str]:
    """The nearest first, turn about: a document's own next sections, and sections of others."""
    own = _own(index, answer)
    others = [entry.heading for entry in answer.related]
    for place in range(max(len(own), len(others))):
        yield from own[place : place + 1]
        yield from others[place : place + 1]


def _own(index: Index, answer: Answer) -> list[str]:
    """The sections of the lead document, from the one after the section that leads on, then those before it."""
    document = index.documents.get(answer.sources[0].source_id) if answer.sources else None
    if document is None or document.kind == "official":
        return []
    sections = reading.sections(document)
    after = [section.heading for section in sections if section.start > answer.sources[0].start]
    before = [section.heading for section in sections if section.start <= answer.sources[0].start]
    return after + before
