"""A small store to break: documents with a marker, a cheap embedding, and children in which things may die.

Children are forked from a process that has imported everything and opened nothing, so that a case costs a fraction of
a second. Every tenth kill and the kills of `tests/test_ingest.py` go through the real command and its fresh process.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import chromadb  # noqa: F401 - imported before the fork, opened only after it
import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.ingestion import IngestionPipeline  # noqa: F401

import ingest.build
import ingest.nodes
import ingest.pipeline
import mayshare.embed
from ingest.verify import verify
from ingest.write_vectors import write_vectors
from mayshare import generation
from mayshare.config import Settings, load_settings
from mayshare.errors import MayshareError, VerifyError
from mayshare.index import open_index

DOCUMENTS = 12
CLEAN, LOCKED, BROKEN = 0, 3, 4  # exit codes of a child: done, a MayshareError, anything else
DEADLINE_S = 60

DOCUMENT = """---
id: {name}
title: "Records of kind {number}"
kind: law
laws: [FERPA]
jurisdiction: us
authorities: ["34 CFR 99.36"]
---
## May a school give record {number} to police in an emergency?

A school may disclose record {number} to police when a threat to health or safety exists (34 CFR 99.36).

**Condition:** The school weighs the totality of the circumstances of record {number} first (34 CFR 99.36(c)).

## Must a school log the disclosure of record {number}?

A school must record the disclosure of record {number} in the student's file, form {marker} (34 CFR 99.36).
"""


SPREAD = 32
_TURN = np.random.default_rng(0).normal(size=(SPREAD, 384))


class HashEmbedding(BaseEmbedding):
    """A vector that only the text's hash decides: no model, no time, each text its own nearest neighbour.

    Of SPREAD dimensions turned into 384, as a model's vectors are (its intrinsic dimension): an approximate index finds
    its way among them, and among 50,000 random ones of 384 dimensions misses one in a thousand.
    """

    def _get_text_embedding(self, text: str) -> list[float]:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        vector = np.random.default_rng(seed).normal(size=SPREAD) @ _TURN
        return [float(x) for x in vector / np.linalg.norm(vector)]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


class _Forked:
    """Stands for `Helpers`: the check in a process of its own, forked instead of started anew; vectors written here.

    Forked before the ingest opens Chroma: a fork doesn't take Chroma's threads along.
    """

    def __init__(self, vectors: bool = True) -> None:
        self.write_vectors = write_vectors if vectors else lambda folder: None

    def wait_for_vectors(self) -> None:
        """They are written."""

    def stop_writing(self) -> None:
        """Nothing does."""

    def __enter__(self) -> _Forked:
        reading, self._writing = os.pipe()

        def check() -> None:
            os.close(self._writing)
            with os.fdopen(reading) as pipe:
                name = pipe.read()
            if name:  # empty: the ingest ended, or was killed
                verify(Path(name))

        self._child = start(check)
        os.close(reading)
        self._open = True
        return self

    def __exit__(self, *_: object) -> None:
        if self._open:
            os.close(self._writing)
            wait(*self._child)

    def verify(self, folder: Path) -> None:
        os.write(self._writing, str(folder).encode())
        os.close(self._writing)
        self._open = False
        ended = wait(*self._child)
        if ended.code != CLEAN:
            shutil.rmtree(folder, ignore_errors=True)
            raise VerifyError(f"{folder}: {ended.said}")


class Ended(NamedTuple):
    """How a child ended: its exit code, or minus the signal; what it returned or the message it died with."""

    code: int
    said: Any


class World(NamedTuple):
    """A corpus and a store in one folder."""

    settings: Settings

    def write(self, marker: str) -> None:
        """Write the corpus; the marker stands in every second document, so that the others stay as they are."""
        for number in range(DOCUMENTS):
            name = f"record-{number}"
            text = DOCUMENT.format(name=name, number=number, marker=marker if number % 2 else "first")
            (self.settings.corpus / f"{name}.md").write_text(text, encoding="utf-8")

    def ingest(self) -> None:
        """One ingest in this process."""
        ingest.pipeline.ingest(self.settings)

    def look(self) -> dict[str, Any]:
        """Open the live generation and check all of it; its number and the one marker that it holds."""
        index = open_index(self.settings)
        try:
            verify(index.folder)
            texts = " ".join(passage.text for passage in index.passages).split("form ")[1:]
            markers = {text.split()[0] for text in texts} - {"first"}
            if len(markers) > 1 or len(index.passages) != 2 * DOCUMENTS or index.degraded:
                raise RuntimeError(f"mixed or incomplete: {markers}, {len(index.passages)} passages")
            return {"generation": index.manifest.generation, "marker": markers.pop() if markers else "first"}
        finally:
            index.close()

    def leftovers(self) -> list[str]:
        """What a finished ingest should have removed."""
        return [path.name for path in self.settings.store.glob(".*")]


def make_world(folder: Path) -> World:
    """A world with one good generation, marker `start`; from now on this process embeds by hash."""
    mayshare.embed.build_embedding = lambda settings, bulk=False: HashEmbedding()
    setattr(ingest.pipeline, "Helpers", _Forked)  # noqa: B010 - it stands for another class
    ingest.pipeline.MIN_FREE_BYTES = 0
    ingest.pipeline.BYTES_A_PASSAGE = 0
    (folder / "corpus").mkdir(parents=True)
    world = World(load_settings(corpus=folder / "corpus", store=folder / "store"))
    world.write("start")
    ended = fork(world.ingest)
    if ended.code != CLEAN:
        raise RuntimeError(f"the first ingest failed: {ended}")
    return world


def fork(task: Callable[[], Any], environment: dict[str, str] | None = None, kill_after: float | None = None) -> Ended:
    """Run a task in a forked child; what it returns comes back as JSON. `kill_after`: SIGKILL after so many seconds."""
    return wait(*start(task, environment), kill_after)


def start(task: Callable[[], Any], environment: dict[str, str] | None = None) -> tuple[int, int]:
    """Start a task in a forked child: its pid, and the end of the pipe on which its result comes."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    os.close(reading)
    code, said = BROKEN, ""
    try:
        os.environ.update(environment or {})
        said, code = json.dumps(task()), CLEAN
    except MayshareError as error:
        said, code = json.dumps(f"{type(error).__name__}: {error}"), LOCKED
    except BaseException as error:  # noqa: BLE001 - the parent is told of whatever it was
        said = json.dumps(f"{type(error).__name__}: {error}")
    finally:
        try:
            os.write(writing, said.encode()[:60_000])
        finally:
            os._exit(code)


def wait(pid: int, reading: int, kill_after: float | None = None) -> Ended:
    """Wait for a child. One that outlives its deadline is killed and counts as broken."""
    until = time.monotonic() + (DEADLINE_S if kill_after is None else kill_after)
    status = 0
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            break
        if time.monotonic() >= until:
            os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            break
        time.sleep(0.002)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    return Ended(os.waitstatus_to_exitcode(status), json.loads(said) if said else "")


def live(world: World) -> int:
    """Number of the live generation."""
    return generation.live(world.settings.store)
