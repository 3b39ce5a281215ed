"""Files that trainers make: one changes whole or not at all, and two who write at once lose nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout
from pydantic import ValidationError

from eval.cases import Record
from mayshare.errors import RunFileError, TrainerFileError

WAIT_S = 10
Row = TypeVar("Row", bound=Record)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file for reading, changing and writing it.

    Raises:
        TrainerFileError: another process held it for too long, or its folder can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=WAIT_S):
            yield
    except Timeout:
        raise TrainerFileError(f"{path}: is being written by someone else. Try again in a moment.") from None
    except OSError as error:
        raise TrainerFileError(f"{path}: can't be written ({error.strerror}). Nothing was changed.") from None


def write(path: Path, text: str) -> None:
    """Write a text; after a crash the file holds either the old text or the new one."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def write_lines(path: Path, records: Iterable[Record]) -> None:
    """Write records, one JSON object a line."""
    write(path, "".join(record.model_dump_json() + "\n" for record in records))


def read_lines(path: Path, model: type[Row]) -> list[Row]:
    """The rows of a JSONL file; none where there is no file. Raises RunFileError as `read_all`."""
    return read_all(path, model) if path.is_file() else []


def read_all(path: Path, model: type[Row]) -> list[Row]:
    """The rows of a JSONL file that must be there.

    Raises:
        RunFileError: with the line that can't be read.
        FileNotFoundError: there is no file.
    """
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            rows.append(model.model_validate_json(line))
        except ValidationError as error:
            raise RunFileError(f"{path}:{number}: {error.errors()[0]['msg']}.") from None
    return rows
