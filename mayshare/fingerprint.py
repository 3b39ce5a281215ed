"""Names what an index was built with, for it to remember: the embedding model, and the code that read the corpus.

Apart from `mayshare.embed`, so that "has anything changed?" is answered without importing LlamaIndex.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from mayshare.config import ROOT, Settings
from mayshare.minilm import EMBEDDING, INTENT, QUERY, READER, VERDICT_WEIGHTS, sha256_file

RUN = 2  # of how the default model is run; raise it when vectors change by that, so that an index is embedded anew


def model_fingerprint(settings: Settings) -> str:
    """Hashes of the weights and the adapter, and RUN, for the default model; the settings' own hash for the others."""
    chosen = settings.embedding
    if chosen.provider == "minilm":
        return f"{EMBEDDING.fingerprint}:{RUN}"
    named = f"{chosen.provider}|{chosen.model}|{chosen.base_url or ''}"
    return f"{chosen.provider}:{chosen.model}:{hashlib.sha256(named.encode()).hexdigest()[:16]}"


def answering_fingerprint(settings: Settings) -> str:
    """Names every model that an answer comes from: embedding, query encoder, reader with its verdicts, intent model."""
    verdicts = f"verdict:{sha256_file(VERDICT_WEIGHTS)[:16]}"
    names = [model_fingerprint(settings), READER.fingerprint, verdicts, INTENT.fingerprint]
    if settings.embedding.provider == "minilm":
        names[1:1] = [QUERY.fingerprint]
    return " + ".join(names)


# Beside the package `ingest`: what decides how a document becomes passages, and how they are written.
_READING = ("schema.py", "text.py", "cites.py", "lexical.py", "chroma.py")


@cache
def code_fingerprint() -> str:
    """Hash of the code that turns documents into an index: what other code has read is never used again."""
    own = Path(__file__).parent
    files = [*sorted((ROOT / "ingest").rglob("*.py")), *(own / name for name in _READING)]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
