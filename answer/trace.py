"""How an answer came about, stage by stage: for `ask --explain` and the page's “why this answer”."""

from __future__ import annotations

from typing import NamedTuple

from answer.assemble import Engine
from answer.compose import heading_of
from answer.understand import understand
from answer.verdict import modality
from mayshare.schema import Answer

SHOWN_HITS = 8


class Stage(NamedTuple):
    """A stage and what it found, line by line."""

    name: str
    lines: tuple[str, ...]


def explain(engine: Engine, answer: Answer) -> tuple[Stage, ...]:
    """The stages of an answer that this engine has given."""
    return (_understood(engine, answer), _retrieved(answer), _selected(answer), _decided(engine, answer))


def _understood(engine: Engine, answer: Answer) -> Stage:
    found, told = understand(answer.question, engine.glossary), engine.alarm.told(answer.question)
    named = {
        "who asks": found.told.asker or answer.question.asker,
        "the sentence that asks": found.focus,
        "asks for": found.asks.name.lower(),
        "leans on": found.context,
        "laws named": ", ".join(found.laws),
        "kinds of record": ", ".join(found.told.frame.records),
        "who is named": ", ".join(found.told.frame.recipients),
        "consent": found.frame.consent,
        "process": found.frame.process,
        "age": found.frame.age,
        "danger": told.danger or ("perhaps" if told.first else ""),
        "provisions named": ", ".join(found.citations),
        "glossary terms": ", ".join(found.named),
        "also searched for": ", ".join(found.expansion),
        "states": ", ".join(found.states),
    }
    return Stage("Understood", tuple(f"{name}: {value}" for name, value in named.items() if value))


def _retrieved(answer: Answer) -> Stage:
    lines = []
    for rank, hit in enumerate(answer.hits[:SHOWN_HITS], start=1):
        why = hit.why
        legs = f"BM25 {why.lexical:.1f}, passage {why.dense:.2f}, heading {why.heading:.2f}"
        heading = heading_of(hit.passage.heading_path, hit.passage.title)
        lines.append(f"{rank}. {hit.score:.3f} ({legs}) {hit.passage.source_id}: {heading}")
    return Stage("Retrieved", tuple(lines) or ("nothing",))


def _selected(answer: Answer) -> Stage:
    return Stage(
        "Selected",
        tuple(f"{claim.role}: {claim.text[:100]} ({claim.citations[0].passage_id})" for claim in answer.claims)
        or ("nothing",),
    )


def _decided(engine: Engine, answer: Answer) -> Stage:
    lines = []
    if answer.confidence is not None:
        threshold = engine.settings.answering.threshold
        lines.append(f"probability that the guidance answers this: {answer.confidence:.2f}, threshold {threshold:.2f}")
    if answer.abstention:
        lines.append(f"withheld: {answer.abstention}")
    elif answer.claims:
        lines.append(f"the bottom line {modality(answer.claims[0].text).name.lower()}: verdict {answer.verdict}")
    lines.append(", ".join(f"{name} {value:.1f} ms" for name, value in answer.timings_ms.items()))
    return Stage("Decided", tuple(lines))
