"""Servers started for a measurement or a test, each on a port of its own, and ended with the block."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from mayshare.config import ROOT, Settings

STARTS_S = 60.0
ENDS_S = 15.0


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until the server answers there.

    Raises:
        RuntimeError: its process ended, or it hasn't answered in time.
    """
    until = time.monotonic() + STARTS_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server of {url} ended with {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server of {url} doesn't start")


@contextmanager
def running(
    command: Sequence[str], url: str, log: Path | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The command's process, answering at `url`, until the block ends; what it says goes to `log` or nowhere."""
    with Path(log or os.devnull).open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **(environment or {})}, stdout=output, stderr=output
        )
    try:
        wait_for(url, process)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=ENDS_S)


@contextmanager
def serving(settings: Settings, log: Path, port: int, environment: Mapping[str, str]) -> Iterator[str]:
    """`mayshare serve` over a store; gives its address."""
    command = [sys.executable, "-m", "cli", "serve", "--no-open", "--port", str(port)]
    folders = {"MAYSHARE_STORE": str(settings.store), "MAYSHARE_MODELS": str(settings.model_folder)}
    url = f"http://127.0.0.1:{port}"
    with running(command, f"{url}/_stcore/health", log, {**folders, **environment}):
        yield url
