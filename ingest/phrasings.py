"""How people ask: `corpus/phrasings/*.jsonl`, questions in professionals' own words for the sections that answer them.

They are indexed beside the headings, so that "cop at the door wants her schedule" finds a section that speaks of
officers and education records, and the small models are trained on them (`train/`); readers never see them as
guidance. Source of the idea: Nogueira et al. (2019), Document Expansion by Query Prediction.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from mayshare.errors import CorpusError
from mayshare.schema import Passage, Phrasing

FOLDER = "phrasings"
MEND = "See corpus/AUTHORING.md, “How people ask”."


def phrasing_files(corpus: Path) -> list[Path]:
    """The JSONL files of `corpus/phrasings/`, sorted; none where the folder isn't there."""
    return sorted((corpus / FOLDER).glob("*.jsonl"))


class Headings:
    """The headings of each document's passages, gathered as these are made; none where nothing is checked by them."""

    def __init__(self, corpus: Path, passages: Iterable[Passage] = ()) -> None:
        self._needed = bool(phrasing_files(corpus))
        self.of: dict[str, dict[str, None]] = {}
        for passage in passages:
            self.add(passage)

    def add(self, passage: Passage) -> None:
        """Note the heading of a passage."""
        if self._needed:
            self.of.setdefault(passage.source_id, {})[passage.heading] = None


def load_phrasings(corpus: Path, headings: Headings) -> tuple[Phrasing, ...]:
    """All phrasings of a corpus, each checked against the sections that there are.

    Raises:
        CorpusError: a line can't be read, or names a document or heading that isn't there.
    """
    return tuple(phrasing for path in phrasing_files(corpus) for phrasing in _checked(path, headings.of))


def _checked(path: Path, headings: dict[str, dict[str, None]]) -> Iterator[Phrasing]:
    stat = path.stat()
    for number, phrasing in _read(path, stat.st_mtime_ns, stat.st_size):
        if phrasing.source_id not in headings:
            problem = f"names the document `{phrasing.source_id}`, which isn't in the corpus."
            raise CorpusError(path, problem, _near(phrasing.source_id, headings), number)
        if phrasing.heading not in headings[phrasing.source_id]:
            problem = f"`{phrasing.source_id}` has no heading “{phrasing.heading}”."
            raise CorpusError(path, problem, _near(phrasing.heading, headings[phrasing.source_id]), number)
        yield phrasing


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int, _size: int) -> tuple[tuple[int, Phrasing], ...]:
    """The lines of a file with their numbers; kept while it stays as it is, for a program that ingests again."""
    found = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                found.append((number, Phrasing.model_validate_json(line)))
            except ValidationError as error:
                first = error.errors()[0]
                problem = f"{'.'.join(map(str, first['loc'])) or 'not JSON'}: {first['msg']}."
                raise CorpusError(path, problem, MEND, number) from None
    return tuple(found)


def _near(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.4)
    return f"Did you mean “{close[0]}”?" if close else MEND
