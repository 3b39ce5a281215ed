"""Which sentences join an answer, and in what company."""

from __future__ import annotations

import pytest

from answer.assemble import Engine
from answer.salience import WEIGHTS, features, salience
from answer.select import INVENTED, SAME, candidates, select
from answer.understand import Understood, understand
from answer.verdict import Modality, modality
from mayshare.schema import Filters, Hit, Question

ASKED = [
    "May a school tell a probation officer about attendance without the parents' consent?",
    "Can a substance use program tell police that a patient hit a nurse?",
    "Foster mom wants the report card, the birth mother says no. Whom do we follow?",
    "Does the shelter have to tell CPS that a mother stays there?",
]


def found(engine: Engine, text: str, k: int = 10) -> tuple[Understood, tuple[Hit, ...]]:
    understood = understand(Question(text=text), engine.glossary)
    return understood, engine.retriever.evidence(understood, Filters(), k).hits


@pytest.mark.parametrize("text", ASKED)
def test_a_selection_keeps_to_its_words_and_says_nothing_twice(engine: Engine, text: str) -> None:
    understood, hits = found(engine, text)
    for most in (60, 120, 180):
        chosen = select(engine.index, hits, understood, most)
        words = [len(one.text.split()) for one in chosen]
        assert sum(words) <= max(most, words[0])
        assert len({one.text for one in chosen}) == len(chosen)
        assert [one.role for one in chosen].count("bottom_line") == 1
        assert [one.role for one in chosen].count("next_step") <= 1
    told = salience(candidates(engine.index, hits), engine.index.lexical.rarity)
    numbers = {candidate.text: n for n, candidate in enumerate(candidates(engine.index, hits))}
    rows = [numbers[one.text] for one in select(engine.index, hits, understood, 180)]
    assert all(told.alike[a, b] <= SAME for n, a in enumerate(rows) for b in rows[:n])


def test_what_another_section_permits_stands_beside_its_bottom_line_alone(engine: Engine) -> None:
    checked = 0
    for text in ASKED:
        understood, hits = found(engine, text)
        chosen = select(engine.index, hits, understood, 180)
        said = {(one.passage.passage_id, one.sentence.start) for one in chosen}
        for one in chosen[1:]:
            own = (one.passage.source_id, one.passage.heading) == (hits[0].passage.source_id, hits[0].passage.heading)
            if own:
                continue
            assert one.role in ("rule", "state_law")  # its conditions aren't those of this answer
            first = one.passage.sentences[0]
            if one.sentence != first and modality(one.text) in (Modality.PERMITS, Modality.REQUIRES):
                assert (one.passage.passage_id, first.start) in said
            checked += 1
    assert checked


def test_what_several_sections_say_counts_more(engine: Engine) -> None:
    _, hits = found(engine, ASKED[0])
    every = candidates(engine.index, hits)
    names = list(WEIGHTS)
    alone = [candidate for candidate in every if candidate.section == every[0].section]
    together, _, _ = features(every, engine.index.lexical.rarity)
    apart, _, _ = features(alone, engine.index.lexical.rarity)
    assert together[:, names.index("shared")].max() > 0
    assert not apart[:, names.index("shared")].any()
    assert (together[:, names.index("near")] <= 1).all()


def test_one_section_tells_all_that_it_has(engine: Engine) -> None:
    understood, hits = found(engine, ASKED[0])
    section = (hits[0].passage.source_id, hits[0].passage.heading)
    own = tuple(hit for hit in hits if (hit.passage.source_id, hit.passage.heading) == section)
    chosen = select(engine.index, own, understood, 1000)
    assert {one.sentence.role for one in chosen} == {s.role for hit in own for s in hit.passage.sentences}


def test_an_invented_case_is_no_aside(engine: Engine) -> None:
    cases = [passage for passage in engine.index.passages if INVENTED in passage.text]
    assert cases
    _, hits = found(engine, ASKED[0], k=2)
    mixed = (hits[0], *(Hit(passage=passage, score=hits[0].score) for passage in cases))
    assert {candidate.section for candidate in candidates(engine.index, mixed)} == {
        (hits[0].passage.source_id, hits[0].passage.heading)
    }
    alone = candidates(engine.index, [Hit(passage=cases[0], score=1.0)])
    assert len(alone) == len(cases[0].sentences)


def test_nothing_found_nothing_selected(engine: Engine) -> None:
    understood, _ = found(engine, ASKED[0])
    assert select(engine.index, (), understood, 180) == []
