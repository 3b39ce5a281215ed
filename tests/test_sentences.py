"""Sentences: where they begin and end, and what they are for."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import Span, role_of, split
from mayshare.text import plain


def texts(body: str) -> list[str]:
    return [body[s.start : s.end] for s in split(body)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One rule. Another rule.", ["One rule.", "Another rule."]),
        ("See 20 U.S.C. 1232g for it. Next.", ["See 20 U.S.C. 1232g for it.", "Next."]),
        ("In Gonzaga Univ. v. Doe the Court ruled. Next.", ["In Gonzaga Univ. v. Doe the Court ruled.", "Next."]),
        ("It ends (34 CFR 99.36(a)). New one.", ["It ends (34 CFR 99.36(a)).", "New one."]),
        ("Is it so? Yes it is!", ["Is it so?", "Yes it is!"]),
        ("- First item.\n- Second item.", ["First item.", "Second item."]),
        ("1. First item.\n2. Second item.", ["First item.", "Second item."]),
        ("Wrapped\nover lines.\n\nNew paragraph.", ["Wrapped\nover lines.", "New paragraph."]),
        ("| a | b |\n|---|---|\n| c | d |\n\nAfter.", ["After."]),
        ("Dr. Smith may share. Pub. L. 112-278 says so.", ["Dr. Smith may share.", "Pub. L. 112-278 says so."]),
        ("", []),
        ("---\n\n***", []),
    ],
)
def test_split(body: str, expected: list[str]) -> None:
    assert texts(body) == expected


def test_labels_give_roles_and_are_not_quoted() -> None:
    body = "Rule.\n\n**Condition:** Only then. And then.\n\n- **Watch out:** A trap.\n- **State law:** It varies.\n**Next step:** Log it."
    spans = split(body)
    assert [s.label for s in spans] == [None, "condition", "condition", "exception", "state_law", "next_step"]
    assert "**" not in "".join(texts(body))[:40]


@pytest.mark.parametrize(
    ("sentence", "label", "first", "role"),
    [
        ("A school may share.", None, True, "bottom_line"),
        ("A school may share.", "exception", True, "exception"),
        ("Unless an order forbids it, the school may share.", None, False, "exception"),
        ("If the parent agrees, the school may share.", None, False, "condition"),
        ("State law may be stricter.", None, False, "state_law"),
        ("Record the disclosure.", None, False, "next_step"),
        ("A record is any medium.", None, False, "rule"),
    ],
)
def test_role(sentence: str, label: object, first: bool, role: str) -> None:
    assert role_of(sentence, label, first) == role  # type: ignore[arg-type]


def test_plain_keeps_the_words_only() -> None:
    assert plain("See **the** [rule](https://x.org/a)\nnow `here`.") == "See the rule now here."


@given(st.text(alphabet="aA .!?()\n*-#|:1§é", max_size=300))
def test_spans_are_ordered_and_inside(body: str) -> None:
    spans = split(body)
    assert all(0 <= s.start < s.end <= len(body) for s in spans)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    assert all(body[s.start : s.end].strip() == body[s.start : s.end] for s in spans)


@given(st.integers(0, 50))
def test_offset_shifts_every_span(offset: int) -> None:
    body = "One. Two."
    assert split(body, offset) == [Span(s.start + offset, s.end + offset, s.label) for s in split(body)]
