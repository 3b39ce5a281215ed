"""Time from `make run` to a page that can be used: `python -m bench.start FOLDER`.

Usable means that Chromium shows the question box and the first question typed into it is answered. Run it twice
on a fresh clone: the first start makes the environment and the index, the second finds both.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from scripts.install_chromium import find

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
QUESTION = "Can a probation officer get attendance and grades without consent?"


def main() -> int:
    """Start, time, stop."""
    path = find()
    if len(sys.argv) != 2 or not path:
        sys.stderr.write("usage: python -m bench.start FOLDER (with a Chromium installed)\n")
        return 2
    started = time.perf_counter()
    log = Path(sys.argv[1]) / "data" / "start.log"
    log.parent.mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    with log.open("w") as output:
        server = subprocess.Popen(
            ["make", "run"], cwd=sys.argv[1], stdout=output, stderr=output, env=environment, start_new_session=True
        )
    try:
        figures = measure(path, address(log), started)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)
    sys.stdout.write(json.dumps(figures) + "\n")
    return 0


def address(log: Path) -> str:
    """The address that the server prints once it listens."""
    while True:
        if found := re.search(r"mayshare is open at (\S+)", log.read_text(encoding="utf-8")):
            urllib.request.urlopen(found[1] + "/_stcore/health", timeout=5).close()
            return found[1]
        time.sleep(0.1)


def measure(path: str, url: str, started: float) -> dict[str, float]:
    """Seconds from the start to the server, to the question box and to the first answer."""
    from playwright.sync_api import sync_playwright

    listening = time.perf_counter()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page()
        page.goto(url)
        page.get_by_role("textbox").first.wait_for(timeout=60_000)
        usable = time.perf_counter()
        page.get_by_role("textbox").first.fill(QUESTION)
        page.keyboard.press("Enter")
        page.get_by_text("Answer 1 ready").wait_for(timeout=60_000)
        answered = time.perf_counter()
        browser.close()
    return {
        "listening_s": round(listening - started, 1),
        "page_s": round(usable - started, 1),
        "first_answer_s": round(answered - usable, 2),
    }


if __name__ == "__main__":
    sys.exit(main())
