"""The corpus beside the live generation, before anything is built: what changed, and what can be used again.

What the live generation holds is used again only where its files are whole and the same code read them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from ingest.changes import Changes, Seen, compare, seen
from ingest.documents import Documents
from ingest.load import corpus_sha256, load_corpus
from ingest.phrasings import phrasing_files
from mayshare import __version__, generation
from mayshare.config import Settings
from mayshare.errors import CorpusError, IndexError_
from mayshare.fingerprint import code_fingerprint, model_fingerprint
from mayshare.generation import Manifest
from mayshare.minilm import sha256_file
from mayshare.records import BySource, read_documents
from mayshare.schema import Document, Passage

DOCUMENTS = 64  # cut into passages at a time


class Earlier(NamedTuple):
    """The live generation: its manifest, and whether its files are whole."""

    manifest: Manifest | None = None
    folder: Path = Path()
    whole: bool = False

    @property
    def usable(self) -> bool:
        """May what it read be used again?"""
        return self.whole and self.manifest is not None and _code_of(self.manifest) == code_fingerprint()


class Survey(NamedTuple):
    """The corpus as it is now, what it is held against, and whether the live generation equals it already."""

    documents: Documents
    fingerprint: dict[str, Any]
    earlier: Earlier
    changes: Changes
    current: bool
    errors: tuple[CorpusError, ...] = ()  # files that can't be taken in


def survey(settings: Settings, strict: bool = False) -> Survey:
    """Read the corpus; documents whose bytes are those of the live generation aren't parsed.

    Raises:
        CorpusError: no document can be read, or with `strict` one can't; the message names all of them.
    """
    earlier, old = _earlier(settings)
    known = {document.path: document for document in old} if earlier.usable else {}
    documents, errors = _load(settings, known, strict)
    fingerprint = _fingerprint(settings, documents)
    before = seen(old)
    if earlier.manifest and not before:
        before = {name: Seen(sha256) for name, sha256 in earlier.manifest.documents.items()}
    changes = compare(before, seen(documents))
    current = not changes and _is_current(earlier, fingerprint, settings)
    return Survey(Documents(documents), fingerprint, earlier, changes, current, tuple(errors))


def passages_of(found: Survey, settings: Settings) -> Iterator[tuple[Passage, Document]]:
    """Passages of all documents, in the documents' order; those of unchanged ones come from the live generation."""
    searched = found.documents.searched
    with _Kept(found) as kept:
        for first in range(0, len(searched), DOCUMENTS):
            some = [found.documents[place] for place in searched[first : first + DOCUMENTS]]
            made = _by_source(_chunked([one for one in some if one not in kept], settings.chunking.max_words))
            for document in some:
                passages = kept.passages(document) if document in kept else made.get(document.source_id, ())
                yield from ((passage, document) for passage in passages)


def _by_source(passages: Sequence[Passage]) -> dict[str, list[Passage]]:
    found: dict[str, list[Passage]] = {}
    for passage in passages:
        found.setdefault(passage.source_id, []).append(passage)
    return found


class _Kept(ExitStack):
    """Passages of the documents that are still as the live generation has them; none where it can't be used again."""

    def __init__(self, found: Survey) -> None:
        super().__init__()
        manifest = found.earlier.manifest
        self._before: dict[str, str] = {}
        if found.earlier.usable and manifest and manifest.settings["chunking"] == found.fingerprint["chunking"]:
            self._before = manifest.documents
            self._lines = self.enter_context(BySource(found.earlier.folder / "passages.jsonl"))

    def __contains__(self, document: Document) -> bool:
        return self._before.get(document.source_id) == document.sha256 and document.source_id in self._lines

    def passages(self, document: Document) -> Iterator[Passage]:
        return map(Passage.model_validate_json, self._lines.lines(document.source_id))


def _chunked(documents: Sequence[Document], max_words: int) -> list[Passage]:
    if not documents:
        return []
    # imported here: LlamaIndex takes seconds, and without a new document nothing needs it
    from ingest.nodes import SectionNodeParser, passage_of, to_llama

    nodes = SectionNodeParser(max_words=max_words)([to_llama(document) for document in documents])
    return [passage_of(node) for node in nodes]


def _earlier(settings: Settings) -> tuple[Earlier, list[Document]]:
    """The live generation, and its documents where its files are whole."""
    try:
        manifest = generation.read_manifest(settings.store, generation.live(settings.store))
    except IndexError_:
        return Earlier(), []
    folder = generation.directory(settings.store, manifest.generation)
    try:
        generation.check_files(settings.store, manifest)
        documents = read_documents(folder)
    except (IndexError_, OSError, ValueError):
        return Earlier(manifest, folder), []
    return Earlier(manifest, folder, bool(documents)), documents


def _load(settings: Settings, known: dict[str, Document], strict: bool) -> tuple[list[Document], list[CorpusError]]:
    store = settings.store if settings.store.is_dir() else None  # a plan makes no store
    documents, errors = load_corpus(settings.corpus, store, known=known)
    if errors and (strict or not documents):
        problems = "\n".join(str(error) for error in errors[1:])
        first = errors[0]
        rest = f"\n{problems}" if problems else ""
        raise CorpusError(first.path, first.problem, f"{first.mend}{rest}", first.line)
    if not documents:
        problem, mend = "holds no documents.", "Name the folder of the Markdown files with --corpus."
        raise CorpusError(settings.corpus, problem, mend)
    return documents, errors


def _fingerprint(settings: Settings, documents: Sequence[Document]) -> dict[str, Any]:
    beside = [settings.corpus / "glossary.yaml", *phrasing_files(settings.corpus)]
    extra = "".join(sha256_file(path) for path in beside if path.is_file()).encode()
    return {
        "corpus_sha256": corpus_sha256(documents, extra),
        "chunking": settings.chunking.model_dump(),
        "bm25": {"k1": settings.retrieval.bm25_k1, "b": settings.retrieval.bm25_b},
        "code": code_fingerprint(),
    }


def _code_of(manifest: Manifest) -> str:
    return str(manifest.settings.get("code", ""))


def _is_current(earlier: Earlier, fingerprint: dict[str, Any], settings: Settings) -> bool:
    """Would a new generation equal the live one, and are its files whole?"""
    manifest = earlier.manifest
    if manifest is None or not earlier.whole:
        return False
    made = (manifest.format, manifest.settings, manifest.model, manifest.code_version)
    return made == (generation.FORMAT, fingerprint, model_fingerprint(settings), __version__)
