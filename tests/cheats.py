"""Ways to cheat an evaluation. Each must turn the gate red."""

from __future__ import annotations

from collections.abc import Callable

from answer.assemble import Engine
from eval.baselines import dump
from mayshare.schema import Answer, Question

Ask = Callable[[Question], Answer]


def shuffled(engine: Engine, questions: list[Question]) -> Ask:
    """Retrieval that finds what another question asked for."""
    others = {q.text: questions[(i + 7) % len(questions)] for i, q in enumerate(questions)}

    def ask(question: Question) -> Answer:
        return engine.ask(others[question.text]).model_copy(update={"question": question})

    return ask


def empty_corpus(engine: Engine, questions: list[Question]) -> Ask:
    """Nothing is found, whatever is asked."""
    return lambda question: Answer(question=question, verdict="abstain", abstention="not_in_corpus", message="Nothing.")


def swapped_citations(engine: Engine, questions: list[Question]) -> Ask:
    """Every claim cites what the next one rests on."""

    def ask(question: Question) -> Answer:
        answer = engine.ask(question)
        turned = [*answer.claims[1:], *answer.claims[:1]]
        claims = [a.model_copy(update={"citations": b.citations}) for a, b in zip(answer.claims, turned, strict=True)]
        return answer.model_copy(update={"claims": tuple(claims)})

    return ask


def invented_citations(engine: Engine, questions: list[Question]) -> Ask:
    """Quotes that no document holds."""

    def ask(question: Question) -> Answer:
        answer = engine.ask(question)
        claims = [
            claim.model_copy(
                update={
                    "citations": tuple(c.model_copy(update={"quote": f"{c.quote} Indeed."}) for c in claim.citations)
                }
            )
            for claim in answer.claims
        ]
        return answer.model_copy(update={"claims": tuple(claims)})

    return ask


def always_abstaining(engine: Engine, questions: list[Question]) -> Ask:
    """Silence, for its precision."""
    return lambda question: Answer(question=question, verdict="abstain", abstention="out_of_scope", message="No.")


def always_answering(engine: Engine, questions: list[Question]) -> Ask:
    """An answer to everything, tax and attacks included."""
    anything = Question(text="May a school give police records in an emergency?")

    def ask(question: Question) -> Answer:
        answer = engine.ask(question)
        return answer if answer.verdict != "abstain" else engine.ask(anything).model_copy(update={"question": question})

    return ask


def constant(engine: Engine, questions: list[Question]) -> Ask:
    """One good answer to every question."""
    answer = engine.ask(Question(text="May a school give police records in an emergency?"))
    return lambda question: answer.model_copy(update={"question": question})


def first_chunk(engine: Engine, questions: list[Question]) -> Ask:
    """The best passage, whole."""

    def ask(question: Question) -> Answer:
        answer = engine.ask(question)
        return dump(answer, [hit.passage for hit in answer.hits[:1]], engine.index, "first-chunk")

    return ask


def failing(engine: Engine, questions: list[Question]) -> Ask:
    """An engine that breaks on one question in ten."""

    def ask(question: Question) -> Answer:
        if len(question.text) % 10 == 0:
            raise RuntimeError("broken")
        return engine.ask(question)

    return ask


CHEATS: dict[str, Callable[[Engine, list[Question]], Ask]] = {
    function.__name__: function
    for function in (
        shuffled, empty_corpus, swapped_citations, invented_citations, always_abstaining, always_answering, constant,
        first_chunk, failing,
    )
}  # fmt: skip
