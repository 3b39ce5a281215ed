"""The maintainer's watch list: questions whose answers must not change unseen, in `watchlist.yaml` of the corpus.

watch:
  - question: May a school give police records in an emergency?
    verdict: conditional        # optional: the verdict that the answer must have
    cites: ferpa-emergency      # optional: a document that the answer must cite
    note: asked every week      # optional
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import Field, ValidationError, field_validator

from eval.cases import Record
from ingest.load import read_yaml
from mayshare.errors import CorpusError, WatchListError
from mayshare.schema import Answer, Question, Verdict

NAME = "watchlist.yaml"
KEY = "watch"
HEAD = f"# Questions whose answers `mayshare impact` watches. Fields: docs/maintainers.md.\n{KEY}:\n"


class Watch(Record):
    """One watched question, with what its answer must be where the maintainer said so."""

    question: str = Field(min_length=3, max_length=4000)
    verdict: Verdict | None = None
    cites: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9._/-]*$")
    note: str = ""

    @field_validator("verdict", mode="before")
    @classmethod
    def _plain_words(cls, value: object) -> object:
        """YAML reads a bare `yes` or `no` as true or false."""
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value

    def asked(self) -> Question:
        """The question as the engine takes it."""
        return Question(text=self.question)

    def unmet(self, answer: Answer) -> tuple[str, ...]:
        """What the answer should be and is not, in words."""
        problems = []
        if self.verdict and answer.verdict != self.verdict:
            problems.append(f"the verdict is {answer.verdict}, expected {self.verdict}")
        cited = list(dict.fromkeys(source.source_id for source in answer.sources))
        if self.cites and self.cites not in cited:
            problems.append(f"{self.cites} isn't cited (cited: {', '.join(cited) or 'nothing'})")
        return tuple(problems)


def path_of(corpus: Path) -> Path:
    """Where the watch list of a corpus is."""
    return corpus / NAME


def load(path: Path) -> tuple[Watch, ...]:
    """The watch list; empty where there is no file.

    Raises:
        WatchListError: it can't be read, or an entry is malformed or stands twice; the line is named.
    """
    if not path.is_file():
        return ()
    try:
        content = read_yaml(path)
    except CorpusError as error:
        raise WatchListError(str(error)) from None
    entries = content.get(KEY)
    if set(content) != {KEY} or not isinstance(entries, list | None):
        raise WatchListError(f"{path}: it needs one list `{KEY}:` and nothing else. See docs/maintainers.md.")
    lines = [first + 1 for first, _ in _places(path.read_text(encoding="utf-8-sig"))]
    found: dict[str, Watch] = {}
    for line, entry in zip(lines, entries or (), strict=True):
        watch = _entry(path, line, entry)
        if watch.question in found:
            raise WatchListError(f"{path}:{line}: the question stands twice. Remove one of the two.")
        found[watch.question] = watch
    return tuple(found.values())


def add(path: Path, watch: Watch) -> None:
    """Write a question at the end of the list, comments left as they are.

    Raises:
        WatchListError: it is there already, or the list can't be read or written.
    """
    before = load(path)
    if watch.question in {known.question for known in before}:
        raise WatchListError(f"{path}: the question is on the list already.")
    text = path.read_text(encoding="utf-8-sig") if path.is_file() else HEAD
    text = re.sub(rf"^{KEY}:[ \t]*(?:\[[ \t]*\]|null|~)?[ \t]*$", f"{KEY}:", text, flags=re.MULTILINE)
    dumped = yaml.safe_dump(watch.model_dump(exclude_defaults=True), allow_unicode=True, sort_keys=False, width=110)
    places = _places(text)
    indent = _indent(text, places[0][0]) if places else 2
    lines = dumped.splitlines()
    block = [f"{' ' * indent}- {lines[0]}", *(f"{' ' * (indent + 2)}{line}" for line in lines[1:])]
    _write(path, text.rstrip() + "\n" + "\n".join(block) + "\n", (*before, watch))


def remove(path: Path, number: int) -> Watch:
    """Take the question of that number (1 is the first) off the list; what was taken off.

    Raises:
        WatchListError: there is no such number, or the list can't be read or written.
    """
    before = load(path)
    if not 1 <= number <= len(before):
        raise WatchListError(f"{path}: holds {len(before)} questions; there is no number {number}.")
    text = path.read_text(encoding="utf-8-sig")
    first, last = _places(text)[number - 1]
    lines = text.splitlines(keepends=True)
    rest = "".join([*lines[:first], *lines[last:]])
    _write(path, rest, before[: number - 1] + before[number:])
    return before[number - 1]


def _entry(path: Path, line: int, entry: object) -> Watch:
    try:
        return Watch.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the entry"
        raise WatchListError(f"{path}:{line}: {field}: {first['msg']}. See docs/maintainers.md.") from None


def _places(text: str) -> list[tuple[int, int]]:
    """First line and the line after the last of each entry, counted from 0."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return []
    for _, value in root.value:
        if isinstance(value, yaml.SequenceNode):
            starts = [node.start_mark.line for node in value.value]
            # a mapping's end mark stands at the next token; what lies between are empty lines and comments
            return [
                (start, _end(text, start, node.end_mark.line)) for start, node in zip(starts, value.value, strict=True)
            ]
    return []


def _end(text: str, start: int, limit: int) -> int:
    lines = text.splitlines()
    end = max(start + 1, min(limit, len(lines)))
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _indent(text: str, line: int) -> int:
    row = text.splitlines()[line]
    return len(row) - len(row.lstrip())


def _write(path: Path, text: str, expected: Sequence[Watch]) -> None:
    """Replace the file, but only by a text that reads as expected: a list in a form of its own is edited by hand."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        try:
            as_read = load(part)
        except WatchListError:
            as_read = None
        if as_read != tuple(expected):
            raise WatchListError(
                f"{path}: is written in a form that can't be changed from here. Edit the file by hand."
            )
        part.replace(path)
    except OSError as error:
        raise WatchListError(f"{path}: can't be written ({error.strerror}).") from None
    finally:
        part.unlink(missing_ok=True)
