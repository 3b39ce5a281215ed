"""The stories that the query encoder is trained on: each leads to a section, and none is a question that measures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from answer.assemble import Engine
from eval.cases import load_cases
from mayshare.index import numbered
from mayshare.reader import VERDICTS
from mayshare.text import plain
from mayshare.verdicts import Verdict
from train.data import (
    GENERAL,
    STRANGERS,
    Ask,
    Asked,
    Keys,
    Section,
    Story,
    is_document_held_out,
    read_asks,
    read_pack,
    read_sentences,
    read_stories,
    read_strangers,
    sentence_key,
    shares,
    write_asks,
    write_pack,
)
from train.query_pack import asks

RUN = 12  # words in a row that two writers do not share by chance


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    return read_stories()


def runs(text: str) -> Iterator[str]:
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    return (" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1))


def test_each_story_is_whole_and_stands_once(stories: list[Story]) -> None:
    assert len({story.text for story in stories}) == len(stories) > 6000
    known: set[Verdict] = {"yes", "no", "conditional", "explain"}
    assert {story.verdict for story in stories} == known
    assert all(15 < len(story.text.split()) < 160 for story in stories)


def test_no_story_repeats_a_question_that_measures(stories: list[Story]) -> None:
    trained = [story.text for story in stories]
    trained += [stranger.text for path in (STRANGERS, GENERAL) for stranger in read_strangers(path)]
    told = {run for text in trained for run in runs(text)}
    shared = [
        (case.id, run)
        for case in load_cases()
        for question in case.variants().values()
        for run in runs(question.text)
        if run in told
    ]
    assert shared == []


def test_nearly_all_stories_lead_to_a_section(engine: Engine, stories: list[Story]) -> None:
    """A heading that is worded anew loses its stories, which is why few may be lost before they are mended."""
    sections = {(passage.source_id, passage.heading) for passage in engine.index.passages}
    lost = [story for story in stories if (story.source_id, story.heading) not in sections]
    assert len(lost) < len(stories) / 50, lost[:5]


@pytest.mark.parametrize(("path", "low", "high"), [(STRANGERS, 0.05, 0.2), (GENERAL, 0.4, 0.6)])
def test_each_stranger_s_question_stands_once_and_most_are_answered(
    engine: Engine, path: Path, low: float, high: float
) -> None:
    strangers = read_strangers(path)
    assert len({stranger.text for stranger in strangers}) == len(strangers) > 1000
    sections = {(passage.source_id, passage.heading) for passage in engine.index.passages}
    told = [place for stranger in strangers for place in stranger.answers]
    lost = [place for place in told if place not in sections]
    assert len(lost) < len(told) / 50, lost[:5]
    for stranger in strangers:
        assert bool(stranger.answers) == bool(stranger.verdict), stranger.text
        places = [*stranger.answers, *stranger.part, *stranger.others]
        assert len(set(places)) == len(places), stranger.text
        assert stranger.verdict not in stranger.also
        assert set(stranger.also) <= set(VERDICTS), stranger.text
    assert low < sum(stranger.held_out for stranger in strangers) / len(strangers) < high


def test_what_is_as_right_shares_a_verdict() -> None:
    assert shares("no", ("conditional",), VERDICTS) == [0.0, 0.6, 0.4, 0.0]
    assert shares("yes", ("conditional", "explain"), VERDICTS) == [0.6, 0.0, 0.2, 0.2]
    assert shares("yes", (), VERDICTS) == [1.0, 0.0, 0.0, 0.0]
    assert shares("", ("no",), VERDICTS) == [0.0] * 4, "nobody labelled it"


def test_a_question_keeps_its_verdicts_in_a_pack(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("pack") / "pack.json"
    section = Section("a", "b", "c", "d")
    asked = [Asked("may I?", (0,), 1, "no", True, ("conditional",)), Asked("and I?", (0,), 1, "", False)]
    write_pack(path, [section], asked, [[0], [0]])
    assert read_pack(path) == ([section], asked, [[0], [0]])


def test_sentences_that_readers_marked_still_stand_in_the_guidance(engine: Engine) -> None:
    """A sentence that is worded anew loses its mark, which is why few may be lost before they are marked again."""
    read = read_sentences()
    assert len({asked.text for asked in read}) == len(read) == 510
    assert {asked.opening for asked in read} == {"yes", "yes_if", "only_if", "no_unless", "no", "depends", "explain"}
    known = numbered(engine.index.passages)
    assert sum(asked.section in known for asked in read) > 0.95 * len(read)
    standing = {
        sentence_key(plain(engine.index.documents[passage.source_id].body[sentence.start : sentence.end]))
        for passage in engine.index.passages
        for sentence in passage.sentences
    }
    marked = [key for asked in read for key in asked.sentences]
    assert sum(key in standing for key in marked) > 0.95 * len(marked)
    assert all(sum(kind == "lead" for kind in asked.sentences.values()) == 1 for asked in read)


def test_a_way_of_asking_knows_its_own_vector(engine: Engine) -> None:
    found = list(asks(engine.index, numbered(engine.index.passages)))
    own = [ask for ask in found if ask.kind == "phrasing"]
    assert [ask.phrasing for ask in own] == list(range(len(engine.index.phrasings)))
    assert own[7].text == engine.index.phrasings[7].text
    assert len(found) > len(own)


def test_a_pack_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("pack") / "pack.npz"
    one, rows = np.eye(3, dtype=np.float32), np.array([0, 0, 1])
    questions = [Ask("may I?", (1, 0), -1, False, "stranger"), Ask("must we?", (0,), 2, True, "phrasing")]
    write_asks(path, Keys(one, one, one, rows, rows), questions)
    keys, back = read_asks(path)
    assert back == questions
    assert keys.phrasing_sections.tolist() == [0, 0, 1]


def test_documents_are_held_out_as_a_whole(stories: list[Story]) -> None:
    documents = {story.source_id for story in stories}
    share = sum(map(is_document_held_out, documents)) / len(documents)
    assert 0.05 < share < 0.2
