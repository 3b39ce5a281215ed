"""The maintenance page, headless: each action once, at the moment's role, over a corpus and store of its own."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import pages.engine
from answer.assemble import Engine
from eval import draft_impact, impact_run
from ingest import drafts, jobs, put_live, quarantine
from ingest.pipeline import ingest
from mayshare import chat_switch, generation
from mayshare.config import ROOT, Settings, load_settings
from mayshare.errors import CorpusError, IngestLockedError, VerifyError
from mayshare.roles import Person, Role
from mayshare.schema import Document
from pages import access
from pages import maintenance_actions as act
from tests.conftest import verify_here, write_small_corpus
from tests.evaluation import case
from tests.test_drafts import ASKED, ZEBRA, text_of, tree

PAGE = "from pages import menu\nmenu.guarded(next(one for one in menu.ENTRIES if one.path == 'maintenance'))()\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus and an index of it, made once; each test gets a copy."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        verify_here(patch)
        ingest(load_settings(corpus=write_small_corpus(folder / "corpus"), store=folder / "store"))
    return folder


@pytest.fixture
def live(made: Path, tmp_path: Path, quick_check: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A small index that is live, on loopback, with one evaluation question."""
    cases = [case(id="zebra", question=ASKED.text, evidence=[], wrong_if=[])]
    for module in (draft_impact, impact_run):
        monkeypatch.setattr(module, "load_cases", lambda *_: cases)
    for name in ("corpus", "store"):
        shutil.copytree(made / name, tmp_path / name)
        monkeypatch.setenv(f"MAYSHARE_{name.upper()}", str(tmp_path / name))
    settings = load_settings()
    engine = Engine(settings, without=frozenset({"reader"}))
    monkeypatch.setattr(pages.engine, "_engine", engine)
    monkeypatch.setattr(st, "get_option", lambda name: "127.0.0.1")
    monkeypatch.syspath_prepend(str(ROOT))
    yield settings
    engine.index.close()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """The copy's folder of documents."""
    return tmp_path / "corpus"


@pytest.fixture
def page(live: Settings) -> AppTest:
    app = AppTest.from_string(PAGE, default_timeout=60).run()
    assert not app.exception
    return app


def click(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def finish(app: AppTest) -> AppTest:
    """Wait for the job that was begun, then draw the page as its progress does."""
    if act.JOB in app.session_state:  # else it ended within the run of the page that began it, which says so once
        job: jobs.Job = app.session_state[act.JOB]
        assert job.wait(60)
        app.run()
    assert not app.exception
    return app


def shown(app: AppTest) -> str:
    return "\n".join(e.value for e in [*app.markdown, *app.success, *app.warning, *app.error, *app.caption])


def paste(app: AppTest, text: str) -> AppTest:
    app.radio[0].set_value("Markdown to paste").run()
    app.text_area(key=act.PASTED).set_value(text)
    return click(app, "Keep the text as a draft")


def documents() -> dict[str, Document]:
    return pages.engine.engine().index.documents


# ---- what is live


def test_it_says_what_is_live_since_when_and_from_what(page: AppTest, live: Settings) -> None:
    text = shown(page).replace("\\", "")
    manifest = generation.read_manifest(live.store, 1)
    since = generation.live_since(live.store)
    assert since
    assert f"**Live since:** {since:%d %B %Y, %H:%M} UTC" in text
    built_from = (manifest.corpus_path, manifest.model, "the folder isn't in a git repository")
    for fact in ("**Generation:** 1 (1 are kept)", "2, cut into 3 passages", *built_from):
        assert fact in text


def test_what_is_stale_and_what_is_quarantined(live: Settings, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quarantine.record(live.store, [CorpusError(corpus / "torn.pdf", "is damaged.", "Save it anew.", 7)])
    old = {name: one.model_copy(update={"status_as_of": dt.date(2020, 1, 1)}) for name, one in documents().items()}
    monkeypatch.setattr(pages.engine.engine().index, "documents", old)
    text = shown(AppTest.from_string(PAGE, default_timeout=60).run()).replace("\\", "")
    assert "torn.pdf, line 7**: is damaged. Save it anew." in text
    assert "2 of 2 documents" in text
    assert "law/ferpa-emergency.md: [stale] states the law as of 2020-01-01" in text


# ---- from a paste to live and back


def test_a_document_from_paste_to_live_and_back(page: AppTest, live: Settings, corpus: Path) -> None:
    before = tree(corpus)
    paste(page, text_of())
    assert "is kept as a draft" in shown(page)
    assert "Checked: nothing to mend." in [e.value for e in page.success]
    assert "The 1 passage that it will be found by" in [e.label for e in page.expander]
    click(page, "See what it would change")
    finish(page)
    text = shown(page)
    assert "1 questions asked: “zebra” would change 1." in text.replace("\\", "")
    assert "**Now:** No answer is given" in text
    assert "**With this document:**" in text
    assert tree(corpus) == before
    click(page, "Put it live")
    assert generation.live(live.store) == 1, "the first click only asks"
    click(page, "Put “zebra” live now")
    finish(page)
    assert (generation.live(live.store), drafts.listed(live)) == (2, [])
    page.run()
    page.run()
    assert generation.live(live.store) == 2, "drawing the page anew repeats nothing"
    click(page, "Take “zebra” back")
    click(page, "Take “zebra” back now")
    finish(page)
    assert tree(corpus) == before
    assert "zebra" not in generation.read_manifest(live.store, 3).documents
    assert put_live.history(live)[0].taken_back


def test_findings_name_line_and_mend_and_the_text_can_be_mended(page: AppTest, live: Settings) -> None:
    bad = text_of(body=ZEBRA + "\nThey must write down the age of the zebra in the register (34 CFR 99.36).\n")
    paste(page, bad)
    text = shown(page)
    line = bad[: bad.index("They must")].count("\n") + 1
    assert "Checked: 1 thing to mend." in text
    assert f"**Line {line}:**" in text
    assert "“They”" in text
    area = next(area for area in page.text_area if area.value == bad)
    area.set_value(bad.replace("They must", "A zoo must"))
    click(page, "Keep the changed text")
    assert "Checked: nothing to mend." in [e.value for e in page.success], shown(page)


def test_a_paste_that_is_no_document_is_told_and_stays_in_its_field(page: AppTest, live: Settings) -> None:
    paste(page, "just text")
    assert "usable" in page.error[0].value
    assert page.text_area(key=act.PASTED).value == "just text"
    assert drafts.listed(live) == []


def test_an_upload_in_another_format_is_asked_what_it_is(page: AppTest, live: Settings) -> None:
    html = b"<html><title>Zebras</title><body><main><h1>Zebras</h1><p>A zoo may tell (34 CFR 99.36).</p></main></body></html>"
    page.file_uploader(key=act.UPLOAD).set_value(("Zebra rules.html", html, "text/html")).run()
    page.selectbox(key="maintenance-kind").set_value("practice").run()
    page.multiselect[0].set_value(["FERPA"]).run()
    click(page, "Keep “Zebra rules.html” as a draft")
    document = drafts.document_of(drafts.find(live, "zebra-rules"))
    assert (document.kind, document.laws, document.title) == ("practice", ("FERPA",), "Zebras")
    assert "is new, and goes to practice" in shown(page).replace("\\", "")


def test_a_draft_is_discarded_after_a_second_click(page: AppTest, live: Settings) -> None:
    paste(page, text_of())
    click(page, "Discard the draft")
    click(page, "Leave it as it is")
    assert drafts.listed(live) == ["zebra"]
    click(page, "Discard the draft")
    click(page, "Delete the draft “zebra”")
    assert drafts.listed(live) == []


def test_what_changed_meanwhile_is_not_put_live(page: AppTest, live: Settings) -> None:
    paste(page, text_of())
    click(page, "Put it live")
    drafts.save(live, "x.md", text_of(body=ZEBRA.replace("left the zoo", "fled the zoo")))
    act_button = page.session_state[act.CONFIRM]
    assert act_button.label == "Put “zebra” live now"
    # the page of before is still on the screen: its button carries the version that was looked at
    next(b for b in page.button if b.label == act_button.label).click().run()
    assert "changed since you looked" in page.error[0].value
    assert generation.live(live.store) == 1


def test_a_failure_is_told_and_nothing_is_lost(
    page: AppTest, live: Settings, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise VerifyError("the new index failed its check")

    monkeypatch.setattr(act, "gated_ingest", failing)
    before = tree(corpus)
    paste(page, text_of())
    click(page, "Put it live")
    click(page, "Put “zebra” live now")
    finish(page)
    assert "failed its check" in page.error[0].value
    assert (tree(corpus), drafts.listed(live), generation.live(live.store)) == (before, ["zebra"], 1)


def test_what_a_kill_left_is_taken_back_when_the_page_is_opened(live: Settings, corpus: Path) -> None:
    before = tree(corpus)
    draft = drafts.save(live, "x.md", text_of())
    put_live._begin(live, draft)
    draft.target.write_bytes(draft.path.read_bytes())
    app = AppTest.from_string(PAGE, default_timeout=60).run()
    assert "taken back; nothing is lost" in app.warning[0].value
    assert (tree(corpus), drafts.listed(live)) == (before, ["zebra"])


# ---- generations, and the chat


def test_roll_back_to_a_kept_generation(page: AppTest, live: Settings, corpus: Path) -> None:
    (corpus / "law" / "zebra.md").write_text(text_of())
    ingest(live)
    page.run()
    click(page, "Roll back to generation 1")
    assert generation.live(live.store) == 2
    click(page, "Roll back to generation 1 now")
    assert generation.live(live.store) == 1
    assert "**Generation 1 (live)**" in shown(page)
    assert "zebra" not in pages.engine.engine().index.documents


def test_the_chat_is_turned_off_with_a_note_and_on_again(page: AppTest, live: Settings) -> None:
    click(page, "Turn the chat off")
    assert "Say in 1 to" in page.error[0].value
    assert chat_switch.read(live.store) is None
    page.text_area(key=act.NOTE).set_value("A rule changed; call <b>us</b>.")
    click(page, "Turn the chat off")
    off = chat_switch.read(live.store)
    assert off
    assert off.note == "A rule changed; call <b>us</b>."
    assert r"\<b\>us" in shown(page)
    click(page, "Turn the chat on again")
    assert chat_switch.read(live.store) is None


# ---- who may


def test_the_page_is_closed_when_the_app_is_open_to_others(live: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", lambda name: "0.0.0.0")
    app = AppTest.from_string(PAGE, default_timeout=60).run()
    assert "This page is for maintainers" in app.error[0].value
    assert not app.button


@pytest.mark.parametrize(
    ("label", "harm"), [("Turn the chat off", "off"), ("Keep the text as a draft", "draft"), ("Put it live", "live")]
)
def test_each_action_asks_for_the_role_again(
    page: AppTest, live: Settings, monkeypatch: pytest.MonkeyPatch, label: str, harm: str
) -> None:
    """The role went away while the page was open: its buttons are still on the screen."""
    if harm == "live":
        paste(page, text_of())
        click(page, label)
        label = "Put “zebra” live now"
    page.radio[0].set_value("Markdown to paste").run()
    page.text_area(key=act.PASTED).set_value(text_of(name="horse"))
    page.text_area(key=act.NOTE).set_value("Off.")
    monkeypatch.setattr(access, "person", lambda: Person(Role.TRAINER))
    next(button for button in page.button if button.label == label).click().run()
    assert "This page is for maintainers" in page.error[0].value
    assert chat_switch.read(live.store) is None
    assert "horse" not in drafts.listed(live)
    assert generation.live(live.store) == 1
    assert jobs.running() is None


# ---- long work


def test_one_job_at_a_time_and_what_went_wrong_in_words(caplog: pytest.LogCaptureFixture) -> None:
    from threading import Event

    hold = Event()

    def work(step: Any) -> str:
        step("embed", 1, 4)
        assert hold.wait(20)
        return "made"

    job = jobs.start("First", work)
    try:
        with pytest.raises(IngestLockedError, match="“First” is still running"):
            jobs.start("Second", work)
        assert jobs.running() is job
    finally:
        hold.set()
    assert job.wait(20)
    assert (job.result, job.error, job.stage, job.share) == ("made", "", "Embedding texts", 0.25)
    assert jobs.running() is None

    def broken(step: Any) -> None:
        raise RuntimeError("Jayden Canary")

    job = jobs.start("Third", broken)
    assert job.wait(20)
    assert "RuntimeError" in job.error
    assert "Canary" not in job.error + caplog.text
