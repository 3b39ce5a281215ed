"""Markdown with front matter to `Document`, or a `CorpusError` that names file, line and mend."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.injection import first_suspect
from mayshare.errors import CorpusError
from mayshare.schema import Document, Term

MAX_BYTES = 2_000_000
SKIPPED_NAMES = frozenset({"AUTHORING.md", "README.md"})
SKIPPED_FOLDERS = frozenset({"official"})
_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_FIELD_NAMES = {"id": "source_id"}


# libyaml where PyYAML was built with it: ten times as fast
_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 20


def _load_yaml(text: str) -> Any:
    """YAML without aliases, so that a few lines can't stand for gigabytes ("billion laughs"), and not too deep.

    Both are seen in the events, before anything is built.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are not allowed", event.start_mark)  # type: ignore[arg-type]
        opens = isinstance(event, yaml.CollectionStartEvent)
        depth += opens - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, "is nested too deep", event.start_mark)  # type: ignore[arg-type]
    return yaml.load(text, Loader=_Loader)


def find_files(corpus: Path) -> list[Path]:
    """The corpus' Markdown files, sorted by path.

    Left out: AUTHORING.md, README.md, hidden files and folders, and `official/`.

    Raises:
        CorpusError: the folder isn't there, or a link leads out of it.
    """
    if not corpus.is_dir():
        raise CorpusError(corpus, "is not a folder.", "Name the folder that holds the documents with --corpus.")
    root = corpus.resolve()
    found = []
    for path in sorted(corpus.rglob("*.md")):
        inner = path.relative_to(corpus)
        if path.name in SKIPPED_NAMES or any(p.startswith(".") or p in SKIPPED_FOLDERS for p in inner.parts):
            continue
        if not path.resolve().is_relative_to(root):
            raise CorpusError(path, "is a link that leads out of the corpus.", "Put the file itself into the corpus.")
        if path.is_file():
            found.append(path)
    return found


def load_document(path: Path, corpus: Path) -> Document:
    """Read one file.

    Raises:
        CorpusError: it can't be read, has no front matter, or a field is missing, unknown or malformed.
    """
    text, digest = _read(path)
    suspect = first_suspect(text)
    if suspect:
        mend = "Write it for a reader, or take it out; corpus/AUTHORING.md says what a document may hold."
        raise CorpusError(path, f"{suspect.problem}.", mend, suspect.line)
    front, body, body_line = _split(path, text)
    fields = _parse_yaml(path, front)
    values = {_FIELD_NAMES.get(key, key): value for key, value in fields.items()}
    values |= {
        "body": body,
        "sha256": digest,
        "path": path.relative_to(corpus).as_posix(),
        "body_line": body_line,
    }
    try:
        document = Document.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        name = "id" if field == "source_id" else field
        line = _line_of(front, name.split(".")[0])
        raise CorpusError(
            path, f"front matter, field `{name}`: {first['msg']}.", "See corpus/AUTHORING.md.", line
        ) from None
    if document.source_id != path.stem:
        raise CorpusError(
            path,
            f"the id `{document.source_id}` is not the file's name.",
            f"Set `id: {path.stem}` or rename the file.",
            _line_of(front, "id"),
        )
    return document


def load_corpus(corpus: Path, known: Mapping[str, Document] = {}) -> tuple[list[Document], list[CorpusError]]:
    """All documents that can be read, and an error for each that can't or whose id stands twice.

    Args:
        known: documents of an earlier run by their path in the corpus; one whose file has the same bytes still
            isn't parsed again.
    """
    documents: dict[str, Document] = {}
    errors: list[CorpusError] = []
    for path in find_files(corpus):
        try:
            document = _known(path, corpus, known) or load_document(path, corpus)
        except CorpusError as error:
            errors.append(error)
            continue
        twin = documents.get(document.source_id)
        if twin:
            errors.append(
                CorpusError(
                    path,
                    f"the id `{document.source_id}` stands in {twin.path} too.",
                    "Rename one of the two.",
                    2,
                )
            )
            continue
        documents[document.source_id] = document
    return list(documents.values()), errors


def _known(path: Path, corpus: Path, known: Mapping[str, Document]) -> Document | None:
    document = known.get(path.relative_to(corpus).as_posix())
    if document is None or path.stat().st_size > MAX_BYTES:
        return None
    return document if hashlib.sha256(path.read_bytes()).hexdigest() == document.sha256 else None


def load_glossary(corpus: Path) -> tuple[Term, ...]:
    """The terms of `glossary.yaml`; empty where there is none.

    Raises:
        CorpusError: the file can't be read, or an alias stands under two terms.
    """
    path = corpus / "glossary.yaml"
    if not path.is_file():
        return ()
    text, _ = _read(path)
    try:
        terms = tuple(Term.model_validate(entry) for entry in _parse_yaml(path, text)["terms"])
    except (ValidationError, KeyError, TypeError) as error:
        detail = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "it needs a list `terms`"
        raise CorpusError(path, f"is not a glossary: {detail}.", "See corpus/AUTHORING.md.") from None
    owner: dict[str, str] = {}
    for term in terms:
        for name in (term.term, *term.aliases):
            other = owner.setdefault(name.lower(), term.term)
            if other != term.term:
                problem = f"`{name}` stands under `{other}` and under `{term.term}`."
                raise CorpusError(path, problem, "Keep it under one of them.", _line_of(text, name, anywhere=True))
    return terms


class Law(BaseModel):
    """An entry of `vocabulary.yaml`: the law's plain name and where to read it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    url: str


def load_vocabulary(corpus: Path) -> dict[str, Law]:
    """Law names allowed in front matter; empty where the corpus has no `vocabulary.yaml`.

    Raises:
        CorpusError: the file can't be read.
    """
    path = corpus / "vocabulary.yaml"
    if not path.is_file():
        return {}
    try:
        return {name: Law.model_validate(law) for name, law in read_yaml(path)["laws"].items()}
    except (ValidationError, KeyError, AttributeError):
        raise CorpusError(path, "is not a vocabulary.", "It needs a table `laws` with name and url.") from None


def read_yaml(path: Path) -> dict[str, Any]:
    """The table that a YAML file of the corpus holds.

    Raises:
        CorpusError: it can't be read, is too large or is no table.
    """
    text, _ = _read(path)
    return _parse_yaml(path, text)


def corpus_sha256(documents: Iterable[Document], extra: bytes = b"") -> str:
    """One hash for a whole corpus: of every document's id and hash, and of `extra` (the glossary)."""
    digest = hashlib.sha256(extra)
    for document in sorted(documents, key=lambda d: d.source_id):
        digest.update(f"{document.source_id} {document.sha256}\n".encode())
    return digest.hexdigest()


def _read(path: Path) -> tuple[str, str]:
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise CorpusError(path, f"is {size:,} bytes; the limit is {MAX_BYTES:,}.", "Split the document.")
    data = path.read_bytes()
    if b"\x00" in data:
        raise CorpusError(path, "holds NUL bytes: it isn't plain text.", "Save it as UTF-8 text.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CorpusError(path, "is not UTF-8.", "Save it as UTF-8 text.", line) from None
    return text.replace("\r\n", "\n").replace("\r", "\n"), hashlib.sha256(data).hexdigest()


def _split(path: Path, text: str) -> tuple[str, str, int]:
    """Front matter, body, and the line on which the body starts."""
    opening = _FENCE.match(text)
    closing = _FENCE.search(text, opening.end()) if opening else None
    if not opening or not closing:
        raise CorpusError(path, "has no front matter.", "Start it with --- lines as in corpus/AUTHORING.md.", 1)
    body = text[closing.end() :].lstrip("\n")
    if not body.strip():
        raise CorpusError(path, "has no text after its front matter.", "Write the body, or remove the file.")
    return text[opening.end() : closing.start()], body, text[: len(text) - len(body)].count("\n") + 1


def _parse_yaml(path: Path, text: str) -> dict[str, Any]:
    try:
        values = _load_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        problem = getattr(error, "problem", None) or "can't be parsed"
        raise CorpusError(path, f"YAML: {problem}.", "Quote values that hold a colon.", line) from None
    except (RecursionError, ValueError) as error:
        raise CorpusError(path, f"YAML: {error}.", "Simplify it.") from None
    if not isinstance(values, dict):
        raise CorpusError(path, "the front matter is not a table of `key: value` lines.", "See corpus/AUTHORING.md.", 1)
    return values


def _line_of(front: str, key: str, anywhere: bool = False) -> int | None:
    pattern = re.escape(key) if anywhere else rf"^{re.escape(key)}\s*:"
    match = re.search(pattern, front, re.MULTILINE)
    return front.count("\n", 0, match.start()) + 1 if match else None
