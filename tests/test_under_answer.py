"""What stands under an answer: its copies, why it was given, and whether its guidance has changed."""

from __future__ import annotations

import datetime as dt
import io
from types import SimpleNamespace

import pytest
from docx import Document
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from answer.assemble import Engine
from mayshare.schema import Answer, Question
from pages import answer_export, ask, pdf, under_answer

QUESTION = "Can a probation officer get attendance and grades without consent?"
HOSTILE = "May I share *this* [x](http://evil.example) <b>now</b>?"


@pytest.fixture(scope="module")
def answer(engine: Engine) -> Answer:
    return engine.ask(Question(text=QUESTION))


@pytest.fixture(scope="module")
def copy(answer: Answer) -> list[answer_export.Line]:
    return list(answer_export.lines(answer, ask.NOT_ADVICE, dt.date(2026, 11, 29)))


def word(copy: list[answer_export.Line]) -> str:
    return "\n".join(paragraph.text for paragraph in Document(io.BytesIO(answer_export.docx(copy))).paragraphs)


def test_each_copy_holds_the_answer_its_sources_the_day_and_the_version(
    answer: Answer, copy: list[answer_export.Line]
) -> None:
    assert answer.claims
    plain = answer_export.plain(copy)
    for text in (plain, word(copy)):
        assert QUESTION in text
        assert "2026-11-29" in text
        assert answer.corpus_version in text
        assert "not legal advice" in text
        for claim in answer.claims:
            assert f"{claim.text} [{claim.citations[0].n}]" in text
        for source in answer.sources:
            assert source.quote in text
            assert all(authority in text for authority in source.authorities)
    assert "https://www.ecfr.gov/" in plain
    assert plain.index(answer.claims[0].text) < plain.index("Sources")


def test_what_was_typed_stays_text_in_every_copy(answer: Answer) -> None:
    typed = answer.model_copy(update={"question": Question(text=HOSTILE)})
    copy = list(answer_export.lines(typed, ask.NOT_ADVICE))
    assert "<b>" not in answer_export.html(copy)
    assert "&lt;b&gt;now&lt;/b&gt;" in answer_export.html(copy)
    assert r"\*this\* \[x\](http://evil.example) \<b\>now\</b\>?" in answer_export.markdown(copy)
    assert HOSTILE in word(copy)


def test_a_pdf_is_tagged_for_screen_readers_and_links_to_the_law(
    answer: Answer, copy: list[answer_export.Line]
) -> None:
    reader = PdfReader(io.BytesIO(pdf.pdf(copy)))
    root = reader.root_object
    assert root["/Lang"] == "en-US"
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in root["/Metadata"].get_data()
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert QUESTION in text
    assert answer.claims[0].text in text
    links = [note.get_object()["/A"]["/URI"] for page in reader.pages for note in page.get("/Annots", [])]
    assert any(link.startswith("https://www.ecfr.gov/") for link in links)


@pytest.mark.parametrize("typed", [HOSTILE, '#panic("x") $a$ = b @c', "可以告诉学校吗 🙂?"])
def test_nothing_that_was_typed_is_read_as_markup_in_the_pdf(answer: Answer, typed: str) -> None:
    asked = answer.model_copy(update={"question": Question(text=typed)})
    reader = PdfReader(io.BytesIO(pdf.pdf(list(answer_export.lines(asked, ask.NOT_ADVICE)))))
    text = " ".join(reader.pages[0].extract_text().split())
    assert "not legal advice" in text
    assert typed in text or not typed.isascii()


def test_the_page_to_print_fetches_and_runs_nothing(copy: list[answer_export.Line]) -> None:
    page = answer_export.html(copy)
    assert "<script" not in page
    assert "src=" not in page
    assert page.count("<h1") == 1
    assert 'href="https://www.ecfr.gov/' in page


def test_an_abstention_says_its_reason_in_the_copy(engine: Engine) -> None:
    refused = engine.ask(Question(text="How do I file my income tax return?"))
    plain = answer_export.plain(list(answer_export.lines(refused, ask.NOT_ADVICE)))
    assert refused.message in plain
    assert "Sources" not in plain


def test_a_changed_source_is_named_and_an_unchanged_one_is_not(engine: Engine, answer: Answer) -> None:
    first = answer.sources[0]
    document = engine.index.documents[first.source_id]
    other = document.model_copy(update={"body": document.body.replace(first.quote, "It says otherwise now.")})
    documents = {**engine.index.documents, first.source_id: other}
    live = SimpleNamespace(corpus_version="another", documents=documents)
    assert first.n in under_answer.changed(answer, live)  # type: ignore[arg-type]
    same = SimpleNamespace(corpus_version="another", documents=engine.index.documents)
    assert under_answer.changed(answer, same) == []  # type: ignore[arg-type]
    assert under_answer.changed(answer, engine.index) == []


def test_the_page_offers_both_under_an_answer(app: AppTest, engine: Engine) -> None:
    app.chat_input[0].set_value(QUESTION).run()
    assert not app.exception
    labels = [expander.label for expander in app.expander]
    assert "Why this answer" in labels
    assert "Copy, print or save this answer" in labels
    assert not app.code, "what is closed costs nothing"
    app.session_state["why-0"] = app.session_state["take-0"] = True
    app.run()
    shown = "\n".join(element.value for element in app.markdown)
    assert "**How sure:** an estimated" in shown
    assert f"{len(engine.index.documents)} documents" in shown
    assert any(QUESTION in block.value and "[1]" in block.value for block in app.code)


def test_the_page_warns_of_guidance_that_changed_since(app: AppTest, answer: Answer) -> None:
    source = answer.sources[0].model_copy(update={"quote": "A sentence that is gone."})
    app.session_state["turns"] = [
        answer.model_copy(update={"corpus_version": "older", "sources": (source, *answer.sources[1:])})
    ]
    app.run()
    assert any("Source 1 no longer reads as quoted" in warning.value for warning in app.warning)
