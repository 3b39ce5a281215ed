"""Running: questions to an engine, answers to a JSONL file. Scoring reads the file, so nothing is asked twice."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from eval.cases import Case, Record, set_sha256
from mayshare.errors import RunFileError
from mayshare.schema import Answer, Question

FORMAT = 1
SYSTEM = "engine"  # the name of a run of what users ask
Progress = Callable[[int, int], None]


class Answerer(Protocol):
    """Anything that answers questions: an engine, a baseline, a recorded one."""

    def ask(self, question: Question) -> Answer:
        """Answer or abstain."""


class Header(Record):
    """The first line of a run file: what was asked, of what."""

    format: int = FORMAT
    name: str
    engine: str
    corpus_version: str
    set_sha256: str
    questions: tuple[str, ...]
    created: dt.datetime


class Line(Record):
    """One answer, or the error that came instead of it."""

    case: str
    variant: str
    answer: Answer | None = None
    error: str | None = None


class Run(Record):
    """A whole run."""

    header: Header
    lines: tuple[Line, ...]


def run(engine: Answerer, cases: Sequence[Case], name: str, progress: Progress | None = None) -> Run:
    """Ask every question and paraphrase. An error is recorded as such, and counts as wrong."""
    variants = [(case, variant, question) for case in cases for variant, question in case.variants().items()]
    lines = []
    for done, (case, variant, question) in enumerate(variants, start=1):
        lines.append(_line(engine, case, variant, question))
        if progress:
            progress(done, len(variants))
    answers = [line.answer for line in lines if line.answer]
    header = Header(
        name=name,
        engine=answers[0].engine if answers else "",
        corpus_version=answers[0].corpus_version if answers else "",
        set_sha256=set_sha256(cases),
        questions=tuple(case.id for case in cases),
        created=dt.datetime.now(dt.UTC).replace(microsecond=0),
    )
    return Run(header=header, lines=tuple(lines))


def write(result: Run, path: Path) -> None:
    """Write a run as JSONL, the header first; the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.writelines(item.model_dump_json(exclude_defaults=False) + "\n" for item in (result.header, *result.lines))
    part.replace(path)


def read(path: Path) -> Run:
    """Read a run file.

    Raises:
        RunFileError: it can't be read or isn't a run of this format; the line is named.
    """
    try:
        rows = list(_rows(path))
    except (OSError, UnicodeDecodeError) as error:
        raise RunFileError(f"{path}: can't be read ({error}).") from None
    if not rows:
        raise RunFileError(f"{path}: empty. Write it with `mayshare eval run`.")
    number = 1
    try:
        header = Header.model_validate_json(rows[0])
        if header.format != FORMAT:
            raise RunFileError(f"{path}: has format {header.format}, this version reads {FORMAT}. Run it anew.")
        lines = []
        for row in rows[1:]:
            number += 1
            lines.append(Line.model_validate_json(row))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RunFileError(f"{path}:{number}: not a line of a run ({place}: {first['msg']}).") from None
    return Run(header=header, lines=tuple(lines))


def _rows(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield line


def _line(engine: Answerer, case: Case, variant: str, question: Question) -> Line:
    try:
        return Line(case=case.id, variant=variant, answer=engine.ask(question))
    except Exception as error:  # noqa: BLE001 - whatever an engine raises is a result to count, not to hide
        return Line(case=case.id, variant=variant, error=f"{type(error).__name__}: {error}")


def dumps(content: object) -> str:
    """JSON with plain characters, for files that people read."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
