"""Turn the safetensors weights of a BERT encoder into an ONNX file, without torch.

The graph is the encoder of Devlin et al. (2019), BERT, section 3, with post-layer normalisation and the
exact (erf) GELU: embeddings, then per layer self-attention and feed-forward, each with a residual
connection and layer normalisation. The output is `last_hidden_state` of shape (batch, tokens, hidden);
pooling is left to the caller. Needed once, at set-up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 18
IR_VERSION = 9
MASKED = -10_000.0  # added to the attention score of a padding token


class _Graph:
    """Collects nodes and constants; every method returns the name of the value that it adds."""

    def __init__(self, weights: Mapping[str, npt.NDArray[Any]]) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: dict[str, Any] = {}

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, name: str, value: Any, dtype: Any = np.float32) -> str:
        if name not in self.constants:
            # np.array keeps a scalar 0-d; np.ascontiguousarray would make it 1-d and break Range.
            self.constants[name] = numpy_helper.from_array(np.array(value, dtype=dtype, order="C"), name)
        return name

    def weight(self, key: str, transpose: bool = False) -> str:
        value = self.weights[key]
        return self.constant(key + (".T" if transpose else ""), value.T if transpose else value)

    def linear(self, x: str, key: str) -> str:
        product = self.op("MatMul", x, self.weight(f"{key}.weight", transpose=True))
        return self.op("Add", product, self.weight(f"{key}.bias"))

    def normalise(self, x: str, key: str, epsilon: float) -> str:
        return self.op(
            "LayerNormalization",
            x,
            self.weight(f"{key}.weight"),
            self.weight(f"{key}.bias"),
            axis=-1,
            epsilon=epsilon,
        )

    def gelu(self, x: str) -> str:
        inner = self.op("Erf", self.op("Div", x, self.constant("sqrt2", math.sqrt(2))))
        both = self.op("Mul", x, self.op("Add", inner, self.constant("one", 1.0)))
        return self.op("Mul", both, self.constant("half", 0.5))


def write_encoder(weights: Mapping[str, npt.NDArray[Any]], config: Mapping[str, Any], target: Path) -> None:
    """Write an encoder with `weights`, by their names in the official file, and the sizes of `config` to `target`."""
    graph = _Graph(weights)
    heads, hidden = config["num_attention_heads"], config["hidden_size"]
    epsilon = float(config["layer_norm_eps"])
    x = _embeddings(graph, epsilon)
    mask = _mask(graph)
    for layer in range(config["num_hidden_layers"]):
        x = _layer(graph, x, mask, f"encoder.layer.{layer}", heads, hidden, epsilon)
    graph.nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"]))
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", hidden])
    body = helper.make_graph(graph.nodes, "encoder", inputs, [output], list(graph.constants.values()))
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    onnx.save(model, str(target))


def _embeddings(graph: _Graph, epsilon: float) -> str:
    words = graph.op("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    types = graph.op("Gather", graph.weight("embeddings.token_type_embeddings.weight"), "token_type_ids")
    shape = graph.op("Shape", "input_ids")
    length = graph.op("Gather", shape, graph.constant("index1", 1, np.int64))
    zero, step = graph.constant("zero_i", 0, np.int64), graph.constant("one_i", 1, np.int64)
    places = graph.op("Range", zero, length, step)
    positions = graph.op("Gather", graph.weight("embeddings.position_embeddings.weight"), places)
    total = graph.op("Add", graph.op("Add", words, types), positions)
    return graph.normalise(total, "embeddings.LayerNorm", epsilon)


def _mask(graph: _Graph) -> str:
    """(batch, 1, 1, tokens): 0 for a token, MASKED for padding."""
    wide = graph.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    wide = graph.op("Unsqueeze", wide, graph.constant("axes12", [1, 2], np.int64))
    return graph.op("Mul", graph.op("Sub", graph.constant("one", 1.0), wide), graph.constant("masked", MASKED))


def _layer(graph: _Graph, x: str, mask: str, key: str, heads: int, hidden: int, epsilon: float) -> str:
    split = graph.constant("split_heads", [0, 0, heads, hidden // heads], np.int64)
    query, keys, values = (
        graph.op("Reshape", graph.linear(x, f"{key}.attention.self.{part}"), split)
        for part in ("query", "key", "value")
    )
    query = graph.op("Transpose", query, perm=[0, 2, 1, 3])
    keys = graph.op("Transpose", keys, perm=[0, 2, 3, 1])
    values = graph.op("Transpose", values, perm=[0, 2, 1, 3])
    scale = graph.constant("scale", math.sqrt(hidden // heads))
    scores = graph.op("Add", graph.op("Div", graph.op("MatMul", query, keys), scale), mask)
    mixed = graph.op("MatMul", graph.op("Softmax", scores, axis=-1), values)
    merged = graph.op("Transpose", mixed, perm=[0, 2, 1, 3])
    merged = graph.op("Reshape", merged, graph.constant("merge_heads", [0, 0, hidden], np.int64))
    attended = graph.op("Add", graph.linear(merged, f"{key}.attention.output.dense"), x)
    x = graph.normalise(attended, f"{key}.attention.output.LayerNorm", epsilon)
    inner = graph.gelu(graph.linear(x, f"{key}.intermediate.dense"))
    outer = graph.op("Add", graph.linear(inner, f"{key}.output.dense"), x)
    return graph.normalise(outer, f"{key}.output.LayerNorm", epsilon)
