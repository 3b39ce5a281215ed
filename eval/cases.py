"""The evaluation questions: read from YAML, checked, and their evidence found in the corpus.

Gold evidence is a quoted span of a document, never a chunk id, so that a new chunker leaves it untouched.
A quote that is no longer in the corpus is an error.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingest.load import read_yaml
from mayshare import cites
from mayshare.config import ROOT
from mayshare.errors import CorpusError, QuestionSetError
from mayshare.schema import Abstention, Document, Question, Span, Verdict

FOLDER = ROOT / "eval" / "questions"
Kind = Literal["answerable", "false_premise", "unanswerable", "out_of_scope", "adversarial", "follow_up"]
Split = Literal["dev", "test"]


class Record(BaseModel):
    """Base of what a question file holds: frozen, and a field it doesn't know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Nugget(Record):
    """A single fact that a good answer has (vital) or may have (okay), after the TREC nugget method."""

    text: str
    importance: Literal["vital", "okay"]


class Basis(Record):
    """Where the answer can be checked outside the corpus."""

    publisher: str
    title: str
    url: str | None = None
    seen: dt.date | None = None


class Evidence(Record):
    """A sentence of the corpus that supports the answer. Quotes of one `group` are alternatives: one suffices."""

    document: str
    quote: str
    group: int = 1


class Case(Record):
    """One question with what a good answer must contain. Fields: eval/questions/README.md."""

    id: str
    asker: str
    kind: Kind
    question: str
    paraphrases: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()
    laws: tuple[str, ...] = ()
    verdict: Verdict
    verdict_also: tuple[Verdict, ...] = ()
    abstention: Abstention | None = None
    bottom_line: str
    nuggets: tuple[Nugget, ...] = ()
    must_not_omit: tuple[str, ...] = ()
    wrong_if: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()
    basis: Basis
    evidence: tuple[Evidence, ...] = ()
    author: str
    reviewed_by: str | None = None
    topic: str = ""
    split: Split = "dev"

    @model_validator(mode="after")
    def _consistent(self) -> Case:
        if (self.verdict == "abstain") != (self.abstention is not None):
            raise ValueError("`abstention` is set if and only if `verdict` is abstain")
        if self.verdict_also and "abstain" in (self.verdict, *self.verdict_also):
            raise ValueError("`verdict_also` is for verdicts that answer: abstain has none beside it and is none")
        if self.verdict in self.verdict_also:
            raise ValueError("`verdict_also` is for others than `verdict`")
        if (self.kind == "follow_up") != bool(self.turns):
            raise ValueError("`turns` are set if and only if `kind` is follow_up")
        if len(self.paraphrases) not in (0, 2):
            raise ValueError("give two paraphrases, or none")
        return self

    @property
    def right_verdicts(self) -> tuple[Verdict, ...]:
        """The expected verdict first, then those with which an answer would be as right."""
        return (self.verdict, *self.verdict_also)

    @property
    def expected(self) -> str:
        """The right verdicts as pages and reports name them."""
        return " or ".join(self.right_verdicts)

    def variants(self) -> dict[str, Question]:
        """The question as asked and its paraphrases, by name of the variant."""
        texts = {"question": self.question, **{f"paraphrase {i}": t for i, t in enumerate(self.paraphrases, start=1)}}
        return {name: Question(text=text, history=self.turns, qid=self.id) for name, text in texts.items()}


class Gold(NamedTuple):
    """A case with its evidence found: for each group of evidence, the spans of which one suffices."""

    case: Case
    groups: tuple[tuple[Span, ...], ...]
    authorities: tuple[str, ...]


class _File(Record):
    topic: str
    split: Split
    questions: tuple[dict[str, object], ...] = Field(min_length=1)


def load_cases(folder: Path = FOLDER, split: Split | None = None) -> list[Case]:
    """All questions, in the order of the files.

    Raises:
        QuestionSetError: a file can't be read, a question lacks a field or an id stands twice; file and id are named.
    """
    cases: dict[str, Case] = {}
    for path in question_files(folder):
        content = _read(path)
        for number, item in enumerate(content.questions, start=1):
            name = str(item.get("id", f"question {number}"))
            try:
                case = Case.model_validate({**item, "topic": content.topic, "split": content.split})
            except ValidationError as error:
                first = error.errors()[0]
                field = ".".join(str(part) for part in first["loc"]) or "the question"
                raise QuestionSetError(f"{path.name}, {name}: {field}: {first['msg']}.") from None
            if case.id in cases:
                raise QuestionSetError(f"{path.name}, {name}: the id stands twice. Give the new one another id.")
            cases[case.id] = case
    return [case for case in cases.values() if split is None or case.split == split]


def question_files(folder: Path = FOLDER) -> list[Path]:
    """The YAML files of the set, sorted. Raises QuestionSetError where there is none."""
    found = sorted(folder.glob("*.yaml"))
    if not found:
        raise QuestionSetError(f"{folder} holds no question file (*.yaml).")
    return found


def set_sha256(cases: Iterable[Case]) -> str:
    """Hash of what the questions ask and expect; runs on sets that differ can't be compared."""
    digest = hashlib.sha256()
    for case in sorted(cases, key=lambda c: c.id):
        digest.update(case.model_dump_json(exclude={"reviewed_by", "author", "basis"}).encode())
    return digest.hexdigest()


def gold(case: Case, documents: Mapping[str, Document]) -> Gold:
    """The case with its evidence as spans.

    Raises:
        QuestionSetError: a quote doesn't stand in its document.
    """
    groups: dict[int, list[Span]] = {}
    for evidence in case.evidence:
        document = documents.get(evidence.document)
        start = document.body.find(evidence.quote) if document else -1
        if start < 0:
            where = "isn't in the corpus" if document is None else "doesn't hold the quote"
            raise QuestionSetError(
                f"{case.id}: {evidence.document} {where}: “{evidence.quote[:80]}…”. Quote the sentence as it stands."
            )
        span = Span(source_id=evidence.document, start=start, end=start + len(evidence.quote))
        groups.setdefault(evidence.group, []).append(span)
    authorities = tuple(form for text in case.authorities if (form := cites.normal(text)))
    return Gold(case, tuple(tuple(spans) for _, spans in sorted(groups.items())), authorities)


def _read(path: Path) -> _File:
    try:
        return _File.model_validate(read_yaml(path))
    except CorpusError as error:
        raise QuestionSetError(f"{path.name}: {error.problem} {error.mend}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise QuestionSetError(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from None
