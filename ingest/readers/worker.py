"""The child process in which files are parsed: `python -m ingest.readers.worker`, driven by `ingest.readers.sandbox`.

A request is two lengths, a name and a file's bytes; a reply is a length and JSON: `{"draft": …}` or `{"refused": …}`.
The limits are set before any library that parses is imported.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from typing import BinaryIO

REQUEST = struct.Struct(">IQ")
REPLY = struct.Struct(">Q")
MEMORY_ENDED = 3  # exit code after a reply that says so: the heap may be in pieces


def main() -> int:
    """Serve requests until the pipe closes."""
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    _limit(memory)
    answers = os.fdopen(os.dup(1), "wb")
    # what a library prints must not get between the replies
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    requests = sys.stdin.buffer
    while header := requests.read(REQUEST.size):
        name_size, size = REQUEST.unpack(header)
        name = requests.read(name_size).decode("utf-8", errors="replace")
        data = requests.read(size)
        _allow(seconds)
        ended = _answer(answers, name, data)
        if ended:
            return MEMORY_ENDED
    return 0


def _answer(answers: BinaryIO, name: str, data: bytes) -> bool:
    """Write the reply to one request; True where memory ran out."""
    from ingest.readers.draft import Refused
    from ingest.readers.registry import read

    ended = False
    try:
        reply = b'{"draft": ' + read(data, name).model_dump_json().encode() + b"}"
    except Refused as refusal:
        reply = json.dumps({"refused": str(refusal)}).encode()
    except MemoryError:
        ended = True
        reply = json.dumps({"refused": "needs more memory to parse than is allowed", "ended": True}).encode()
    except RecursionError:
        reply = json.dumps({"refused": "is nested too deep to be parsed"}).encode()
    except Exception as error:  # noqa: BLE001 - a parser met what it wasn't written for; the file is refused, named
        reply = json.dumps({"refused": f"broke its parser ({type(error).__name__}: {str(error)[:200]})"}).encode()
    answers.write(REPLY.pack(len(reply)) + reply)
    answers.flush()
    return ended


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # no such limits on this system; time and size are held from outside
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _allow(seconds: int) -> None:
    """So many seconds of processor time from now on; the system ends the process after them."""
    try:
        import resource
    except ImportError:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime) + seconds, hard))


if __name__ == "__main__":
    sys.exit(main())
