"""Names the embedding model that the settings choose, for the index to remember.

Apart from `mayshare.embed`, so that "has anything changed?" is answered without importing LlamaIndex.
"""

from __future__ import annotations

import hashlib

from mayshare.config import Settings
from mayshare.minilm import MODEL_ID, WEIGHTS_SHA256


def model_fingerprint(settings: Settings) -> str:
    """Pinned hash of the weights for the default model, the settings' own hash for the others."""
    chosen = settings.embedding
    if chosen.provider == "minilm":
        return f"{MODEL_ID}:{WEIGHTS_SHA256[:16]}"
    named = f"{chosen.provider}|{chosen.model}|{chosen.base_url or ''}"
    return f"{chosen.provider}:{chosen.model}:{hashlib.sha256(named.encode()).hexdigest()[:16]}"
