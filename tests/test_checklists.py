"""The checklists of consents and agreements: every quote stands in the corpus, and a wrong one is refused."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from ingest.check import check
from ingest.checklists import FILE, NOT_STATED, PARTS, Checklists, load_checklists, wrong_quotes
from ingest.load import load_document, load_vocabulary
from mayshare.config import ROOT
from mayshare.errors import CorpusError
from pages import checklist_export
from pages.checklist_export import Copy

CORPUS = ROOT / "corpus"
WANTED = {
    "consent": {"FERPA", "HIPAA", "42 CFR Part 2", "IDEA", "VAWA", "FVPSA", "VOCA", "RHYA"},
    "agreement": {"FERPA", "HIPAA", "42 CFR Part 2", "HMIS", "General"},
}
SMALL = """elements:
  - {{key: written, name: Written and signed, part: form}}
checklists:
  - key: ferpa
    kind: consent
    law: FERPA
    name: FERPA consent
    covers: records
    items:
      - element: {element}
        status: required
        short: "yes"
        source_id: {source}
        quote: {quote}
"""
SENTENCE = "State law may require a school to report certain threats."


@pytest.fixture(scope="module")
def lists() -> Checklists:
    return load_checklists(CORPUS)


def small(corpus: Path, element: str = "written", source: str = "ferpa-emergency", quote: str = SENTENCE) -> Path:
    (corpus / FILE).write_text(SMALL.format(element=element, source=source, quote=quote), encoding="utf-8")
    return corpus


def found(corpus: Path) -> list[str]:
    return [str(finding) for finding in check(corpus).findings if finding.rule in ("checklist", "load")]


def test_every_quote_stands_in_the_corpus(lists: Checklists) -> None:
    named = {item.source_id for checklist in lists.checklists for item in checklist.items}
    documents = [load_document(path, CORPUS) for path in CORPUS.rglob("*.md") if path.stem in named]
    assert len([item for checklist in lists.checklists for item in checklist.items]) > 150
    assert not [(c.key, problem) for c, _, problem in wrong_quotes(lists, documents)]


def test_every_law_that_is_promised_has_its_list(lists: Checklists) -> None:
    laws = set(load_vocabulary(CORPUS))
    for kind, wanted in WANTED.items():
        named = {checklist.law for checklist in lists.of_kind(kind)}
        assert named == wanted
        assert named <= laws
    keys = {checklist.key for checklist in lists.of_kind("agreement")}
    assert keys == {"ferpa-study", "ferpa-audit", "hipaa-baa", "qsoa", "hmis", "mou"}


def test_a_consent_says_who_signs_and_a_list_has_no_item_twice(lists: Checklists) -> None:
    for checklist in lists.checklists:
        assert len(set(checklist.items)) == len(checklist.items)
        if checklist.kind == "consent":
            assert any(item.element == "signer" for item in checklist.items), checklist.key
        shown = [item for _, rows in lists.parts(checklist) for _, item in rows]
        assert len(shown) == len(checklist.items)


def test_what_the_law_requires_is_cited(lists: Checklists) -> None:
    """A required element of a consent cites its provision."""
    bare = [
        (checklist.key, item.element)
        for checklist in lists.of_kind("consent")
        for item in checklist.items
        if item.status == "required" and not item.authorities
    ]
    assert not bare


def test_the_table_tells_what_differs(lists: Checklists) -> None:
    by_key = {checklist.key: checklist for checklist in lists.checklists}
    rows = {row.element.key: row.cells for row in lists.differences([by_key["ferpa"], by_key["hipaa"]])}
    assert rows["expiry"] == ("not asked; advised", "a date or an event")
    assert rows["redisclosure"][0] == NOT_STATED
    assert "destruction" not in rows


def test_a_quote_that_is_not_there_is_refused_with_its_line(corpus: Path) -> None:
    assert not found(small(corpus))
    (finding,) = found(small(corpus, quote="Anyone may share anything."))
    assert finding.startswith(f"{FILE}:14: [checklist]")
    assert "doesn't hold word for word" in finding
    (finding,) = found(small(corpus, source="no-such-document"))
    assert "isn't in the corpus" in finding


def test_an_unknown_element_or_field_is_refused(corpus: Path) -> None:
    with pytest.raises(CorpusError, match="element `colour`"):
        load_checklists(small(corpus, element="colour"))
    text = (corpus / FILE).read_text(encoding="utf-8")
    (corpus / FILE).write_text(text.replace("covers:", "covrs:"), encoding="utf-8")
    assert "covers" in found(corpus)[0]
    with pytest.raises(CorpusError, match=r"checklists\.0\.covers"):
        load_checklists(corpus)


def test_a_corpus_without_the_file_has_none(corpus: Path) -> None:
    assert load_checklists(corpus).checklists == ()


def copy_of(lists: Checklists) -> Copy:
    chosen = tuple(checklist for checklist in lists.checklists if checklist.key in ("vawa", "hipaa"))
    return Copy(lists, chosen, frozenset({("vawa", 0)}), {"vawa-minor-consent": "VAWA <minors>"}, "g1-abc")


def test_the_word_document_holds_every_sentence_and_the_table(lists: Checklists) -> None:
    from docx import Document

    copy = copy_of(lists)
    document = Document(io.BytesIO(checklist_export.docx(copy)))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for checklist in copy.chosen:
        assert all(item.quote in text for item in checklist.items)
    assert "guidance g1-abc" in text
    assert text.count("☒ In the form") == 1
    assert [cell.text for cell in document.tables[0].rows[0].cells] == [
        "Element",
        "HIPAA authorization",
        "VAWA release",
    ]
    assert all(heading in text for heading in (PARTS["form"], PARTS["sign"], PARTS["time"]))


def test_the_page_to_print_holds_the_same_and_no_markup_of_the_corpus(lists: Checklists) -> None:
    page = checklist_export.html(copy_of(lists))
    assert "VAWA &lt;minors&gt;" in page
    assert "<script" not in page
    assert "src=" not in page
    assert page.count("☒ In the form") == 1
    assert '<th scope="row">Expiry</th>' in page
