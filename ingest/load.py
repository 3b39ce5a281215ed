"""Files of a corpus to `Document`s, or a `CorpusError` that names file, line and mend.

Markdown with front matter is read here; every other format by its reader (`ingest.readers`) in a child process, with
its front matter beside it in `<file name>.yaml`.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.files import find_files, is_official, sidecar_of, survey
from ingest.injection import first_suspect
from ingest.parsed import document_of
from ingest.readers.cache import DraftCache
from ingest.readers.draft import Draft, Refused
from ingest.readers.registry import form_of
from ingest.readers.sandbox import Limits, Sandbox
from mayshare.errors import CorpusError, UnreadableError
from mayshare.schema import Document, Term

__all__ = [
    "Law", "Reading", "corpus_sha256", "find_files", "load_corpus", "load_document", "load_glossary",
    "load_vocabulary", "read_yaml",
]  # fmt: skip

MAX_BYTES = 2_000_000
MARKDOWN = (".md", ".markdown")
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


class Reading:
    """Reads the files of one corpus: a child process for those that have to be parsed, and a cache of what it made.

    Args:
        store: where the cache is kept; without it every file is parsed anew.
        limits: what parsing one file may take.
    """

    def __init__(self, corpus: Path, store: Path | None = None, limits: Limits | None = None) -> None:
        self.corpus = corpus
        self.sandbox = Sandbox(limits)
        self._store, self._cache = store, None if store is None else _cache(store)

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, *_: object) -> None:
        self.sandbox.close()
        if self._cache:
            self._cache.close()

    def document(self, path: Path) -> Document:
        """The document of one file.

        Raises:
            CorpusError: the file, its front matter or its sidecar is bad.
        """
        try:
            return self._document(path)
        except OSError as error:
            problem = f"can't be read ({error.strerror or type(error).__name__})."
            raise UnreadableError(path, problem, "Check its permissions.") from None

    def _document(self, path: Path) -> Document:
        beside = sidecar_of(path)
        sidecar = read_yaml(beside) if beside.is_file() and not beside.is_symlink() else None
        markdown = path.suffix.lower() in MARKDOWN
        if markdown and sidecar is None and _has_front_matter(path):
            return load_document(path, self.corpus)
        data = self._bytes(path)
        draft = self._draft(path, data)
        if markdown and sidecar is None and draft.form == "markdown" and not is_official(path, self.corpus):
            return load_document(path, self.corpus)  # which says that front matter is missing
        return document_of(draft, data, path, self.corpus, sidecar)

    def _bytes(self, path: Path) -> bytes:
        limit = self.sandbox.limits.input
        size = path.stat().st_size
        if size > limit:
            raise UnreadableError(path, f"is {size:,} bytes; the limit is {limit:,}.", "Split it.")
        with path.open("rb") as file:
            return file.read(limit + 1)  # it may grow while it is read

    def _draft(self, path: Path, data: bytes) -> Draft:
        try:
            form_of(data[:4096] if path.suffix.lower() not in (*MARKDOWN, ".txt", ".xml") else data, path.name)
        except Refused as refusal:
            raise UnreadableError(path, f"{refusal}.", "") from None
        draft = self._cache.get(data, path.name) if self._cache else None
        if draft is None:
            try:
                draft = self.sandbox.read(data, path.name)
            except Refused as refusal:
                raise UnreadableError(path, f"{refusal}.", "") from None
            if self._cache:
                self._cache.put(data, path.name, draft)
        return draft


def load_corpus(
    corpus: Path,
    store: Path | None = None,
    limits: Limits | None = None,
    known: Mapping[str, Document] = {},
) -> tuple[list[Document], list[CorpusError]]:
    """All documents that can be read, and an error for each that can't, or whose id or content stands twice.

    Of two documents with one id neither is taken: which one is meant isn't ours to say.

    Args:
        known: documents of an earlier run by their path in the corpus; Markdown with the same bytes still isn't
            parsed again (for other forms the store's cache of drafts sees to that).
    """
    files, errors = survey(corpus)
    documents: list[Document] = []
    with Reading(corpus, store, limits) as reading:
        for path in files:
            try:
                documents.append(_known(path, corpus, known) or reading.document(path))
            except CorpusError as error:
                errors.append(error)
    clashes = _clashes(documents, corpus)
    clashing = {error.path for error in clashes}
    return [document for document in documents if corpus / document.path not in clashing], [*errors, *clashes]


def _clashes(documents: Iterable[Document], corpus: Path) -> list[CorpusError]:
    by_id: dict[str, list[Document]] = {}
    by_content: dict[str, list[Document]] = {}
    for document in documents:
        by_id.setdefault(document.source_id.casefold(), []).append(document)
        by_content.setdefault(document.sha256, []).append(document)
    errors: list[CorpusError] = []
    for groups, what, mend in (
        (by_id, "the id `{}` stands in {} too.", "Rename one of the two."),
        (by_content, "holds, as `{}`, the same bytes as {}.", "Remove one of the two."),
    ):
        for group in groups.values():
            for document in group if len(group) > 1 else ():
                others = ", ".join(other.path for other in group if other is not document)
                problem = what.format(document.source_id, others)
                errors.append(CorpusError(corpus / document.path, problem, mend, 2 if document.body_line > 1 else None))
    return errors


def _cache(store: Path) -> DraftCache | None:
    """The cache of drafts; none where the store can't be written."""
    try:
        return DraftCache(store / "drafts.sqlite")
    except (OSError, sqlite3.Error):
        return None


def _has_front_matter(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8).removeprefix(b"\xef\xbb\xbf").startswith(b"---")


def _known(path: Path, corpus: Path, known: Mapping[str, Document]) -> Document | None:
    document = known.get(path.relative_to(corpus).as_posix())
    if document is None or path.suffix.lower() not in MARKDOWN or sidecar_of(path).exists():
        return None
    if path.stat().st_size > MAX_BYTES:
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
