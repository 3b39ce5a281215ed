"""Fit the embedding to the guidance: a question near the passage, the heading and the phrasings that answer it.

Contrastive training with in-batch and hard negatives (van den Oord et al. 2018, InfoNCE; Karpukhin et al. 2020, DPR).
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch import Tensor

from train.bert import Bert, mean_pool, read_adapter
from train.data import Asked, Section, pad, read_pack


class BiEncoder:
    """Texts to unit vectors, with gradients where they are wanted."""

    def __init__(self, base: Path, tokenizer: Path, options: argparse.Namespace, device: str) -> None:
        self.device = device
        self.bert = Bert(base, layers=6, rank=options.rank, dropout=options.dropout).to(device)
        self.tokenizer: Tokenizer = Tokenizer.from_file(str(tokenizer))
        self.tokenizer.enable_truncation(options.tokens)
        self.tokenizer.no_padding()

    def __call__(self, texts: list[str]) -> Tensor:
        ids, mask = pad([e.ids for e in self.tokenizer.encode_batch(texts)])
        tokens, keep = torch.from_numpy(ids).to(self.device), torch.from_numpy(mask).to(self.device)
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.device == "cuda"):
            hidden = self.bert(tokens, keep, torch.zeros_like(tokens))
        return torch.nn.functional.normalize(mean_pool(hidden.float(), keep), dim=-1)

    @torch.no_grad()
    def vectors(self, texts: list[str], batch: int = 256) -> npt.NDArray[np.float32]:
        self.bert.eval()
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        out = np.zeros((len(texts), 384), dtype=np.float32)
        for first in range(0, len(order), batch):
            part = order[first : first + batch]
            out[part] = self([texts[i] for i in part]).cpu().numpy()
        return out


def recall(model: BiEncoder, sections: list[Section], asked: list[Asked]) -> dict[str, float]:
    """Recall@k of a question's section for held-out questions, by passage vector plus heading vector."""
    held = [a for a in asked if a.held_out]
    questions = model.vectors([a.text for a in held])
    scores = questions @ model.vectors([s.search_text for s in sections]).T
    scores += questions @ model.vectors([s.heading for s in sections]).T
    rank = [min(int((row > row[r]).sum()) for r in a.rows) for row, a in zip(scores, held, strict=True)]
    return {f"recall@{k}": float(np.mean([r < k for r in rank])) for k in (1, 5, 10)}


def train(
    model: BiEncoder, sections: list[Section], asked: list[Asked], hard: list[list[int]], options: argparse.Namespace
) -> None:
    """Epochs over the questions that aren't held out; prints what is held out after each."""
    questions = [n for n, a in enumerate(asked) if not a.held_out]
    siblings: dict[tuple[int, ...], list[str]] = {}
    for n in questions:
        siblings.setdefault(asked[n].rows, []).append(asked[n].text)
    optimizer = torch.optim.AdamW(
        [p for p in model.bert.parameters() if p.requires_grad], lr=options.lr, weight_decay=0.01
    )
    steps = options.epochs * (len(questions) // options.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / 50) * max(0.0, 1 - s / steps))
    print("before", recall(model, sections, asked), flush=True)
    for epoch in range(options.epochs):
        model.bert.train()
        random.shuffle(questions)
        start, total = time.time(), 0.0
        for first in range(0, len(questions) - options.batch + 1, options.batch):
            batch = [asked[n] for n in questions[first : first + options.batch]]
            negatives = [random.choice(hard[n]) for n in questions[first : first + options.batch]]
            loss = _loss(model, sections, batch, negatives, siblings, options.temperature)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.bert.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
        print(
            f"epoch {epoch + 1} loss {total / max(1, len(questions) // options.batch):.3f} {time.time() - start:.0f} s",
            end=" ",
        )
        print(recall(model, sections, asked), flush=True)


def _loss(
    model: BiEncoder,
    sections: list[Section],
    batch: list[Asked],
    negatives: list[int],
    siblings: dict[tuple[int, ...], list[str]],
    temperature: float,
) -> Tensor:
    """InfoNCE: each question against its own passage, heading and sibling among all of the batch's.

    Passages of one document are no negatives of each other: they often answer the same question.
    """
    own = [random.choice(a.rows) for a in batch]
    question = model([a.text for a in batch])
    loss = question.new_zeros(())
    documents = [sections[r].document for r in own]
    same = torch.tensor([[a == b for b in documents] for a in documents], device=question.device)
    same.fill_diagonal_(False)
    far = [sections[r].document for r in negatives]
    near = torch.tensor([[a == b for b in far] for a in documents], device=question.device)
    target = torch.arange(len(batch), device=question.device)
    for kind in ("passage", "heading", "sibling"):
        if kind == "passage":
            keys = model([sections[r].search_text for r in [*own, *negatives]])
            blocked = torch.cat([same, near], dim=1)
        elif kind == "heading":
            keys = model([sections[r].heading for r in [*own, *negatives]])
            blocked = torch.cat([same, near], dim=1)
        else:
            keys = model([random.choice([t for t in siblings[a.rows] if t != a.text] or [a.text]) for a in batch])
            blocked = same
        scores = (question @ keys.T / temperature).masked_fill(blocked, -1e4)
        loss = loss + torch.nn.functional.cross_entropy(scores, target) * (0.5 if kind == "sibling" else 1.0)
    return loss


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--base", type=Path, required=True, help="model.safetensors of all-MiniLM-L6-v2")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="the adapter, .npz")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--temperature", type=float, default=0.05)
    parser.add_argument("--tokens", type=int, default=256, help="of a text, cut off after")
    parser.add_argument("--start", type=Path, help="go on from this adapter, .npz of the same rank")
    parser.add_argument("--frozen", type=int, default=0, help="layers, from the lowest, that stay as they are")
    parser.add_argument("--dropout", type=float, default=0.1)
    options = parser.parse_args()
    random.seed(0)
    torch.manual_seed(0)
    sections, asked, hard = read_pack(options.pack)
    model = BiEncoder(options.base, options.tokenizer, options, "cuda" if torch.cuda.is_available() else "cpu")
    if options.start:
        model.bert.take(read_adapter(options.start))
    model.bert.freeze(options.frozen)
    train(model, sections, asked, hard, options)
    np.savez_compressed(options.out, **model.bert.adapters())
    return 0


if __name__ == "__main__":
    sys.exit(main())
