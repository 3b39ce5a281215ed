"""The chunker as a part of LlamaIndex's ingestion pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import BaseNode, NodeRelationship, TextNode
from llama_index.core.schema import Document as LlamaDocument

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
