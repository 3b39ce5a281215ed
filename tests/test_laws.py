"""The laws that a question names and those that a passage cites."""

from __future__ import annotations

from answer.assemble import Engine
from answer.laws import cited, named
from mayshare.schema import Question


def test_laws_that_a_question_names() -> None:
    assert named("does hippa or part 2 apply to the IDEA file?") == ("HIPAA", "42 CFR Part 2", "IDEA")
    assert named("may we see the IEP under idea?") == ("IDEA",)
    assert named("our title X clinic, not Title XX or title ix") == ("Title IX", "Title X")
    assert named("any idea? good idea. I have no idea, and here is part 2 of my question") == ()


def test_laws_that_a_passage_cites() -> None:
    assert cited(["42 CFR 2.12(c)(6)", "45 CFR 164.512(b)(1)(ii)"]) == {"42 CFR Part 2", "HIPAA"}
    assert cited(["34 USC 12291(b)(2)(E)"]) == {"VAWA"}
    assert cited(["42 CFR 205.50", "536 US 273 (2002)"]) == frozenset()


def test_a_question_that_names_a_law_is_led_by_a_passage_that_cites_it(engine: Engine) -> None:
    """The document is about both laws: what tells its sections apart is what they cite."""
    text = "mother in our program described hitting her kid with a cord. may we report it under part 2?"
    hits = engine.ask(Question(text=text)).hits
    assert "42 CFR Part 2" in cited(hits[0].passage.authorities)
