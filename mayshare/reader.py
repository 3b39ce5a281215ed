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
        """One reading a passage, in order. A long question keeps its end, a long passage its beginning."""
        if not passages:
            return []
        out = self._outputs(*self._tokens(question, passages))
        chances = np.exp(out[:, 1:] - out[:, 1:].max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        return [
            Reading(float(row[0]), dict(zip(VERDICTS, map(float, chance), strict=True)))
            for row, chance in zip(out, chances, strict=True)
        ]

    def _tokens(self, question: str, passages: Sequence[str]) -> tuple[Ids, Ids, Ids]:
        encoded = self._tokenizer.encode_batch([question, *passages], add_special_tokens=False)
        first = [CLS, *encoded[0].ids[-QUESTION_TOKENS:], SEP]
        rows = [[*first, *passage.ids[: TOKENS - len(first) - 1], SEP] for passage in encoded[1:]]
        ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
        mask, types = np.zeros_like(ids), np.zeros_like(ids)
        for n, row in enumerate(rows):
            ids[n, : len(row)], mask[n, : len(row)], types[n, len(first) : len(row)] = row, 1, 1
        return ids, mask, types


def load_reader(folder: Path, threads: int = 0) -> Reader:
    """The reader, built in `folder` where needed. Raises as `ensure_model`."""
    return Reader(ensure_model(folder, READER), package_files()[1], READER_HEAD, threads)
