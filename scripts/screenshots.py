"""Take screenshots of a running chat: `python -m scripts.screenshots http://localhost:8501`.

Without more, those of the documentation, into `docs/img/`. `--every FOLDER` takes every page at three widths in both
themes, to look at; the chat must run on loopback without sign-in, so that the maintainer's pages open.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mayshare.config import ROOT
from scripts.install_chromium import find

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUESTION = "Can a probation officer get a student's attendance and grades without consent?"
PAGES = ("", "guide", "library", "consent", "evaluation", "maintenance")
WIDTHS, THEMES = (360, 768, 1440), ("light", "dark")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


class Shot(NamedTuple):
    """A file's name, the page's path, the width and height in pixels, the theme, and what is done before."""

    name: str
    path: str
    width: int
    height: int
    theme: str
    act: Callable[[Page], None]


def answered(page: Page) -> None:
    """Ask the question."""
    page.get_by_role("textbox").first.fill(QUESTION)
    page.keyboard.press("Enter")
    page.get_by_text("Answer 1 ready").wait_for()


def opened(page: Page) -> None:
    """Ask it, and open the first source."""
    answered(page)
    page.get_by_role("button", name=re.compile("^1: ")).click()
    page.get_by_text("Cited sentence, between").wait_for()


def untouched(page: Page) -> None:
    """The page as it opens."""


def of_the_documentation() -> Iterator[Shot]:
    """What `docs/img/` holds."""
    yield Shot("ask-light", "", 1360, 900, "light", opened)
    yield Shot("ask-dark", "", 1360, 900, "dark", opened)
    yield Shot("ask-phone", "", 390, 844, "light", answered)
    for path in PAGES[1:4]:  # those of maintainers name folders of the machine
        yield Shot(path, path, 1360, 900, "light", untouched)


def every() -> Iterator[Shot]:
    """Every page at every width in both themes, and an answer with its source."""
    for path, width, theme in itertools.product(PAGES, WIDTHS, THEMES):
        yield Shot(f"{path or 'ask'}-{width}-{theme}", path, width, 900, theme, untouched)
    for width, theme in itertools.product(WIDTHS, THEMES):
        yield Shot(f"answer-{width}-{theme}", "", width, 900, theme, opened)


def take(browser: Browser, address: str, shot: Shot, folder: Path) -> None:
    """Open the page, act, wait until it rests, and save what is in view."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.theme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(f"{address.rstrip('/')}/{shot.path}")
    page.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
    shot.act(page)
    page.get_by_test_id("stStatusWidget").wait_for(state="detached")
    page.wait_for_timeout(1500)
    page.screenshot(path=str(folder / f"{shot.name}.png"))
    context.close()


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--every", type=Path, metavar="FOLDER")
    given = parser.parse_args()
    path = find()
    if not path:
        sys.stderr.write("There is no Chromium: make chromium\n")
        return 2
    from playwright.sync_api import sync_playwright

    folder: Path = given.every or ROOT / "docs" / "img"
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for shot in every() if given.every else of_the_documentation():
            take(browser, given.address, shot, folder)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
