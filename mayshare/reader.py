"""The reader: a cross-encoder that says how well a passage answers a question, and which verdict follows from it.

MiniLM with an adapter trained on questions that professionals ask of the guidance, on messy stories and on strangers'
questions, each beside sections that don't answer it (`train/reader.py`). It reads a question and a passage together.
Sources: Nogueira and Cho (2019), Passage Re-ranking with BERT; Devlin et al. (2019), sentence-pair classification.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mayshare.headed import CLS, SEP, HeadedEncoder, Ids
from mayshare.minilm import READER, READER_HEAD, ensure_model, package_files
from mayshare.verdicts import Verdict

VERDICTS: tuple[Verdict, ...] = ("yes", "no", "conditional", "explain")
QUESTION_TOKENS, TOKENS = 64, 128  # trained on 96 and 224; as right on the development questions, and a third faster


class Reading(NamedTuple):
    """What the reader makes of a passage: relevance (a logit, higher is better) and a probability for each verdict."""

    relevance: float
    verdicts: dict[Verdict, float]


class Reader(HeadedEncoder):
    """Reads (question, passage) pairs with the built model. Safe to call from several threads."""

    def read(self, question: str, passages: Sequence[str]) -> list[Reading]:
        """One reading a passage, in order. A long question keeps its end, a long passage its beginning.

        Each pair is read by itself: the int8 model scales its activations over a batch, so that a pair's reading would
        change with its neighbours (relevance by 0.1, at most 0.4), and a batch of three takes as long.
        """
        encoded = self._tokenizer.encode_batch([question, *passages], add_special_tokens=False)
        first = [CLS, *encoded[0].ids[-QUESTION_TOKENS:], SEP]
        return [self._pair(first, passage.ids) for passage in encoded[1:]]

    def _pair(self, first: list[int], passage: list[int]) -> Reading:
        second = [*passage[: TOKENS - len(first) - 1], SEP]
        ids: Ids = np.array([[*first, *second]], dtype=np.int64)
        types: Ids = np.array([[0] * len(first) + [1] * len(second)], dtype=np.int64)
        relevance, *logits = self._outputs(ids, np.ones_like(ids), types)[0]
        odds = np.exp(np.array(logits) - max(logits))
        return Reading(float(relevance), dict(zip(VERDICTS, map(float, odds / odds.sum()), strict=True)))


def load_reader(folder: Path, threads: int = 0) -> Reader:
    """The reader, built in `folder` where needed. Raises as `ensure_model`."""
    return Reader(ensure_model(folder, READER), package_files()[1], READER_HEAD, threads)
