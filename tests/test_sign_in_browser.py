"""Signing in through a real OpenID provider in a real browser, and what a reader can't reach: by page, link, message."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from bench.serving import free_port, running, serving
from bench.streamlit_session import session
from mayshare import chat_switch
from mayshare.config import Settings
from tests.accessibility import audit, walk
from tests.conftest import ingested
from tests.test_browser import browser

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

__all__ = ["browser"]
pytestmark = pytest.mark.browser

# nobody's real name or address: what must not be found in a log or in the store
READER = {"sub": "r1", "name": "Rhea Canaryreader", "email": "rhea@canary.example", "email_verified": True}
MAINTAINER = {"sub": "m1", "name": "Mona Canarymaintainer", "email": "mona@elsewhere.example", "groups": ["keep"]}
UNVERIFIED = {"sub": "u1", "name": "Una Canaryfalse", "email": "boss@canary.example", "email_verified": False}
STRANGER = {"sub": "s1", "name": "Sam Canarystranger", "email": "sam@elsewhere.example", "email_verified": True}
USER = "_streamlit_user"  # the cookie of a sign-in
CLIENT_SECRET, COOKIE_SECRET = "canary-client-secret", "canary-cookie-secret-of-thirty-two"


class Server(NamedTuple):
    url: str
    settings: Settings
    log: Path


@contextmanager
def provider() -> Iterator[str]:
    """A real OpenID provider in a process of its own; gives the address of its metadata."""
    port = free_port()
    people = [f"--user-claims={json.dumps(person)}" for person in (READER, MAINTAINER, UNVERIFIED, STRANGER)]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *people]
    url = f"http://127.0.0.1:{port}/.well-known/openid-configuration"
    with running(command, url):
        yield url


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """mayshare over a small store, its people at a provider that this test starts."""
    folder = tmp_path_factory.mktemp("sign-in")
    settings = ingested(folder)
    port = free_port()
    with provider() as metadata_url:
        environment = {
            "MAYSHARE_CORPUS": str(settings.corpus),
            "MAYSHARE_SIGN_IN__METHOD": "oidc",
            "MAYSHARE_SIGN_IN__PUBLIC_URL": f"http://127.0.0.1:{port}",
            "MAYSHARE_SIGN_IN__METADATA_URL": metadata_url,
            "MAYSHARE_SIGN_IN__CLIENT_ID": "mayshare",
            "MAYSHARE_SIGN_IN__CLIENT_SECRET": CLIENT_SECRET,
            "MAYSHARE_SIGN_IN__COOKIE_SECRET": COOKIE_SECRET,
            "MAYSHARE_SIGN_IN__PROVIDER_NAME": "the district",
            "MAYSHARE_SIGN_IN__READERS": '["@canary.example"]',
            "MAYSHARE_SIGN_IN__MAINTAINERS": '["group:keep", "boss@canary.example"]',
        }
        log = folder / "log"
        with serving(settings, log, port, environment) as url:
            yield Server(url, settings, log)
    kept = "".join(path.read_text("utf-8", "ignore") for path in settings.store.rglob("*") if path.is_file())
    for secret in ("canary", CLIENT_SECRET, COOKIE_SECRET):
        assert secret.lower() not in (log.read_text() + kept).lower()
    assert "Traceback" not in log.read_text()
    shutil.rmtree(folder)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def sign_in(page: Page, server: Server, user: dict[str, Any], path: str = "") -> Page:
    """Through the button, the provider's form and back."""
    page.goto(f"{server.url}/{path}")
    page.get_by_role("button", name="Sign in with the district").click()
    page.get_by_placeholder("sub").fill(user["sub"])
    page.get_by_role("button", name="Authorize", exact=True).click()
    page.get_by_text("Signed in as").wait_for()
    return page


@pytest.fixture(scope="module")
def reader(browser: Browser, server: Server) -> Any:
    """The cookies of a reader who signed in."""
    return cookies(browser, server, READER)


@pytest.fixture(scope="module")
def maintainer(browser: Browser, server: Server) -> Any:
    """The cookies of a maintainer who signed in."""
    return cookies(browser, server, MAINTAINER)


def cookies(browser: Browser, server: Server, user: dict[str, Any]) -> Any:
    context = browser.new_context()
    sign_in(context.new_page(), server, user)
    kept = context.cookies()
    context.close()
    return kept


# ---- signing in and out


def test_nobody_reads_anything_before_they_sign_in(server: Server) -> None:
    with session(server.url) as anyone:
        for path in ("", "library", "maintenance"):
            drawn = anyone.run(path)
            assert drawn.widget("button", "Sign in with the district")
            for secret in ("chat_input", "Live since", "FERPA: emergencies"):
                assert secret not in drawn.text


def test_a_reader_asks_and_signs_out(page: Page, server: Server, reader: Any) -> None:
    page.context.add_cookies(reader)
    page.goto(server.url)
    page.get_by_text("Signed in as Rhea Canaryreader (reader)").wait_for()
    page.get_by_role("textbox").first.fill("May a school give police records in an emergency?")
    page.keyboard.press("Enter")
    page.get_by_text("Answer 1 ready").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End session").click()  # the provider's own page
    page.get_by_role("heading", level=1, name="Sign in").wait_for()


def test_a_link_to_a_passage_outlasts_signing_in(page: Page, server: Server) -> None:
    link = "library?document=ferpa-emergency&at=0"
    sign_in(page, server, READER, link)
    page.wait_for_url(f"{server.url}/{link}")
    page.get_by_role("heading", name="The passage of this link").wait_for()
    page.get_by_role("link", name="Ask", exact=True).click()  # once alone: nothing leads back there again
    page.get_by_role("textbox").first.wait_for()
    page.reload()
    page.get_by_role("textbox").first.wait_for()
    assert page.url.rstrip("/") == server.url


def test_a_maintainer_by_group_opens_the_maintenance_page(page: Page, server: Server, maintainer: Any) -> None:
    page.context.add_cookies(maintainer)
    page.goto(server.url)
    page.get_by_text("Signed in as Mona Canarymaintainer (maintainer)").wait_for()
    page.get_by_role("link", name="Maintenance").click()
    page.get_by_text("Live since").wait_for()


def test_an_address_that_is_not_verified_gives_no_role(page: Page, server: Server) -> None:
    sign_in(page, server, UNVERIFIED, "library")
    page.get_by_role("heading", level=1, name="No access yet").wait_for()
    page.get_by_text("e-mail address is verified").wait_for()
    assert page.get_by_role("textbox").count() == 0


def test_no_accessibility_violations(page: Page, server: Server, reader: Any) -> None:
    found = []
    for heading in ("Sign in", "This page isn't open to you"):
        page.goto(f"{server.url}/maintenance")
        page.get_by_role("heading", level=1, name=heading).wait_for()
        found += audit(page, heading) + walk(page)
        page.context.add_cookies(reader)
    assert not found


# ---- what a reader can't reach


def test_not_by_page_and_not_by_link(page: Page, server: Server, reader: Any) -> None:
    page.context.add_cookies(reader)
    page.goto(f"{server.url}/maintenance")
    page.get_by_text("This page is for maintainers, and you are here as a reader.").wait_for()
    page.get_by_role("link", name="Library").wait_for()
    assert page.get_by_role("link", name="Maintenance").count() == 0
    assert page.get_by_role("tab").count() == 0
    assert page.get_by_role("button", name=re.compile("Turn the chat|Roll back|Keep")).count() == 0


def test_not_by_message(server: Server, reader: Any, maintainer: Any) -> None:
    """A reader sends what a maintainer's browser sends, word for word; from the maintainer it works."""
    with session(server.url, held(maintainer)) as allowed, session(server.url, held(reader)) as other:
        known = allowed.run()
        note, button = known.widget("text_area", "Note for its users"), known.widget("button", "Turn the chat off")
        assert note
        assert button
        order = {note: "Off by a message.", button: True}
        drawn = other.run()
        assert "This page is for maintainers" in drawn.text
        assert drawn.widget("button", "Turn the chat off") is None
        for page_hash in (known.page_hash, ""):
            assert "Live since" not in other.run("", page_hash, order).text
            assert chat_switch.read(server.settings.store) is None
        allowed.run("", known.page_hash, order)
    off = chat_switch.read(server.settings.store)
    chat_switch.turn_on(server.settings.store)
    assert off
    assert off.note == "Off by a message."


def test_not_with_a_cookie_that_was_changed(server: Server, reader: Any, maintainer: Any) -> None:
    """A maintainer's claims under the signature of a reader's cookie."""
    claims, _, _ = held(maintainer)[USER].rpartition(".")
    _, _, signature = held(reader)[USER].rpartition(".")
    assert claims
    with session(server.url, held(maintainer)) as honest:
        assert "Signed in as Mona" in honest.run().text
    with session(server.url, {**held(maintainer), USER: f"{claims}.{signature}"}) as forged:
        drawn = forged.run()
    assert "Sign in with the district" in drawn.text
    assert "Signed in as" not in drawn.text


def held(cookies: Any) -> dict[str, str]:
    return {cookie["name"]: cookie["value"] for cookie in cookies}
