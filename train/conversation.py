"""How well a follow-up is found: `python -m train.conversation`, on what the views' weights were chosen on.

120 conversations whose writers read the law and not the guidance (`train/conversations.jsonl`), each last turn also
worded as one question, and the development follow-ups. What shows whether a turn that needs no other is led astray: the
development questions, each after the turns of some conversation.
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from answer.assemble import Engine
from answer.understand import understand
from eval.cases import Case, Evidence, gold, load_cases
from eval.follow_ups import standalone
from mayshare.config import load_settings
from mayshare.schema import Filters, Question, Span

FILE = Path(__file__).parent / "conversations.jsonl"
SINGLES = 100
DEPTH = 10


class Asked(NamedTuple):
    """A question and the spans of which one answers it."""

    question: Question
    spans: tuple[Span, ...]


def conversations(engine: Engine) -> tuple[list[Asked], list[Asked]]:
    """Each last turn after its turns, and as one question."""
    documents = engine.index.documents
    dev = [case for case in load_cases(split="dev") if case.turns]
    forms = [case.question for case in standalone(dev)]
    rows = [(case.turns, case.question, form, _spans(engine, case)) for case, form in zip(dev, forms, strict=True)]
    for line in FILE.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        quotes = [Evidence(**one) for one in row["evidence"]]
        starts = [(one, documents[one.document].body.index(one.quote)) for one in quotes]
        spans = tuple(Span(source_id=one.document, start=at, end=at + len(one.quote)) for one, at in starts)
        rows.append((tuple(row["turns"]), row["question"], row["standalone"], spans))
    turns = [Asked(Question(text=last, history=before), spans) for before, last, _, spans in rows]
    return turns, [Asked(Question(text=form), spans) for _, _, form, spans in rows]


def singles(engine: Engine, histories: Sequence[tuple[str, ...]]) -> list[Asked]:
    """Development questions that need no other turn, each after turns drawn with a fixed seed."""
    draw = random.Random(1)
    cases = [case for case in load_cases(split="dev") if not case.turns and case.evidence][:SINGLES]
    return [Asked(Question(text=case.question, history=draw.choice(histories)), _spans(engine, case)) for case in cases]


def _spans(engine: Engine, case: Case) -> tuple[Span, ...]:
    return tuple(span for group in gold(case, engine.index.documents).groups for span in group)


def report(engine: Engine, name: str, asked: Sequence[Asked]) -> str:
    """Shares with a right passage first and among five, and the mean gain of its rank."""
    ranks = [_rank(engine, one) for one in asked]
    gain = sum(1 / math.log2(rank + 1) for rank in ranks if rank <= DEPTH) / len(ranks)
    first, five = (sum(rank <= k for rank in ranks) / len(ranks) for k in (1, 5))
    return f"{name} ({len(ranks)}): first {first:.3f}, among five {five:.3f}, gain {gain:.3f}"


def _rank(engine: Engine, asked: Asked) -> int:
    understood = understand(asked.question, engine.glossary)
    hits = engine.retriever.evidence(understood, Filters(), DEPTH).hits
    right = (n for n, hit in enumerate(hits, 1) if any(hit.passage.span.overlap(span) for span in asked.spans))
    return next(right, DEPTH + 1)


def main() -> int:
    """Command line entry."""
    engine = Engine(load_settings(), pinned=True)
    turns, alone = conversations(engine)
    others = singles(engine, [asked.question.history for asked in turns])
    plain = [asked._replace(question=Question(text=asked.question.text)) for asked in others]
    for name, asked in (("with turns", turns), ("in one go", alone), ("after others' turns", others), ("alone", plain)):
        sys.stdout.write(report(engine, name, asked) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
