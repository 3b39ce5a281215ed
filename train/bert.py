"""A BERT encoder in torch whose linear layers carry low-rank adapters.

Same architecture as `mayshare/onnx_graph.py`; the base weights stay as they are, and only the adapters are trained and
shipped. Source: Hu et al. (2021), LoRA: Low-Rank Adaptation of Large Language Models.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import load_file
from torch import Tensor, nn

HIDDEN, HEADS, INNER, EPSILON = 384, 12, 1536, 1e-12
PARTS = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)


class AdaptedLinear(nn.Module):
    """x W' + b + (x A) B, where W and b are frozen."""

    def __init__(self, weight: Tensor, bias: Tensor, rank: int, dropout: float) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("bias", bias)
        self.down = nn.Parameter(torch.randn(weight.shape[1], rank) / math.sqrt(weight.shape[1]))
        self.up = nn.Parameter(torch.zeros(rank, weight.shape[0]))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Shape (…, in) to (…, out)."""
        base = nn.functional.linear(x, self.weight, self.bias)  # type: ignore[arg-type]
        return base + (self.dropout(x) @ self.down) @ self.up


class Layer(nn.Module):
    """One transformer layer."""

    def __init__(self, weights: dict[str, Tensor], key: str, rank: int, dropout: float) -> None:
        super().__init__()
        self.parts = nn.ModuleDict(
            {
                part.replace(".", "_"): AdaptedLinear(
                    weights[f"{key}.{part}.weight"], weights[f"{key}.{part}.bias"], rank, dropout
                )
                for part in PARTS
            }
        )
        self.norms = nn.ModuleDict()
        for name in ("attention.output", "output"):
            norm = nn.LayerNorm(HIDDEN, EPSILON)
            norm.weight.data = weights[f"{key}.{name}.LayerNorm.weight"]
            norm.bias.data = weights[f"{key}.{name}.LayerNorm.bias"]
            self.norms[name.replace(".", "_")] = norm.requires_grad_(False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Shape (batch, tokens, hidden) to the same; `mask` is True for a token."""
        batch, tokens, _ = x.shape

        def split(part: str) -> Tensor:
            return self.parts[part](x).view(batch, tokens, HEADS, HIDDEN // HEADS).transpose(1, 2)  # type: ignore[no-any-return]

        mixed = nn.functional.scaled_dot_product_attention(
            split("attention_self_query"), split("attention_self_key"), split("attention_self_value"), attn_mask=mask
        )
        merged = mixed.transpose(1, 2).reshape(batch, tokens, HIDDEN)
        x = self.norms["attention_output"](self.dropout(self.parts["attention_output_dense"](merged)) + x)
        inner = nn.functional.gelu(self.parts["intermediate_dense"](x))
        result: Tensor = self.norms["output"](self.dropout(self.parts["output_dense"](inner)) + x)
        return result


def read_adapter(path: Path) -> dict[str, npt.NDArray[np.float16]]:
    """The arrays of an adapter's file by name."""
    with np.load(path, allow_pickle=False) as known:
        return {name: known[name] for name in known.files}


class Bert(nn.Module):
    """The encoder; the first `layers` of the base are used."""

    def __init__(self, weights_path: Path, layers: int, rank: int, dropout: float = 0.1) -> None:
        super().__init__()
        weights = {name: torch.from_numpy(np.array(v, dtype=np.float32)) for name, v in load_file(weights_path).items()}
        self.words = nn.Embedding.from_pretrained(weights["embeddings.word_embeddings.weight"])
        self.places = nn.Embedding.from_pretrained(weights["embeddings.position_embeddings.weight"])
        self.types = nn.Embedding.from_pretrained(weights["embeddings.token_type_embeddings.weight"], freeze=False)
        self.norm = nn.LayerNorm(HIDDEN, EPSILON)
        self.norm.weight.data = weights["embeddings.LayerNorm.weight"]
        self.norm.bias.data = weights["embeddings.LayerNorm.bias"]
        self.norm.requires_grad_(False)
        self.frozen = 0
        self.layers = nn.ModuleList(Layer(weights, f"encoder.layer.{n}", rank, dropout) for n in range(layers))

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        """Hidden states of shape (batch, tokens, hidden)."""
        places = torch.arange(ids.shape[1], device=ids.device)
        x: Tensor = self.norm(self.words(ids) + self.types(types) + self.places(places))
        keep = mask.bool()[:, None, None, :]
        for n, layer in enumerate(self.layers):
            if n < self.frozen:
                with torch.no_grad():
                    x = layer(x, keep)
            else:
                x = layer(x, keep)
        return x

    def freeze(self, layers: int) -> None:
        """Leave the embeddings and the first `layers` as they are: half the work where half of them is frozen."""
        self.frozen = layers
        self.types.requires_grad_(layers == 0)
        for layer in self.layers[:layers]:
            layer.requires_grad_(False)

    def take(self, adapters: Mapping[str, npt.NDArray[np.float16]]) -> None:
        """Go on from what `adapters` gave, of the same rank; raises KeyError where a part is missing."""
        for n, layer in enumerate(self.layers):
            for part in PARTS:
                linear = layer.parts[part.replace(".", "_")]  # type: ignore[index,union-attr]
                key = f"encoder.layer.{n}.{part}"
                linear.down.data = torch.from_numpy(adapters[f"{key}.down"].astype(np.float32))
                linear.up.data = torch.from_numpy(adapters[f"{key}.up"].astype(np.float32))
        types = adapters["embeddings.token_type_embeddings.weight"]
        self.types.weight.data = torch.from_numpy(types.astype(np.float32))

    def adapters(self) -> dict[str, npt.NDArray[np.float16]]:
        """What was trained, in half precision: `….down` and `….up` by the base weight's name, and the segments."""
        found: dict[str, npt.NDArray[np.float16]] = {}
        for n, layer in enumerate(self.layers):
            for part in PARTS:
                linear = layer.parts[part.replace(".", "_")]  # type: ignore[index,union-attr]
                key = f"encoder.layer.{n}.{part}"
                found[f"{key}.down"] = _half(linear.down)
                found[f"{key}.up"] = _half(linear.up)
        found["embeddings.token_type_embeddings.weight"] = _half(self.types.weight)
        return found


def _half(value: Tensor) -> npt.NDArray[np.float16]:
    result: npt.NDArray[np.float16] = value.detach().cpu().numpy().astype(np.float16)
    return result


def mean_pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Mean over the tokens; shape (batch, hidden)."""
    weight = mask[..., None].to(hidden.dtype)
    return (hidden * weight).sum(1) / weight.sum(1).clamp(min=1e-9)
