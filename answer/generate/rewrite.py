"""An extractive answer, reworded by the language model that the settings name, statement by statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from answer import compose
from answer.generate.merge import merge
from answer.generate.writer import Kept, Writer
from answer.select import Selected
from mayshare.config import Settings
from mayshare.index import Index
from mayshare.schema import Answer

if TYPE_CHECKING:
    from llama_index.core.llms import LLM


class Rewriter:
    """Rewords answers. What the engine withholds never gets here, and the verdict stays the engine's."""

    def __init__(self, settings: Settings, llm: LLM | None = None) -> None:
        """Raises what `mayshare.llm.build_llm` raises."""
        self._writer = Writer(settings.model, _redact, llm)
        self._max_words = settings.answering.max_words

    @property
    def name(self) -> str:
        """The model and where it runs."""
        return self._writer.name

    def reword(
        self,
        answer: Answer,
        extract: Sequence[Selected],
        index: Index,
        on_claim: Callable[[str], object] | None = None,
    ) -> Answer:
        """The answer with the statements of the model that stand; the rest in the guidance's own sentences."""

        def tell(kept: Kept) -> None:
            if on_claim:
                on_claim(kept.draft.text)

        written = self._writer.write(answer.question, answer.hits, index, tell)
        claims, sources = compose.compose_statements(index, merge(index, extract, written.kept, self._max_words))
        return answer.model_copy(
            update={
                "claims": claims,
                "sources": sources,
                "text": compose.render(compose.opening(answer), claims, answer.message),
                "related": compose.related(answer.hits, sources),
                "engine": f"model {self.name}" if written.kept else answer.engine,
                "model": self.name,
                "rejected": len(written.rejected),
                "notice": written.notice,
                "sent": written.sent,
            }
        )


def _redact(texts: Sequence[str]) -> Sequence[str]:
    from answer.privacy.redact import load_redactor

    return [done.text for done in load_redactor().redact_all(texts)]
