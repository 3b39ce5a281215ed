"""The leading sections of a ranking, reread where scores don't tell them apart."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from answer.assemble import Engine
from answer.rerank import READ, WEIGHT, Reranker
from answer.sections import Sections
from answer.understand import understand
from mayshare.reader import Reading
from mayshare.schema import Filters, Question
from tests.questions import MESSY

PLAIN = "Can a probation officer get attendance and grades without consent?"


class Scripted:
    """A reader whose relevance of a passage stands in its text; remembers what it read."""

    def __init__(self) -> None:
        self.read_: list[str] = []

    def read(self, question: str, passages: list[str]) -> list[Reading]:
        assert question == "asked"
        self.read_ += passages
        return [Reading(float(passage.split()[-1]), {}) for passage in passages]


def reranker(relevances: list[float], sections: list[int], kinds: list[str]) -> tuple[Reranker, Scripted]:
    reader = Scripted()
    passages = [
        SimpleNamespace(source_id=kind, heading=f"Section {section}?", text=f"Rule {relevance}", passage_id=str(row))
        for row, (relevance, section, kind) in enumerate(zip(relevances, sections, kinds, strict=True))
    ]
    documents = {kind: SimpleNamespace(kind=kind) for kind in kinds}
    index: Any = SimpleNamespace(passages=passages, documents=documents)
    return Reranker(reader, Sections(index)), reader  # type: ignore[arg-type]


def test_a_section_that_answers_better_comes_first_and_the_rest_stays() -> None:
    rerank, reader = reranker([0, 4, 2, 9, 9], [0, 1, 2, 3, 4], ["practice"] * 5)
    score = np.array([0.8, 0.7, 0.65, 0.5, -1.0], dtype=np.float32)
    moved, readings = rerank("asked", score)
    assert len(reader.read_) == READ
    assert {row: reading.relevance for row, reading in readings.items()} == {"0": 0, "1": 4, "2": 2}
    assert list(np.argsort(-moved)) == [1, 2, 0, 3, 4]
    assert moved[3:].tolist() == score[3:].tolist()  # neither read nor moved, and what is no hit stays none
    assert moved[:3].mean() == pytest.approx(score[:3].mean())
    assert moved[1] == pytest.approx(0.7 + WEIGHT * 2)


def test_all_passages_of_a_section_move_and_official_text_is_not_read() -> None:
    rerank, reader = reranker(
        [0, 5, 9, 1, 9], [0, 1, 1, 2, 3], ["practice", "practice", "practice", "practice", "official"]
    )
    score = np.array([0.8, 0.7, 0.1, 0.4, 0.9], dtype=np.float32)
    moved, _ = rerank("asked", score)
    assert [text.split()[-1] for text in reader.read_] == ["0", "5", "1"]
    assert moved[2] - score[2] == pytest.approx(moved[1] - score[1])
    assert moved[4] == score[4]


def test_one_section_has_nothing_to_be_told_from() -> None:
    rerank, reader = reranker([1, 2], [0, 0], ["practice"] * 2)
    score = np.array([0.8, 0.7], dtype=np.float32)
    same, readings = rerank("asked", score)
    assert (same.tolist(), readings) == (score.tolist(), {})
    assert not reader.read_


def test_only_what_is_near_a_tie_is_read(engine: Engine) -> None:
    without = Engine(engine.settings, engine.index, without=frozenset({"rerank", "model"}), pinned=True)

    def scores(asked: Engine, text: str) -> list[float]:
        found = asked.retriever.evidence(understand(Question(text=text), asked.glossary), Filters(), 8)
        return [hit.score for hit in found.hits]

    assert scores(engine, PLAIN) == scores(without, PLAIN)
    assert scores(engine, MESSY) != scores(without, MESSY)
