"""What an ingest keeps in files instead of in memory: its texts, its documents, the lines and rows that it reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ingest import spill
from ingest.documents import Documents
from ingest.rows import StoredRows, UnitRows
from ingest.spill import Spill
from mayshare.errors import DiskSpaceError
from mayshare.lexical import LexicalIndex
from mayshare.records import BySource, each_passage, passage_ids, read_passages, write_lines
from mayshare.schema import Document, Passage

TEXTS = ["", "one", "a longer one “quoted”", "", "🙂" * 5, "last"]


@pytest.fixture(params=[1, 8, 1_000_000], ids=lambda size: f"buffer-{size}")
def texts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Spill]:
    monkeypatch.setattr(spill, "BUFFER", request.param)
    kept = Spill()
    for text in TEXTS:
        kept.append(text)
    yield kept


def test_texts_come_back_as_they_were(texts: Spill) -> None:
    assert list(texts) == TEXTS
    assert [texts[place] for place in range(len(texts))] == TEXTS
    assert (texts[-1], texts[1:3], texts[:0]) == ("last", TEXTS[1:3], [])
    with pytest.raises(IndexError):
        texts[len(TEXTS)]


def test_texts_can_be_added_after_some_were_read(texts: Spill) -> None:
    assert list(texts) == TEXTS
    texts.append("more")
    assert [*texts] == [*TEXTS, "more"]
    assert list(Spill()) == []


def test_a_full_disk_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(spill, "BUFFER", 1)
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(DiskSpaceError, match=r"No space left.*TMPDIR.*still serves"):
        Spill().append("text")


def _document(name: str, kind: str = "law") -> Document:
    values = {"source_id": name, "title": name, "kind": kind, "body": f"Body of {name}.", "sha256": name * 2}
    return Document.model_validate(values)


def test_documents_come_back_as_they_were() -> None:
    given = [_document("a"), _document("b", "official"), _document("c", "practice")]
    kept = Documents(given)
    assert [kept[place] for place in range(len(kept))] == given
    assert [document.model_dump_json() for document in given] == list(kept.lines)
    assert kept.searched == [0, 2]
    assert Documents(given[1:2]).searched == [0]  # official text where there is nothing else
    assert kept.heads[1] == ("b", "bb", "official", len("Body of b."))


def _passage(name: str, start: int) -> Passage:
    return Passage(source_id=name, start=start, end=start + 4, text="te\u2028t", title="T")


def test_lines_are_found_by_their_document(tmp_path: Path) -> None:
    given = [_passage(name, start) for start, name in enumerate(["b", "b", 'a"\\é', "b", "c"])]
    write_lines(tmp_path / "passages.jsonl", (passage.model_dump_json() for passage in given))
    with BySource(tmp_path / "passages.jsonl") as lines:
        for name in ("b", 'a"\\é', "c"):
            found = [Passage.model_validate_json(line) for line in lines.lines(name)]
            assert found == [passage for passage in given if passage.source_id == name]
        assert "b" in lines
        assert "d" not in lines
        with pytest.raises(KeyError):
            next(lines.lines("d"))
    assert passage_ids(tmp_path) == [passage.passage_id for passage in given]
    assert list(each_passage(tmp_path)) == read_passages(tmp_path) == given
    (tmp_path / "bad.jsonl").write_text('{"title":"b"}\n')
    with pytest.raises(ValueError, match="document's id"):
        BySource(tmp_path / "bad.jsonl")


def test_rows_of_a_file_are_read_as_asked_for(tmp_path: Path) -> None:
    vectors = np.eye(5, 3, dtype=np.float32) + np.float32(0.5)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with UnitRows(tmp_path / "some.npy", 5) as rows:
        rows.put([0, 1, 2, 3, 4], vectors)
    stored = StoredRows(tmp_path / "some.npy")
    assert len(stored) == 5
    assert np.allclose(stored[1:3], vectors[1:3])
    assert np.allclose(stored[4], vectors[4])
    with UnitRows(tmp_path / "none.npy", 0):
        pass
    assert len(StoredRows(tmp_path / "none.npy")) == 0


def test_the_lexical_index_takes_texts_that_come_once() -> None:
    texts = ["record police record", "", "school record (34 CFR 99.31(a)(5))"]
    one, two = LexicalIndex.build(texts, 1.2, 0.75), LexicalIndex.build(iter(texts), 1.2, 0.75)
    assert one.size == two.size == 3
    assert np.array_equal(one.scores(["record"]), two.scores(["record"]))
    # document frequency 2 of 3: log(1 + (3 - 2 + .5) / (2 + .5)); a second mention counts, at a falling rate
    assert one.scores(["record"])[0] > one.scores(["record"])[2] > one.scores(["record"])[1] == 0
