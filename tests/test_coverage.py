"""Coverage counts what documents explain, and overlap finds what was copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.coverage import cover, load_provisions
from ingest.load import load_corpus
from ingest.overlap import overlaps
from mayshare.errors import CorpusError
from tests.conftest import write_document

VOCABULARY = 'laws:\n  FERPA: {name: F, url: "https://x.org"}\n  HIPAA: {name: H, url: "https://x.org"}\n'
PROVISIONS = """provisions:
  FERPA:
    F1: ["34 CFR 99.36"]
    F2: ["34 CFR 99.32", "34 CFR 99.36(b)"]
  HIPAA:
    H1: ["45 CFR 164.512(j)"]
unexplained:
  45 CFR 164.512(j): "left to state law"
"""


@pytest.fixture
def covered(corpus: Path) -> Path:
    (corpus / "vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    (corpus / "provisions.yaml").write_text(PROVISIONS, encoding="utf-8")
    return corpus


def test_a_provision_is_explained_by_itself_or_a_part_of_it(covered: Path) -> None:
    coverage = cover(load_corpus(covered)[0], covered)
    # 99.36 itself and 99.32 through 99.32(a)(5); 99.36(b) is narrower than anything listed
    assert coverage.areas == {"FERPA": (2, 3), "HIPAA": (0, 1)}
    assert coverage.share == 2 / 4
    assert [(m.citation, m.reason) for m in coverage.missing] == [
        ("34 CFR 99.36(b)", ""),
        ("45 CFR 164.512(j)", "left to state law"),
    ]


def test_situations_are_counted_by_law_and_holder(covered: Path) -> None:
    path = write_document(covered, "s", "A school and the police", "FERPA", ["34 CFR 99.36"], "## A heading here\n\nT.")
    path.write_text(path.read_text().replace("kind: law", "kind: situation"), encoding="utf-8")
    ferpa, hipaa = cover(load_corpus(covered)[0], covered).laws
    assert (ferpa.explains, ferpa.situations, ferpa.holders) == (1, 1, {"school": 1})
    assert (hipaa.explains, hipaa.situations) == (1, 0)


def test_what_no_law_document_explains_is_listed(covered: Path) -> None:
    path = write_document(covered, "p", "Practice", "FERPA", ["20 USC 9573"], "## A heading here\n\nText.")
    path.write_text(path.read_text().replace("kind: law", "kind: practice"), encoding="utf-8")
    assert cover(load_corpus(covered)[0], covered).only_in_passing == ("20 USC 9573",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("provisions: {FERPA: {F1: [nonsense]}}", "no citation"),
        ("provisions: {FERPA: [x]}", "provisions.FERPA"),
        ("other: 1", "provisions"),
    ],
)
def test_bad_provisions_say_what_to_mend(corpus: Path, text: str, says: str) -> None:
    (corpus / "provisions.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"provisions\.yaml") as caught:
        load_provisions(corpus)
    assert says in str(caught.value)


def test_a_copied_run_is_found_whole_and_our_own_words_are_not(corpus: Path, tmp_path: Path) -> None:
    copied = "one two three four five six seven eight nine ten eleven twelve"
    write_document(corpus, "c", "Copied", "FERPA", ["34 CFR 99.36"], f"## A heading here\n\nBefore {copied}. After.")
    official = tmp_path / "official"
    official.mkdir()
    (official / "law.txt").write_text(copied.replace("six", "SIX,\n") + " thirteen", encoding="utf-8")
    found = overlaps(load_corpus(corpus)[0], official)
    assert [(o.document, o.other, o.words) for o in found] == [("c", "law.txt", copied)]
    assert overlaps(load_corpus(corpus)[0], official, size=13) == []
