"""The chunker and the embedding cache as parts of LlamaIndex's ingestion pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import BaseNode, MetadataMode, NodeRelationship, TextNode
from llama_index.core.schema import Document as LlamaDocument
from pydantic import PrivateAttr

from ingest.cache import EmbeddingCache, Progress
from ingest.chunk import chunk, search_text
from mayshare.schema import Document, Passage

# Read only here and in `passage_of`; excluded from what is embedded.
RECORD, SEARCH_TEXT = "record", "search_text"


def to_llama(document: Document) -> LlamaDocument:
    """A corpus document as LlamaIndex's; its record travels in the metadata, which is never embedded."""
    return LlamaDocument(text=document.body, id_=document.source_id, metadata={RECORD: document.model_dump_json()})


def passage_of(node: BaseNode) -> Passage:
    """The passage that a node carries."""
    return Passage.model_validate_json(node.metadata[RECORD])


class SectionNodeParser(NodeParser):
    """Cuts documents into passages (ingest.chunk). A node's text is the passage's text, word for word."""

    max_words: int = 200

    @classmethod
    def class_name(cls) -> str:
        """LlamaIndex's name for serialised components."""
        return "SectionNodeParser"

    def _parse_nodes(self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any) -> list[BaseNode]:
        return [self._node(passage, node) for node in nodes for passage in self._chunk(node)]

    def _chunk(self, node: BaseNode) -> list[Passage]:
        return chunk(Document.model_validate_json(node.metadata[RECORD]), self.max_words)

    def _node(self, passage: Passage, parent: BaseNode) -> TextNode:
        return TextNode(
            id_=passage.passage_id,
            text=passage.text,
            start_char_idx=passage.start,
            end_char_idx=passage.end,
            metadata={RECORD: passage.model_dump_json(), SEARCH_TEXT: search_text(passage)},
            # what is embedded is SEARCH_TEXT alone: it holds the text, with title and headings in front
            excluded_embed_metadata_keys=[RECORD],
            metadata_template="{value}",
            text_template="{metadata_str}",
            relationships={NodeRelationship.SOURCE: parent.as_related_node_info()},
        )


class CachedEmbedding(BaseEmbedding):
    """An embedding that asks the cache first, so that unchanged text is never embedded twice."""

    _inner: BaseEmbedding = PrivateAttr()
    _cache: EmbeddingCache = PrivateAttr()
    _progress: Progress = PrivateAttr()

    def __init__(self, inner: BaseEmbedding, cache: EmbeddingCache, progress: Progress) -> None:
        # The pipeline hands over slices of this size; a slice is one look-up in the cache.
        super().__init__(model_name=inner.model_name, embed_batch_size=256)
        self._inner, self._cache, self._progress = inner, cache, progress

    @classmethod
    def class_name(cls) -> str:
        """LlamaIndex's name for serialised components."""
        return "CachedEmbedding"

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._cache.vectors(texts, self._inner.get_text_embedding_batch, self._progress).tolist()  # type: ignore[no-any-return]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._inner.get_query_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def embedded_text(node: BaseNode) -> str:
    """The text whose vector a node carries."""
    return node.get_content(metadata_mode=MetadataMode.EMBED)
