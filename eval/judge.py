"""A language model as judge, by choice: LlamaIndex's faithfulness and correctness evaluators over a run.

Off by default. The questions and answers go to the model that `[judge]` names, and nowhere else. A judge's failure is
neither a pass nor a fail: it is counted apart. The figures stand beside the metrics, never in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from llama_index.core.evaluation import CorrectnessEvaluator, FaithfulnessEvaluator

from eval import stats
from eval.cases import Case, Record
from eval.runs import Run
from mayshare.config import Judge
from mayshare.errors import JudgeError
from mayshare.llm import build_llm as load

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

Progress = Callable[[int, int], None]


TIMEOUT_S = 120.0  # for one judgement


class Judgement(Record):
    """One answer judged: are its claims supported by what they cite (0 or 1), how near is it to the gold (1–5)?"""

    case: str
    faithful: float | None = None
    correct: float | None = None
    error: str | None = None


class Shares(NamedTuple):
    """Means with 95 % intervals, and how many answers the judge failed on."""

    faithful: tuple[float, float, float]
    correct: tuple[float, float, float]
    judged: int
    failed: int


def build_llm(settings: Judge) -> LLM:
    """The model that `[judge]` names.

    Raises:
        JudgeError: none is set.
        LanguageModelError: its address or its extra is missing.
    """
    if settings.provider is None:
        raise JudgeError("No judge is set. Name provider and model under [judge] in mayshare.toml (docs/settings.md).")
    return load(settings.provider, settings.model, settings.base_url, settings.api_key, TIMEOUT_S, table="judge")


def judge(run: Run, cases: Mapping[str, Case], llm: LLM, progress: Progress | None = None) -> list[Judgement]:
    """Judge every answer that has claims; withheld and failed ones are left to the other metrics."""
    faithfulness, correctness = FaithfulnessEvaluator(llm=llm), CorrectnessEvaluator(llm=llm)
    lines = [
        (line.case, line.answer)
        for line in run.lines
        if line.variant == "question" and line.answer and line.answer.claims
    ]
    found = []
    for done, (name, answer) in enumerate(lines, start=1):
        quotes = [citation.quote for claim in answer.claims for citation in claim.citations]
        question = answer.question.text
        try:
            supported = faithfulness.evaluate(query=question, response=answer.text, contexts=quotes)
            near = correctness.evaluate(query=question, response=answer.text, reference=cases[name].bottom_line)
            found.append(Judgement(case=name, faithful=supported.score, correct=near.score))
        except Exception as error:  # noqa: BLE001 - whatever a model's client raises is a failed judgement, not a score
            found.append(Judgement(case=name, error=f"{type(error).__name__}: {error}"))
        if progress:
            progress(done, len(lines))
    return found


def shares(judgements: Sequence[Judgement]) -> Shares:
    """Means over what the judge could judge."""
    faithful = [j.faithful for j in judgements if j.faithful is not None]
    correct = [j.correct for j in judgements if j.correct is not None]
    failed = sum(1 for j in judgements if j.error)
    return Shares(_mean(faithful), _mean(correct), len(judgements) - failed, failed)


def _mean(values: list[float]) -> tuple[float, float, float]:
    mean = sum(values) / len(values) if values else float("nan")
    return (mean, *stats.interval(values))
