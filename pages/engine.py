"""The one engine of this process, opened once, and the gate before it.

A module-level singleton, not Streamlit's resource cache: any anonymous visitor can empty that cache.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, local

import streamlit as st

from answer import ask_next
from answer.assemble import Engine, assemble
from mayshare.config import load_settings
from mayshare.gate import Gate
from mayshare.schema import Answer, Question

PAUSE_S = 0.05  # between searches of what could be asked next
BUSY_PAUSE_S = 2.0  # … when somebody asks
_lock = Lock()
_engine: Engine | None = None
_gate: Gate | None = None
_run = local()  # `admitted`: has this thread's run of the page its turn already?


def engine() -> Engine:
    """The engine; opened by the first caller, raises what `answer.assemble.assemble` raises."""
    global _engine
    with _lock:
        if _engine is None:
            _engine = assemble(load_settings())
        return _engine


def answer_in_turn(question: Question, on_claim: Callable[[str], object] | None = None) -> Answer:
    """What the engine answers, once this question's turn has come.

    Raises:
        BusyError: as many questions as the settings allow are being answered or wait.
    """
    if getattr(_run, "admitted", False):
        return engine().ask(question, on_claim)
    with _the_gate().place(), _the_gate().turn():
        return engine().ask(question, on_claim)


@contextmanager
def admitted(asks: bool) -> Iterator[None]:
    """A run of the page that carries a question holds its place and takes its turn from the beginning.

    So no page is drawn while others' are, and who must be told that mayshare is busy hears it at once.

    Raises:
        BusyError: as many questions as the settings allow are being answered or wait.
    """
    if not asks:
        yield
        return
    with _the_gate().place(), _the_gate().turn(st.spinner("Others are answered first …")):
        _run.admitted = True
        try:
            yield
        finally:
            _run.admitted = False


def _the_gate() -> Gate:
    global _gate
    with _lock:
        if _gate is None:
            chosen = load_settings().answering
            _gate = Gate(chosen.at_once, chosen.waiting)
        return _gate


def look_ahead() -> None:
    """Find out what could be asked next, while nobody asks; takes a minute of its thread."""
    ask_next.look_ahead(engine(), _rest)


def _rest() -> None:
    time.sleep(PAUSE_S)
    while not _the_gate().idle:
        time.sleep(BUSY_PAUSE_S)
