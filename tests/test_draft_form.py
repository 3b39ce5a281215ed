"""Guidance in other formats than Markdown, with what a form says of it, becomes a draft like any other."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ingest import drafts, quarantine
from ingest.draft_form import Fields, markdown, parser
from ingest.readers.draft import Block, Draft
from mayshare.config import ROOT, Settings
from mayshare.errors import CorpusError, DraftError
from tests.zoo import pdf

FIELDS = Fields(
    kind="practice", laws=("FERPA", "HIPAA"), holders=("school",), topics=("safety: plans",), jurisdiction="us-ca",
    status_as_of=dt.date(2026, 5, 1), url="https://www.ed.gov/safety", publisher="A: publisher",
)  # fmt: skip
HTML = b"""<html><head><title>Safety plans: a guide</title></head><body><main><h1>Safety plans: a guide</h1>
<h2>Who may read a safety plan?</h2><p>Staff who need the plan may read it (34 CFR 99.31(a)(1)).</p>
<h3>May a bus driver?</h3><p># of drivers who may read the plan: those who need it (34 CFR 99.36).</p></main></body></html>"""


def test_a_web_page_becomes_a_draft(settings: Settings) -> None:
    draft = drafts.save(settings, "folder/Safety Plans.html", HTML, parser(FIELDS))
    document = drafts.document_of(draft)
    assert (document.source_id, document.kind, document.jurisdiction) == ("safety-plans", "practice", "us-ca")
    assert (document.laws, document.holders, document.topics) == (("FERPA", "HIPAA"), ("school",), ("safety: plans",))
    assert document.title == "Safety plans: a guide"
    assert document.status_as_of == dt.date(2026, 5, 1)
    assert [(s.publisher, s.url) for s in document.sources] == [("A: publisher", "https://www.ed.gov/safety")]
    assert document.authorities == ("34 CFR 99.31(a)(1)", "34 CFR 99.36")
    assert draft.target.parent.name == "practice"
    passages = drafts.preview(settings, draft)
    assert [passage.heading for passage in passages][-1] == "May a bus driver?"
    assert passages[-1].text.strip().startswith("\\# of drivers"), "text isn't taken for a heading"


def test_what_the_form_says_wins(settings: Settings) -> None:
    named = FIELDS.model_copy(update={"id": "plans", "title": "Plans"})
    document = drafts.document_of(drafts.save(settings, "x.html", HTML, parser(named)))
    assert (document.source_id, document.title) == ("plans", "Plans")
    with pytest.raises(DraftError, match="usable `id`"):
        drafts.save(settings, "x.html", HTML, parser(FIELDS.model_copy(update={"id": "Not An Id"})))


def test_a_page_number_is_kept_for_the_citation() -> None:
    blocks = (
        Block(text="Staff may read the plan.", locator="page 1"),
        Block(text="Parents may read it.", locator="page 2"),
        Block(headings=("Who else?",), text="Nobody.", locator="page 3"),
        Block(headings=("Who else?",), text="Ask first.", locator="page 4"),
    )
    text = markdown(Draft(form="pdf", title="Plans", blocks=blocks), FIELDS, "plans.pdf")
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == ["## Plans (page 1)", "## Plans (page 2)", "## Who else? (page 3)"]
    assert text.endswith("Nobody.\n\nAsk first.\n")


def test_a_scanned_page_is_told() -> None:
    warned: list[str] = []
    parser(FIELDS, warn=warned.append)("plans.pdf", pdf(["Staff may read the plan.", ""]))
    assert warned
    assert "page 2" in warned[0]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("plan.pdf", b"not a PDF at all", r"plan\.pdf: "),
        ("plan.exe", b"MZ", "no reader takes"),
        ("plan.html", b"<html><body></body></html>", "no text"),
    ],
)
def test_a_file_that_no_reader_takes_is_refused_and_not_kept(
    settings: Settings, name: str, data: bytes, says: str
) -> None:
    with pytest.raises(DraftError, match=says):
        drafts.save(settings, name, data, parser(FIELDS))
    assert drafts.listed(settings) == []


def test_the_law_itself_is_not_guidance(settings: Settings) -> None:
    law = (ROOT / "tests" / "official" / "usc20-1232g.md").read_bytes()
    with pytest.raises(DraftError, match="mayshare fetch"):
        drafts.save(settings, "usc20-1232g.txt", law, parser(FIELDS))
    with pytest.raises(DraftError, match="kind: official"):
        drafts.save(settings, "x.md", "---\nid: x\ntitle: X\nkind: official\n---\nText.\n")
    assert drafts.listed(settings) == []


def test_a_draft_that_changed_since_it_was_looked_at(settings: Settings) -> None:
    draft = drafts.save(settings, "plans.html", HTML, parser(FIELDS))
    seen = drafts.document_of(draft).sha256
    assert drafts.unchanged(settings, "plans", seen) == draft
    drafts.save(settings, "x.md", drafts.text(draft).replace("bus driver", "cook"))
    with pytest.raises(DraftError, match="changed since"):
        drafts.unchanged(settings, "plans", seen)


def test_what_is_in_quarantine_is_listed(tmp_path: Path) -> None:
    assert quarantine.listed(tmp_path) == []
    bad = [CorpusError(tmp_path / "b.md", "is bad.", "Mend it.", 3), CorpusError(tmp_path / "a.pdf", "is empty.", "")]
    quarantine.record(tmp_path, bad)
    (tmp_path / "quarantine" / "torn.json").write_text("{")
    found = quarantine.listed(tmp_path)
    assert [(Path(held.file).name, held.line, held.reason) for held in found][:2] == [
        ("a.pdf", None, "is empty."),
        ("b.md", 3, "is bad. Mend it."),
    ]
    assert Path(found[2].file).name == "torn.json"
    assert "mayshare ingest" in found[2].reason
