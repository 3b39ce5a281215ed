"""What users said of an answer: a queue for trainers, from which an accepted item becomes a question of the set."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from eval.cases import FOLDER, Case, load_cases
from eval.cases import Record as Base
from ingest.load import read_yaml
from mayshare.config import ROOT
from mayshare.errors import QuestionSetError, RunFileError
from mayshare.schema import Abstention, Answer, Verdict

PATH = ROOT / "eval" / "feedback" / "queue.jsonl"
TOPIC = "feedback"
MAINTAINERS = "mayshare maintainers"


class Feedback(Base):
    """One remark on one answer. It holds what the user chose to send, and no more about the user."""

    id: str
    received: dt.date
    question: str
    turns: tuple[str, ...] = ()
    helpful: bool
    comment: str = ""
    verdict: Verdict
    answer: str
    corpus_version: str
    state: Literal["open", "accepted", "rejected"] = "open"
    decided_because: str = ""


def record(answer: Answer, helpful: bool, comment: str, path: Path = PATH, today: dt.date | None = None) -> Feedback:
    """Put a remark into the queue. The caller has asked for consent and removed personal data."""
    day = today or dt.date.today()
    content = f"{day}{answer.question.text}{helpful}{comment}{answer.corpus_version}"
    item = Feedback(
        id=hashlib.sha256(content.encode()).hexdigest()[:10],
        received=day,
        question=answer.question.text,
        turns=answer.question.history,
        helpful=helpful,
        comment=comment,
        verdict=answer.verdict,
        answer=answer.text,
        corpus_version=answer.corpus_version,
    )
    if item.id not in {known.id for known in load(path)}:
        _write([*load(path), item], path)
    return item


def load(path: Path = PATH) -> list[Feedback]:
    """The queue, oldest first; empty where there is none. Raises RunFileError with the line that can't be read."""
    if not path.is_file():
        return []
    items = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            items.append(Feedback.model_validate_json(line))
        except ValidationError as error:
            raise RunFileError(f"{path}:{number}: {error.errors()[0]['msg']}.") from None
    return items


def reject(item_id: str, why: str, path: Path = PATH) -> Feedback:
    """Close an item without a question. Raises RunFileError where no open item has the id."""
    return _decide(item_id, "rejected", why, path)


def accept(
    item_id: str,
    asker: str,
    verdict: Verdict,
    bottom_line: str,
    abstention: Abstention | None = None,
    path: Path = PATH,
    folder: Path = FOLDER,
) -> Case:
    """Close an item and append its question to `feedback.yaml` of the development questions.

    Nuggets, evidence and basis are added there by hand afterwards; docs/trainers.md says how.

    Raises:
        RunFileError: no open item has the id.
        QuestionSetError: verdict and abstention don't fit each other.
    """
    item = _open(item_id, path)
    number = sum(1 for case in load_cases(folder) if case.topic == TOPIC) + 1
    values = {
        "id": f"{TOPIC}-{number:03d}",
        "asker": asker,
        "kind": "follow_up" if item.turns else "out_of_scope" if abstention == "out_of_scope" else "answerable",
        "question": item.question,
        "paraphrases": [],
        "turns": list(item.turns),
        "laws": [],
        "verdict": verdict,
        "abstention": abstention,
        "bottom_line": bottom_line,
        "nuggets": [],
        "must_not_omit": [],
        "wrong_if": [],
        "authorities": [],
        "basis": {"publisher": "mayshare", "title": f"User feedback {item.id}", "url": None, "seen": item.received},
        "evidence": [],
        "author": MAINTAINERS,
        "reviewed_by": None,
    }
    try:
        case = Case.model_validate({**values, "topic": TOPIC, "split": "dev"})
    except ValidationError as error:
        raise QuestionSetError(f"{item_id}: {error.errors()[0]['msg']}.") from None
    _append(values, folder / f"{TOPIC}.yaml")
    _decide(item_id, "accepted", case.id, path)
    return case


def _append(values: Mapping[str, object], file: Path) -> None:
    content: dict[str, Any] = {"topic": TOPIC, "split": "dev", "questions": []}
    if file.is_file():
        content = read_yaml(file)
    content["questions"].append(dict(values))
    part = file.with_name(f".{file.name}.part")
    part.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100), encoding="utf-8")
    part.replace(file)


def _open(item_id: str, path: Path) -> Feedback:
    for item in load(path):
        if item.id == item_id and item.state == "open":
            return item
    raise RunFileError(f"{path}: no open item has the id {item_id}. See `mayshare eval feedback list`.")


def _decide(item_id: str, state: Literal["accepted", "rejected"], why: str, path: Path) -> Feedback:
    decided = _open(item_id, path).model_copy(update={"state": state, "decided_because": why})
    _write([decided if item.id == item_id else item for item in load(path)], path)
    return decided


def _write(items: list[Feedback], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text("".join(item.model_dump_json() + "\n" for item in items), encoding="utf-8")
    part.replace(path)
