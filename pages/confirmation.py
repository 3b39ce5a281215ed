"""Ask before an action that can't be overlooked: a second button, drawn under the first, that says what it does."""

from __future__ import annotations

import streamlit as st

from ingest import jobs
from pages import maintenance_actions as act
from pages.maintenance_actions import Confirm
from pages.markup import escape


def ask_first(confirm: Confirm, label: str) -> None:
    """A button whose action waits for a second click."""
    first(confirm, label)
    second(confirm.key)


def first(confirm: Confirm, label: str) -> None:
    """The button that asks for the second one."""
    st.button(
        label,
        key=f"ask-{confirm.key}",
        on_click=act.confirm,
        args=(confirm,),
        disabled=jobs.running() is not None,
    )


def second(key: str) -> None:
    """What will happen, and the button that does it, once the first one was clicked."""
    waiting = st.session_state.get(act.CONFIRM)
    if not isinstance(waiting, Confirm) or waiting.key != key:
        return
    with st.container(border=True):
        st.markdown(escape(waiting.words))
        with st.container(horizontal=True):
            busy = jobs.running() is not None
            st.button(waiting.label, key=f"yes-{key}", on_click=waiting.do, disabled=busy)
            st.button("Leave it as it is", key=f"no-{key}", on_click=act.never_mind)
