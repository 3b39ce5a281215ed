"""A document from upload to live and back: the corpus folder is touched in one step, and never left half-done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from answer.assemble import assemble
from eval import draft_impact, watch
from eval.watch import Watch
from ingest import drafts, put_live
from ingest.drafts import Draft
from ingest.pipeline import ingest
from mayshare import generation
from mayshare.config import Settings
from mayshare.errors import CorpusError, DraftError, VerifyError
from mayshare.schema import Question
from tests.conftest import EMERGENCY, LAW
from tests.evaluation import case

ZEBRA = """## May a zoo tell the police the age of a zebra?

A zoo may tell the police the age of a zebra when the zebra has left the zoo on its own (34 CFR 99.36).
"""
ASKED = Question(text="May a zoo tell the police the age of a zebra?")


def text_of(name: str = "zebra", body: str = ZEBRA, authorities: str = '"34 CFR 99.36"') -> str:
    return LAW.format(id=name, title=f"About {name}", law="FERPA", authorities=authorities, body=body)


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def replacing(settings: Settings) -> Draft:
    body = EMERGENCY.replace("must record every", "must always record every")
    return drafts.save(settings, "x.md", text_of("ferpa-emergency", body, '"34 CFR 99.36", "34 CFR 99.32(a)(5)"'))


# ---- kept aside


def test_a_draft_is_kept_aside(settings: Settings, corpus: Path) -> None:
    before = tree(corpus)
    draft = drafts.save(settings, "zebra.md", text_of())
    assert (draft.source_id, draft.replaces) == ("zebra", False)
    assert draft.target == corpus / "law" / "zebra.md"
    assert drafts.listed(settings) == ["zebra"]
    assert drafts.document_of(draft).title == "About zebra"
    assert [p.heading for p in drafts.preview(settings, draft)] == [ASKED.text]
    drafts.discard(settings, draft)
    assert drafts.listed(settings) == []
    assert tree(corpus) == before


def test_a_draft_of_a_known_document_takes_its_place(settings: Settings, corpus: Path) -> None:
    (corpus / "law" / "ferpa").mkdir()
    moved = (corpus / "law" / "ferpa-emergency.md").rename(corpus / "law" / "ferpa" / "ferpa-emergency.md")
    draft = replacing(settings)
    assert (draft.replaces, draft.target) == (True, moved)


def test_other_formats_go_through_a_reader(settings: Settings) -> None:
    def parse(name: str, data: bytes) -> str:
        assert (name, data) == ("zebra.docx", b"PK")
        return text_of()

    assert drafts.save(settings, "zebra.docx", b"PK", parse).source_id == "zebra"
    with pytest.raises(DraftError, match="no reader"):
        drafts.save(settings, "zebra.docx", b"PK")


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        ("just text", DraftError, "usable `id`"),
        (text_of("../../../etc/passwd"), DraftError, "usable `id`"),
        (text_of("Zebra"), DraftError, "usable `id`"),
        (text_of().replace("kind: law", "kind: rumour"), CorpusError, "kind"),
        (text_of().replace("title:", "colour:"), CorpusError, "title"),
        (text_of() + "\x00", CorpusError, "NUL"),
        (b"---\nid: zebra\n\xff", CorpusError, "UTF-8"),
        ("x" * 2_000_001, DraftError, "limit"),
    ],
)
def test_what_is_no_document_is_not_kept(
    settings: Settings, content: str | bytes, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        drafts.save(settings, "x.md", content)
    assert list((settings.store / "drafts").rglob("*") if settings.store.exists() else ()) == []


def test_the_name_of_the_upload_leads_nowhere(settings: Settings) -> None:
    draft = drafts.save(settings, "../../evil.md", text_of())
    assert draft.path.parent == settings.store / "drafts"
    with pytest.raises(DraftError, match="no draft"):
        drafts.find(settings, "../drafts/zebra")


def test_a_draft_is_checked_in_its_place(settings: Settings) -> None:
    assert drafts.check(settings, drafts.save(settings, "x.md", text_of())) == []
    dependent = ZEBRA + "\nThey must write down the age of the zebra in the register (34 CFR 99.36).\n"
    found = drafts.check(settings, drafts.save(settings, "x.md", text_of(body=dependent)))
    assert [finding.rule for finding in found] == ["sentence_rules"] or "They" in found[0].message
    assert not list((settings.store / "drafts").glob("overlay-*"))


def test_findings_with_a_line_and_without_stand_in_one_document(settings: Settings) -> None:
    text = text_of(body="They must write down the age of the zebra in the register (34 CFR 99.36).\n")
    found = drafts.check(settings, drafts.save(settings, "x.md", text))
    assert {finding.line is None for finding in found if finding.rule in ("heading", "sentence")} == {True, False}


# ---- what it would change


@pytest.mark.usefixtures("quick_check")
def test_the_answers_that_a_draft_would_change(
    settings: Settings, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {
        "zebra": ASKED.text,
        "log": "Must a school log the disclosure of records to police?",
        "bread": "Sourdough?",
    }
    cases = [case(id=name, question=text, evidence=[], wrong_if=[]) for name, text in asked.items()]
    monkeypatch.setattr(draft_impact, "load_cases", lambda *_: cases)
    watch.add(watch.path_of(corpus), Watch(question="May police know a zebra's age?", cites="zebra"))
    ingest(settings)
    before = tree(corpus)
    draft = drafts.save(settings, "x.md", text_of())
    found = draft_impact.would_change(settings, draft)
    assert found.asked == 4
    assert "zebra" in {change.asked.id for change in found.changes}
    assert "bread" not in {change.asked.id for change in found.changes}
    assert "zebra" in [source.source_id for change in found.changes for source in change.after.sources]
    assert len(draft_impact.would_change(settings, draft, shown=1).changes) == 1
    assert tree(corpus) == before
    assert (generation.live(settings.store), generation.numbers(settings.store)) == (1, [1])
    monkeypatch.setattr(draft_impact, "NEAREST", 1)
    assert draft_impact.would_change(settings, draft).asked == 2


# ---- live, and back


@pytest.mark.usefixtures("quick_check")
def test_a_draft_goes_live_and_back(settings: Settings, corpus: Path) -> None:
    ingest(settings)
    before = tree(corpus)
    undo = put_live.put_live(settings, drafts.save(settings, "x.md", text_of()))
    assert (corpus / "law" / "zebra.md").read_text() == text_of()
    assert assemble(settings).ask(ASKED).sources[0].source_id == "zebra"
    assert (undo.generation, undo.former, drafts.listed(settings)) == (2, None, [])
    assert put_live.history(settings) == [undo]
    put_live.roll_back(settings, undo)
    assert tree(corpus) == before
    assert "zebra" not in generation.read_manifest(settings.store, 3).documents
    with pytest.raises(DraftError, match="already"):
        put_live.roll_back(settings, undo)


@pytest.mark.usefixtures("quick_check")
def test_the_former_document_comes_back(settings: Settings, corpus: Path) -> None:
    ingest(settings)
    before = tree(corpus)
    undo = put_live.put_live(settings, replacing(settings))
    assert tree(corpus) != before
    (corpus / "law" / "ferpa-emergency.md").write_text("changed by hand")
    with pytest.raises(DraftError, match="changed since"):
        put_live.roll_back(settings, undo)
    (corpus / "law" / "ferpa-emergency.md").write_bytes(
        text_of("ferpa-emergency", EMERGENCY.replace("must record every", "must always record every"),
                '"34 CFR 99.36", "34 CFR 99.32(a)(5)"').replace("About", "About").encode()
    )  # fmt: skip
    put_live.roll_back(settings, undo)
    assert tree(corpus) == before


@pytest.mark.parametrize("make", [replacing, lambda settings: drafts.save(settings, "x.md", text_of())])
def test_a_failed_ingest_takes_the_document_back(
    settings: Settings, corpus: Path, make: Callable[[Settings], Draft]
) -> None:
    def failing(_: Settings) -> None:
        raise VerifyError("the new index failed its check")

    before = tree(corpus)
    draft = make(settings)
    with pytest.raises(VerifyError):
        put_live.put_live(settings, draft, failing)  # type: ignore[arg-type]
    assert tree(corpus) == before
    assert put_live.history(settings) == []
    assert drafts.listed(settings) == [draft.source_id], "the draft is kept, to be mended"


@pytest.mark.usefixtures("quick_check")
def test_a_failed_roll_back_changes_nothing(settings: Settings, corpus: Path) -> None:
    def failing(_: Settings) -> None:
        raise VerifyError("the new index failed its check")

    undo = put_live.put_live(settings, replacing(settings))
    before = tree(corpus)
    with pytest.raises(VerifyError):
        put_live.roll_back(settings, undo, failing)  # type: ignore[arg-type]
    assert tree(corpus) == before
    assert not put_live.history(settings)[0].taken_back


@pytest.mark.parametrize("make", [replacing, lambda settings: drafts.save(settings, "x.md", text_of())])
@pytest.mark.usefixtures("quick_check")
def test_what_a_kill_left_in_the_corpus_is_taken_back(
    settings: Settings, corpus: Path, make: Callable[[Settings], Draft], monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(settings)
    before = tree(corpus)
    draft = make(settings)

    def killed(_: Settings) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:  # a kill runs no clean-up
        patch.setattr(put_live, "_restore", lambda *_: None)
        patch.setattr(put_live, "_forget", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            put_live.put_live(settings, draft, killed)  # type: ignore[arg-type]
    assert tree(corpus) != before
    assert put_live.recover(settings) == [draft.source_id]
    assert (tree(corpus), put_live.history(settings)) == (before, [])
    assert put_live.recover(settings) == []
    assert put_live.put_live(settings, drafts.find(settings, draft.source_id)).generation == 2


@pytest.mark.usefixtures("quick_check")
def test_a_kill_after_the_flip_keeps_what_is_live(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = drafts.save(settings, "x.md", text_of())
    put = put_live.put_live(settings, draft)
    put_live._record(settings, put.model_copy(update={"generation": None}))  # killed before it was written down
    assert put_live.recover(settings) == []
    assert put_live.history(settings)[0].generation == 1
    assert draft.target.is_file()


def test_one_at_a_time(settings: Settings) -> None:
    draft = drafts.save(settings, "x.md", text_of())
    with put_live._alone(settings), pytest.raises(DraftError, match="Somebody else"):
        put_live.put_live(settings, draft)
    assert not draft.target.exists()
