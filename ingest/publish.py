"""Put a sealed generation on the Chroma server of the settings, check it there from a fresh process, and tidy up.

A generation is a collection of its own, never changed once it is whole. The local `vectors.npy` stays: it is the
fallback of the chat. Collections that no whole generation of this store needs are removed, those of an interrupted
ingest too; other stores' collections are never touched.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.rows import StoredRows
from mayshare import collection, faults, generation
from mayshare.config import Settings
from mayshare.errors import IndexError_, PublishError, VectorServerError, VerifyError
from mayshare.generation import Manifest
from mayshare.records import passage_ids

if TYPE_CHECKING:
    from mayshare.chroma_server import Server

TIMEOUT_S = 120.0  # of one request while writing; the chat's deadline is its own
Step = Callable[[str, int, int], None]


def serves(settings: Settings, manifest: Manifest) -> bool:
    """Are the generation's vectors where the chat looks for them? Yes, too, where the server can't be reached."""
    if settings.chroma.mode == "embedded":
        return any(name.startswith("chroma/") for name in manifest.files)
    from mayshare.chroma_server import Server
    from mayshare.deadline import within
    from mayshare.remote import open_whole

    server = Server(settings.chroma, settings.chroma.deadline_s)
    try:
        within(settings.chroma.deadline_s, lambda: open_whole(server, settings.store, manifest))
    except VectorServerError:
        return False
    except Exception:  # noqa: BLE001 - Chroma raises bare exceptions; a server that is away is no reason to build anew
        return True
    finally:
        server.close()
    return True


def publish(settings: Settings, manifest: Manifest, step: Step) -> None:
    """Write a sealed generation into a new collection and check it from a fresh process; nothing in embedded mode.

    Raises:
        PublishError: the server can't be reached or didn't take it.
        VerifyError: a vector can't be found through the server. The generation is removed in both cases.
    """
    if settings.chroma.mode == "embedded":
        return
    try:
        _write(settings, manifest, step)
        verify_through_server(settings, manifest.generation)
    except BaseException as error:
        shutil.rmtree(generation.directory(settings.store, manifest.generation), ignore_errors=True)
        tidy(settings)
        if isinstance(error, VerifyError) or not isinstance(error, Exception):
            raise
        from mayshare.chroma_server import reason

        raise PublishError(
            f"The Chroma server at {_where(settings)} didn't take the new index: {reason(error)}. "
            "The present index still serves; see to the server and run ingest again."
        ) from None


def _where(settings: Settings) -> str:
    chosen = settings.chroma
    return "Chroma Cloud" if chosen.mode == "cloud" else f"{chosen.host}:{chosen.port}"


def _write(settings: Settings, manifest: Manifest, step: Step) -> None:
    from mayshare.chroma_server import Server

    folder = generation.directory(settings.store, manifest.generation)
    ids, vectors = passage_ids(folder), StoredRows(folder / "vectors.npy")
    identity = collection.ensure_store_id(settings.store)
    server = Server(settings.chroma, TIMEOUT_S)
    try:
        _remove_unneeded(server, settings.store, identity)
        name = collection.name(identity, manifest)
        server.delete(name)  # of an ingest that was killed at the same number with the same vectors
        target = server.create(name, collection.metadata(manifest))
        size = server.write_size()
        for first in range(0, len(ids), size):
            target.add(ids[first : first + size], vectors[first : first + size].tolist())
            step("publish", min(first + size, len(ids)), len(ids))
            faults.hit("mid_publish")
    finally:
        server.close()


def verify_through_server(settings: Settings, number: int) -> None:
    """Run `ingest.verify_server` in a new process. The settings travel by its input: a key is never an argument.

    Raises:
        VerifyError: with the first thing that is wrong.
    """
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-m", "ingest.verify_server", str(number)]
    done = subprocess.run(command, cwd=root, input=settings.model_dump_json(), capture_output=True, text=True)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        detail = lines[-1] if lines else f"the check ended with signal {-done.returncode}"
        raise VerifyError(
            f"The new index failed its check on the Chroma server at {_where(settings)}: {detail}. "
            "The present index still serves; run ingest again."
        )


def tidy(settings: Settings) -> None:
    """Remove this store's collections that no generation needs; a failure is left to the next ingest."""
    if settings.chroma.mode == "embedded":
        return
    from mayshare.chroma_server import Server

    server = Server(settings.chroma, settings.chroma.deadline_s)
    try:
        _remove_unneeded(server, settings.store, collection.store_id(settings.store))
    except Exception:  # noqa: BLE001 - Chroma raises bare exceptions; nothing that serves depends on this
        return
    finally:
        server.close()


def _remove_unneeded(server: Server, store: Path, identity: str) -> None:
    needed = {collection.name(identity, manifest): manifest for manifest in _manifests(store)}
    for name in server.names(collection.prefix(identity)):
        if name not in needed or server.collection(name).count() != needed[name].passages:
            server.delete(name)


def _manifests(store: Path) -> list[Manifest]:
    found: list[Manifest] = []
    for number in generation.numbers(store):
        try:
            found.append(generation.read_manifest(store, number))
        except IndexError_:
            continue
    return found
