"""What the reranker is trained on: which questions, and the sections that are nearest beside the right one."""

from __future__ import annotations

from mayshare.schema import Phrasing
from train.data import Stranger, is_document_held_out, read_stories
from train.reader_pack import CASES, MEASURED, NEAR, OTHERS, neighbours, of_strangers, questions


def test_the_right_section_and_the_nearest_others_once_each() -> None:
    places = [("a", "A?"), ("b", "B?"), ("b", "B?"), ("c", "C?"), *(("d", f"{n}?") for n in range(20))]
    right, near = neighbours([1, 2, 3, 0, *range(4, 24)], places, ("c", "C?"))
    assert right == 3
    assert near == [1, 0, *range(4, 10)]
    assert len(near) == NEAR


def test_what_is_measured_is_not_trained_on_and_no_more_is_kept_than_is_measured() -> None:
    known = {(story.source_id, story.heading) for story in read_stories()}
    phrasings = [
        Phrasing(source_id=source_id, heading=heading, text=f"{n}?", verdict="yes", case=n % 2 == 0)
        for n, (source_id, heading) in enumerate(sorted(known) * 3)
    ]
    found = list(questions(phrasings, known, 12_000, CASES, OTHERS))
    stories = [labelled for labelled in found if not labelled.text.endswith("?") or len(labelled.text) > 8]
    held_out = [labelled for labelled in found if labelled.held_out]
    assert len(held_out) == MEASURED
    assert all(is_document_held_out(labelled.place[0]) for labelled in held_out)
    assert not any(is_document_held_out(labelled.place[0]) for labelled in found if not labelled.held_out)
    assert len(found) - len(stories) == CASES + OTHERS


def test_a_stranger_s_question_comes_with_what_was_read_to_be_another_situation() -> None:
    places = [("a", "A?"), ("a", "A?"), *(("b", f"{n}?") for n in range(4))]
    others = tuple(("b", f"{n}?") for n in range(3))
    answered = Stranger("may I, now", "no", (("a", "A?"), ("gone", "G?")), (("b", "3?"),), others)
    unanswered = Stranger("and I", "", (), (), others)
    few = Stranger("and she", "yes", (("a", "A?"),), (), others[:2])
    found = list(of_strangers([answered, unanswered, few], places, 2))
    assert [(asked.rows, near) for asked, near in found] == [((0,), [2, 3, 4])] * (1 if answered.held_out else 2)
    assert found[0][0].verdict == "no"
