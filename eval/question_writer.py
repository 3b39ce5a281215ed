"""Writing questions into the files of the set: only the fields that change, so that a commit shows no more than that.

What is written is read again before it takes the file's place; a file changes whole or not at all.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import ValidationError

from eval import files
from eval.cases import FOLDER, Case, load_cases
from mayshare.errors import QuestionSetError, TrainerFileError

FIELDS = tuple(name for name in Case.model_fields if name not in ("topic", "split"))
FOLDED = ("question", "bottom_line")
INLINE = ("laws", "authorities", "verdict_also")
WIDTH = 84
INDENT = 4  # of an item's fields
LOG = "README.md"
SWITCHES = ("yes", "no", "on", "off", "true", "false", "null")
DAYS = ("seen",)  # written bare, as YAML writes a day
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def next_id(topic: str, known: Iterable[str]) -> str:
    """The next free id of a topic. Raises QuestionSetError where the topic can't be part of an id."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", topic):
        raise QuestionSetError(f"“{topic}” can't name a topic: use small letters, digits and single hyphens.")
    numbers = [int(match[1]) for one in known if (match := re.fullmatch(rf"{topic}-(\d+)", one))]
    return f"{topic}-{max(numbers, default=0) + 1:03d}"


def append(case: Case, folder: Path = FOLDER, log: str = "") -> None:
    """Put a new question at the end of its topic's file, which is made where there is none.

    Args:
        log: what the log of changes shall say; nothing where empty.

    Raises:
        QuestionSetError: the id is taken, or the topic's file is of the other split.
        TrainerFileError: the file can't be written.
    """
    path = _file(case, folder)
    with files.locked(path):
        if case.id in {known.id for known in load_cases(folder)}:
            raise QuestionSetError(f"{case.id}: the id stands already. Give the new question another one.")
        before = _of_file(path)
        text = path.read_text(encoding="utf-8") if before else f"topic: {case.topic}\nsplit: {case.split}\nquestions:\n"
        gap = "\n" if "\n\n" in text else ""  # as the file has it between its questions
        _put(path, [f"{text.rstrip()}\n{gap}{_item(case)}"], [*before, case])
    _log(folder, log)


def replace(case: Case, before: Case, folder: Path = FOLDER, log: str = "") -> None:
    """Change a question in place: same id, file and split.

    Args:
        before: the question as it was when its change began.

    Raises:
        QuestionSetError: the question was changed meanwhile, or is gone.
        TrainerFileError: the file can't be written.
    """
    if (case.id, case.topic, case.split) != (before.id, before.topic, before.split):
        raise QuestionSetError(f"{before.id}: id, topic and split of a question never change.")
    path = _file(case, folder)
    with files.locked(path):
        known = _of_file(path)
        if before not in known:
            raise QuestionSetError(f"{case.id}: was changed by someone else meanwhile. Look at it again, then save.")
        text = path.read_text(encoding="utf-8")
        _put(path, _with_fields(text, case, before), [case if one.id == case.id else one for one in known])
    _log(folder, log)


def _file(case: Case, folder: Path) -> Path:
    """The file in which a question's topic and split stand; `TOPIC.yaml` where there is none yet."""
    taken = {path: _of_file(path) for path in sorted(folder.glob("*.yaml"))}
    for path, cases in taken.items():
        if cases and (cases[0].topic, cases[0].split) == (case.topic, case.split):
            return path
    if any(cases and cases[0].topic == case.topic for cases in taken.values()):
        raise QuestionSetError(f"The topic “{case.topic}” lies in the other split, and a topic lies in one only.")
    return folder / f"{case.topic}.yaml"


def _of_file(path: Path) -> list[Case]:
    return _parsed(path.read_text(encoding="utf-8")) if path.is_file() else []


def _parsed(text: str) -> list[Case]:
    content = yaml.load(text, Loader=_LOADER)
    about = {"topic": content["topic"], "split": content["split"]}
    return [Case.model_validate({**item, **about}) for item in content["questions"]]


def _put(path: Path, tries: Sequence[str], wanted: Sequence[Case]) -> None:
    """Write the first text that reads as the questions wanted; the last resort writes the whole file in our style."""
    head = f"topic: {wanted[0].topic}\nsplit: {wanted[0].split}\nquestions:\n"
    for text in (*tries, head + "".join(map(_item, wanted))):
        try:
            same = _parsed(text) == list(wanted)
        except (yaml.YAMLError, ValidationError, KeyError, TypeError):
            same = False
        if same:
            files.write(path, text)
            return
    raise TrainerFileError(f"{path.name}: a character in it can't be kept. Take out what isn't plain text; try again.")


def _with_fields(text: str, case: Case, before: Case) -> list[str]:
    """The file's text with the changed fields replaced; none where they don't stand on lines of their own."""
    old, new = (one.model_dump(mode="json") for one in (before, case))
    changed = [name for name in FIELDS if old[name] != new[name]]
    lines = text.splitlines(keepends=True)
    places = _lines_of(text, case.id, len(lines))
    if not set(changed) <= places.keys():
        return []
    for name in sorted(changed, key=lambda name: -places[name][0]):
        start, end = places[name]
        while end > start + 1 and not lines[end - 1].strip():
            end -= 1  # an empty line belongs to what follows
        lines[start:end] = [_field(name, new[name])]
    return ["".join(lines)]


def _lines_of(text: str, case_id: str, count: int) -> dict[str, tuple[int, int]]:
    """First line and line after the last of each field of a question, counted from 0."""
    root = yaml.compose(text, Loader=_LOADER)
    questions: Any = next(value for key, value in cast(Any, root).value if key.value == "questions")
    starts = [item.start_mark.line for item in questions.value]
    for item, end in zip(questions.value, [*starts[1:], count], strict=True):
        keys = [(key.value, key.start_mark.line) for key, _ in item.value]
        if next((value.value for key, value in item.value if key.value == "id"), None) == case_id:
            ends = [line for _, line in keys[1:]] + [end]
            return {name: (line, last) for (name, line), last in zip(keys[1:], ends[1:], strict=True) if last > line}
    return {}


def _item(case: Case) -> str:
    values = case.model_dump(mode="json")
    fields = "".join(_field(name, values[name]) for name in FIELDS)
    return f"{' ' * (INDENT - 2)}- {fields.lstrip()}"


def _field(name: str, value: Any) -> str:
    """A field as the files of the set write it."""
    pad = " " * INDENT
    if name in FOLDED:
        words = textwrap.wrap(value, WIDTH, break_long_words=False, break_on_hyphens=False)
        return f"{pad}{name}: >-\n" + "".join(f"{pad}  {line}\n" for line in words)
    if isinstance(value, list) and value and name not in INLINE:
        return f"{pad}{name}:\n" + "".join(f"{pad}  - {_flow(item)}\n" for item in value)
    if isinstance(value, dict):
        rows = ((key, inner if key in DAYS and inner else _flow(inner)) for key, inner in value.items())
        return f"{pad}{name}:\n" + "".join(f"{pad}  {key}: {shown}\n" for key, shown in rows)
    return f"{pad}{name}: {_flow(value)}\n"


def _flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        shown = {key: inner for key, inner in value.items() if (key, inner) != ("group", 1)}
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in shown.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    # a bare word where YAML can't take it for anything else
    if isinstance(value, str) and re.fullmatch(r"[a-z][a-z_]+(-[a-z0-9]+)*", value) and value not in SWITCHES:
        return value
    return json.dumps(value, ensure_ascii=False)


def _log(folder: Path, words: str) -> None:
    """Add a row to the log of changes, the table at the end of the set's README, where there is one."""
    path = folder / LOG
    if not words or not path.is_file():
        return
    with files.locked(path):
        text = path.read_text(encoding="utf-8").rstrip()
        if text.splitlines()[-1].startswith("|"):
            row = " ".join(words.split()).replace("|", "\\|")
            files.write(path, f"{text}\n| {dt.date.today()} | {row} |\n")
