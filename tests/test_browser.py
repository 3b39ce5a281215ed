"""The chat in a real headless Chromium, served as a user would serve it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from answer.situation import IS_IT
from pages.situation import OTHERS
from scripts.install_chromium import find
from tests.accessibility import audit, walk
from tests.questions import MEANT, MESSY

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

QUESTION = "Can a probation officer get attendance and grades without consent?"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def chromium() -> str:
    path = find()
    if not path:
        if os.environ.get("CI"):
            pytest.fail("no Chromium in continuous integration; scripts/install_chromium.py should have installed one")
        pytest.skip("NO CHROMIUM: the browser tests did not run (make chromium)")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    requests: list[str] = []
    opened.on("request", lambda request: requests.append(request.url))
    opened.goto(address)
    opened.get_by_role("textbox").first.wait_for()
    yield opened
    context.close()
    outside = [
        url for url in requests if not re.match(r"(?:https?|wss?)://(?:127\.0\.0\.1|localhost)[:/]|data:|blob:", url)
    ]
    assert not outside, f"the page reached outside this machine: {outside}"


STATES = (
    ("asks first", MESSY, IS_IT),
    ("danger", "A student just told me he has a gun and will shoot somebody at lunch. Who may I tell?", "Call 911"),
    ("abstains", "How do I deduct my car on my tax return?", "mayshare"),
)


def settled(page: Page) -> None:
    """Wait for the run of the page's script to end: until then keys may meet the page of before."""
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for()


def ask(page: Page, text: str, number: int = 1) -> None:
    page.get_by_role("textbox").first.fill(text)
    page.keyboard.press("Enter")
    page.get_by_text(f"Answer {number} ready").wait_for()


def test_ask_read_and_check_a_source(page: Page) -> None:
    ask(page, QUESTION)
    page.get_by_role("heading", level=2).filter(has_text="probation").first.wait_for()
    page.get_by_role("button", name=re.compile(r"^1: ")).click()
    page.get_by_text("Cited sentence, between").wait_for()
    marked = page.locator("span[style*='background']").first
    assert "probation" in marked.inner_text() or "school" in marked.inner_text()
    page.get_by_role("button", name="Next source").click()
    page.get_by_text("Source 2 of").wait_for()


def test_keyboard_alone_is_enough(page: Page) -> None:
    page.get_by_role("textbox").first.focus()
    page.keyboard.type("What must a HIPAA authorization contain?")
    page.keyboard.press("Enter")
    page.get_by_text("Answer 1 ready").wait_for()
    page.get_by_role("button", name=re.compile(r"^1: ")).focus()
    page.keyboard.press("Enter")
    page.get_by_text("Cited sentence, between").wait_for()


def test_another_near_question_is_chosen_by_keyboard(page: Page) -> None:
    ask(page, MESSY)
    page.get_by_text(IS_IT).wait_for()
    settled(page)
    page.get_by_role("button", name=MEANT).focus()
    page.keyboard.press("Enter")
    page.get_by_text("Answered for the question you chose").wait_for()
    settled(page)
    assert page.get_by_text(IS_IT).count() == 0
    assert page.get_by_text("Answer 1 ready").count() == 1


def test_the_tab_key_reaches_every_control_in_the_order_of_the_page(page: Page) -> None:
    page.wait_for_timeout(500)
    wrong = walk(page)
    ask(page, QUESTION)
    page.wait_for_timeout(500)
    wrong += walk(page)
    page.get_by_role("button", name=re.compile(r"^1: ")).click()
    page.get_by_text("Cited sentence, between").wait_for()
    page.wait_for_timeout(500)
    assert not wrong + walk(page)


def test_a_screen_reader_is_told_of_the_answer(page: Page) -> None:
    ask(page, QUESTION)
    status = page.locator("[role=status], [role=alert]").filter(has_text="Answer 1 ready")
    assert status.count() >= 1


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_shows_it_without_scrolling_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    ask(page, QUESTION)
    page.get_by_role("button", name=re.compile(r"^1: ")).click()
    page.get_by_text("Cited sentence, between").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_nothing_that_a_question_holds_is_fetched(page: Page) -> None:
    ask(page, "May I share ![x](http://evil.example/?q=1) <img src='http://evil.example/y'> with the police?")
    assert page.locator("img[src*='evil']").count() == 0


def test_no_accessibility_violations(page: Page) -> None:
    found = audit(page, "the first page")
    ask(page, QUESTION)
    page.get_by_role("button", name=re.compile(r"^1: ")).click()
    page.get_by_text("Cited sentence, between").wait_for()
    page.get_by_text("Why this answer").first.click()
    page.get_by_text("How sure:").first.wait_for()
    page.get_by_text("Copy, print or save this answer").first.click()
    page.get_by_text("Text with its citations").first.wait_for()
    found += audit(page, "an answer, all open") + walk(page)
    for number, (state, text, shown) in enumerate(STATES, start=2):
        ask(page, text, number)
        page.get_by_text(shown).first.wait_for()
        if state == "asks first":
            page.get_by_text(OTHERS).first.click()
        found += audit(page, state) + walk(page)
    assert not found
