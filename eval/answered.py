"""Answers of one generation, each asked once: kept in `STORE/impact/` under what they depend on.

An answer depends on the index's content, the code and the settings of answering, and the question; the key holds all
of them, so that a kept answer is the one that would be given. The questions are those of the evaluation set and the
watch list, never a user's.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pydantic import ValidationError

from answer.assemble import Engine
from eval.cases import Record
from eval.impact import Asked
from mayshare.config import ROOT, Settings
from mayshare.index import Index, open_index
from mayshare.schema import Answer, Hit

Progress = Callable[[int, int], None]
CODE = ("mayshare", "answer")
KEPT_FILES = 6


class _Kept(Record):
    """One line of the file. Passages that were found are named only: the index holds them."""

    key: str
    answer: Answer
    hits: tuple[tuple[str, float], ...]


def answers(settings: Settings, index: Index, asked: Sequence[Asked], progress: Progress) -> dict[str, Answer]:
    """An answer for each question by its id, without a language model; only new questions are asked."""
    path = settings.store / "impact" / f"{identity(settings, index)}.jsonl"
    known = _read(path, index)
    missing = [one for one in asked if _key(one) not in known]
    progress(len(asked) - len(missing), len(asked))
    if missing:
        engine = Engine(index.settings, index, without=frozenset({"model"}), pinned=True)
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            given = pool.map(engine.ask, [one.question for one in missing])
            for done, (one, answer) in enumerate(zip(missing, given, strict=True), start=len(asked) - len(missing) + 1):
                known[_key(one)] = answer
                progress(done, len(asked))
        _write(path, known)
    return {one.id: known[_key(one)] for one in asked}


def open_to_ask(settings: Settings, number: int | None = None) -> Index:
    """An index for many questions at once: a thread a question is twice as fast as all threads on one."""
    alone = settings.embedding.model_copy(update={"threads": 1})
    return open_index(settings.model_copy(update={"embedding": alone}), number)


def identity(settings: Settings, index: Index) -> str:
    """Hash of what an answer depends on beside the question: content of the index, code, settings of answering."""
    manifest = index.manifest
    parts = [manifest.settings, manifest.model, manifest.format, index.degraded, bool(os.environ.get("MAYSHARE_EXACT"))]
    parts += [settings.retrieval.model_dump(), settings.answering.model_dump(), code_sha256()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]


def code_sha256() -> str:
    """Hash of the code, models and word lists that answers come from."""
    digest = hashlib.sha256()
    for package in CODE:
        for path in sorted((ROOT / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(ROOT).as_posix()}\n".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _key(one: Asked) -> str:
    return hashlib.sha256(one.question.model_dump_json(exclude={"qid"}).encode()).hexdigest()


def _read(path: Path, index: Index) -> dict[str, Answer]:
    """What was kept; a line that can't be read is asked again."""
    known: dict[str, Answer] = {}
    try:
        rows = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return known
    for row in rows:
        try:
            kept = _Kept.model_validate_json(row)
            hits = tuple(Hit(passage=index.passages[index.place[i]], score=score) for i, score in kept.hits)
        except (ValidationError, KeyError):
            continue
        known[kept.key] = kept.answer.model_copy(update={"hits": hits})
    return known


def _kept(key: str, answer: Answer) -> _Kept:
    """Without what the index holds itself, and without times, which are of one run."""
    hits = tuple((hit.passage.passage_id, hit.score) for hit in answer.hits)
    return _Kept(key=key, answer=answer.model_copy(update={"hits": (), "timings_ms": {}}), hits=hits)


def _write(path: Path, known: dict[str, Answer]) -> None:
    """Keep the answers, and those of a few indexes before. Where they can't be kept they are asked again next time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}")
        part.write_text("".join(f"{_kept(*pair).model_dump_json()}\n" for pair in known.items()), encoding="utf-8")
        part.replace(path)
        newest_first = sorted(path.parent.glob("*.jsonl"), key=lambda p: p.stat().st_mtime, reverse=True)
        for old in newest_first[KEPT_FILES:]:
            old.unlink(missing_ok=True)
    except OSError:
        return
