"""A file of questions, one JSON object a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mayshare.errors import QuestionFileError
from mayshare.schema import Filters, Question

MEND = 'Write one object a line: {"id": "1", "question": "…"} or {"id": "1", "turns": ["first", "follow-up"]}.'


def read_questions(path: Path, filters: Filters) -> list[Question]:
    """Questions in the order of the file. With `turns`, the last turn is asked and the others are its history.

    Raises:
        QuestionFileError: the file or a line can't be read; the message names file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise QuestionFileError(f"{path}: can't be read: {reason}.") from None
    return [_question(path, number, line, filters) for number, line in enumerate(lines, start=1) if line.strip()]


def _question(path: Path, number: int, line: str, filters: Filters) -> Question:
    try:
        row: Any = json.loads(line)
    except ValueError:
        raise QuestionFileError(f"{path}:{number}: not JSON. {MEND}") from None
    if not isinstance(row, dict):
        raise QuestionFileError(f"{path}:{number}: not an object. {MEND}")
    turns = row.get("turns", [row.get("question")])
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
        raise QuestionFileError(f"{path}:{number}: no question. {MEND}")
    qid = row.get("id")
    return Question(text=turns[-1], history=tuple(turns[:-1]), filters=filters, qid=None if qid is None else str(qid))
