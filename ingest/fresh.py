"""The process that checks a new generation: one that has seen nothing of how it was built.

It is started while the generation is still being built, and reads the name of the directory when that is sealed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from mayshare.config import ROOT
from mayshare.errors import VerifyError


class FreshProcess:
    """A started `python -m ingest.verify -`; leaving the block ends it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ingest.verify", "-"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def verify(self, folder: Path) -> None:
        """Check a sealed generation; it is removed if it fails.

        Raises:
            VerifyError: with the first thing that is wrong.
        """
        said, _ = self._process.communicate(f"{folder.resolve()}\n")
        if self._process.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            lines = said.strip().splitlines()
            detail = lines[-1] if lines else f"the check ended with signal {-self._process.returncode}"
            raise VerifyError(
                f"The new index failed its check: {detail}. The present index still serves; run ingest again."
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
