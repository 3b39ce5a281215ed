"""The prompt: the files beside this one, with the passages fenced and numbered. It holds no secret."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from mayshare.schema import Passage
from mayshare.text import plain

FENCE = "<passage n={n}>\n{heading}\n{text}\n</passage>"


def system_prompt() -> str:
    """What the model is told to do."""
    return _read("system.md").strip()


def question_prompt(question: str, history: Sequence[str], passages: Sequence[Passage]) -> str:
    """The passages, the earlier turns and the question, which have been redacted."""
    fenced = [
        FENCE.format(n=n, heading=_unfenced(passage.heading), text=_unfenced(plain(passage.text)))
        for n, passage in enumerate(passages, start=1)
    ]
    return (
        _read("question.md")
        .strip()
        .replace("{passages}", "\n".join(fenced))
        .replace("{history}", " / ".join(_unfenced(turn) for turn in history) or "nothing")
        .replace("{question}", _unfenced(question))
    )


def _unfenced(text: str) -> str:
    """A text that can't close or open a fence."""
    return text.replace("<", "‹").replace(">", "›")


def _read(name: str) -> str:
    return files("answer.generate").joinpath("prompts", name).read_text(encoding="utf-8")
