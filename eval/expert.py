"""Expert scoring: answers out to a sheet (CSV or XLSX), one row a sentence, and the filled sheet back in.

A trainer rates each sentence `right`, `right but` (true, yet misleading or incomplete here) or `wrong`, and each
citation `supports` or `does not`. Ratings are kept in `eval/expert/ratings.jsonl`, so that they can be committed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from pydantic import ValidationError

from eval import files, stats
from eval.cases import Case, Record
from eval.runs import Run
from mayshare.config import ROOT
from mayshare.errors import RunFileError

PATH = ROOT / "eval" / "expert" / "ratings.jsonl"
RATINGS = ("right", "right but", "wrong")
CITATIONS = ("supports", "does not")
COLUMNS = (
    "run", "case", "question", "verdict", "sentence_no", "sentence", "cites", "quote", "address",
    "rating", "citation_rating", "comment", "rater",
)  # fmt: skip


class Rating(Record):
    """One sentence of one answer, as one trainer rated it."""

    run: str
    case: str
    sentence_no: int
    sentence: str
    rating: Literal["right", "right but", "wrong"]
    citation_rating: Literal["supports", "does not"] | None = None
    comment: str = ""
    rater: str
    rated: dt.date


class Totals(NamedTuple):
    """Shares of the ratings, and the agreement of raters who rated the same sentences."""

    counts: dict[str, int]
    citations: dict[str, int]
    kappa: float | None
    both_rated: int


def export(run: Run, cases: Mapping[str, Case], path: Path, rater: str = "") -> int:
    """Write a sheet with a row for each sentence of a run's answers; the number of rows.

    Raises:
        RunFileError: the file's ending is neither .csv nor .xlsx.
    """
    rows = list(_rows(run, cases, rater))
    if path.suffix == ".csv":
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerows([COLUMNS, *([safe(cell) for cell in row] for row in rows)])
        path.write_text(text.getvalue(), encoding="utf-8-sig")  # so that spreadsheet programs read it as UTF-8
    elif path.suffix == ".xlsx":
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "ratings"
        for row in ([*COLUMNS], *rows):
            sheet.append([safe(cell) for cell in row])
        sheet.freeze_panes = "A2"
        book.save(path)
    else:
        raise RunFileError(f"{path}: a sheet ends in .csv or .xlsx.")
    return len(rows)


def read_sheet(path: Path, today: dt.date | None = None) -> list[Rating]:
    """The rated rows of a filled sheet; rows without a rating are left out.

    Raises:
        RunFileError: it can't be read, a column is missing or a value is none of the allowed; the row is named.
    """
    try:
        return parse_sheet(str(path), path.read_bytes(), today)
    except OSError as error:
        raise RunFileError(f"{path}: can't be read ({error.strerror}).") from None


def parse_sheet(name: str, content: bytes, today: dt.date | None = None) -> list[Rating]:
    """The same of a sheet's content; the end of its name says whether it is CSV or Excel."""
    found = []
    for number, row in _table(name, content):
        if not row.get("rating"):
            continue
        values = {name: row.get(name) or None for name in Rating.model_fields if name != "rated"}
        values |= {"rating": str(row["rating"]).strip().lower(), "comment": row.get("comment") or ""}
        if values["citation_rating"]:
            values["citation_rating"] = str(values["citation_rating"]).strip().lower()
        try:
            found.append(Rating.model_validate({**values, "rated": today or dt.date.today()}))
        except ValidationError as error:
            problem = error.errors()[0]
            field = ".".join(str(part) for part in problem["loc"])
            allowed = {"rating": ", ".join(RATINGS), "citation_rating": ", ".join(CITATIONS)}.get(field, "")
            mend = f" Allowed: {allowed}." if allowed else " Fill it in."
            raise RunFileError(f"{name}, row {number}, column {field}: {problem['msg']}.{mend}") from None
    return found


def add(ratings: Sequence[Rating], path: Path = PATH) -> int:
    """Append ratings and say how many are new; of the same sentence by the same rater the newest counts."""
    with files.locked(path):
        before = {_key(rating): rating for rating in load(path)}
        known = before | {_key(rating): rating for rating in ratings}
        files.write_lines(path, known.values())
    return sum(1 for key, rating in known.items() if before.get(key) != rating)


def load(path: Path = PATH) -> list[Rating]:
    """All ratings kept; none where there is no file yet. Raises RunFileError with the line that can't be read."""
    return files.read_lines(path, Rating)


def totals(ratings: Iterable[Rating]) -> Totals:
    """Counts of each rating; Cohen's kappa over the sentences that the two most active raters both rated."""
    ratings = list(ratings)
    counts = {name: sum(1 for r in ratings if r.rating == name) for name in RATINGS}
    citations = {name: sum(1 for r in ratings if r.citation_rating == name) for name in CITATIONS}
    by_rater: dict[str, dict[tuple[str, str, str], str]] = {}
    for rating in ratings:
        by_rater.setdefault(rating.rater, {})[_key(rating)[:3]] = rating.rating
    if len(by_rater) < 2:
        return Totals(counts, citations, None, 0)
    one, other = sorted(by_rater.values(), key=len, reverse=True)[:2]
    shared = sorted(one.keys() & other.keys())
    kappa = stats.kappa([one[key] for key in shared], [other[key] for key in shared]) if shared else None
    return Totals(counts, citations, kappa, len(shared))


def _rows(run: Run, cases: Mapping[str, Case], rater: str) -> Iterator[list[Any]]:
    for line in run.lines:
        if line.variant != "question" or line.answer is None:
            continue
        sources = {source.n: source for source in line.answer.sources}
        question = " ".join(cases[line.case].question.split())
        for number, claim in enumerate(line.answer.claims, start=1):
            cited = [sources[c.n] for c in claim.citations if c.n in sources]
            places = "; ".join(f"{s.title}, {', '.join(s.authorities)}" for s in cited)
            quotes = "; ".join(s.quote for s in cited)
            urls = "; ".join(s.url for s in cited)
            yield [
                run.header.name, line.case, question, line.answer.verdict, number, claim.text, places, quotes, urls,
                "", "", "", rater,
            ]  # fmt: skip


def safe(cell: Any) -> Any:
    """A cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t")) else cell


def _table(name: str, content: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows of a sheet by column name, with their 1-based numbers."""
    try:
        lines = _csv(content) if name.lower().endswith(".csv") else _xlsx(content)
    except (OSError, UnicodeDecodeError, BadZipFile, InvalidFileException, KeyError, csv.Error) as error:
        raise RunFileError(f"{name}: can't be read as a sheet ({error}). Save it as .csv or .xlsx.") from None
    head = [str(cell or "").strip().lower() for cell in lines[0]] if lines else []
    missing = [column for column in ("run", "case", "sentence_no", "sentence", "rating", "rater") if column not in head]
    if missing:
        raise RunFileError(f"{name}: the column “{missing[0]}” is missing. Keep the first row as it was exported.")
    for number, row in enumerate(lines[1:], start=2):
        yield number, dict(zip(head, row, strict=False))


def _csv(content: bytes) -> list[list[Any]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def _xlsx(content: bytes) -> list[list[Any]]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    finally:
        book.close()


def _key(rating: Rating) -> tuple[str, str, str, str]:
    """By the sentence itself: a later run of the same name may say something else in its place."""
    return rating.run, rating.case, rating.sentence, rating.rater
