"""Where a language model is set: a banner that names it, and personal data shown before anything is sent."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from answer.privacy.redact import load_redactor
from answer.terminal import model_note
from mayshare.schema import Answer
from pages.markup import escape

WAITING = "waiting"  # session key: a question that holds personal data and wasn't sent yet


def banner(model: str) -> None:
    """Name the model and say what it is given."""
    st.info(
        f"Part of each answer is worded by a language model, {escape(model)}. It is given your question without the "
        "personal data that is found in it, and only statements that the guidance bears out are shown.",
        icon=":material/info:",
    )


def holds_back(text: str) -> bool:
    """Keep a question with personal data until the user has seen what was found; True where it was kept."""
    if not load_redactor().find(text):
        return False
    st.session_state[WAITING] = text
    return True


def confirm(send: Callable[[str], bool]) -> None:
    """Show what was found in a question that waits, to send it without, to change it, or to drop it."""
    text = st.session_state.get(WAITING)
    if text is None:
        return
    redacted = load_redactor().redact(text)
    with st.container(border=True):
        st.markdown("**This question seems to name a person. Nothing has been sent yet.**")
        found = ", ".join(f"{finding.kind}: {escape(finding.text)}" for finding in redacted.findings)
        st.markdown(f"Found: {found}")
        edited = st.text_area("What would be sent; change it where you like", redacted.text, key="edited")
        left, right, _ = st.columns([2, 2, 3])
        if left.button("Ask this", type="primary", width="stretch") and send(edited):
            del st.session_state[WAITING]
            st.rerun()
        if right.button("Don't ask", width="stretch"):
            del st.session_state[WAITING]
            st.rerun()


def note(answer: Answer) -> None:
    """Under an answer: what the model had to do with it."""
    if answer.notice:
        st.warning(escape(answer.notice))
    elif answer.model:
        st.caption(escape(model_note(answer)))
