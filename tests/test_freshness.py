"""Review dates: what is past, who is told, and the dead-link check."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from streamlit.testing.v1 import AppTest

import pages.engine
from answer.assemble import Engine
from answer.render import to_contract
from answer.terminal import print_answer
from ingest.check import check
from ingest.fetch_commands import readable, run_links, run_stale
from ingest.links import Link, check_links
from ingest.load import load_document
from ingest.sources.client import Client
from ingest.sources.guard import Guard
from mayshare.config import ROOT, Fetch, Settings
from mayshare.freshness import days_past, due
from mayshare.schema import Answer, Document, Question, Source
from tests.law_server import Law, Reply, Request, serve

QUESTION = Question(text="May a school give police records in an emergency?")
LAST_DAY = dt.date(2027, 11, 1)  # the documents state the law as of 2026-11-01


def document(**fields: object) -> Document:
    return Document.model_validate(
        {"source_id": "d", "title": "D", "kind": "law", "body": "B.", "sha256": "0", **fields}
    )


def test_a_review_is_due_on_the_day_named_or_a_year_after_the_law_was_stated() -> None:
    stated = document(status_as_of="2026-01-01")
    assert due(stated, 365) == dt.date(2027, 1, 1)
    assert due(document(status_as_of="2026-01-01", review_by="2026-06-30"), 365) == dt.date(2026, 6, 30)
    assert due(document(), 365) is None
    assert days_past(stated, 365, dt.date(2027, 1, 1)) == 0
    assert days_past(stated, 365, dt.date(2027, 1, 11)) == 10
    assert days_past(document(), 365, dt.date(2099, 1, 1)) == 0


def test_check_lists_the_longest_overdue_first(corpus: Path) -> None:
    path = corpus / "law" / "hipaa-parents.md"
    path.write_text(path.read_text().replace("reviewed_by: null", "review_by: 2026-12-01\nreviewed_by: null"))
    assert load_document(path, corpus).review_by == dt.date(2026, 12, 1)
    assert check(corpus, today=dt.date(2026, 12, 1)).stale == []
    (late,) = check(corpus, today=dt.date(2026, 12, 8)).stale
    assert (late.source_id, late.days) == ("hipaa-parents", 7)
    assert "review was due on 2026-12-01, 7 days ago" in str(late)
    both = check(corpus, today=dt.date(2028, 1, 1)).stale
    assert [late.source_id for late in both] == ["hipaa-parents", "ferpa-emergency"]
    assert check(corpus, today=dt.date(2026, 12, 8), review_days=10).stale[0].days == 27


def test_stale_is_listed_as_text_and_json(settings: Settings, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (corpus / "law" / "broken.md").write_text("no front matter")
    documents, day = readable(corpus), dt.date(2027, 11, 11)
    assert "1 files can't be read" in capsys.readouterr().err
    assert run_stale(settings, documents, as_json=True, today=day) == 0
    rows = json.loads(capsys.readouterr().out)["stale"]
    assert [(row["source_id"], row["due"], row["days"]) for row in rows] == [
        ("ferpa-emergency", "2027-11-01", 10),
        ("hipaa-parents", "2027-11-01", 10),
    ]
    run_stale(settings, documents, as_json=False, today=day)
    assert "2 of 2 documents past their review date" in capsys.readouterr().out


def on(engine: Engine, day: dt.date, **fields: object) -> Engine:
    """The same engine on another day; without the model that reads verdicts, which has no part in this."""
    return Engine(engine.settings.model_copy(update=fields), engine.index, frozenset({"reader"}), lambda: day)


def shown(answer: Answer) -> str:
    console = Console(record=True, width=200, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    print_answer(answer, console)
    console.file.close()
    return console.export_text()


def test_an_answer_warns_of_a_document_past_its_date(engine: Engine) -> None:
    fresh, late = on(engine, LAST_DAY).ask(QUESTION), on(engine, LAST_DAY + dt.timedelta(days=1)).ask(QUESTION)
    assert fresh.sources
    assert not any(source.stale for source in fresh.sources)
    assert all(source.stale for source in late.sources)
    assert fresh.text == late.text  # the words of the guidance stay its own
    assert not any(source["stale"] for source in to_contract(fresh)["sources"])
    assert all(source["stale"] for source in to_contract(late)["sources"])
    assert "Past its review date" in shown(late)
    assert "Past its review date" not in shown(fresh)


def test_the_setting_moves_the_date(engine: Engine) -> None:
    sources = on(engine, dt.date(2026, 12, 5), review_days=30).ask(QUESTION).sources
    assert sources
    assert all(source.stale for source in sources)


@pytest.mark.parametrize("late", [False, True])
def test_the_page_shows_it_at_the_answer_and_at_the_source(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    day = LAST_DAY + dt.timedelta(days=1 if late else 0)
    monkeypatch.setattr(pages.engine, "_engine", on(engine, day))
    monkeypatch.syspath_prepend(str(ROOT))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    app.chat_input[0].set_value(QUESTION.text).run()
    assert not app.exception
    assert ("past its review date" in " ".join(button.label for button in app.button)) is late
    assert ("past its review date" in " ".join(warning.value for warning in app.warning)) is late
    next(button for button in app.button if button.label.startswith("1: ")).click().run()
    assert ("This document is past" in " ".join(warning.value for warning in app.warning)) is late


class Web:
    """Addresses of a played agency, as a document names them."""

    def __init__(self, law: Law, base: str, settings: Settings) -> None:
        self.law, self.base = law, base
        reach = Fetch(hosts=(), allow_loopback=True, delay_s=0, timeout_s=0.5)
        self.settings = settings.model_copy(update={"fetch": reach})

    def documents(self, *paths: str) -> list[Document]:
        urls = [path if "://" in path else f"{self.base}{path}" for path in paths]
        sources = tuple(Source(publisher="P", title="T", url=url) for url in urls)
        return [document(source_id="a", sources=sources), document(source_id="b", sources=sources[:1])]

    def links(self, *paths: str, client: Client | None = None) -> dict[str, Link]:
        return {
            link.url.removeprefix(self.base): link
            for link in check_links(self.documents(*paths), self.settings, client=client)
        }


@pytest.fixture
def web(settings: Settings) -> Iterator[Web]:
    law = Law()
    with serve(law) as base:
        yield Web(law, base, settings)


def test_links_that_are_there_and_links_that_are_not(web: Web) -> None:
    faults = {
        "/busy": Reply(status=503),
        "/refused": Reply(status=403),
        "/away": Reply(status=301, headers={"Location": "https://elsewhere.example/"}),
        "/round": Reply(status=302, headers={"Location": "/round"}),
        "/moved-here": Reply(status=301, headers={"Location": "/faq/what-ferpa"}),
        "/slow": Reply(wait_s=2),
    }
    web.law.fault = lambda request: faults.get(request.path)
    found = web.links("/faq/what-ferpa", "/gone", "http://localhost:1/x", *faults)
    states = {path: link.state for path, link in found.items()}
    assert states == {
        "/faq/what-ferpa": "ok",
        "/moved-here": "ok",
        "/gone": "dead",
        "/round": "dead",
        "/away": "moved",
        "/busy": "unclear",
        "/refused": "unclear",
        "/slow": "unclear",
        "http://localhost:1/x": "unreachable",
    }
    assert found["/away"].detail == "redirected to https://elsewhere.example/"
    assert found["/moved-here"].detail.endswith("/faq/what-ferpa")
    assert found["/faq/what-ferpa"].documents == ("a", "b")
    assert next(iter(found)) in ("/gone", "/round")  # the worst come first


def test_an_address_is_asked_once_with_head(web: Web) -> None:
    web.links("/faq/what-ferpa", "/faq/what-ferpa#part", "/faq/what-ferpa")
    assert [(request.method, request.path) for request in web.law.requests] == [("HEAD", "/faq/what-ferpa")]


def test_a_server_that_knows_no_head_is_asked_with_get(web: Web) -> None:
    def no_head(request: Request) -> Reply | None:
        return Reply(status=405) if request.method == "HEAD" else None

    web.law.fault = no_head
    assert web.links("/faq/what-ferpa")["/faq/what-ferpa"].state == "ok"
    assert [request.method for request in web.law.requests] == ["HEAD", "GET"]


def test_a_link_that_leads_inside_is_not_asked(web: Web) -> None:
    guard = Guard(["intranet.example"], plain_http=True, resolver=lambda *_: ["10.0.0.7"])
    with Client(web.settings.fetch, guard, sleep=lambda _: None) as client:
        (link,) = web.links("https://intranet.example/x", client=client).values()
    assert link.state == "unclear"
    assert "not a public address" in link.detail


def test_the_link_check_prints_and_its_exit_codes(web: Web, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_links(web.settings, web.documents("/faq/what-ferpa"), as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == {"links": 1, "found": []}
    assert run_links(web.settings, web.documents("/gone"), as_json=False) == 1
    printed = capsys.readouterr().out
    assert f"dead: {web.base}/gone (status 404)" in printed
    assert "named by a, b" in printed
