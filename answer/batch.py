"""A file of questions, one JSON object a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mayshare.errors import QuestionFileError
from mayshare.schema import Filters, Question

MEND = (
    'Write one object a line: {"id": "1", "question": "…"} or {"id": "1", "turns": ["first", "follow-up"]}; '
    'either may say who asks: "asker": "school nurse".'
)


def read_questions(path: Path, filters: Filters, asker: str = "") -> list[Question]:
    """Questions in the order of the file. With `turns`, the last turn is asked and the others are its history.

    Args:
        asker: who asks where a line doesn't say it.

    Raises:
        QuestionFileError: the file or a line can't be read; the message names file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise QuestionFileError(f"{path}: can't be read: {reason}.") from None
    return [_question(path, number, line, filters, asker) for number, line in enumerate(lines, start=1) if line.strip()]


def _question(path: Path, number: int, line: str, filters: Filters, asker: str) -> Question:
    try:
        row: Any = json.loads(line)
    except ValueError:
        raise QuestionFileError(f"{path}:{number}: not JSON. {MEND}") from None
    if not isinstance(row, dict):
        raise QuestionFileError(f"{path}:{number}: not an object. {MEND}")
    turns = row.get("turns", [row.get("question")])
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
        raise QuestionFileError(f"{path}:{number}: no question. {MEND}")
    who = row.get("asker", asker)
    if not isinstance(who, str):
        raise QuestionFileError(f"{path}:{number}: `asker` is not text. {MEND}")
    qid = None if row.get("id") is None else str(row["id"])
    return Question(text=turns[-1], asker=who, history=tuple(turns[:-1]), filters=filters, qid=qid)
