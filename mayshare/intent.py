"""The intent model: is a text a question for the guidance, one out of scope, or a request that harms?

MiniLM with an adapter trained on requests that differ from lawful questions by a clause, and on the field's everyday
questions that aren't about information (`train/intent.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mayshare.minilm import INTENT, INTENT_HEAD, ensure_model, mean_pool, package_files, start_session

TOKENS = 192  # a longer text keeps its end, as in training
CLS, SEP = 101, 102  # of the BERT vocabulary


class Intent(NamedTuple):
    """Probabilities, together 1."""

    in_scope: float
    out_of_scope: float
    unsafe: float


class IntentModel:
    """Reads texts with the built model. Safe to call from several threads."""

    def __init__(self, model: Path, tokenizer: Path, head: Path, threads: int = 0) -> None:
        from tokenizers import Tokenizer

        self._session = start_session(model, threads)
        self._tokenizer: Any = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        with np.load(head, allow_pickle=False) as trained:
            self._weight = trained["head.weight"].astype(np.float32)
            self._bias = trained["head.bias"].astype(np.float32)

    def read(self, text: str) -> Intent:
        """What a text wants."""
        found = self._tokenizer.encode(text, add_special_tokens=False).ids
        ids = np.array([[CLS, *found[-TOKENS:], SEP]], dtype=np.int64)
        mask = np.ones_like(ids)
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        pooled = mean_pool(self._session.run(["last_hidden_state"], inputs)[0], mask)
        logits = (pooled @ self._weight.T + self._bias)[0]
        chances = np.exp(logits - logits.max())
        return Intent(*map(float, chances / chances.sum()))


def load_intent_model(folder: Path, threads: int = 0) -> IntentModel:
    """The model, built in `folder` where needed. Raises as `ensure_model`."""
    return IntentModel(ensure_model(folder, INTENT), package_files()[1], INTENT_HEAD, threads)
