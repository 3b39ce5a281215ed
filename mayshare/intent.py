"""The intent model: is a text a question for the guidance, one out of scope, or a request that harms? Does it tell of a
danger?

MiniLM with an adapter trained on requests that differ from lawful questions by a clause, on the field's everyday
questions that aren't about information, and on signs of danger as people tell them (`train/intent.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mayshare.headed import CLS, SEP, HeadedEncoder
from mayshare.minilm import INTENT, INTENT_HEAD, ensure_model, package_files

TOKENS = 192  # a longer text keeps its end, as in training


class Intent(NamedTuple):
    """Probabilities, together 1."""

    in_scope: float
    out_of_scope: float
    unsafe: float


class Danger(NamedTuple):
    """Probabilities of what may be happening to a young person now, together 1."""

    none: float
    suicide: float
    medical: float
    violence: float
    missing: float
    abuse: float


class Wants(NamedTuple):
    """What a text wants, and what it tells of."""

    intent: Intent
    danger: Danger


class IntentModel(HeadedEncoder):
    """Reads texts with the built model. Safe to call from several threads."""

    _last: tuple[str, Wants] | None = None

    def read(self, text: str) -> Wants:
        """What a text wants, and the danger that it tells of. The last text isn't read again: a question asks twice."""
        last = self._last
        if last and last[0] == text:
            return last[1]
        wants = self._read(text)
        self._last = text, wants
        return wants

    def _read(self, text: str) -> Wants:
        found = self._tokenizer.encode(text, add_special_tokens=False).ids
        ids = np.array([[CLS, *found[-TOKENS:], SEP]], dtype=np.int64)
        logits = self._outputs(ids, np.ones_like(ids), np.zeros_like(ids))[0]
        intents, dangers = logits[: len(Intent._fields)], logits[len(Intent._fields) :]
        return Wants(Intent(*_chances(intents)), Danger(*_chances(dangers)))


def _chances(logits: npt.NDArray[np.float32]) -> list[float]:
    odds = np.exp(logits - logits.max())
    return [float(chance) for chance in odds / odds.sum()]


def load_intent_model(folder: Path, threads: int = 0) -> IntentModel:
    """The model, built in `folder` where needed. Raises as `ensure_model`."""
    return IntentModel(ensure_model(folder, INTENT), package_files()[1], INTENT_HEAD, threads)
