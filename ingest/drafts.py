"""A document on its way into the corpus: kept aside, checked and previewed over a copy of the corpus, then put live.

    store/drafts/
      ID.md                     the draft; the corpus folder doesn't know of it
      overlay-…/                a copy of the corpus with the draft in it, while something is looked at
      undo/STAMP-ID.json        what putting it live changed; STAMP-ID.bak is the file that stood there before
      LOCK                      held while the corpus folder is written

The corpus folder is touched in one place only, `put_live`, and taken back where the ingest fails.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ingest.check import Finding, Report
from ingest.check import check as check_corpus
from ingest.chunk import chunk
from ingest.load import MAX_BYTES, find_files, load_document
from mayshare.config import Settings
from mayshare.errors import DraftError
from mayshare.schema import Document, Passage

FOLDERS = {"law": "law", "situation": "situations", "practice": "practice"}
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
Parse = Callable[[str, bytes], str]  # file name and content to Markdown with front matter


class Draft(NamedTuple):
    """A draft: its id, the file in the store, where it goes in the corpus, and whether a document stands there."""

    source_id: str
    path: Path
    target: Path
    replaces: bool


def save(settings: Settings, file_name: str, content: bytes | str, parse: Parse | None = None) -> Draft:
    """Keep an uploaded or pasted document as a draft; one of the same id is replaced.

    Args:
        file_name: as uploaded; its ending chooses the reader, its folders are ignored.
        parse: reads formats other than Markdown; may raise CorpusError.

    Raises:
        DraftError: it is too large, has no reader or no usable id.
        CorpusError: it can't be read as a document; line and mend are named.
    """
    data = content.encode() if isinstance(content, str) else content
    if len(data) > MAX_BYTES:
        raise DraftError(f"The document is {len(data):,} bytes; the limit is {MAX_BYTES:,}. Split it.")
    if Path(file_name).suffix.lower() not in ("", ".md", ".markdown"):
        if parse is None:
            raise DraftError(f"{Path(file_name).suffix}: no reader for this format here. Paste it as Markdown.")
        data = parse(file_name, data).encode()
    source_id = _source_id(data)
    folder = _folder(settings)
    with tempfile.TemporaryDirectory(prefix=".parse-", dir=folder) as scratch:
        probe = Path(scratch) / f"{source_id}.md"
        probe.write_bytes(data)
        document = load_document(probe, Path(scratch))  # says what is wrong before anything is kept
        if document.kind not in FOLDERS:
            raise DraftError(f"`kind: {document.kind}` isn't put live from here. Use {', '.join(FOLDERS)}.")
        probe.replace(folder / probe.name)
    return find(settings, source_id)


def find(settings: Settings, source_id: str) -> Draft:
    """The draft of that id. Raises DraftError where there is none, CorpusError where it can't be read any more."""
    path = _folder(settings) / f"{source_id}.md"
    if not _ID.fullmatch(source_id) or not path.is_file():
        raise DraftError(f"There is no draft “{source_id}”.")
    document = load_document(path, path.parent)
    standing = next((p for p in find_files(settings.corpus) if p.stem == source_id), None)
    target = standing or settings.corpus / FOLDERS[document.kind] / path.name
    return Draft(source_id, path, target, standing is not None)


def unchanged(settings: Settings, source_id: str, sha256: str) -> Draft:
    """The draft of that id, if it still is the one that was looked at. Raises DraftError where it isn't."""
    draft = find(settings, source_id)
    if document_of(draft).sha256 != sha256:
        raise DraftError(f"The draft “{source_id}” was changed since you looked at it. Look again, then put it live.")
    return draft


def listed(settings: Settings) -> list[str]:
    """Ids of the drafts, sorted."""
    return sorted(path.stem for path in _folder(settings).glob("*.md"))


def text(draft: Draft) -> str:
    """The draft as it is kept, for editing."""
    return draft.path.read_text(encoding="utf-8-sig")


def discard(settings: Settings, draft: Draft) -> None:
    """Remove a draft; the corpus stays as it is."""
    draft.path.unlink(missing_ok=True)


@contextmanager
def overlay(settings: Settings, draft: Draft) -> Iterator[Settings]:
    """Settings over a copy of the corpus with the draft in its place; the copy is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="overlay-", dir=_folder(settings)) as scratch:
        corpus = Path(scratch) / "corpus"
        shutil.copytree(settings.corpus, corpus, symlinks=True)
        target = corpus / draft.target.relative_to(settings.corpus)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(draft.path, target)
        yield settings.model_copy(update={"corpus": corpus})


def check(settings: Settings, draft: Draft) -> list[Finding]:
    """What the rules of the corpus say of the draft in its place; empty means that nothing is to mend."""
    with overlay(settings, draft) as laid:
        report: Report = check_corpus(laid.corpus)
    place = draft.target.relative_to(settings.corpus).as_posix()
    return [finding for finding in report.findings if finding.path.endswith(place)]


def document_of(draft: Draft) -> Document:
    """The draft, read."""
    return load_document(draft.path, draft.path.parent)


def preview(settings: Settings, draft: Draft) -> list[Passage]:
    """The passages that the draft will be found by, as ingest cuts them."""
    return chunk(document_of(draft), settings.chunking.max_words)


def _source_id(data: bytes) -> str:
    match = re.search(rb"^id:[ \t]*[\"']?([^\s\"'#]+)", data, re.MULTILINE)
    name = match[1].decode("utf-8", "replace") if match else ""
    if not _ID.fullmatch(name):
        mend = "Give it front matter with an id of small letters, digits and hyphens, as in corpus/AUTHORING.md."
        raise DraftError(f"The document has no usable `id`{f' ({name[:80]})' if name else ''}. {mend}")
    return name


def _folder(settings: Settings) -> Path:
    folder = settings.store / "drafts"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DraftError(f"{folder}: can't be made ({error.strerror}).") from None
    return folder
