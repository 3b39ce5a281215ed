"""Speed of the pages: `python -m bench.pages`.

Starts the chat over the project's index and prints one JSON object a measurement:

- `first_paint`: a warm app opened in a new context of headless Chromium, nothing cached, until something is painted
  (the browser's own first contentful paint), until its input is there, and the same when it is opened again;
- `answer`: from Enter to the answer on the screen, each question in a conversation of its own;
- `conversation`: the same in one conversation that grows;
- `sessions`: many sessions at once that think between questions, spoken to as the browser does, without the browser.
  Each marks its questions with a word of its own, and no other session's word may come back to it;
- `rush`: as many questions at the same moment as no setting allows: how soon those that must wait longer are told so.

Server, browser and sessions share the machine, so each figure is an upper bound. Questions are those of the dev split.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.answers import percentile
from bench.serving import free_port, serving
from bench.streamlit_session import Drawn, Session, session
from eval.cases import load_cases
from mayshare.config import Settings, load_settings
from scripts.install_chromium import find

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WARM_UP = 3
READY = "Answer {} ready"
BUSY = "mayshare is busy"
FLAGS = ["--no-sandbox", "--disable-gpu"]


class Asked(NamedTuple):
    """One question of one session: when it was sent, how long it took, and what came back."""

    seconds: float
    ready: bool
    busy: bool
    strange: bool  # another session's word came back


def main() -> int:
    """Command line entry."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=30, help="pages and questions of the browser")
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--questions", type=int, default=5, help="of each session")
    parser.add_argument("--think", type=float, default=4.0, help="seconds between a session's questions")
    parser.add_argument("--rush", type=int, default=150, help="questions at the same moment")
    given = parser.parse_args()
    settings = load_settings()
    asked = [case.question for case in load_cases() if case.split == "dev" and not case.turns]
    random.Random(0).shuffle(asked)
    with chat(settings) as url:
        in_the_browser(url, asked, given.runs)
        say("sessions", many(url, asked, given.sessions, given.questions, given.think))
        say("rush", many(url, asked, given.rush, 1, 0.0))
    return 0


@contextmanager
def chat(settings: Settings) -> Iterator[str]:
    """A running chat over the project's index."""
    with (
        tempfile.TemporaryDirectory(prefix="mayshare-bench-") as folder,
        serving(settings, Path(folder, "log"), free_port(), {}) as url,
    ):
        yield url


def in_the_browser(url: str, asked: Sequence[str], runs: int) -> None:
    """First paint, answers and a conversation."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        for question in asked[:WARM_UP]:
            _answer(browser, url, question)
        paints = [_paint(browser, url) for _ in range(runs)]
        for name, seconds in zip(Paint._fields, zip(*paints, strict=True), strict=True):
            say("first_paint", {"until": name, **spread(seconds)})
        say("answer", spread([_answer(browser, url, question) for question in asked[:runs]]))
        with _page(browser, url) as page:
            took = [_ask(page, question, number) for number, question in enumerate(asked[:runs], start=1)]
        say("conversation", {**spread(took), "last_s": round(took[-1], 3)})
        browser.close()


@contextmanager
def _page(browser: Browser, url: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(url)
    page.get_by_role("textbox").first.wait_for()
    yield page
    context.close()


class Paint(NamedTuple):
    """Seconds from opening the page: until something is painted, until its input is there, and that once more."""

    painted: float
    ready: float
    ready_again: float


def _paint(browser: Browser, url: str) -> Paint:
    started = time.perf_counter()
    with _page(browser, url) as page:
        ready = time.perf_counter() - started
        painted: float = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000
        started = time.perf_counter()
        page.reload()
        page.get_by_role("textbox").first.wait_for()
        return Paint(painted, ready, time.perf_counter() - started)


def _answer(browser: Browser, url: str, question: str) -> float:
    with _page(browser, url) as page:
        return _ask(page, question, 1)


def _ask(page: Page, question: str, number: int) -> float:
    page.get_by_role("textbox").first.fill(question)
    started = time.perf_counter()
    page.keyboard.press("Enter")
    page.get_by_text(READY.format(number)).wait_for()
    return time.perf_counter() - started


def many(url: str, asked: Sequence[str], sessions: int, questions: int, think: float) -> dict[str, Any]:
    """That many sessions at once; seconds from sending a question until all of the page has come back."""
    together = threading.Barrier(sessions)
    found: list[Asked] = []
    failed: list[str] = []

    def visit(number: int) -> None:
        try:
            with session(url) as visitor:
                page = visitor.run("")
                together.wait(timeout=120)
                for turn in range(1, questions + 1):
                    time.sleep(think * (random.Random(number).random() if turn == 1 else 1))
                    question = asked[(number * questions + turn) % len(asked)]
                    found.append(_put(visitor, page, question, turn, number))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
            failed.append(f"{type(error).__name__}: {error}"[:200])

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "sessions": sessions,
        "asked": len(found),
        "answered": spread([one.seconds for one in found if one.ready]),
        "busy": spread([one.seconds for one in found if one.busy]),
        "neither": sum(1 for one in found if not one.ready and not one.busy),
        "text_of_another_session": sum(1 for one in found if one.strange),
        "errors": failed,
    }


def _put(visitor: Session, page: Drawn, question: str, turn: int, number: int) -> Asked:
    started = time.perf_counter()
    drawn = visitor.ask(page.page_hash, page.chat_input, f"{question} zq{number}x").content
    seconds = time.perf_counter() - started
    strange = set(re.findall(rb"zq\d+x", drawn)) - {f"zq{number}x".encode()}
    return Asked(seconds, READY.format(turn).encode() in drawn, BUSY.encode() in drawn, bool(strange))


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and most, in seconds."""
    if not seconds:
        return {"n": 0}
    ordered = sorted(seconds)
    at: Callable[[float], float] = lambda share: round(percentile(ordered, share), 3)  # noqa: E731
    return {"n": len(ordered), "p50_s": at(0.5), "p95_s": at(0.95), "max_s": round(ordered[-1], 3)}


def say(what: str, figures: dict[str, Any]) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps({"run": what, **figures}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
