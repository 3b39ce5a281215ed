"""Train the intent model: is a text a question for the guidance, one out of scope, or a request that harms, and does it
tell of a danger?

Two classifiers on the base encoder with low-rank adapters (`train/bert.py`), for what rules can't tell: "is a backdated
consent valid?" from "what date do I put so that it lines up?", the flu shot that a caseworker wants given from the
one that the caseworker wants to know of, and a list of who gets her things from a list of who gets the newsletter.
Texts: `train/unanswered.jsonl`, `train/dangers.jsonl`, `corpus/phrasings/`, `train/stories.jsonl`,
`train/strangers.jsonl`, `train/general.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from train.bert import HIDDEN, Bert, mean_pool
from train.data import GENERAL, STRANGERS, batches, is_document_held_out, is_held_out, pad, read_stories, read_strangers

INTENTS = ("in_scope", "out_of_scope", "unsafe")
DANGERS = ("none", "suicide", "medical", "violence", "missing", "abuse")
KINDS = {"safe_lookalike": "in_scope", "out_of_scope": "out_of_scope", "unsafe": "unsafe"}
UNANSWERED = Path(__file__).parent / "unanswered.jsonl"
TOLD = Path(__file__).parent / "dangers.jsonl"
PHRASINGS = Path(__file__).parent.parent / "corpus" / "phrasings"
TOKENS = 192  # a longer text keeps its end
ALIKE = 20  # batches whose texts are sorted by length, so that little is padded


# a text with such a word may tell of a danger; where nobody labelled it, it teaches nothing about dangers
_MAY_TELL = re.compile(
    r"\b(?:suicid|overdos|narcan|seiz|unconscious|bleed|poison|threat|weapon|gun|knife|shoot|kill|hurt|harm|abus|hit|beat|missing|runaway|"
    r"ran away|awol|emergenc|danger|911|er\b|crisis|safety|unsafe|traffick|molest|rape|assault|die|dying|dead)",
    re.IGNORECASE,
)


class Text(NamedTuple):
    """A training text, its intent, its danger ("" where that isn't known), and whether it is held out."""

    text: str
    intent: str
    danger: str
    held_out: bool


def _jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_texts(phrasings: int, stories: int, strangers: int) -> list[Text]:
    """The labelled texts, and so many ordinary questions of each sort, drawn with a fixed seed."""
    labelled = [(row["text"], KINDS[row["kind"]]) for row in _jsonl(UNANSWERED) if row["kind"] in KINDS]
    draw = random.Random(0)
    asked = [row["text"] for path in sorted(PHRASINGS.glob("*.jsonl")) for row in _jsonl(path)]
    told = [story.text for story in read_stories() if not is_document_held_out(story.source_id)]
    others = [one.text for path in (STRANGERS, GENERAL) for one in read_strangers(path)]
    ordinary = [*draw.sample(asked, phrasings), *draw.sample(told, stories), *draw.sample(others, strangers)]
    found = [*labelled, *((text, "in_scope") for text in ordinary)]
    everything = [(text, intent, "" if _MAY_TELL.search(text) else "none") for text, intent in found]
    everything += [(row["text"], "in_scope", row["kind"]) for row in _jsonl(TOLD)]
    return [Text(text, intent, danger, is_held_out("", text)) for text, intent, danger in everything]


class Intent(nn.Module):
    """Mean-pooled encoder with a logit for each of INTENTS, then one for each of DANGERS."""

    def __init__(self, base: Path, rank: int, dropout: float) -> None:
        super().__init__()
        self.bert = Bert(base, 6, rank, dropout)
        self.head = nn.Linear(HIDDEN, len(INTENTS) + len(DANGERS))
        self.dropout = nn.Dropout(dropout)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Shape (texts, 9)."""
        pooled = mean_pool(self.bert(ids, mask, torch.zeros_like(ids)), mask)
        result: Tensor = self.head(self.dropout(pooled))
        return result


class Tokens:
    """Texts to [CLS] text [SEP], padded."""

    def __init__(self, tokenizer: Path) -> None:
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def __call__(self, texts: list[str]) -> tuple[Tensor, Tensor]:
        encoded = (self._tokenizer.encode(text, add_special_tokens=False).ids for text in texts)
        ids, mask = pad([[101, *found[-TOKENS:], 102] for found in encoded])
        return torch.from_numpy(ids), torch.from_numpy(mask)


def train(model: Intent, tokens: Tokens, texts: list[Text], options: argparse.Namespace) -> None:
    """Epochs over the texts that aren't held out; rarer intents and dangers weigh more."""
    rows = [n for n, text in enumerate(texts) if not text.held_out]
    weights = _weights([texts[n].intent for n in rows], INTENTS), _weights([texts[n].danger for n in rows], DANGERS)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=options.lr, weight_decay=0.01)
    steps = options.epochs * (len(rows) // options.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, (s + 1) / 30) * max(0.0, 1 - s / steps))
    for epoch in range(options.epochs):
        model.train()
        random.shuffle(rows)
        start, total = time.time(), 0.0
        for chosen in batches(rows, options.batch, ALIKE, lambda n: len(texts[n].text)):
            loss = _loss(model(*tokens([texts[n].text for n in chosen])), [texts[n] for n in chosen], weights)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach())
        print(f"epoch {epoch + 1} loss {total / (len(rows) // options.batch):.3f} {time.time() - start:.0f} s")
        print(held_out(model, tokens, texts), flush=True)


def _weights(labels: list[str], names: tuple[str, ...]) -> Tensor:
    count = np.array([labels.count(name) for name in names])
    return torch.tensor(np.sqrt(count.max() / count), dtype=torch.float32)


def _loss(out: Tensor, texts: list[Text], weights: tuple[Tensor, Tensor]) -> Tensor:
    """Cross entropy of the intents, and of the dangers where they are known (-100 isn't counted)."""
    intents = torch.tensor([INTENTS.index(text.intent) for text in texts])
    dangers = torch.tensor([DANGERS.index(text.danger) if text.danger else -100 for text in texts])
    entropy = nn.functional.cross_entropy
    loss = entropy(out[:, : len(INTENTS)], intents, weight=weights[0], label_smoothing=0.05)
    if any(text.danger for text in texts):
        loss = loss + entropy(out[:, len(INTENTS) :], dangers, weight=weights[1], label_smoothing=0.05)
    return loss


def held_out(model: Intent, tokens: Tokens, texts: list[Text]) -> list[list[list[int]]]:
    """Confusions of the texts that are held out, of intents and of dangers: a row a label, a column a guess."""
    model.eval()
    tables = np.zeros((len(INTENTS), len(INTENTS)), dtype=int), np.zeros((len(DANGERS), len(DANGERS)), dtype=int)
    with torch.no_grad():
        for text in texts:
            if text.held_out:
                out = model(*tokens([text.text]))[0]
                tables[0][INTENTS.index(text.intent), int(out[: len(INTENTS)].argmax())] += 1
                if text.danger:
                    tables[1][DANGERS.index(text.danger), int(out[len(INTENTS) :].argmax())] += 1
    return [table.tolist() for table in tables]


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="model.safetensors of all-MiniLM-L6-v2")
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="the adapter and the head, .npz")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--lr", type=float, default=6e-4)
    parser.add_argument("--frozen", type=int, default=2, help="lower layers that stay as they are")
    parser.add_argument("--phrasings", type=int, default=1400)
    parser.add_argument("--stories", type=int, default=700)
    parser.add_argument("--strangers", type=int, default=600)
    options = parser.parse_args()
    random.seed(0)
    torch.manual_seed(0)
    model = Intent(options.base, options.rank, 0.1)
    model.bert.freeze(options.frozen)
    texts = read_texts(options.phrasings, options.stories, options.strangers)
    print({intent: sum(text.intent == intent for text in texts) for intent in INTENTS}, flush=True)
    train(model, Tokens(options.tokenizer), texts, options)
    head = {"head.weight": model.head.weight, "head.bias": model.head.bias}
    halved = {name: value.detach().numpy().astype(np.float16) for name, value in head.items()}
    arrays: dict[str, Any] = {**model.bert.adapters(), **halved}
    np.savez_compressed(options.out, **arrays)
    return 0


if __name__ == "__main__":
    sys.exit(main())
