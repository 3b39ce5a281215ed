"""Provisions that a question names are looked up, not guessed at."""

from __future__ import annotations

import pytest

from answer.assemble import Engine
from answer.lookup import explaining, explains, provisions, unexplained, without_provisions
from mayshare.schema import Document, Passage, Question, Sentence


def passage(source_id: str, *sentences: tuple[str, ...]) -> Passage:
    """A passage whose sentences cite these provisions."""
    made = tuple(
        Sentence(start=10 * n, end=10 * n + 9, role="rule", authorities=cited) for n, cited in enumerate(sentences)
    )
    everything = tuple(dict.fromkeys(citation for cited in sentences for citation in cited))
    text = "x" * 10 * len(sentences)
    return Passage(
        source_id=source_id, start=0, end=len(text), text=text, title=source_id, authorities=everything, sentences=made
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("what does 34 CFR 99.31(a)(1) say", ("34 CFR 99.31(a)(1)",)),
        ("does 99.31(a)(10) let me call her mom", ("34 CFR 99.31(a)(10)",)),
        ("HIPAA section 164.510(b) and 34 C.F.R. § 99.36", ("45 CFR 164.510(b)", "34 CFR 99.36")),
        ("is § 2.51 for hospitals", ("42 CFR 2.51",)),
        ("300.622?", ("34 CFR 300.622",)),
        ("what is 1232g(b)(1)(L)", ("20 USC 1232g(b)(1)(L)",)),
        ("42 CFR Part 2 and 34 CFR part 99", ()),
        ("it costs 199.31 or 99.315 dollars, 2.51 each", ()),
    ],
)
def test_provisions_are_read_with_and_without_their_title(text: str, named: tuple[str, ...]) -> None:
    assert set(provisions(text)) == set(named)


def test_what_is_asked_beside_the_provision_remains() -> None:
    assert without_provisions("does 99.31(a)(10) and 45 CFR 164.512(j) help").split() == "does and help".split()


def test_a_sentence_that_cites_little_else_explains_more() -> None:
    wanted = "34 CFR 99.36"
    alone = passage("a", ("34 CFR 99.36",))
    among = passage("b", ("34 CFR 99.36", "45 CFR 164.512(j)", "42 CFR 2.51", "34 CFR 99.31(a)(10)"))
    later = passage("c", ("34 CFR 99.30",), ("34 CFR 99.36",))
    assert explains(alone, wanted) == 1.0
    assert explains(among, wanted) == 0.5  # one over the square root of four
    # (2 × 0 for the first + the mean of 0 and 1) / 3
    assert explains(later, wanted) == pytest.approx(0.5 / 3)
    assert explains(passage("d", ("34 CFR 99.3",)), wanted) == 0.0


def test_a_part_counts_more_than_the_whole_and_a_bare_part_of_the_code_not_at_all() -> None:
    assert explains(passage("a", ("34 CFR 99.31(a)(1)(i)",)), "34 CFR 99.31(a)(1)") == pytest.approx(0.9)
    assert explains(passage("a", ("34 CFR 99.31(a)",)), "34 CFR 99.31(a)(1)") == pytest.approx(0.4)
    assert explains(passage("a", ("34 CFR 99",)), "34 CFR 99.31(a)(1)") == 0.0


def test_a_document_on_the_law_about_it_throughout_comes_first() -> None:
    passages = [
        passage("touches", ("34 CFR 99.36",)),
        passage("touches", ("34 CFR 99.30",)),
        passage("throughout", ("34 CFR 99.36",)),
        passage("throughout", ("34 CFR 99.36(a)",)),
        passage("story", ("34 CFR 99.36",)),
    ]
    made = {
        name: document(name, kind) for name, kind in (("touches", "law"), ("throughout", "law"), ("story", "situation"))
    }
    scores = explaining(passages, made, ["34 CFR 99.36"])
    assert scores.argmax() == 2
    assert scores[1] == 0.0
    assert scores[4] == pytest.approx(0.75)


def test_provisions_that_nothing_cites_are_named() -> None:
    passages = [passage("a", ("34 CFR 99.31(a)(1)", "34 CFR 99"))]
    assert unexplained(passages, ["34 CFR 99.31", "34 CFR 99.31(a)(1)(i)", "34 CFR 99.99"]) == ("34 CFR 99.99",)


def document(source_id: str, kind: str) -> Document:
    """A document of this kind."""
    return Document.model_validate(
        {
            "source_id": source_id,
            "title": source_id,
            "kind": kind,
            "laws": ["FERPA"],
            "status_as_of": "2026-11-01",
            "body": "x",
            "sha256": "0" * 64,
        }
    )


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ("what does 34 CFR 99.31(a)(6) say", "May a school share student records for a study without consent?"),
        ("34 CFR 300.622", "When does a school need a parent's consent to give out special education information?"),
        ("what's in 45 CFR 164.512(j)?", "When may a therapist break confidentiality because a patient is a danger?"),
    ],
)
def test_a_bare_provision_is_answered_by_the_rule_before_its_special_cases(
    engine: Engine, asked: str, leads: str
) -> None:
    answer = engine.ask(Question(text=asked))
    assert answer.situation is not None
    assert (answer.situation.section.heading, answer.situation.unsure) == (leads, False)
