"""Passages are the document's own text at their place, whatever the document looks like."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.chunk import chunk, search_text
from ingest.load import load_corpus
from mayshare.config import ROOT
from mayshare.schema import Document


def document(body: str) -> Document:
    return Document(source_id="d", title="Title", kind="law", laws=("FERPA",), body=body, sha256="0")


BODY = """Opening words.

## First question here?

A school may share (34 CFR 99.31(a)(1)). A second sentence.

**Exception:** Not always.

### A part of it

More words stand here.

## Second question here?

Another answer.
"""


def test_one_section_is_one_passage() -> None:
    passages = chunk(document(BODY), 200)
    assert [p.heading_path for p in passages] == [
        (),
        ("First question here?",),
        ("First question here?", "A part of it"),
        ("Second question here?",),
    ]
    assert [s.role for s in passages[1].sentences] == ["bottom_line", "rule", "exception"]
    assert passages[1].authorities == ("34 CFR 99.31(a)(1)",)


def test_a_long_section_is_cut_between_sentences() -> None:
    body = "## A heading of a section\n\n" + " ".join(f"Sentence number {i} has seven words." for i in range(40))
    passages = chunk(document(body), 60)
    assert len(passages) > 3
    assert all(len(p.text.split()) <= 60 for p in passages)
    assert sum(len(p.sentences) for p in passages) == 40
    assert [s.role for p in passages for s in p.sentences].count("bottom_line") == 1


def test_a_heading_in_a_code_block_is_no_heading() -> None:
    passages = chunk(document("## Real heading\n\nText.\n\n```\n## not a heading\n```\n"), 200)
    assert [p.heading_path for p in passages] == [("Real heading",)]


def test_search_text_holds_title_headings_and_plain_text() -> None:
    text = search_text(chunk(document(BODY), 200)[1])
    assert text.startswith("Title\nFirst question here?\nA school may share")
    assert "**" not in text


@given(st.text(alphabet="ab .\n#-*|>`:()1", max_size=400), st.integers(40, 80))
def test_passages_and_sentences_are_the_text_at_their_place(body: str, max_words: int) -> None:
    for passage in chunk(document(body), max_words):
        assert body[passage.start : passage.end] == passage.text
        for sentence in passage.sentences:
            assert passage.start <= sentence.start < sentence.end <= passage.end


def test_the_same_holds_for_every_shipped_document() -> None:
    documents, errors = load_corpus(ROOT / "corpus")
    assert not errors
    assert len(documents) >= 40
    for loaded in documents:
        passages = chunk(loaded, 200)
        assert passages
        assert all(loaded.body[p.start : p.end] == p.text for p in passages)
        ids = [p.passage_id for p in passages]
        assert len(set(ids)) == len(ids)
