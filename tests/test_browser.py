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


CONTROLS = "button[data-testid^='stBaseButton']:not([disabled]), textarea, summary"
NAMED = "e => (e.getAttribute('aria-label') || e.innerText || e.placeholder || '').trim()"


def test_the_tab_key_reaches_every_control_in_the_order_of_the_page(page: Page) -> None:
    ask(page, QUESTION)
    page.wait_for_timeout(500)
    shown = page.locator(CONTROLS).filter(visible=True)
    wanted = [name for name in shown.evaluate_all(f"all => all.map({NAMED})") if name]
    assert len(wanted) > 8
    page.evaluate("document.activeElement.blur()")
    reached: list[str] = []
    for _ in range(4 * len(wanted)):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(f"({NAMED})(document.activeElement)"))
    first = {name: reached.index(name) for name in wanted if name in reached}
    assert not set(wanted) - first.keys(), "a control that the Tab key doesn't reach"
    order = [first[name] for name in dict.fromkeys(wanted)]
    turn = order.index(min(order))  # the walk may begin anywhere in the page's order
    assert order[turn:] + order[:turn] == sorted(order)


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


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_no_accessibility_violations(browser: Browser, address: str, scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    opened = context.new_page()
    opened.goto(address)
    opened.get_by_role("textbox").first.wait_for()
    opened.wait_for_timeout(1000)  # elements fade in
    found = Axe().run(opened).response["violations"]
    ask(opened, QUESTION)
    opened.get_by_role("button", name=re.compile(r"^1: ")).click()
    opened.get_by_text("Cited sentence, between").wait_for()
    opened.get_by_text("Why this answer").first.click()
    opened.get_by_text("How sure:").first.wait_for()
    opened.get_by_text("Copy, print or save this answer").first.click()
    opened.get_by_text("Text with its citations").first.wait_for()
    opened.wait_for_timeout(1000)
    found += Axe().run(opened).response["violations"]
    ask(opened, MESSY, 2)
    opened.get_by_text(IS_IT).wait_for()
    opened.get_by_text(OTHERS).first.click()
    opened.wait_for_timeout(1000)
    found += Axe().run(opened).response["violations"]
    context.close()
    assert not found, [(v["id"], v["nodes"][0]["html"][:200], v["nodes"][0]["failureSummary"]) for v in found]
