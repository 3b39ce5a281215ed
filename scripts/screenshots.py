"""Take the screenshots of the README from a running chat: `python -m scripts.screenshots http://localhost:8501`."""

from __future__ import annotations

import re
import sys

from mayshare.config import ROOT
from scripts.install_chromium import find

QUESTION = "Can a probation officer get a student's attendance and grades without consent?"
SHOTS = (("ask-light", 1360, 900, "light"), ("ask-dark", 1360, 900, "dark"), ("ask-phone", 390, 844, "light"))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def main() -> int:
    """Ask the question in each theme and width, open a source where there is room, and save the page."""
    from playwright.sync_api import sync_playwright

    path = find()
    if len(sys.argv) != 2 or not path:
        sys.stderr.write("usage: python -m scripts.screenshots ADDRESS (with a Chromium installed)\n")
        return 2
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for name, width, height, scheme in SHOTS:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            page = context.new_page()
            page.goto(sys.argv[1])
            page.get_by_role("textbox").first.fill(QUESTION)
            page.keyboard.press("Enter")
            page.get_by_text("Answer 1 ready").wait_for()
            if width > 800:
                page.get_by_role("button", name=re.compile("^1: ")).click()
                page.get_by_text("Cited sentence, between").wait_for()
            page.wait_for_timeout(1000)
            page.screenshot(path=str(ROOT / "docs" / "img" / f"{name}.png"))
            context.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
