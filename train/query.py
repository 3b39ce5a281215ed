"""Fit the query encoder: a question near the passage, the heading and the phrasings of the section that answers it.

The guidance's vectors stay fixed, so each question is compared with all sections at once, neighbours in its own
document included, and costs no more than its own words. Source: Lee et al. (2021), Learning Dense Representations of
Phrases at Scale, section 4.3 (query-side fine-tuning).
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from train.bert import read_adapter
from train.data import Ask, Keys, batches, read_asks
from train.embedding import BiEncoder

ALIKE = 12  # batches whose questions are sorted by length, so that little is padded
TEMPERATURE = 0.05
PHRASING = 0.7  # weight of the nearest phrasing beside passage and heading, as in retrieval
ALONE = 0.3  # of passage and heading each by itself


class Sections:
    """Cosines of questions to each section: of its nearest passage, heading and phrasing."""

    def __init__(self, keys: Keys) -> None:
        self.count = int(keys.passage_sections.max()) + 1
        self._passages, self._headings, self._phrasings = map(torch.from_numpy, keys[:3])
        self._passage_sections, self._phrasing_sections = map(torch.from_numpy, keys[3:])

    def __call__(self, questions: Tensor, own: Sequence[int]) -> tuple[Tensor, ...]:
        """Three tensors of shape (questions, sections). `own`: a phrasing must not be its own nearest."""
        passages, headings, phrasings = (questions @ v.T for v in (self._passages, self._headings, self._phrasings))
        for n, row in enumerate(own):
            if row >= 0:
                phrasings[n, row] = -1.0
        return (
            self._best(passages, self._passage_sections, -1.0),
            self._best(headings, self._passage_sections, -1.0),
            self._best(phrasings, self._phrasing_sections, 0.0),  # as retrieval has it where a section has none
        )

    def _best(self, cosines: Tensor, sections: Tensor, least: float) -> Tensor:
        best = torch.full((len(cosines), self.count), least)
        return best.scatter_reduce(1, sections.expand(len(cosines), -1), cosines, "amax", include_self=True)


def measured(model: BiEncoder, sections: Sections, asks: Sequence[Ask]) -> str:
    """MRR of the first right section over all questions that are held out, by kind."""
    said = []
    for kind in ("story", "stranger", "phrasing"):
        held = [a for a in asks if a.held_out and a.kind == kind]
        vectors = torch.from_numpy(model.vectors([a.text for a in held], 32))
        score = _together(sections(vectors, [a.phrasing for a in held])).numpy()
        ranks = [int((row > row[list(a.sections)].max()).sum()) + 1 for row, a in zip(score, held, strict=True)]
        said.append(f"{kind} {np.mean([1 / rank for rank in ranks]):.3f}")
    model.bert.train()
    return "MRR " + ", ".join(said)


def _together(cosines: tuple[Tensor, ...]) -> Tensor:
    passage, heading, phrasing = cosines
    return passage + heading + PHRASING * phrasing


def train(model: BiEncoder, sections: Sections, asks: Sequence[Ask], options: argparse.Namespace) -> None:
    """Epochs over the strangers' questions and as many stories and ways of asking as told, drawn anew each time."""
    trained = [a for a in asks if not a.held_out]
    stories, strangers, phrasings = (
        [a for a in trained if a.kind == kind] for kind in ("story", "stranger", "phrasing")
    )
    told = min(len(stories), options.stories)
    drawn = min(len(phrasings), int(options.share * told))
    often = options.often * strangers
    steps = options.epochs * ((told + drawn + len(often)) // options.batch)
    optimizer = torch.optim.AdamW(
        [p for p in model.bert.parameters() if p.requires_grad], options.lr, weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / 20) * max(0.02, 1 - s / steps))
    print("before", measured(model, sections, asks), flush=True)
    for epoch in range(options.epochs):
        start = time.time()
        asked = [*often, *random.sample(stories, told), *random.sample(phrasings, drawn)]
        random.shuffle(asked)
        for batch in batches(asked, options.batch, ALIKE, lambda a: len(a.text)):
            loss = _loss(sections(model([a.text for a in batch]), [a.phrasing for a in batch]), batch)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call,unused-ignore]
            torch.nn.utils.clip_grad_norm_(model.bert.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1} {time.time() - start:.0f} s", measured(model, sections, asks), flush=True)


def _loss(cosines: tuple[Tensor, ...], batch: Sequence[Ask]) -> Tensor:
    """How unlikely any of the right sections is, by all that speaks for a section and by passage and heading alone."""
    passage, heading, _ = cosines
    right = torch.zeros_like(passage, dtype=torch.bool)
    for row, ask in zip(right, batch, strict=True):
        row[list(ask.sections)] = True

    def unlikely(scores: Tensor) -> Tensor:
        among = scores.masked_fill(~right, -torch.inf).logsumexp(1)
        return (scores.logsumexp(1) - among).mean()

    alone = unlikely(passage / TEMPERATURE) + unlikely(heading / TEMPERATURE)
    return unlikely(_together(cosines) / (2 * TEMPERATURE)) + ALONE * alone


def _fitted_to(start: Path) -> str:
    """The hash of the embedding's adapter whose vectors the keys are: the start itself, or what it was fitted to."""
    with np.load(start, allow_pickle=False) as held:
        known = "fitted_to" in held.files
        return str(held["fitted_to"]) if known else hashlib.sha256(start.read_bytes()).hexdigest()


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path, help="of train.query_pack")
    parser.add_argument("--base", type=Path, required=True, help="model.safetensors of all-MiniLM-L6-v2")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument(
        "--start", type=Path, required=True, help="adapter to go on from, .npz: the embedding's or a query's"
    )
    parser.add_argument("--out", type=Path, required=True, help="the adapter, .npz")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--lr", type=float, default=4e-4)
    parser.add_argument("--share", type=float, default=0.5, help="ways of asking an epoch, of the number of stories")
    parser.add_argument("--stories", type=int, default=12_000, help="an epoch, at most")
    parser.add_argument("--often", type=int, default=3, help="times that each stranger's question comes in an epoch")
    parser.add_argument("--tokens", type=int, default=160, help="of a question, cut off after")
    parser.add_argument("--frozen", type=int, default=2, help="layers, from the lowest, that stay as they are")
    parser.add_argument("--dropout", type=float, default=0.1)
    options = parser.parse_args()
    random.seed(0)
    torch.manual_seed(0)
    keys, asks = read_asks(options.pack)
    model = BiEncoder(options.base, options.tokenizer, options, "cpu")
    start = read_adapter(options.start)
    model.bert.take(start)
    model.bert.freeze(options.frozen)
    train(model, Sections(keys), asks, options)
    np.savez_compressed(options.out, fitted_to=np.array(_fitted_to(options.start)), **model.bert.adapters())
    return 0


if __name__ == "__main__":
    sys.exit(main())
