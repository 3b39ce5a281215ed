"""Each format is read with its headings and places; paragraphs of law keep their designators."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from ingest.chunk import chunk, search_text
from ingest.load import Reading, load_corpus
from ingest.parsed import document_of
from ingest.readers.draft import Draft, Refused
from ingest.readers.outline import CFR, USC, Token, places
from ingest.readers.registry import form_of, read
from ingest.readers.sandbox import Limits, Sandbox
from mayshare.config import ROOT
from mayshare.errors import CorpusError
from tests.zoo import GOOD, MARKER, docx, ecfr, pdf

OFFICIAL = ROOT / "tests" / "official"


def by_citation(draft: Draft) -> dict[str, str]:
    return {block.authority or "": block.text for block in draft.blocks}


def path_of(text: str, styles: tuple[str, ...] = CFR) -> list[str | None]:
    tokens = [Token(value, bare=False) for value in text.split()]
    found = places(tokens, styles)  # type: ignore[arg-type]
    return ["".join(f"({part})" for part in place) if place else None for place in found]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("a b c d e f g h i j", "(j)"),
        ("a 1 i ii iii", "(a)(1)(iii)"),
        ("h 1 i ii 2", "(h)(2)"),
        ("a 1 i A B 1 2 3 ii", "(a)(1)(ii)"),
        ("a 1 i A B 1 2 3 ii 2", "(a)(2)"),
        ("a 1 2 3 4 5 i A B ii 6", "(a)(6)"),
    ],
)
def test_designators_find_their_level(text: str, last: str) -> None:
    assert path_of(text)[-1] == last


def test_us_code_has_levels_of_its_own() -> None:
    assert path_of("b 1 A B C D E i ii I II F", USC)[-2:] == ["(b)(1)(E)(ii)(II)", "(b)(1)(F)"]


def test_designators_that_a_pdf_set_together_are_filled_in_order() -> None:
    tokens = [
        Token("a"),
        Token("3", bare=True),
        Token("4", bare=True),
        Token("i"),
        Token("ii"),
        Token("i"),
        Token("ii"),
    ]
    assert places(tokens, CFR)[3:] == (("a", "3", "i"), ("a", "3", "ii"), ("a", "4", "i"), ("a", "4", "ii"))


def test_the_hipaa_rule_is_read_to_its_paragraphs() -> None:
    path = OFFICIAL / "45cfr164-excerpt-2025-11-21.md"
    draft = read(path.read_bytes(), path.name)
    assert (draft.form, str(draft.as_of)) == ("cfr_text", "2025-11-21")
    texts = by_citation(draft)
    assert texts["45 CFR 164.512(b)(1)(ii)"].startswith("(ii) A public health authority or other appropriate")
    assert texts["45 CFR 164.308(a)(3)(i)"].startswith("(i) Standard: Workforce security.")
    assert texts["45 CFR 164.308(a)(4)(i)"].startswith("(i) Standard: Information access management.")
    # "(A)" and "(B)" were set before the text of both: it is cited by what holds both
    assert "serious and imminent threat" in texts["45 CFR 164.512(j)(1)(i)"]
    assert "45 CFR 164.512(j)(1)(i)(A)" not in texts


def test_ferpa_is_read_to_its_paragraphs() -> None:
    path = OFFICIAL / "usc20-1232g.md"
    draft = read(path.read_bytes(), path.name)
    texts = by_citation(draft)
    assert draft.form == "uscode"
    assert texts["20 USC 1232g(b)(1)(E)"].startswith("(E) State and local officials")
    assert texts["20 USC 1232g(b)(1)(E)(ii)(II)"].startswith("(II) the officials and authorities")
    assert texts["20 USC 1232g(a)(4)(B)(iv)"].startswith("(iv) records on a student who is eighteen")
    place = next(block for block in draft.blocks if block.authority == "20 USC 1232g(b)(1)(E)")
    assert place.lead.startswith("No funds shall be made available")
    line = path.read_text(encoding="utf-8").split("\n")[int(place.locator.removeprefix("line ")) - 1]
    assert line.startswith("(E) State and local officials")


def test_every_paragraph_of_a_passage_is_the_text_at_its_place() -> None:
    for path in sorted(OFFICIAL.glob("*.md")):
        data = path.read_bytes()
        document = document_of(read(data, path.name), data, path, OFFICIAL, None)
        passages = chunk(document, 200)
        assert document.kind == "official"
        for passage in passages:
            assert document.body[passage.start : passage.end] == passage.text
            assert len(passage.text.split()) <= 200
            assert passage.locator.startswith("line ")
            for sentence in passage.sentences:
                assert passage.start <= sentence.start < sentence.end <= passage.end


def test_a_lone_paragraph_carries_its_lead_in() -> None:
    text = "34 CFR Part 99\n\n§ 99.30 Consent?\n\n(b) The written consent must:\n\n(1) Records;\n\n(2) " + "word " * 210
    draft = read(text.encode(), "34cfr99.txt")
    document = document_of(draft, b"x", ROOT / "pyproject.toml", ROOT, None)
    lone = next(p for p in chunk(document, 200) if p.authorities == ("34 CFR 99.30(b)(1)",))
    assert lone.text == "(1) Records;"
    assert "The written consent must:" in search_text(lone)


def test_ecfr_xml_keeps_designators() -> None:
    data = ecfr("A school may share").replace(
        b"<P>(1) One thing;</P>",
        b"<P>(1)(i)(A) To officials;</P><P>(B) To contractors that-</P><P>(<I>1</I>) Perform a service;</P>"
        b"<P>(2) To another school.</P><P>(b) <I>General.</I> (1) An agency must log it.</P><CITA>[53 FR]</CITA>",
    )
    texts = by_citation(read(data, "part-99-2026-11-01.xml"))
    assert texts["34 CFR 99.31(a)(1)(i)(B)"] == "(B) To contractors that-"
    assert texts["34 CFR 99.31(a)(1)(i)(B)(1)"] == "(1) Perform a service;"
    assert texts["34 CFR 99.31(a)(2)"] == "(2) To another school."
    assert texts["34 CFR 99.31(b)(1)"] == "(1) An agency must log it."
    assert "[53 FR]" not in " ".join(texts.values())


def test_uslm_keeps_designators() -> None:
    data = (
        b'<uscDoc xmlns="http://xml.house.gov/schemas/uslm/1.0"><section identifier="/us/usc/t20/s1232g"><num>1232g</num>'
        b'<heading>Privacy</heading><subsection><num value="b">(b)</num><heading>Release</heading><paragraph><num value="1">(1)'
        b'</num><chapeau>No funds shall go to any other than-</chapeau><subparagraph><num value="E">(E)</num><content>State '
        b"officials;</content></subparagraph><continuation>Nothing more.</continuation></paragraph></subsection></section></uscDoc>"
    )
    draft = read(data, "usc20.xml")
    texts = by_citation(draft)
    assert texts["20 USC 1232g(b)(1)(E)"] == "(E) State officials;"
    assert [b.text for b in draft.blocks if b.authority == "20 USC 1232g(b)(1)"][-1] == "Nothing more."
    assert next(b for b in draft.blocks if b.text.startswith("(E)")).lead.endswith("other than-")


def test_html_keeps_headings_and_tables_and_drops_the_rest() -> None:
    html = b"""<html><head><title>T</title></head><body><nav>Menu here</nav><main><h1>Guide</h1><h2>When?</h2>
    <p>With <b>consent</b>.</p><table><tr><th>Who</th><th>May</th></tr><tr><td>Court</td><td>yes</td></tr></table>
    <h3>Else</h3><ul><li>Never.</li></ul><p hidden>secret</p></main><footer>Foot</footer></body></html>"""
    draft = read(html, "guide.html")
    assert draft.title == "Guide"
    assert [(b.headings, b.text) for b in draft.blocks] == [
        (("When?",), "With consent."),
        (("When?",), "Who | May"),
        (("When?",), "Court | yes"),
        (("When?", "Else"), "Never."),
    ]


def test_pdf_keeps_pages_and_names_scanned_ones() -> None:
    draft = read(pdf(["First page words", "", "Third page words"]), "a.pdf")
    assert [(b.text, b.locator) for b in draft.blocks] == [
        ("First page words", "page 1"),
        ("Third page words", "page 3"),
    ]
    assert draft.warnings == ("no text layer on page 2: scanned?",)
    with pytest.raises(Refused, match="no text layer"):
        read(pdf(["", ""]), "a.pdf")


def test_docx_keeps_headings_and_tables(tmp_path: Path) -> None:
    import docx as word

    document = word.Document()
    document.add_heading("When may it be shared?", 1)
    document.add_paragraph("With consent.")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Court", "yes"
    document.save(str(tmp_path / "a.docx"))
    draft = read((tmp_path / "a.docx").read_bytes(), "a.docx")
    assert [(b.headings, b.text) for b in draft.blocks] == [
        (("When may it be shared?",), "With consent."),
        (("When may it be shared?",), "Court | yes"),
    ]


@pytest.mark.parametrize("suffix", GOOD)
def test_every_format_of_the_zoo_is_read_when_it_is_whole(suffix: str) -> None:
    draft = read(GOOD[suffix](MARKER), f"good.{suffix}")
    assert any(MARKER in block.text for block in draft.blocks)
    assert all(block.locator for block in draft.blocks)


def test_a_file_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="holds a PDF"):
        form_of(pdf(["x"]), "a.docx")
    with pytest.raises(Refused, match="no reader takes"):
        form_of(b"x", "a.rtf")


def test_other_formats_need_a_sidecar_and_take_its_fields(tmp_path: Path) -> None:
    (tmp_path / "guide.docx").write_bytes(docx(MARKER))
    documents, errors = load_corpus(tmp_path)
    assert documents == []
    assert "guide.docx.yaml" in str(errors[0])
    (tmp_path / "guide.docx.yaml").write_text("title: Our guide\nkind: practice\nlaws: [FERPA]\n", encoding="utf-8")
    documents, errors = load_corpus(tmp_path)
    assert errors == []
    assert (documents[0].source_id, documents[0].title, documents[0].kind) == ("guide", "Our guide", "practice")
    (tmp_path / "guide.docx.yaml").write_text("kind: lore\n", encoding="utf-8")
    assert "`kind`" in str(load_corpus(tmp_path)[1][0])


def test_an_unchanged_file_is_not_parsed_again(tmp_path: Path) -> None:
    corpus, store = tmp_path / "corpus", tmp_path / "store"
    corpus.mkdir()
    path = corpus / "34cfr99.txt"
    path.write_text("34 CFR Part 99\n\n§ 99.30 Consent?\n\n(a) A school shall ask.\n", encoding="utf-8")
    for expected in (1, 0):
        with Reading(corpus, store) as reading:
            assert reading.document(path).authorities == ("34 CFR 99.30",)
            assert reading.sandbox.started == expected
    (store / "drafts.sqlite").write_bytes(b"damaged")
    assert load_corpus(corpus, store)[0]


def test_limits_of_input_and_time_are_held() -> None:
    with Sandbox(Limits(input=100)) as sandbox, pytest.raises(Refused, match="limit is 100"):
        sandbox.read(b"x" * 101, "a.txt")
    with Sandbox(Limits(wall_s=0.01)) as sandbox, pytest.raises(Refused, match="took longer"):
        sandbox.read(GOOD["docx"](MARKER), "a.docx")
    with Sandbox(Limits(output=50)) as sandbox, pytest.raises(Refused, match="more text"):
        sandbox.read(GOOD["txt"](MARKER), "a.txt")


def test_a_child_that_dies_is_replaced_and_the_file_named() -> None:
    endless = pdf(["x"], flate=zlib.compress(b"BT /F1 1 Tf (a) Tj ET\n" * 600_000, 1))
    with Sandbox(Limits(cpu_s=1)) as sandbox:
        with pytest.raises(Refused, match="processor time"):
            sandbox.read(endless, "a.pdf")
        assert sandbox.read(GOOD["txt"](MARKER), "b.txt").blocks
        assert sandbox.started == 2


def test_memory_is_bounded() -> None:
    with Sandbox(Limits(memory=220_000_000)) as sandbox:
        with pytest.raises(Refused, match="memory"):
            sandbox.read(b'{"text": "' + b"word " * 4_900_000 + b'"}\n', "a.jsonl")
        assert sandbox.read(GOOD["txt"](MARKER), "b.txt").blocks


def test_a_file_that_cannot_be_read_raises_one_error(tmp_path: Path) -> None:
    from ingest.read_command import draft_of

    with pytest.raises(CorpusError, match="none"):
        draft_of(tmp_path / "none.pdf")
