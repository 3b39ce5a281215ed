"""What one page hands to another in a session; a question never goes through an address, where logs would keep it."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from pages.markup import escape

KEY = "question_to_ask"
INPUT = "question"  # of the Ask page's input


def ask(question: str) -> None:
    """Leave a question for the Ask page, and go there."""
    from pages import menu

    leave(question)
    st.switch_page(menu.page(""))


def leave(question: str) -> None:
    """Leave a question for the Ask page's next run."""
    st.session_state[KEY] = question


def waiting() -> str | None:
    """The question that this run of the app is to answer, before the page that takes it is drawn."""
    question: str | None = st.session_state.get(INPUT) or st.session_state.get(KEY)
    return question


def take() -> str | None:
    """The question that another page left, once."""
    question: str | None = st.session_state.pop(KEY, None)
    return question


def offer_again(question: str) -> None:
    """A question that wasn't answered, to be asked again without typing it again."""
    st.markdown(f"Not answered: {escape(question)}")
    st.button("Ask this again", key="ask-again", on_click=leave, args=(question,))


def passage_link(source_id: str, start: int) -> str:
    """The address that opens a document of the library at a sentence. It holds nothing of what was asked."""
    base = (st.context.url or "").rstrip("/")
    return f"{base}/library?{urlencode({'document': source_id, 'at': start})}"


def show_link(source_id: str, start: int) -> None:
    """Offer that address, to copy."""
    with st.expander("Link to this passage"):
        st.caption("Opens this document in the library at this sentence. Your question is not part of the link.")
        st.code(passage_link(source_id, start), language=None, wrap_lines=True)
