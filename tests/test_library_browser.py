"""The library in a real headless Chromium: found, opened by a link, and asked from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.test_browser import ask, browser, page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser", "page"]  # fixtures, which pytest finds by their names here

pytestmark = pytest.mark.browser

QUESTION = "Can a probation officer get attendance and grades without consent?"


def violations(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_timeout(1000)  # elements fade in
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in Axe().run(page).response["violations"]]


def test_the_link_of_a_source_opens_the_library_at_its_sentence_and_a_question_goes_back(page: Page) -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name=re.compile(r"^1: ")).click()
    page.get_by_text("Link to this passage").click()
    link = page.locator("code").filter(has_text="library?document=").inner_text()
    assert re.fullmatch(r"http://[\w.:]+/library\?document=[\w-]+&at=\d+", link)  # and nothing else: no question
    page.goto(link)
    page.get_by_role("heading", name="The passage of this link").wait_for()
    page.locator("span[style*='background']").first.wait_for()
    page.get_by_role("button", name=re.compile(r"^Ask: ")).first.click()
    page.get_by_text("Answer 1 ready").wait_for()
    assert "?" not in page.url


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_no_accessibility_violations_in_the_library(browser: Browser, address: str, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    opened = context.new_page()
    opened.goto(f"{address}/library")
    opened.get_by_text("20 of").wait_for()
    found = violations(opened)
    opened.get_by_text("Coverage map").click()
    opened.locator("table").wait_for()
    opened.locator("[data-testid=stVegaLiteChart] :is(canvas, svg)").first.wait_for()
    found += violations(opened)
    assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    opened.goto(f"{address}/library?document=ferpa-adult-students-and-parents&at=999999")
    opened.get_by_text("names a place that isn't in this document").wait_for()
    opened.get_by_role("heading", name="Sources").wait_for()
    found += violations(opened)
    assert opened.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()
    assert not found
