"""What the corpus covers: laws by kind of document and by who holds the record, and which provisions it explains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.load import load_vocabulary, read_yaml
from mayshare import cites
from mayshare.errors import CorpusError
from mayshare.schema import Document


class Provisions(BaseModel):
    """`corpus/provisions.yaml`: area of law, then row, then its citations; and why some are left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provisions: dict[str, dict[str, tuple[str, ...]]]
    unexplained: dict[str, str] = {}


class LawCoverage(NamedTuple):
    """One law: documents of each kind that name it, and its situations by who holds the record."""

    law: str
    explains: int
    situations: int
    practice: int
    holders: dict[str, int]


class Missing(NamedTuple):
    """A citation that no document explains, where it is wanted, and why it is left out where a reason is given."""

    citation: str
    wanted: str
    reason: str


class Coverage(NamedTuple):
    """The whole table. `areas`: provisions explained and provisions wanted, by area of law."""

    laws: tuple[LawCoverage, ...]
    areas: dict[str, tuple[int, int]]
    missing: tuple[Missing, ...]
    authorities: int
    only_in_passing: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of wanted provisions that a document explains; 1 where none is listed."""
        wanted = sum(total for _, total in self.areas.values())
        return sum(done for done, _ in self.areas.values()) / wanted if wanted else 1.0


def cover(documents: Sequence[Document], corpus: Path) -> Coverage:
    """Coverage of a corpus.

    Raises:
        CorpusError: `vocabulary.yaml` or `provisions.yaml` can't be read.
    """
    listed = _forms(a for d in documents for a in d.authorities)
    explained = _forms(a for d in documents if d.kind == "law" for a in d.authorities)
    wanted = load_provisions(corpus)
    areas: dict[str, tuple[int, int]] = {}
    missing: list[Missing] = []
    for area, rows in wanted.provisions.items():
        done = total = 0
        for row, citations in rows.items():
            for citation in citations:
                total += 1
                if any(cites.covers(citation, form) for form in listed):
                    done += 1
                else:
                    missing.append(Missing(citation, f"{area}, {row}", wanted.unexplained.get(citation, "")))
        areas[area] = (done, total)
    return Coverage(
        laws=by_law(load_vocabulary(corpus), documents),
        areas=areas,
        missing=tuple(missing),
        authorities=len(listed),
        only_in_passing=tuple(sorted(form for form in listed if not _touches(form, explained))),
    )


def by_law(names: Iterable[str], documents: Sequence[Document]) -> tuple[LawCoverage, ...]:
    """What documents say on each of the laws, in the order of the names."""
    return tuple(_law(name, documents) for name in names)


def load_provisions(corpus: Path) -> Provisions:
    """Provisions that the corpus is to explain; none where it has no `provisions.yaml`.

    Raises:
        CorpusError: the file can't be read, or holds a citation in no known form.
    """
    path = corpus / "provisions.yaml"
    if not path.is_file():
        return Provisions(provisions={})
    try:
        content = Provisions.model_validate(read_yaml(path))
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise CorpusError(path, f"`{place}`: {problem['msg']}.", "Each row lists citations.") from None
    for rows in content.provisions.values():
        for row, citations in rows.items():
            for citation in citations:
                if cites.normal(citation) != citation:
                    raise CorpusError(path, f"{row}: “{citation}” is no citation.", "Write it as 34 CFR 99.31(a)(1).")
    return content


def _law(name: str, documents: Iterable[Document]) -> LawCoverage:
    naming = [document for document in documents if name in document.laws]
    kinds = Counter(document.kind for document in naming)
    situations = [document for document in naming if document.kind == "situation"]
    holders = Counter(document.holders[0] for document in situations if document.holders)
    return LawCoverage(name, kinds["law"], kinds["situation"], kinds["practice"], dict(holders.most_common()))


def _forms(authorities: Iterable[str]) -> set[str]:
    return {form for authority in authorities if (form := cites.normal(authority))}


def _touches(form: str, others: set[str]) -> bool:
    """Is the provision, a part of it or what holds it among the others?"""
    return any(cites.covers(form, other) or cites.covers(other, form) for other in others)
