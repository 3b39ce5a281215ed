"""The maintenance page in a real browser: opened by its address first, read by axe in both themes, on a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from ingest import drafts
from ingest.pipeline import ingest
from mayshare.config import Settings, load_settings
from tests.accessibility import audit, walk
from tests.conftest import KEPT, served, verify_here, write_small_corpus
from tests.test_browser import browser, settled
from tests.test_drafts import ZEBRA, text_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]
pytestmark = pytest.mark.browser
TABS = ("What is live", "New guidance", "Roll back", "To look after", "Chat on or off")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A small store of its own under the name that the server's fixture asks for, with a draft that has findings."""
    folder = tmp_path_factory.mktemp("maintenance")
    corpus = write_small_corpus(folder / "corpus")
    settings = load_settings(corpus=corpus, store=folder / "store", models=KEPT / "models")
    with pytest.MonkeyPatch.context() as patch:
        verify_here(patch)
        ingest(settings)
        patch.setenv("MAYSHARE_CORPUS", str(corpus))  # the server of `address` inherits it
        drafts.save(settings, "x.md", text_of(body=ZEBRA + "\nThey must log it (34 CFR 99.36).\n"))
        yield settings
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def address(shipped: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(shipped, tmp_path_factory.mktemp("serve")) as url:
        yield url


def opened(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{address}/maintenance")
    page.get_by_role("heading", level=1, name="Maintenance").wait_for()
    page.get_by_text("Live since").wait_for()
    return page


# the first visitor of this server comes by the page's address, before the menu was ever drawn
def test_no_accessibility_violations_and_no_scrolling_sideways(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    assert page.get_by_role("link", name="source panel").count() == 0, "modules are listed as pages"
    found = []
    for name in TABS:
        page.get_by_role("tab", name=name).click()
        page.get_by_role("heading", level=2, name=name).wait_for()
        if name == "New guidance":
            page.get_by_role("button", name="Put it live").click()
            page.get_by_role("button", name="Put “zebra” live now").wait_for()
        settled(page)
        found += audit(page, name) + walk(page)
    page.context.close()
    assert not found


def test_the_chat_is_off_for_everyone_until_it_is_on_again(browser: Browser, address: str) -> None:
    page = opened(browser, address)
    page.get_by_role("tab", name="Chat on or off").click()
    page.get_by_label("Note for its users").fill("Call the privacy office.")
    page.get_by_role("button", name="Turn the chat off").click()
    page.get_by_text("The chat is off. Whoever").wait_for()
    reader = browser.new_context().new_page()
    reader.goto(address)
    reader.get_by_text("Call the privacy office.").wait_for()
    assert reader.get_by_role("textbox").first.is_disabled()
    assert not audit(reader, "the chat is off") + walk(reader)
    page.get_by_role("button", name="Turn the chat on again").click()
    page.get_by_text("The chat is on again.").wait_for()
    for context in (page.context, reader.context):
        context.close()
