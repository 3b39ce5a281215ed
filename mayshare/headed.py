"""A built encoder with a linear head over its mean-pooled states: what the reader and the intent model are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mayshare.minilm import mean_pool, start_session

CLS, SEP = 101, 102  # of the BERT vocabulary
Ids = npt.NDArray[np.int64]


class HeadedEncoder:
    """Tokenizer, session and head. Safe to call from several threads."""

    def __init__(self, model: Path, tokenizer: Path, head: Path, threads: int = 0) -> None:
        from tokenizers import Tokenizer

        self._session = start_session(model, threads)
        self._tokenizer: Any = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        with np.load(head, allow_pickle=False) as trained:
            self._weight = trained["head.weight"].astype(np.float32)
            self._bias = trained["head.bias"].astype(np.float32)

    def _outputs(self, ids: Ids, mask: Ids, types: Ids) -> npt.NDArray[np.float32]:
        """Of tokens of shape (rows, tokens) the head's outputs; shape (rows, outputs)."""
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        pooled = mean_pool(self._session.run(["last_hidden_state"], inputs)[0], mask)
        result: npt.NDArray[np.float32] = pooled @ self._weight.T + self._bias
        return result
