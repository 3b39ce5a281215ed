"""Train the reader: does a passage answer a question, and what verdict follows?

A cross-encoder over (question, passage).

Nogueira and Cho (2019), Passage Re-ranking with BERT, with a second head for the verdict. Listwise softmax over the
right passage and hard negatives; cross-entropy for the verdict of the right one.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from train.bert import HIDDEN, Bert, mean_pool, read_adapter
from train.data import Asked, Section, batches, pad, read_pack, shares

VERDICTS = ("yes", "no", "conditional", "explain")
QUESTION_TOKENS = 96
ALIKE = 20  # batches whose questions are sorted by length, so that little is padded


class Reader(nn.Module):
    """Mean-pooled encoder with five outputs: relevance, then a logit for each of VERDICTS."""

    def __init__(self, base: Path, layers: int, rank: int, dropout: float) -> None:
        super().__init__()
        self.bert = Bert(base, layers, rank, dropout)
        self.head = nn.Linear(HIDDEN, 1 + len(VERDICTS))
        self.dropout = nn.Dropout(dropout)

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        """Shape (pairs, 5)."""
        result: Tensor = self.head(self.dropout(mean_pool(self.bert(ids, mask, types), mask)))
        return result

    def take(self, start: Path) -> None:
        """Go on from an adapter and head that `export` gave."""
        arrays = read_adapter(start)
        self.bert.take(arrays)
        self.head.weight.data = torch.from_numpy(arrays["head.weight"].astype(np.float32))
        self.head.bias.data = torch.from_numpy(arrays["head.bias"].astype(np.float32))


class Pairs:
    """Turns pairs into tokens: [CLS] question [SEP] heading and text [SEP]; a long question keeps its end."""

    def __init__(self, tokenizer: Path, device: str, tokens: int) -> None:
        self.tokens = tokens
        self.tokenizer: Tokenizer = Tokenizer.from_file(str(tokenizer))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.device = device
        self._kept: dict[str, list[int]] = {}

    def _ids(self, text: str) -> list[int]:
        if text not in self._kept:
            self._kept[text] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return self._kept[text]

    def __call__(self, pairs: list[tuple[str, str]]) -> tuple[Tensor, Tensor, Tensor]:
        rows, seconds = [], []
        for question, passage in pairs:
            first = [101, *self._ids(question)[-QUESTION_TOKENS:], 102]
            rows.append([*first, *self._ids(passage)[: self.tokens - len(first) - 1], 102])
            seconds.append(len(first))
        ids, mask = pad(rows)
        types = np.zeros_like(ids)
        for n, second in enumerate(seconds):
            types[n, second:] = mask[n, second:]
        return tuple(torch.from_numpy(x).to(self.device) for x in (ids, mask, types))  # type: ignore[return-value]


def held_out(
    model: Reader, pairs: Pairs, sections: list[Section], asked: list[Asked], hard: list[list[int]]
) -> dict[str, float]:
    """On held-out questions: is the right passage first among it and ten hard negatives; is the verdict right?"""
    model.eval()
    first, right, total = 0, 0, 0
    confusion = np.zeros((4, 4), dtype=int)
    with torch.no_grad():
        for question, near in zip(asked, hard, strict=True):
            if not question.held_out:
                continue
            rows = [question.rows[0], *near[:10]]
            with torch.autocast(pairs.device, dtype=torch.bfloat16, enabled=pairs.device == "cuda"):
                out = model(*pairs([(question.text, sections[r].plain) for r in rows])).float().cpu().numpy()
            first += int(out[:, 0].argmax() == 0)
            guess = int(out[0, 1:].argmax())
            confusion[VERDICTS.index(question.verdict), guess] += 1
            right += int(VERDICTS[guess] == question.verdict)
            total += 1
    print(confusion.tolist())
    return {"first": first / max(1, total), "verdict": right / max(1, total), "n": total}


def train(
    model: Reader,
    pairs: Pairs,
    sections: list[Section],
    asked: list[Asked],
    hard: list[list[int]],
    options: argparse.Namespace,
) -> None:
    """Epochs over the questions that aren't held out."""
    questions = [n for n, a in enumerate(asked) if not a.held_out]
    adapters = [p for name, p in model.named_parameters() if p.requires_grad and not name.startswith("head")]
    groups = [{"params": adapters, "lr": options.lr}, {"params": list(model.head.parameters()), "lr": options.lr}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = options.epochs * (len(questions) // options.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / 50) * max(0.0, 1 - s / steps))
    for epoch in range(options.epochs):
        model.train()
        random.shuffle(questions)
        start, total = time.time(), 0.0
        for chosen in batches(questions, options.batch, ALIKE, lambda n: len(asked[n].text)):
            loss = _loss(model, pairs, sections, [(asked[n], hard[n]) for n in chosen], options.negatives)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
        print(
            f"epoch {epoch + 1} loss {total / max(1, len(questions) // options.batch):.3f} {time.time() - start:.0f} s",
            flush=True,
        )
        if epoch % 2 or epoch + 1 == options.epochs:
            print(held_out(model, pairs, sections, asked, hard), flush=True)


def _loss(
    model: Reader, pairs: Pairs, sections: list[Section], batch: list[tuple[Asked, list[int]]], negatives: int
) -> Tensor:
    texts: list[tuple[str, str]] = []
    for question, near in batch:
        rows = [random.choice(question.rows), *random.sample(near, negatives)]
        texts += [(question.text, sections[row].plain) for row in rows]
    with torch.autocast(pairs.device, dtype=torch.bfloat16, enabled=pairs.device == "cuda"):
        out = model(*pairs(texts)).float().view(len(batch), 1 + negatives, -1)
    relevance = nn.functional.cross_entropy(out[:, :, 0], torch.zeros(len(batch), dtype=torch.long, device=out.device))
    wanted = torch.tensor(
        [shares(question.verdict, question.also, VERDICTS) for question, _ in batch], device=out.device
    )
    known = wanted.sum(dim=1) > 0
    if not known.any():
        return relevance
    verdict = nn.functional.cross_entropy(out[known, 0, 1:], wanted[known], label_smoothing=0.05)
    return relevance + verdict


def export(model: Reader) -> dict[str, npt.NDArray[np.float16]]:
    """Adapters and head by name."""
    head = {"head.weight": model.head.weight, "head.bias": model.head.bias}
    return {**model.bert.adapters(), **{k: v.detach().cpu().numpy().astype(np.float16) for k, v in head.items()}}


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--base", type=Path, required=True, help="model.safetensors of all-MiniLM-L6-v2")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="the adapter and the head, .npz")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--negatives", type=int, default=5, help="0 trains the verdicts alone")
    parser.add_argument("--tokens", type=int, default=224, help="of question and passage together")
    parser.add_argument("--start", type=Path, help="go on from this adapter and head, .npz of the same rank")
    parser.add_argument("--frozen", type=int, default=0, help="layers, from the lowest, that stay as they are")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--lr", type=float, default=1e-3)
    options = parser.parse_args()
    random.seed(0)
    torch.manual_seed(0)
    sections, asked, hard = read_pack(options.pack)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = Reader(options.base, options.layers, options.rank, options.dropout).to(device)
    if options.start:
        model.take(options.start)
    model.bert.freeze(options.frozen)
    train(model, Pairs(options.tokenizer, device, options.tokens), sections, asked, hard, options)
    arrays: dict[str, Any] = dict(export(model))
    np.savez_compressed(options.out, **arrays)
    return 0


if __name__ == "__main__":
    sys.exit(main())
