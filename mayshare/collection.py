"""Which collection of a Chroma server holds a generation, and what proves that it is whole.

A store has an id of its own, so that several may share a server. Name and fingerprint follow from the manifest:
nothing about the server is written into a generation, and replicas that share or copy a store find the same one.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from typing import Any

from mayshare.errors import VectorServerError
from mayshare.generation import Manifest

STORE_ID = "STORE_ID"
Metadata = dict[str, str | int]
# Chroma looks at 100 candidates by default: of the 100 passages that are asked for, some near ones would be missed
HNSW: Any = {"space": "cosine", "ef_search": 400}


def store_id(store: Path) -> str:
    """The id of a store. Raises VectorServerError where it has none, which means that nothing was published."""
    try:
        found = (store / STORE_ID).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        found = ""
    if not (len(found) == 12 and found.isalnum()):
        raise VectorServerError("this index was never put on it; run `mayshare ingest`")
    return found


def ensure_store_id(store: Path) -> str:
    """The id of a store, made where it has none. The caller holds the store's lock."""
    try:
        return store_id(store)
    except VectorServerError:
        scratch = store / f".{STORE_ID}"
        scratch.write_text(secrets.token_hex(6), encoding="ascii")
        scratch.replace(store / STORE_ID)
        return store_id(store)


def fingerprint(manifest: Manifest) -> str:
    """sha256 over the hashes of the generation's vectors and passages: same order, same vectors, same ids."""
    parts = f"{manifest.files['vectors.npy']}{manifest.files['passages.jsonl']}"
    return hashlib.sha256(parts.encode()).hexdigest()


def prefix(identity: str) -> str:
    """What the names of all collections of a store begin with."""
    return f"mayshare-{identity}-"


def name(identity: str, manifest: Manifest) -> str:
    """Name of the collection that holds a generation."""
    return f"{prefix(identity)}gen-{manifest.generation:06d}-{fingerprint(manifest)[:8]}"


def metadata(manifest: Manifest) -> Metadata:
    """What is written beside the vectors, and compared when the collection is opened."""
    return {
        "mayshare_generation": manifest.generation,
        "mayshare_fingerprint": fingerprint(manifest),
        "mayshare_passages": manifest.passages,
    }
