"""Names the embedding model that the settings choose, for the index to remember.

Apart from `mayshare.embed`, so that "has anything changed?" is answered without importing LlamaIndex.
"""

from __future__ import annotations

import hashlib

from mayshare.config import Settings
from mayshare.minilm import EMBEDDING


def model_fingerprint(settings: Settings) -> str:
    """Hashes of the weights and of the adapter for the default model, the settings' own hash for the others."""
    chosen = settings.embedding
    if chosen.provider == "minilm":
        return EMBEDDING.fingerprint
    named = f"{chosen.provider}|{chosen.model}|{chosen.base_url or ''}"
    return f"{chosen.provider}:{chosen.model}:{hashlib.sha256(named.encode()).hexdigest()[:16]}"
