"""What an answer takes the question to be about, and the choice of another situation where that isn't it."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from mayshare.schema import Answer, Place, Related
from pages import asker
from pages.markup import escape

KEY = "chosen_situation"
OTHERS = "Not your question? Choose the one that is"


class Chosen(NamedTuple):
    """A situation that the user chose for the answer of that number; a page's numbers are its own."""

    number: int
    place: Place


def say(number: int, answer: Answer) -> None:
    """Before the answer: which question it answers; where that is unsure, the others at once."""
    found = answer.situation
    if found is None:
        return
    if not found.unsure:
        section = Place(source_id=found.section.source_id, heading=found.section.heading)
        chosen = " you chose" if answer.question.situation == section else ""
        st.caption(f"Answered for the question{chosen}: {escape(found.section.heading)}")
    else:
        with st.container(gap="xsmall"):
            st.markdown("**If not, choose the one that is:**")
            _choices(number, found.others)
            if not answer.question.asker:
                st.caption(asker.UNSAID)


def others(number: int, answer: Answer) -> None:
    """After an answer that didn't ask first. Drawn once it is open."""
    found = answer.situation
    if not found or not found.others or found.unsure:
        return
    part = st.expander(OTHERS, key=f"situations-{number}", on_change="rerun")
    if part.open:
        with part, st.container(gap="xsmall"):
            _choices(number, found.others)


def take() -> Chosen | None:
    """What the user chose, once; its number tells whether it was chosen on this page."""
    chosen: Chosen | None = st.session_state.pop(KEY, None)
    return chosen


def _choices(number: int, others: tuple[Related, ...]) -> None:
    for place, entry in enumerate(others):
        st.button(
            escape(entry.heading),
            key=f"situation-{number}-{place}",
            type="tertiary",
            help=f"Answer again for this question, from “{escape(entry.title)}”",
            on_click=_leave,
            args=(Chosen(number, Place(source_id=entry.source_id, heading=entry.heading)),),
        )


def _leave(chosen: Chosen) -> None:
    st.session_state[KEY] = chosen
