"""Asks the model, keeps the deadline, and keeps of its statements what the passages bear out. It never raises.

Whatever an endpoint does (down, slow, garbage, ten megabytes, cut off), the answer falls back on the guidance's own
sentences, and says so without repeating the client's message, which may hold a key or the question.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from answer.generate.parse import Draft, drafts
from answer.generate.prompt import question_prompt, system_prompt
from answer.generate.verify import Support, check
from mayshare.config import Model
from mayshare.index import Index
from mayshare.llm import build_llm, host_of
from mayshare.schema import Hit, Question

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

Redact = Callable[[Sequence[str]], Sequence[str]]
_DONE = object()


class Kept(NamedTuple):
    """A statement that stands, with what bears it out."""

    draft: Draft
    support: tuple[Support, ...]


class Written(NamedTuple):
    """What came of asking the model: what stands, how many statements fell and why, and what went wrong."""

    kept: tuple[Kept, ...]
    rejected: tuple[str, ...]
    notice: str
    sent: str


class Writer:
    """Words claims with a language model. Safe to call from several threads."""

    def __init__(self, settings: Model, redact: Redact, llm: LLM | None = None) -> None:
        """Raises what `mayshare.llm.build_llm` raises.

        Args:
            redact: texts of one conversation to the same without personal data; nothing else is ever sent.
            llm: one that is built already, for tests.
        """
        assert settings.provider is not None
        self._settings, self._redact = settings, redact
        self._llm = llm or build_llm(
            settings.provider, settings.model, settings.base_url, settings.api_key, settings.deadline_s
        )

    @property
    def name(self) -> str:
        """The model and where it runs, for people to read."""
        provider = str(self._settings.provider)
        return f"{self._settings.model or 'a model'} at {host_of(provider, self._settings.base_url)}"

    def write(
        self, question: Question, hits: Sequence[Hit], index: Index, on_kept: Callable[[Kept], None] | None = None
    ) -> Written:
        """Ask for claims on the best hits, within the deadline.

        Args:
            on_kept: called with each statement as soon as it stands, for streaming.
        """
        passages = [hit.passage for hit in hits[: self._settings.passages]]
        *history, current = self._redact([*question.history, question.text])
        prompt = question_prompt(current, history, passages)
        kept: list[Kept] = []
        rejected: list[str] = []
        fault: list[str] = []
        for draft in drafts(self._deltas(prompt, fault)):
            result = check(draft, passages, lambda passage: index.documents[passage.source_id].body, index.embed_text)
            if result.fault:
                rejected.append(result.fault)
                continue
            kept.append(Kept(draft, result.support))
            if on_kept:
                on_kept(kept[-1])
        if not kept and not rejected and not fault:
            fault.append("wrote nothing that can be read")
        return Written(tuple(kept), tuple(rejected), self._notice(fault), current)

    def _deltas(self, prompt: str, fault: list[str]) -> Iterator[str]:
        """Pieces of the reply until it ends, fails, or the deadline passes. A thread reads: a client may hang."""
        pieces: queue.Queue[object] = queue.Queue()
        stop = threading.Event()
        threading.Thread(target=self._read, args=(prompt, pieces, stop), daemon=True).start()
        end = time.monotonic() + self._settings.deadline_s
        try:
            while True:
                piece = pieces.get(timeout=max(0.0, end - time.monotonic()))
                if piece is _DONE:
                    return
                if isinstance(piece, BaseException):
                    fault.append(f"failed ({type(piece).__name__})")
                    return
                yield str(piece)
                if time.monotonic() > end:
                    raise queue.Empty
        except queue.Empty:
            fault.append(f"took longer than {self._settings.deadline_s:g} s")
        finally:
            stop.set()

    def _read(self, prompt: str, pieces: queue.Queue[object], stop: threading.Event) -> None:
        from llama_index.core.llms import ChatMessage, MessageRole

        messages = [
            ChatMessage(role=MessageRole.SYSTEM, content=system_prompt()),
            ChatMessage(role=MessageRole.USER, content=prompt),
        ]
        try:
            for response in self._llm.stream_chat(messages):
                if stop.is_set():
                    return
                if response.delta:
                    pieces.put(response.delta)
        except BaseException as error:  # noqa: BLE001 - whatever a client raises is the endpoint's fault, not ours
            pieces.put(error)
        pieces.put(_DONE)

    def _notice(self, fault: Sequence[str]) -> str:
        if not fault:
            return ""
        return f"The language model {self.name} {fault[0]}. What it didn't word stands in the guidance's own sentences."
