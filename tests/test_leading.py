"""The leading sections, ordered by what speaks for each as a whole, and what that order is fitted on."""

from __future__ import annotations

import numpy as np
import pytest

from answer.assemble import Engine
from answer.leading import MOST, WEIGHTS, Leading
from answer.sections import Sections
from answer.understand import understand
from eval import strangers
from eval.strangers import Asked
from mayshare.lexical import terms
from mayshare.schema import Answer, Filters, Place, Question, Related, Situation
from tests.questions import MESSY
from train.leading import Led, leads_rightly, pairs, weights


@pytest.fixture(scope="module")
def sections(engine: Engine) -> Sections:
    return Sections(engine.index)


def test_a_section_that_speaks_of_the_question_gains_and_the_mean_stays(engine: Engine, sections: Sections) -> None:
    index = engine.index
    score = np.full(len(index.passages), -1.0, dtype=np.float32)
    rows = sections.heads(np.zeros(len(index.passages), dtype=np.float32), 3)
    score[rows] = 0.5
    nothing = np.zeros(len(index.passages), dtype=np.float32)
    spoken = terms(index.passages[rows[1]].heading + " " + index.passages[rows[1]].text)
    moved = Leading(index, sections)(spoken, score, nothing, nothing)
    assert int(np.argmax(moved)) == rows[1]
    assert moved[rows].mean() == pytest.approx(0.5, abs=1e-3)
    assert (moved[score < 0] == -1).all()


def test_nearer_cosines_count_for_a_section(engine: Engine, sections: Sections) -> None:
    index = engine.index
    rows = sections.heads(np.zeros(len(index.passages), dtype=np.float32), 2)
    score, dense = np.full((2, len(index.passages)), -1.0, dtype=np.float32)
    score[rows], dense[rows] = 0.5, 0.0
    dense[rows[1]] = 0.9
    moved = Leading(index, sections)([], score, dense, dense)
    assert moved[rows[1]] > moved[rows[0]]


def test_one_section_alone_stays(engine: Engine, sections: Sections) -> None:
    score = np.full(len(engine.index.passages), -1.0, dtype=np.float32)
    score[0] = 0.5
    assert Leading(engine.index, sections)(["x"], score, score, score).tolist() == score.tolist()


def test_official_text_never_leads_among_the_heads_and_no_section_twice(engine: Engine, sections: Sections) -> None:
    heads = sections.heads(np.zeros(len(engine.index.passages), dtype=np.float32), 50)
    places = [(engine.index.passages[row].source_id, engine.index.passages[row].heading) for row in heads]
    assert len(set(places)) == 50
    assert all(engine.index.documents[source_id].kind != "official" for source_id, _ in places)


def test_it_can_be_left_out_and_a_provision_is_looked_up_as_before(engine: Engine) -> None:
    without = Engine(engine.settings, engine.index, without=frozenset({"leading", "model"}), pinned=True)

    def found(asked: Engine, text: str) -> list[tuple[str, float]]:
        evidence = asked.retriever.evidence(understand(Question(text=text), asked.glossary), Filters(), 8)
        return [(hit.passage.passage_id, hit.score) for hit in evidence.hits]

    assert found(engine, MESSY) != found(without, MESSY)
    assert found(engine, "What does 34 CFR 99.31(a)(6) say?") == found(without, "What does 34 CFR 99.31(a)(6) say?")


def test_what_is_fitted_on_has_a_column_for_each_weight(engine: Engine) -> None:
    places, values = engine.retriever.leading(understand(Question(text=MESSY), engine.glossary))
    assert values.shape == (len(places), 1 + len(WEIGHTS))
    assert len(places) == MOST
    assert list(values[:, 0]) == sorted(values[:, 0], reverse=True)
    others, few = engine.retriever.leading(understand(Question(text="zzyzx qqq"), engine.glossary))
    assert few.shape == (len(others), 1 + len(WEIGHTS))


def test_a_feature_that_tells_the_right_section_gets_the_weight() -> None:
    rng = np.random.default_rng(0)
    asked = []
    for _ in range(60):
        values = rng.random((4, 3))
        right = np.zeros(4, dtype=bool)
        right[int(np.argmax(values[:, 0] + 2 * values[:, 1]))] = True
        asked.append(Led(values, right))
    asked.append(Led(rng.random((3, 3)), np.zeros(3, dtype=bool)))  # none of them decides: nothing to learn
    found = weights(asked)
    assert found[0] == 1
    assert found[1] == pytest.approx(2, abs=0.7)
    assert abs(found[2]) < 0.5
    assert len(pairs(asked)) == 60 * 3
    assert np.mean([leads_rightly(one, found) for one in asked[:-1]]) > 0.9
    assert not leads_rightly(Led(np.zeros((0, 3)), np.zeros(0, dtype=bool)), found)


def place(heading: str) -> Place:
    return Place(source_id="d", heading=heading)


def answer(engine: Engine, own: str, others: tuple[str, ...], unsure: bool) -> Answer:
    related = [Related(source_id="d", title="D", heading=heading, start=0) for heading in (own, *others)]
    found = Situation(section=related[0], others=tuple(related[1:]), probability=0.4, unsure=unsure)
    return engine.ask(Question(text="May I?")).model_copy(update={"situation": found})


def test_strangers_questions_are_judged_by_what_leads_and_what_is_offered(engine: Engine) -> None:
    asked = Asked("May I?", frozenset([place("A?")]), frozenset([place("B?")]))
    right = strangers.led(answer(engine, "A?", ("C?",), False), asked)
    assert (right.right, right.part, right.offered, right.asks_first) == (True, False, True, False)
    part = strangers.led(answer(engine, "B?", ("A?",), True), asked)
    assert (part.right, part.part, part.offered, part.asks_first) == (False, True, True, True)
    wrong = strangers.led(answer(engine, "C?", (), False), asked)
    assert not wrong.right and not wrong.part and not wrong.offered
    withheld = strangers.led(engine.ask(Question(text="")), asked)
    assert withheld.withheld
    table = strangers.table([right, part, wrong, withheld])
    assert "the right section leads: 0.333" in table
    assert "… by another situation: 0.500" in table


def test_the_questions_that_measure_are_whole_and_none_was_fitted_on() -> None:
    from train.data import read_strangers

    fitted = {stranger.text.lower() for stranger in read_strangers()}
    for split, least in (("dev", 100), ("test", 50)):
        loaded = strangers.load(split)  # type: ignore[arg-type]
        assert len({asked.text for asked in loaded}) == len(loaded) >= least
        assert not fitted & {asked.text.lower() for asked in loaded}
