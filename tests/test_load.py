"""Documents that can't be read are refused with the file, the line and the mend; nothing else is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.load import find_files, load_corpus, load_document, load_glossary, load_vocabulary
from mayshare.errors import CorpusError
from tests.conftest import LAW, write_document

GOOD = LAW.format(id="x", title="X", law="FERPA", authorities='"34 CFR 99.36"', body="## A heading here\n\nText.")


def load(tmp_path: Path, data: bytes | str, name: str = "x.md") -> object:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return load_document(path, tmp_path)


def test_a_good_document(tmp_path: Path) -> None:
    document = load(tmp_path, GOOD)
    assert document.source_id == "x"  # type: ignore[attr-defined]
    assert document.body.startswith("## A heading")  # type: ignore[attr-defined]
    assert document.body_line == 18  # type: ignore[attr-defined]


@pytest.mark.parametrize("data", ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n")], ids=["byte order mark", "CRLF"])
def test_harmless_encodings_are_read(tmp_path: Path, data: str) -> None:
    assert "\r" not in load(tmp_path, data).body  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("# no front matter", "no front matter"),
        ("---\nid: x\n", "no front matter"),
        (GOOD.split("## A heading")[0], "no text after"),
        (GOOD.replace("id: x", "id: y"), "not the file's name"),
        (GOOD.replace("kind: law", "kind: lore"), "`kind`"),
        (GOOD.replace("laws:", "lawz:"), "`lawz`"),
        (GOOD.replace("kind: law\n", ""), "`kind`"),
        (GOOD.replace('title: "X"', 'title: "X": y'), "YAML"),
        (GOOD.replace("laws: [FERPA]", "laws: &a [FERPA]\nholders: *a"), "aliases"),
        (GOOD.replace("topics: [emergency]", "topics: !!python/object:os.system x"), "YAML"),
        (GOOD.replace("status_as_of: 2026-11-01", "status_as_of: soon"), "status_as_of"),
        (GOOD.encode("utf-16"), "NUL"),
        (GOOD.encode() + b"\xff\xfe broken", "not UTF-8"),
        (b"\x00" * 10, "NUL"),
        (GOOD + "x" * 2_100_000, "limit"),
        ("---\n- a\n- b\n---\ntext", "not a table"),
        ("", "no front matter"),
    ],
)
def test_bad_documents_say_what_to_mend(tmp_path: Path, data: bytes | str, says: str) -> None:
    with pytest.raises(CorpusError) as caught:
        load(tmp_path, data)
    assert says in str(caught.value)
    assert "x.md" in str(caught.value)
    assert caught.value.mend


def test_the_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError) as caught:
        load(tmp_path, GOOD.replace("kind: law", "kind: lore"))
    assert caught.value.line == 3 or "x.md:" in str(caught.value)


def test_one_bad_document_does_not_hide_the_others(corpus: Path) -> None:
    (corpus / "law" / "bad.md").write_text("nothing", encoding="utf-8")
    documents, errors = load_corpus(corpus)
    assert {d.source_id for d in documents} == {"ferpa-emergency", "hipaa-parents"}
    assert [e.path.name for e in errors] == ["bad.md"]


def test_an_id_that_stands_twice_names_both_files(corpus: Path) -> None:
    twin = corpus / "practice"
    twin.mkdir()
    (twin / "hipaa-parents.md").write_text((corpus / "law" / "hipaa-parents.md").read_text(), encoding="utf-8")
    _, errors = load_corpus(corpus)
    assert "law/hipaa-parents.md" in str(errors[0])
    assert "practice" in str(errors[0])


def test_files_that_are_no_documents_are_left_out(corpus: Path) -> None:
    (corpus / "README.md").write_text("readme", encoding="utf-8")
    (corpus / ".hidden").mkdir()
    (corpus / ".hidden" / "a.md").write_text("x", encoding="utf-8")
    (corpus / "phrasings").mkdir()
    (corpus / "phrasings" / "b.jsonl").write_text("x", encoding="utf-8")
    assert {p.name for p in find_files(corpus)} == {"ferpa-emergency.md", "hipaa-parents.md"}


def test_a_link_out_of_the_corpus_is_refused(corpus: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("canary", encoding="utf-8")
    (corpus / "law" / "out.md").symlink_to(secret)
    documents, errors = load_corpus(corpus)
    assert [(error.path.name, "leads out" in error.problem) for error in errors] == [("out.md", True)]
    assert not any("canary" in document.body for document in documents)


def test_a_missing_corpus_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="not a folder"):
        find_files(tmp_path / "none")


def test_glossary_alias_under_two_terms_is_refused(corpus: Path) -> None:
    path = corpus / "glossary.yaml"
    path.write_text("terms:\n  - {term: a, aliases: [x]}\n  - {term: b, aliases: [X]}\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="stands under"):
        load_glossary(corpus)


@pytest.mark.parametrize("text", ["terms: 3", "- a", "words: []", "terms:\n - {name: x}"])
def test_a_broken_glossary_is_refused(corpus: Path, text: str) -> None:
    (corpus / "glossary.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CorpusError):
        load_glossary(corpus)


def test_a_broken_vocabulary_is_refused(corpus: Path) -> None:
    (corpus / "vocabulary.yaml").write_text("laws: [FERPA]", encoding="utf-8")
    with pytest.raises(CorpusError, match="vocabulary"):
        load_vocabulary(corpus)


def test_documents_are_unique_by_content_hash(corpus: Path) -> None:
    write_document(corpus, "third", "Third", "FERPA", ["34 CFR 99.36"], "## A heading here\n\nText (34 CFR 99.36).")
    documents, _ = load_corpus(corpus)
    assert len({d.sha256 for d in documents}) == 3
