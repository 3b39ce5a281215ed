"""scripts/check_against_official.py on a small corpus and a small statute."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.check_against_official import Official, findings
from tests.conftest import write_document

REGULATION = """§ 99.90 Records.
(a) A school shall keep a record for 5 years.
(b)(1) A school shall not give it to a stranger.
(i) A parent
(ii) may see it.
"""


@pytest.fixture
def official(tmp_path: Path) -> Official:
    folder = tmp_path / "official"
    folder.mkdir()
    (folder / "34cfr99-part.txt").write_text(REGULATION, encoding="utf-8")
    return Official(folder)


def found(tmp_path: Path, official: Official, sentence: str) -> list[str]:
    corpus = tmp_path / "corpus"
    write_document(corpus, "one", "One", "FERPA", ["34 CFR 99.90"], f"# One\n\n## May a school?\n\n{sentence}\n")
    return [kind for kind, document, _, _ in findings(corpus, official) if document == "one"]


@pytest.mark.parametrize(
    ("sentence", "kinds"),
    [
        ("A school must keep a record for 5 years (34 CFR 99.90(a)).", ["checked"]),
        ("A school must keep a record for 15 years (34 CFR 99.90(a)).", ["checked", "number"]),
        ("A parent may see a record of the school at any time (34 CFR 99.90(b)(1)(ii)).", ["checked"]),
        ("A parent may see a record of the school at any time (34 CFR 99.90(c)).", ["checked", "pinpoint"]),
        ("A parent may see a record of the school at any time (34 CFR 99.91).", ["not held"]),
    ],
)
def test_a_sentence_is_held_against_the_cited_text(
    tmp_path: Path, official: Official, sentence: str, kinds: list[str]
) -> None:
    assert found(tmp_path, official, sentence) == kinds


def test_a_list_of_roman_numerals_is_no_run_of_letters(official: Official) -> None:
    assert {"(b)(1)(i)", "(b)(1)(ii)"} <= official.places["34 CFR 99.90"]
