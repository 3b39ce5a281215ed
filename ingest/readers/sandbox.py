"""Parse files in a child process with limits on memory, processor time, time by the clock, input and output.

One child reads file after file, since a Python start costs more than most files; one that dies is replaced, and the
file that it died of is refused with the cause.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from ingest.readers.draft import Draft, Refused
from ingest.readers.worker import MEMORY_ENDED, REPLY, REQUEST

ROOT = Path(__file__).resolve().parent.parent.parent


class Limits(NamedTuple):
    """What parsing one file may take."""

    memory: int = 1_500_000_000  # bytes of address space of the child
    cpu_s: int = 20
    wall_s: float = 30.0
    input: int = 25_000_000
    output: int = 60_000_000


class Sandbox:
    """A child process that parses; started with the first file, replaced when it dies. Use it as a context."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.started = 0  # children so far, for tests and for the curious
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the child, while there is one."""
        return self._child.pid if self._child else None

    def read(self, data: bytes, name: str) -> Draft:
        """Parse a file's bytes.

        Raises:
            Refused: the file is bad or too large, or its parsing broke a limit; the message is the cause.
        """
        if len(data) > self.limits.input:
            raise Refused(f"is {len(data):,} bytes; the limit is {self.limits.input:,}. Split it")
        child = self._running()
        reply = self._ask(child, data, name)
        if reply.get("ended"):
            self.close()  # it is about to end by itself, and must not be handed the next file
        if "refused" in reply:
            raise Refused(str(reply["refused"]))
        return Draft.model_validate(reply["draft"])

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                pipe.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            command = [sys.executable, "-m", "ingest.readers.worker", str(self.limits.memory), str(self.limits.cpu_s)]
            environment = {
                k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR")
            }
            self._child = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )
            self.started += 1
        return self._child

    def _ask(self, child: subprocess.Popen[bytes], data: bytes, name: str) -> dict[str, Any]:
        deadline = time.monotonic() + self.limits.wall_s
        assert child.stdin and child.stdout
        named = name.encode("utf-8", errors="replace")
        try:
            message = memoryview(REQUEST.pack(len(named), len(data)) + named + data)
            while message:
                message = message[child.stdin.write(message) or 0 :]
        except BrokenPipeError:
            raise self._died(child) from None
        (size,) = REPLY.unpack(self._take(child, REPLY.size, deadline))
        if size > self.limits.output:
            self.close()
            raise Refused(f"gives more text than is allowed ({size:,} bytes; the limit is {self.limits.output:,})")
        reply: dict[str, Any] = json.loads(self._take(child, size, deadline))
        return reply

    def _take(self, child: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
        assert child.stdout
        parts, left = [], size
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            while left:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    self.close()
                    raise Refused(f"took longer to parse than {self.limits.wall_s:g} seconds")
                part = os.read(child.stdout.fileno(), min(left, 1 << 20))
                if not part:
                    raise self._died(child)
                parts.append(part)
                left -= len(part)
        return b"".join(parts)

    def _died(self, child: subprocess.Popen[bytes]) -> Refused:
        code = child.wait()
        self.close()
        if code == -getattr(signal, "SIGXCPU", 0):
            return Refused(f"took more than {self.limits.cpu_s} seconds of processor time to parse")
        if code == MEMORY_ENDED or code == -signal.SIGKILL:
            return Refused("needs more memory to parse than is allowed")
        cause = f"signal {-code}" if code < 0 else f"exit code {code}"
        return Refused(f"ended its parser ({cause})")
