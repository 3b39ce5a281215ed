"""The library in a real headless Chromium: found, opened by a link, and asked from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.accessibility import audit, walk
from tests.test_browser import ask, browser, page, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["browser", "page"]  # fixtures, which pytest finds by their names here

pytestmark = pytest.mark.browser

QUESTION = "Can a probation officer get attendance and grades without consent?"


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


def test_no_accessibility_violations_in_the_library(page: Page, address: str) -> None:
    page.goto(f"{address}/library")
    page.get_by_text("20 of").wait_for()
    settled(page)
    found = audit(page, "list") + walk(page)
    page.get_by_text("Coverage map").click()
    page.locator("table").wait_for()
    page.locator("[data-testid=stVegaLiteChart] :is(canvas, svg)").first.wait_for()
    found += audit(page, "map") + walk(page)
    page.goto(f"{address}/library?document=ferpa-adult-students-and-parents&at=999999")
    page.get_by_text("names a place that isn't in this document").wait_for()
    page.get_by_role("heading", name="Sources").wait_for()
    settled(page)
    found += audit(page, "document") + walk(page)
    assert not found
