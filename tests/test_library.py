"""The library: what the list is narrowed to, what a link opens, and what a reader sees of a document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

import pages.engine
from answer import library, reading
from answer.assemble import Engine, assemble
from answer.library import Choice
from ingest.coverage import by_law
from ingest.coverage_map import Cell, cells, group
from ingest.pipeline import ingest
from mayshare.config import ROOT, load_settings
from mayshare.schema import Document
from pages import carry
from pages.markup import lowered, noted
from tests.conftest import KEPT, write_small_corpus

RULE = "A school may disclose education records to police"
LAWFUL = "A general wish to inform the police is not an emergency"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine over the small corpus, one sentence of which could not be verified."""
    corpus = write_small_corpus(tmp_path_factory.mktemp("library") / "corpus")
    path = corpus / "law" / "ferpa-emergency.md"
    statement = f"{LAWFUL} and does not permit disclosure (34 CFR 99.36(c))."
    text = path.read_text(encoding="utf-8").replace("unverified: []", f'unverified: ["{statement}"]')
    path.write_text(text, encoding="utf-8")
    settings = load_settings(corpus=corpus, store=corpus.parent / "store", models=KEPT / "models")
    ingest(settings)
    yield assemble(settings)


@pytest.fixture
def app(small: Engine, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(pages.engine, "_engine", small)
    monkeypatch.syspath_prepend(str(ROOT))
    return AppTest.from_string("from pages import library\nlibrary.draw()", default_timeout=30)


def shown(app: AppTest) -> str:
    return "\n".join(str(e.value) for e in [*app.title, *app.header, *app.markdown, *app.caption, *app.warning])


def titles(documents: list[Document]) -> list[str]:
    return [document.source_id for document in documents]


def test_the_list_is_narrowed_by_every_facet_at_once(small: Engine) -> None:
    documents = list(small.index.documents.values())
    assert titles(library.narrowed(documents, Choice())) == ["ferpa-emergency", "hipaa-parents"]
    assert titles(library.narrowed(documents, Choice(laws=("HIPAA",)))) == ["hipaa-parents"]
    assert titles(library.narrowed(documents, Choice(laws=("HIPAA",), recipients=("parent",)))) == []
    assert titles(library.narrowed(documents, Choice(kinds=("situation",)))) == []
    assert library.values(documents, "holders") == ["school"]


def test_situations_come_first_and_titles_are_found_whatever_their_case(small: Engine) -> None:
    first, second = library.narrowed(small.index.documents.values(), Choice())
    situation = second.model_copy(update={"kind": "situation"})
    assert titles(library.narrowed([first, situation], Choice())) == ["hipaa-parents", "ferpa-emergency"]
    assert titles(library.by_title([first, second], " ferpa:  EMERG")) == ["ferpa-emergency"]
    assert library.by_title([first, second], " ") == []


def test_a_search_gives_cited_sections_within_the_choice(small: Engine) -> None:
    found = library.find(small, "police emergency records", Choice())
    assert found[0].heading == "May a school give police records in an emergency?"
    assert found[0].document.body[found[0].start :].startswith(RULE)
    assert found[0].authorities == ("34 CFR 99.36",)
    only = library.find(small, "police emergency records", Choice(laws=("HIPAA",)))
    assert {result.document.source_id for result in only} == {"hipaa-parents"}


def test_a_link_opens_its_sentence_and_says_so_when_the_place_moved(small: Engine) -> None:
    body = small.index.documents["ferpa-emergency"].body
    start = body.index(RULE)
    exact = reading.place(small.index, "ferpa-emergency", str(start))
    assert exact.span and body[exact.span.start :].startswith(RULE) and exact.note == ""
    moved = reading.place(small.index, "ferpa-emergency", str(start + 5))
    assert moved.span == exact.span and moved.note == reading.MOVED
    heading = reading.place(small.index, "ferpa-emergency", str(small.index.passages[0].start))
    assert heading.span == exact.span and heading.note == ""


@pytest.mark.parametrize("at", ["999999", "-3", "1e3", "", "²", "<b>", "9" * 40])
def test_a_place_that_is_none_shows_the_document_with_a_note(small: Engine, at: str) -> None:
    place = reading.place(small.index, "ferpa-emergency", at)
    assert place.document is not None
    assert (place.span, place.note) == (None, reading.NOWHERE)


def test_review_states_are_told_in_words(small: Engine) -> None:
    document = small.index.documents["ferpa-emergency"]
    assert reading.past_review(document, 365, dt.date(2027, 11, 1)) == ""
    assert "was due on 2027-11-01" in reading.past_review(document, 365, dt.date(2027, 11, 2))
    assert "Next review due 2027-11-01" in reading.review(document, 365, dt.date(2027, 1, 1))
    assert "Reviewed by A. Counsel" in reading.review(
        document.model_copy(update={"reviewed_by": "A. Counsel"}), 365, dt.date(2027, 1, 1)
    )


def test_doubtful_statements_are_found_over_line_breaks_and_marked_after_their_end(small: Engine) -> None:
    document = small.index.documents["ferpa-emergency"]
    broken = document.model_copy(update={"body": document.body.replace("general wish", "general\nwish")})
    (span,) = reading.doubtful(broken)
    assert broken.body[span[0] : span[1]].startswith("A general\nwish")
    marked = noted(broken.body, 0, len(broken.body), [span], "not verified")
    assert "99.36(c)). **[not verified]**" in marked
    assert marked.count("not verified") == 1
    assert reading.annotated([span], 0, span[1] - 1) == []


def test_headings_go_down_no_further_than_there_are_steps() -> None:
    assert lowered("# A\n##### B\n#hash", 2) == "### A\n###### B\n#hash"


def test_sections_and_questions_follow_the_headings(small: Engine) -> None:
    document = small.index.documents["ferpa-emergency"]
    plain = document.model_copy(update={"body": "Before.\n\n# Title\n\n## May I?\n\nYes.\n"})
    assert [(s.level, s.heading) for s in reading.sections(plain)] == [(0, ""), (1, "Title"), (2, "May I?")]
    assert reading.questions(plain) == ["May I?"]
    last = reading.sections(plain)[-1]
    assert plain.body[last.start : last.end].strip() == "Yes."


def test_the_map_counts_situations_by_law_and_by_who_holds_the_record(small: Engine) -> None:
    ferpa, hipaa = library.narrowed(small.index.documents.values(), Choice())
    nurse = ferpa.model_copy(update={"kind": "situation", "holders": ("school nurse",), "laws": ("FERPA", "HIPAA")})
    unit = ferpa.model_copy(update={"kind": "situation", "holders": ("detention nurse",)})
    assert cells(by_law(["FERPA", "HIPAA", "IDEA"], [nurse, unit, hipaa])) == [
        Cell("FERPA", "School or college", 1),
        Cell("FERPA", "Courts and juvenile justice", 1),
        Cell("HIPAA", "School or college", 1),
        Cell("HIPAA", "Courts and juvenile justice", 0),
        Cell("IDEA", "School or college", 0),
        Cell("IDEA", "Courts and juvenile justice", 0),
    ]
    assert group("lighthouse keeper") == "Others"


def test_the_page_lists_narrows_and_searches(app: AppTest) -> None:
    app.run()
    assert not app.exception
    assert "2 of 2 shown" in shown(app)
    app.multiselect(key="library-laws").set_value(["HIPAA"]).run()
    assert "Narrowed to **1** of 2" in shown(app)
    app.button[0].click().run()
    app.text_input(key="library-search").set_value("emergencies").run()
    assert not app.exception
    assert "Titles with these words" in shown(app)
    assert RULE in shown(app)


def test_the_page_opens_a_document_at_a_sentence(app: AppTest, small: Engine) -> None:
    start = small.index.documents["ferpa-emergency"].body.index(LAWFUL)
    app.query_params["document"] = "ferpa-emergency"
    app.query_params["at"] = str(start)
    app.run()
    assert not app.exception
    text = shown(app)
    assert app.title[0].value == r"FERPA\: emergencies"
    assert ":orange-background[A general wish" in text
    assert "This sentence is not verified" in text
    assert r"**[not verified against the official text]**" in text
    assert "https://www.ecfr.gov/current/title-34/section-99.32" in text
    assert "seen 2026-11-24" in text
    assert "**police**: Sworn officers" in text
    assert app.code[0].value.endswith(f"library?document=ferpa-emergency&at={start}")


def test_the_page_says_that_a_document_is_gone(app: AppTest) -> None:
    app.query_params["document"] = "<img src=x>"
    app.run()
    assert not app.exception
    assert app.warning[0].value == reading.GONE


def test_a_question_is_carried_by_the_session_and_not_by_the_address(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    went: list[object] = []
    monkeypatch.setattr(carry.st, "switch_page", went.append)
    app.query_params["document"] = "hipaa-parents"
    app.run()
    next(b for b in app.button if b.label.startswith("Ask: ")).click().run()
    assert not app.exception
    assert len(went) == 1
    assert app.session_state[carry.KEY] == "May a clinic tell parents about a teenager's therapy?"
    assert "therapy" not in str(app.query_params)


def test_the_ask_page_asks_what_was_carried_once(small: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages.engine, "_engine", small)
    monkeypatch.syspath_prepend(str(ROOT))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
    app.session_state[carry.KEY] = "May a school give police records in an emergency?"
    app.run()
    assert not app.exception
    assert "Answer 1 ready" in app.success[0].value
    assert carry.KEY not in app.session_state
    next(b for b in app.button if b.label.startswith("1: ")).click().run()
    (link,) = [block.value for block in app.code if "library?document=" in block.value]
    assert link.endswith(f"at={app.session_state['turns'][0].sources[0].start}")
    assert "May+a+school" not in link


def test_the_map_and_its_table_are_drawn(app: AppTest) -> None:
    app.run()
    app.radio(key="library-view").set_value("Coverage map").run()
    assert not app.exception
    assert "nothing to map" in app.info[0].value  # the small corpus holds no situation
    assert list(app.table[0].value.loc["FERPA"]) == ["1 on the law, 0 on practice", "None"]
