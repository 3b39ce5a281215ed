"""The guided way in and the consent helper in a real headless Chromium."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.accessibility import audit, walk
from tests.test_browser import browser, settled  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


def to_the_answer(page: Page, url: str) -> None:
    """Through the steps and to a source with the keyboard alone."""
    page.goto(f"{url}/guide")
    page.get_by_role("heading", name="Is anyone in danger right now?").wait_for()
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.get_by_text("Your question so far").wait_for()
    settled(page)
    page.get_by_role("button", name="Next", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Who has the information?").wait_for()
    settled(page)
    page.keyboard.press("Shift+Tab")  # from Next, one step back lie the choices: the last one, as none is chosen
    page.keyboard.press("ArrowDown")  # and round to the first
    page.get_by_text("May a school share").first.wait_for()
    page.get_by_role("button", name="Go to the question now").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Ask this question").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Answer ready").wait_for()
    page.get_by_role("button", name=re.compile(r"^1: ")).focus()
    page.keyboard.press("Enter")
    page.get_by_text("Cited sentence, between").wait_for()


def to_the_checklists(page: Page, url: str) -> None:
    page.goto(f"{url}/consent")
    for name in ("FERPA consent", "VAWA release"):
        page.get_by_text(name).first.click()
        page.get_by_role("heading", name=name).wait_for()
    page.get_by_role("heading", name="What differs").wait_for()
    page.get_by_role("button", name=re.compile("^Read it in: ")).first.click()
    page.get_by_text("Cited sentence, between").wait_for()


def test_both_pages_are_accessible_and_fit_a_phone(browser: Browser, address: str) -> None:  # noqa: F811
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/guide")
    page.get_by_role("radio").first.wait_for()
    found = audit(page, "the first step") + walk(page)
    page.goto(f"{address}/consent")
    page.get_by_text("FERPA consent").first.wait_for()
    found += audit(page, "no checklist yet") + walk(page)
    for state, go in (("the guide's answer", to_the_answer), ("checklists", to_the_checklists)):
        go(page, address)
        settled(page)
        found += audit(page, state) + walk(page)
    page.context.close()
    assert not found


def test_an_answer_goes_on_in_the_chat_and_a_checklist_is_taken_along(browser: Browser, address: str) -> None:  # noqa: F811
    page = browser.new_page()
    to_the_answer(page, address)
    page.get_by_role("button", name="Go on in the chat").click()
    page.get_by_text("Answer 1 ready").wait_for()
    page.get_by_role("textbox").first.fill("what if she's 18?")
    page.keyboard.press("Enter")
    page.get_by_text("Answer 2 ready").wait_for()
    to_the_checklists(page, address)
    for name, suffix, start in (("Word", ".docx", b"PK"), ("print", ".html", b"<!doctype html>")):
        with page.expect_download() as download:
            page.get_by_role("button", name=re.compile(name)).click()
        assert download.value.suggested_filename.endswith(suffix)
        assert download.value.path().read_bytes().startswith(start)
    page.close()
