"""The two processes that help an ingest: one writes the vectors into Chroma, one checks the new generation.

The checker has seen nothing of how the generation was built. The writer is a process because Chroma holds Python's
lock while it adds. Both are started while documents are still read, or before (`prepare`), and wait for the name of
the directory, so that nobody waits for their imports.
"""

from __future__ import annotations

import atexit
import contextlib
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from mayshare.config import ROOT
from mayshare.errors import IngestError, VerifyError

CHECKER, WRITER = "ingest.verify", "ingest.write_vectors"
_prepared: dict[str, subprocess.Popen[str]] = {}


def prepare() -> None:
    """Start both processes of the next ingest now, for one who waits for a change."""
    for module in (CHECKER, WRITER):
        if module not in _prepared:
            _prepared[module] = _start(module)


class Helpers:
    """Both processes, started; leaving the block ends them. `vectors`: shall this ingest write a local Chroma?"""

    def __init__(self, vectors: bool = True) -> None:
        self._checker = _take(CHECKER)
        self._writer = _take(WRITER) if vectors else None

    def __enter__(self) -> Self:
        return self

    def write_vectors(self, folder: Path) -> None:
        """Let the writer begin with a directory that holds `passages.jsonl` and `vectors.npy`."""
        if self._writer and self._writer.stdin:
            with contextlib.suppress(BrokenPipeError):  # it has died: `wait_for_vectors` says of what
                self._writer.stdin.write(f"{folder.resolve()}\n")
                self._writer.stdin.flush()

    def wait_for_vectors(self) -> None:
        """Until the writer has done.

        Raises:
            IngestError: it failed; the disk may be full.
        """
        if self._writer and (problem := _last_words(self._writer)) is not None:
            raise IngestError(problem)

    def stop_writing(self) -> None:
        """Let nothing write into the directory any more."""
        if self._writer:
            _end(self._writer)

    def verify(self, folder: Path) -> None:
        """Check a sealed generation; it is removed if it fails.

        Raises:
            VerifyError: with the first thing that is wrong.
        """
        problem = _last_words(self._checker, f"{folder.resolve()}\n")
        if problem is not None:
            shutil.rmtree(folder, ignore_errors=True)
            raise VerifyError(
                f"The new index failed its check: {problem}. The present index still serves; run ingest again."
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_writing()
        _end(self._checker)


def _last_words(process: subprocess.Popen[str], line: str | None = None) -> str | None:
    """Wait for the end of a process; None where it ended well, else the last line that it wrote."""
    said, _ = process.communicate(line)
    if not process.returncode:
        return None
    lines = said.strip().splitlines()
    return lines[-1] if lines else f"its process ended with signal {-process.returncode}"


def _take(module: str) -> subprocess.Popen[str]:
    ready = _prepared.pop(module, None)
    return ready if ready and ready.poll() is None else _start(module)


def _start(module: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, "-"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.kill()
    process.communicate()


@atexit.register
def _end_prepared() -> None:
    while _prepared:
        _end(_prepared.popitem()[1])
