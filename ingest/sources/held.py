"""What is held of the official sources: files in `corpus/official/`, each with a sidecar `<file>.yaml`.

A sidecar is written after its file, and names the file's sha256: a file without one that fits (a run that
was stopped) counts as not held and is fetched again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.sources.listing import FOLDER, Target
from mayshare.schema import Source

ENDINGS = (".xml", ".html", ".pdf", ".txt")


class Fetched(BaseModel):
    """How a file came here. `version` is the date of an eCFR text, or a release point of the U.S. Code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    version: str
    etag: str = ""
    last_modified: str = ""
    url: str
    date: dt.datetime


class Sidecar(BaseModel):
    """The fields beside an official text: those of a document's front matter that a program can fill, and `fetched`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    authorities: tuple[str, ...]
    sources: tuple[Source, ...]
    status_as_of: dt.date
    fetched: Fetched


class Held(BaseModel):
    """A text that is held whole, and its sidecar."""

    path: Path
    body: bytes
    sidecar: Sidecar


def folder(corpus: Path) -> Path:
    """Where official texts are kept; git ignores it."""
    return corpus / FOLDER


def held(corpus: Path, target: Target) -> Held | None:
    """What is held of a target, or None where nothing is, or not whole."""
    for ending in ENDINGS:
        path = folder(corpus) / f"{target.stem}{ending}"
        try:
            sidecar = Sidecar.model_validate(yaml.safe_load(_beside(path).read_text(encoding="utf-8")))
            body = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, ValidationError, yaml.YAMLError, UnicodeDecodeError):
            continue
        if hashlib.sha256(body).hexdigest() == sidecar.fetched.sha256:
            return Held(path=path, body=body, sidecar=sidecar)
    return None


def keep(corpus: Path, target: Target, ending: str, body: bytes, sidecar: Sidecar) -> Path:
    """Write a text and its sidecar, each as a whole or not at all."""
    path = folder(corpus) / f"{target.stem}{ending}"
    path.parent.mkdir(parents=True, exist_ok=True)
    for other in ENDINGS:  # a page that came as another type before
        if other != ending:
            path.with_name(path.stem + other).unlink(missing_ok=True)
            _beside(path.with_name(path.stem + other)).unlink(missing_ok=True)
    _write(path, body)
    fields: dict[str, Any] = sidecar.model_dump(mode="json")
    text = yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=120)
    _write(_beside(path), text.encode())
    return path


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.yaml")


def _write(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
