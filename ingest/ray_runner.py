"""Embed on the workers of a Ray cluster, with LlamaIndex's `RayIngestionPipeline`, into the store's embedding cache.

The rest of an ingest finds every vector there and goes on as ever, so that nothing else knows of Ray and the output
is that of one process. A model may round by what stands in a batch together, so a batch is what one process would
take: a node carries a whole slice of texts, and comes back as one node a text.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_index.core.schema import BaseNode, TextNode, TransformComponent
from pydantic import Field

from mayshare.config import Settings
from mayshare.embed import build_embedding
from mayshare.errors import RunnerError

Vectors = npt.NDArray[np.float32]
SLICES_A_ROUND = 256  # sent, embedded and cached before the next: what a kill can lose, and what is in memory
EXTRA = "ingest.runner = 'ray' needs its extra: .venv/bin/uv pip install 'mayshare[ray]'"


@cache
def _embedding(settings: str) -> Any:
    """The embedding of these settings (as JSON); a worker loads it once."""
    return build_embedding(Settings.model_validate_json(settings), bulk=True)


class SliceEmbedding(TransformComponent):
    """Turns a node that holds a slice of texts into one node a text, with its vector."""

    settings: str = Field(repr=False)

    def __call__(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[BaseNode]:
        """Embed each slice by itself."""
        made: list[BaseNode] = []
        for node in nodes:
            vectors = _embedding(self.settings).get_text_embedding_batch(json.loads(node.get_content()))
            made += [TextNode(id_=f"{node.node_id}:{i}", text="", embedding=v) for i, v in enumerate(vectors)]
        return made


@contextmanager
def embedder(settings: Settings) -> Iterator[Callable[[Sequence[list[str]]], Iterator[Vectors]]]:
    """A function that gives the vectors of each slice of texts, in order, embedded by Ray's workers.

    Raises:
        RunnerError: Ray isn't installed or can't be reached.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_DATA_DISABLE_PROGRESS_BARS"] = "1"
    try:
        import ray
        from llama_index.ingestion.ray import RayIngestionPipeline, RayTransformComponent
    except ImportError as error:
        raise RunnerError(f"{EXTRA} ({error.name} is missing).") from None
    chosen = settings.ingest
    # a worker is given one processor and takes no more, unless the settings say so
    embedding = settings.embedding.model_copy(update={"threads": settings.embedding.threads or 1})
    worker = settings.model_copy(update={"embedding": embedding})
    _start(ray, settings)
    try:
        transform = RayTransformComponent(
            transform_class=SliceEmbedding,
            transform_kwargs={"settings": worker.model_dump_json()},
            map_batches_kwargs={"batch_size": 1, "concurrency": chosen.workers, "num_cpus": 1},
        )
        pipeline = RayIngestionPipeline(transformations=[transform])

        def embed(slices: Sequence[list[str]]) -> Iterator[Vectors]:
            for first in range(0, len(slices), SLICES_A_ROUND):
                part = slices[first : first + SLICES_A_ROUND]
                nodes = [TextNode(id_=str(n), text=json.dumps(texts)) for n, texts in enumerate(part)]
                yield from _in_order(pipeline.run(nodes=nodes), part)

        yield embed
    except ray.exceptions.RayError as error:
        raise RunnerError(
            f"Ray failed ({type(error).__name__}). The present index still serves; run it again."
        ) from error
    finally:
        ray.shutdown()


def _start(ray: Any, settings: Settings) -> None:
    chosen = settings.ingest
    # on this machine alone it listens on loopback; without the address it would look for its own towards the internet
    local: dict[str, Any] = {
        "num_cpus": chosen.workers,
        "include_dashboard": False,
        "_node_ip_address": "127.0.0.1",
    }
    try:
        ray.init(
            address=chosen.ray_address or "local",
            logging_level="error",
            log_to_driver=False,
            **({} if chosen.ray_address else local),
        )
        ray.data.DataContext.get_current().enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        where = chosen.ray_address or "this machine"
        raise RunnerError(f"Ray can't be reached at {where} ({type(error).__name__}).") from error


def _in_order(nodes: Sequence[BaseNode], slices: Sequence[list[str]]) -> Iterator[Vectors]:
    found = {node.node_id: node.embedding for node in nodes}
    for n, texts in enumerate(slices):
        vectors = [found.get(f"{n}:{i}") for i in range(len(texts))]
        if any(vector is None for vector in vectors):
            raise RunnerError("Ray gave back fewer vectors than texts. Run the command again.")
        yield np.asarray(vectors, dtype=np.float32)
