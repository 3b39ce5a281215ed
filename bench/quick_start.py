"""LlamaIndex's quick start for a folder of Markdown: `PYTHON -m bench.quick_start CORPUS STORE MODEL`.

SentenceSplitter, the embedding and ChromaVectorStore in an IngestionPipeline, with their defaults:
https://docs.llamaindex.ai/en/stable/module_guides/loading/ingestion_pipeline/. As a program it takes the embedding
that the pages of LlamaIndex name for a local model, HuggingFaceEmbedding, on PyTorch. The project has no PyTorch, so
PYTHON is another environment, with `torch llama-index-core llama-index-embeddings-huggingface
llama-index-vector-stores-chroma psutil`; nothing of the project but `bench.memory` is imported here.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from bench.memory import measure


def quick_start(corpus: Path, store: Path, embedding: Any) -> int:
    """The passages that came of it; one of its documents a section, so that the passages are those of our ingest."""
    import chromadb
    from llama_index.core import Document
    from llama_index.core.ingestion import IngestionPipeline
    from llama_index.core.node_parser import SentenceSplitter
    from llama_index.vector_stores.chroma import ChromaVectorStore

    texts = [path.read_text(encoding="utf-8") for path in sorted(corpus.glob("*.md"))]
    sections = [part for text in texts for part in re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]]
    client = chromadb.PersistentClient(path=str(store))
    collection = client.create_collection("quick", embedding_function=None)
    pipeline = IngestionPipeline(
        transformations=[SentenceSplitter(), embedding], vector_store=ChromaVectorStore(chroma_collection=collection)
    )
    documents = [Document(text=text) for text in sections]
    most = client.get_max_batch_size()  # the store hands all of a run's nodes to Chroma at once, which refuses more
    parts = range(0, len(documents), most)
    return sum(len(pipeline.run(documents=documents[first : first + most])) for first in parts)


def main() -> int:
    """Command line entry."""
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding  # type: ignore[import-not-found,unused-ignore]

    corpus, store, model = sys.argv[1:]

    def run() -> int:
        return quick_start(Path(corpus), Path(store), HuggingFaceEmbedding(model_name=model, device="cpu"))

    sys.stdout.write(json.dumps(measure("quick_start_pytorch", run)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
