"""The generations that are kept: what each was built from, how two differ, and the way back to one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ingest.changes import Changes, Seen, compare, seen
from mayshare import generation
from mayshare.config import Settings
from mayshare.errors import IndexError_, IngestError, NoGenerationError
from mayshare.generation import Manifest
from mayshare.index import check_match
from mayshare.records import read_documents, read_passages
from mayshare.schema import Document


class Entry(NamedTuple):
    """A kept generation. `changes` are against the one kept before it; None where there is none."""

    generation: int
    live: bool
    built_at: str
    documents: int
    passages: int
    changes: Changes | None
    corpus_commit: str | None
    corpus_path: str
    model: str
    settings: dict[str, Any]
    problem: str  # why it can't be read, or ""


class Words(NamedTuple):
    """The words of a changed document as runs: mark is " " (same), "-" (went) or "+" (came)."""

    source_id: str
    runs: tuple[tuple[str, str], ...]


class Difference(NamedTuple):
    """How generation `after` differs from `before`."""

    before: int
    after: int
    changes: Changes
    passages_before: int
    passages_after: int
    passages_same: int
    words_removed: int
    words_added: int
    words: tuple[Words, ...]


def history(settings: Settings) -> list[Entry]:
    """The kept generations, newest first.

    Raises:
        NoIndexError: nothing has been ingested.
    """
    live = generation.live(settings.store)
    entries: list[Entry] = []
    before: Manifest | None = None
    for number in generation.kept(settings.store):
        try:
            manifest = generation.read_manifest(settings.store, number)
        except IndexError_ as error:
            entries.append(Entry(number, number == live, "", 0, 0, None, None, "", "", {}, str(error)))
            continue
        entries.append(_entry(manifest, before, number == live))
        before = manifest
    return entries[::-1]


def _entry(manifest: Manifest, before: Manifest | None, live: bool) -> Entry:
    return Entry(
        generation=manifest.generation,
        live=live,
        built_at=manifest.built_at,
        documents=len(manifest.documents),
        passages=manifest.passages,
        changes=compare(_files(before), _files(manifest)) if before else None,
        corpus_commit=manifest.corpus_commit,
        corpus_path=manifest.corpus_path,
        model=manifest.model,
        settings=manifest.settings,
        problem="",
    )


def _files(manifest: Manifest) -> dict[str, Seen]:
    return {name: Seen(sha256) for name, sha256 in manifest.documents.items()}


def diff(settings: Settings, before: int | None = None, after: int | None = None) -> Difference:
    """How two generations differ; by default the live one and the one kept before it.

    Raises:
        NoGenerationError: one of them isn't kept, or nothing stands before the live one.
        IndexCorruptError: a file of one differs from its manifest.
    """
    after = generation.live(settings.store) if after is None else after
    if before is None:
        earlier = [number for number in generation.kept(settings.store) if number < after]
        if not earlier:
            raise NoGenerationError(f"No generation before {after} is kept. `mayshare history` lists those that are.")
        before = earlier[-1]
    old, old_passages = _read(settings, before)
    new, new_passages = _read(settings, after)
    changes = compare(seen(old.values()), seen(new.values()))
    words = tuple(_words(name, *bodies) for name, bodies in _bodies(changes, old, new))
    return Difference(
        before,
        after,
        changes,
        passages_before=len(old_passages),
        passages_after=len(new_passages),
        passages_same=len(set(old_passages) & set(new_passages)),
        words_removed=_count(words, "-"),
        words_added=_count(words, "+"),
        words=words,
    )


def rollback(settings: Settings, number: int) -> Manifest:
    """Make a kept generation the live one, at once. Its files are held against their hashes first.

    Raises:
        NoGenerationError: it isn't kept.
        IndexCorruptError: a file of it differs from its manifest.
        IndexMismatchError: it was built with another model or format than these settings serve.
        IngestLockedError: an ingest is running.
    """
    with generation.exclusive(settings.store):
        manifest = _manifest(settings, number)
        check_match(settings, manifest)
        generation.check_files(settings.store, manifest)
        try:
            generation.flip(settings.store, number)
        except OSError as error:
            raise IngestError(f"{settings.store}: {error.strerror}. Nothing is changed.") from error
    return manifest


def _manifest(settings: Settings, number: int) -> Manifest:
    kept = generation.kept(settings.store)
    if number not in kept:
        named = ", ".join(map(str, kept)) or "none"
        raise NoGenerationError(f"Generation {number} isn't kept in {settings.store}. Kept: {named}.")
    return generation.read_manifest(settings.store, number)


def _read(settings: Settings, number: int) -> tuple[dict[str, Document], list[tuple[str, str, str]]]:
    manifest = _manifest(settings, number)
    generation.check_files(settings.store, manifest)
    folder = generation.directory(settings.store, number)
    passages = [(p.source_id, p.heading, p.text) for p in read_passages(folder)]
    return {document.source_id: document for document in read_documents(folder)}, passages


def _bodies(
    changes: Changes, old: dict[str, Document], new: dict[str, Document]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """Body before and after of each document whose text came, went or changed."""
    for name in sorted({*changes.added, *changes.changed, *changes.removed}):
        yield name, (old[name].body if name in old else "", new[name].body if name in new else "")


def _words(source_id: str, before: str, after: str) -> Words:
    old, new = before.split(), after.split()
    runs: list[tuple[str, str]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            runs.append((" ", " ".join(old[a:b])))
            continue
        runs += [(mark, " ".join(part)) for mark, part in (("-", old[a:b]), ("+", new[c:d])) if part]
    return Words(source_id, tuple(runs))


def _count(found: Sequence[Words], mark: str) -> int:
    return sum(len(text.split()) for words in found for kind, text in words.runs if kind == mark)
