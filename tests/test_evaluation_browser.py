"""The evaluation page and feedback in a real browser: from a remark to a question, read by axe in both themes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from answer.assemble import Engine
from eval import feedback, history
from eval.cases import load_cases
from eval.places import places
from eval.setup import context_of
from ingest.pipeline import ingest
from mayshare.config import Settings, load_settings
from pages.evaluation_actions import TABS
from tests.accessibility import audit, walk
from tests.conftest import KEPT, served, verify_here, write_small_corpus
from tests.evaluation import write_small_set
from tests.test_browser import ask, browser, settled

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]
pytestmark = pytest.mark.browser

QUESTION = "May a school give Kaylee Nguyen's records to police in an emergency?"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A small store and question set under the name that the server's fixture asks for, asked and scored twice."""
    folder = tmp_path_factory.mktemp("evaluation")
    settings = load_settings(
        corpus=write_small_corpus(folder / "corpus"),
        store=folder / "store",
        models=KEPT / "models",
        evaluation=folder / "eval",
    )
    with pytest.MonkeyPatch.context() as patch:
        verify_here(patch)
        ingest(settings)
        patch.setenv("MAYSHARE_CORPUS", str(settings.corpus))  # the server of `address` inherits both
        patch.setenv("MAYSHARE_EVALUATION", str(settings.evaluation))
        write_small_set(places(settings).questions)
        engine = Engine(settings, without=frozenset({"reader"}))
        made = history.run_and_keep(settings, engine, context_of(engine.index), "dev", lambda *_: None)
        history.add(made.model_copy(update={"made": made.made.replace(year=2020)}), places(settings).history)
        engine.index.close()
        yield settings
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def address(shipped: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(shipped, tmp_path_factory.mktemp("serve")) as url:
        yield url


def opened(browser: Browser, address: str, path: str = "/evaluation") -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{address}{path}")
    page.get_by_role("heading", level=1).first.wait_for()
    return page


def turn_to(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab).click()
    page.get_by_role("heading", level=2, name=tab, exact=True).wait_for()


def test_a_remark_of_a_user_becomes_a_question(browser: Browser, address: str, shipped: Settings) -> None:
    where = places(shipped)
    page = opened(browser, address, "/")
    ask(page, QUESTION)
    assert not where.feedback.exists()
    page.get_by_text("Was this helpful?").click()
    page.get_by_role("radiogroup", name="Did this answer help?").get_by_text("No").click()
    from playwright.sync_api import Error

    stored = page.get_by_text("This would be stored.")
    for _ in range(5):  # the run that the choice began moves what is below it, and a click in between is lost
        settled(page)
        page.get_by_role("button", name="See what would be stored").click()
        with suppress(Error):
            stored.wait_for(timeout=5000)
            break
    stored.wait_for()
    assert page.get_by_label("Your question", exact=True).input_value() == QUESTION.replace("Kaylee Nguyen", "[NAME_1]")
    assert page.get_by_role("button", name="Send this remark").is_disabled()
    found = audit(page, "feedback about to be sent") + walk(page)
    page.get_by_text("I agree that this text").click()
    page.get_by_role("button", name="Send this remark").click()
    page.get_by_text("Your remark waits for a trainer").wait_for()
    (item,) = feedback.load(where.feedback)
    assert "Kaylee" not in where.feedback.read_text()
    page.context.close()

    page = opened(browser, address)
    turn_to(page, "Feedback")
    page.get_by_text("Remark 1 of 1").wait_for()
    found += audit(page, "a remark of a user") + walk(page)
    page.get_by_label("Question, as it goes into the set").fill("May a school give a student's records to police?")
    page.get_by_label("Who asks").fill("principal")
    page.keyboard.press("Enter")
    page.get_by_label("Right answer, in a sentence").fill("Only in an emergency.")
    page.get_by_role("button", name="Make a question of it").click()
    page.get_by_text("feedback-001 is a development question now").wait_for()
    page.get_by_role("heading", level=2, name="Write a question").wait_for()
    page.get_by_label(re.compile("Facts that a good answer states")).fill("An emergency is needed.\nIt is logged.")
    page.get_by_role("button", name="Write feedback-001").click()
    page.get_by_text("feedback-001 is written to the dev questions").wait_for()
    page.context.close()
    new = next(case for case in load_cases(where.questions) if case.id == "feedback-001")
    assert [nugget.text for nugget in new.nuggets] == ["An emergency is needed.", "It is logged."]
    assert feedback.load(where.feedback)[0].decided_because == "feedback-001" == new.id
    assert item.id in str(new.basis.title)
    assert not found


def test_no_accessibility_violations_and_no_scrolling_sideways(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    found = []
    for tab in TABS:
        turn_to(page, tab)
        if tab == "Scores":
            page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg)").first.wait_for()
            page.locator("table").last.wait_for()
        elif tab == "Questions":
            page.get_by_role("heading", level=3, name="Given").wait_for()
        elif tab == "Rate answers":
            page.get_by_role("button", name="Keep these ratings").wait_for()
        settled(page)
        found += audit(page, tab) + walk(page)
    page.context.close()
    assert not found


def test_sentences_are_rated_with_the_keyboard(browser: Browser, address: str, shipped: Settings) -> None:
    from eval import expert

    page = opened(browser, address)
    turn_to(page, "Rate answers")
    page.get_by_label("Your name, as rater").fill("Ann")
    page.keyboard.press("Tab")
    page.wait_for_timeout(1000)  # the form is drawn anew for another rater
    first = page.get_by_role("radiogroup", name="Sentence 1 is").get_by_role("radio").first
    first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.activeElement.checked")
    page.get_by_role("button", name="Keep these ratings").focus()
    page.keyboard.press("Enter")
    page.get_by_text("new or changed ratings kept").wait_for()
    (rating,) = expert.load(places(shipped).ratings)
    assert (rating.rater, rating.rating, rating.sentence_no) == ("Ann", "right but", 1)
    page.context.close()
