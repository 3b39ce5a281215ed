"""The intent model: is a text a question for the guidance, one out of scope, or a request that harms?

MiniLM with an adapter trained on requests that differ from lawful questions by a clause, and on the field's everyday
questions that aren't about information (`train/intent.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from mayshare.headed import CLS, SEP, HeadedEncoder
from mayshare.minilm import INTENT, INTENT_HEAD, ensure_model, package_files

TOKENS = 192  # a longer text keeps its end, as in training


class Intent(NamedTuple):
    """Probabilities, together 1."""

    in_scope: float
    out_of_scope: float
    unsafe: float


class IntentModel(HeadedEncoder):
    """Reads texts with the built model. Safe to call from several threads."""

    def read(self, text: str) -> Intent:
        """What a text wants."""
        found = self._tokenizer.encode(text, add_special_tokens=False).ids
        ids = np.array([[CLS, *found[-TOKENS:], SEP]], dtype=np.int64)
        logits = self._outputs(ids, np.ones_like(ids), np.zeros_like(ids))[0]
        chances = np.exp(logits - logits.max())
        return Intent(*map(float, chances / chances.sum()))


def load_intent_model(folder: Path, threads: int = 0) -> IntentModel:
    """The model, built in `folder` where needed. Raises as `ensure_model`."""
    return IntentModel(ensure_model(folder, INTENT), package_files()[1], INTENT_HEAD, threads)
