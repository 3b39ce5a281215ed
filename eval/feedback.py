"""What users said of an answer: a queue for trainers, from which an accepted item becomes a question of the set."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field, ValidationError

from answer.privacy.redact import load_redactor
from eval import files, question_writer
from eval.cases import FOLDER, Case, load_cases
from eval.cases import Record as Base
from mayshare.config import ROOT
from mayshare.errors import QuestionSetError, RunFileError, TrainerFileError
from mayshare.schema import Abstention, Answer, Verdict

PATH = ROOT / "eval" / "feedback" / "queue.jsonl"
TOPIC = "feedback"
MAINTAINERS = "mayshare maintainers"
MAX_COMMENT = 1000
MAX_TEXT = 10_000  # of a question, which placeholders may have made longer
MAX_OPEN = 1000
Wrong = Literal["verdict", "not_my_question", "left_out", "source", "outdated", "unclear", "other"]
WRONG: dict[Wrong, str] = {
    "verdict": "The answer is wrong",
    "not_my_question": "It doesn't answer my question",
    "left_out": "An exception or a condition is missing",
    "source": "The source doesn't say so",
    "outdated": "The law has changed since",
    "unclear": "It is hard to understand",
    "other": "Something else",
}


class Feedback(Base):
    """One remark on one answer. It holds what the user chose to send, and no more about the user."""

    id: str
    received: dt.date
    question: str
    turns: tuple[str, ...] = ()
    asker: str = ""
    helpful: bool
    wrong: tuple[Wrong, ...] = ()
    comment: str = Field(default="", max_length=MAX_COMMENT)
    verdict: Verdict
    answer: str
    cites: tuple[str, ...] = Field(default=(), description="passages that the answer quoted, `source_id:start-end`")
    corpus_version: str
    state: Literal["open", "accepted", "rejected"] = "open"
    decided_because: str = ""


class Remark(NamedTuple):
    """What a user says, as it is stored: without the personal data that is found."""

    helpful: bool
    question: str
    turns: tuple[str, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    comment: str = ""
    asker: str = ""


def redacted(remark: Remark) -> Remark:
    """The remark without the personal data that is found; the same person keeps the same placeholder throughout."""
    texts = [*remark.turns, remark.question, remark.comment, remark.asker]
    *turns, question, comment, asker = (done.text for done in load_redactor().redact_all(texts))
    return remark._replace(turns=tuple(turns), question=question, comment=comment, asker=asker)


def record(
    answer: Answer, remark: Remark, path: Path = PATH, today: dt.date | None = None, max_open: int = MAX_OPEN
) -> Feedback:
    """Put a remark into the queue. The caller has asked for consent; personal data that is found goes here too.

    Raises:
        TrainerFileError: the file can't be written, the remark is too long, or too many wait already.
    """
    clean = redacted(remark)
    if len(clean.comment) > MAX_COMMENT or any(
        len(text) > MAX_TEXT for text in (clean.question, clean.asker, *clean.turns)
    ):
        raise TrainerFileError(f"A remark may have {MAX_COMMENT} characters, a question {MAX_TEXT}. Shorten it.")
    item = _item(answer, clean, today or dt.date.today())
    with files.locked(path):
        known = load(path)
        if item.id in {one.id for one in known}:
            return item
        if sum(1 for one in known if one.state == "open") >= max_open:
            raise TrainerFileError("Too many remarks wait for a trainer already; this one wasn't stored.")
        files.write_lines(path, [*known, item])
    return item


def load(path: Path = PATH) -> list[Feedback]:
    """The queue, oldest first; empty where there is none. Raises RunFileError with the line that can't be read."""
    return files.read_lines(path, Feedback)


def reject(item_id: str, why: str, path: Path = PATH) -> Feedback:
    """Close an item without a question. Raises RunFileError where no open item has the id."""
    return _decide(item_id, "rejected", why, path)


def remove(item_id: str, path: Path = PATH) -> None:
    """Take an item out for good, as where a user named someone. Raises RunFileError where none has the id."""
    with files.locked(path):
        kept = load(path)
        left = [item for item in kept if item.id != item_id]
        if len(left) == len(kept):
            raise RunFileError(f"{path}: no item has the id {item_id}.")
        files.write_lines(path, left)


def accept(
    item_id: str,
    asker: str,
    verdict: Verdict,
    bottom_line: str,
    abstention: Abstention | None = None,
    path: Path = PATH,
    folder: Path = FOLDER,
    question: str | None = None,
    turns: tuple[str, ...] | None = None,
) -> Case:
    """Close an item and append its question to `feedback.yaml` of the development questions.

    Nuggets, evidence and basis are added afterwards, by hand or on the page; docs/trainers.md says how.

    Args:
        question, turns: their words, where those of the item shall not go into the set as they stand.

    Raises:
        RunFileError: no open item has the id.
        QuestionSetError: verdict and abstention don't fit each other.
    """
    item = _open(item_id, path)
    kept = item.turns if turns is None else turns
    values = {
        "asker": asker,
        "kind": "follow_up" if kept else "out_of_scope" if abstention == "out_of_scope" else "answerable",
        "question": question or item.question,
        "turns": kept,
        "verdict": verdict,
        "abstention": abstention,
        "bottom_line": bottom_line,
        "basis": {"publisher": "mayshare", "title": f"User feedback {item.id}", "url": None, "seen": item.received},
        "author": MAINTAINERS,
    }
    known = [case.id for case in load_cases(folder)]
    try:
        case = Case.model_validate(
            {**values, "id": question_writer.next_id(TOPIC, known), "topic": TOPIC, "split": "dev"}
        )
    except ValidationError as error:
        raise QuestionSetError(f"{item_id}: {error.errors()[0]['msg']}.") from None
    question_writer.append(case, folder, f"{case.id} was added, from feedback {item.id}.")
    _decide(item_id, "accepted", case.id, path)
    return case


def _item(answer: Answer, remark: Remark, day: dt.date) -> Feedback:
    content = f"{day}{remark}{answer.corpus_version}"
    return Feedback(
        id=hashlib.sha256(content.encode()).hexdigest()[:10],
        received=day,
        **remark._asdict(),
        verdict=answer.verdict,
        answer=answer.text,
        cites=tuple(f"{source.source_id}:{source.start}-{source.end}" for source in answer.sources),
        corpus_version=answer.corpus_version,
    )


def _open(item_id: str, path: Path) -> Feedback:
    for item in load(path):
        if item.id == item_id and item.state == "open":
            return item
    raise RunFileError(f"{path}: no open item has the id {item_id}. See `mayshare eval feedback list`.")


def _decide(item_id: str, state: Literal["accepted", "rejected"], why: str, path: Path) -> Feedback:
    with files.locked(path):
        decided = _open(item_id, path).model_copy(update={"state": state, "decided_because": why})
        files.write_lines(path, [decided if item.id == item_id else item for item in load(path)])
    return decided
