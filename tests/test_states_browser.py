"""What a page shows when things aren't as they mostly are, in a real browser: a language model's notices, its endpoint
down, too many at once. Each state is read by axe in both themes, on a phone too.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from bench.serving import free_port, serving
from mayshare.config import Settings
from tests.accessibility import audit, walk
from tests.conftest import ingested
from tests.model_server import Reply, claim, serve
from tests.test_browser import browser, settled

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]
pytestmark = pytest.mark.browser

QUESTION = "May a school give records to the police in an emergency?"
SLOW, SLOW_S = "SLOWLY", 10.0


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("states")
    yield ingested(folder)
    shutil.rmtree(folder)


def scripted(body: dict[str, Any]) -> Reply:
    """Words one claim; fails where it is asked of handcuffs, takes its time where it is asked slowly."""
    text = str(body["messages"])
    if "handcuffs" in text:
        return Reply(status=500)
    wait_s = SLOW_S if SLOW in text else 0.0
    return Reply([claim("A school may tell the police in an emergency.", 1, role="bottom_line")], wait_s=wait_s)


@pytest.fixture(scope="module")
def address(store: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A chat with a scripted language model that answers one question at once and lets none wait."""
    log = tmp_path_factory.mktemp("serve") / "log"
    with serve(scripted) as model:
        environment = {
            "MAYSHARE_CORPUS": str(store.corpus),
            "MAYSHARE_MODEL__PROVIDER": "openai_like",
            "MAYSHARE_MODEL__MODEL": "scripted",
            "MAYSHARE_MODEL__BASE_URL": model.base_url,
            "MAYSHARE_ANSWERING__AT_ONCE": "1",
            "MAYSHARE_ANSWERING__WAITING": "0",
        }
        with serving(store, log, free_port(), environment) as url:
            yield url
    assert "Traceback" not in log.read_text()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.goto(address)
    opened.get_by_role("textbox").first.wait_for()
    yield opened
    context.close()


def send(page: Page, text: str) -> None:
    settled(page)
    page.get_by_role("textbox").first.fill(text)
    page.keyboard.press("Enter")


def test_a_model_is_named_and_names_are_shown_before_they_are_sent(page: Page) -> None:
    page.get_by_text("worded by a language model, scripted").wait_for()
    send(page, "May a school give Kaylee Nguyen's records to the police in an emergency?")
    page.get_by_text("Nothing has been sent yet").wait_for()
    settled(page)
    found = audit(page, "names found") + walk(page)
    page.get_by_role("button", name="Ask this").click()
    page.get_by_text("Answer 1 ready").wait_for()
    settled(page)
    found += audit(page, "a worded answer") + walk(page)
    assert not found


def test_an_endpoint_that_fails_is_said_beside_the_answer(page: Page) -> None:
    send(page, "May a school give records on handcuffs to the police in an emergency?")
    page.get_by_text("Answer 1 ready").wait_for()
    settled(page)
    assert page.get_by_role("button", name=re.compile("^1: ")).count() >= 1
    assert not audit(page, "the model's endpoint fails") + walk(page)


def test_one_too_many_hears_it_at_once_and_asks_again_without_typing(page: Page, browser: Browser) -> None:
    other = browser.new_page(viewport={"width": 1280, "height": 900})
    other.goto(page.url)
    other.get_by_role("textbox").first.wait_for()
    settled(other)
    send(page, f"{SLOW}: {QUESTION}")
    page.get_by_text("Searching the guidance").wait_for()
    send(other, QUESTION)
    other.get_by_text("Not answered").wait_for(timeout=SLOW_S * 1000)
    settled(other)
    found = audit(other, "busy") + walk(other)
    page.get_by_text("Answer 1 ready").wait_for()
    other.get_by_role("button", name="Ask this again").click()
    other.get_by_text("Answer 1 ready").wait_for()
    other.close()
    assert not found


def test_what_is_wrong_is_found(browser: Browser) -> None:
    page = browser.new_page()
    button = "<button data-testid='stBaseButton-x' tabindex='{}'>{}</button>"
    page.set_content(button.format(0, "first") + button.format(-1, "out of reach") + button.format(1, "too early"))
    assert walk(page) == ["Tab doesn't reach: out of reach"]  # two go round: none of them is too early
    page.set_content("".join(button.format(order, order) for order in (3, 2, 1)))
    assert walk(page)
    page.set_content(
        "<html lang=en><title>x</title><main><h1>Pale words</h1><img src='data:,'><p style='width:900px'>x</p></main>"
    )
    pale = "<style>@media (prefers-color-scheme: dark) { h1 { color: #777; background: #666; } }</style>"
    page.set_content(page.content().replace("<h1>", f"{pale}<h1>"))
    found = audit(page, "x")
    assert any("320 px, dark: color-contrast" in one for one in found)
    assert any("looks like the light one" in one for one in found)
    assert any("image-alt" in one for one in found)
    assert any("320 px, dark: scrolls sideways" in one for one in found)
    page.close()
