"""Who asks, said once for all questions: many leave it out, and a nurse's rule isn't a teacher's."""

from __future__ import annotations

import streamlit as st

from answer import library
from answer.understand import ASKER_WORDS
from mayshare.index import Index
from pages.narrow import COMMON

KEY = "asker"
KEPT = "asker_kept"  # a widget's own value is lost when another page is opened
LABEL = "Who asks (optional)"
PLACEHOLDER = "Who asks? For instance: school counselor (optional)"
UNSAID = "If you say who asks, beside the box for your question, the answer fits better."


def draw(index: Index) -> str:
    """The choice: a role that the guidance is written for, or any other in a few words; "" where none is made."""
    documents = [document for document in index.documents.values() if document.kind != "official"]
    roles = sorted(library.values(documents, "audiences")[:COMMON])
    if KEY not in st.session_state:
        st.session_state[KEY] = st.session_state.get(KEPT)
    asker: str | None = st.selectbox(
        LABEL,
        roles,
        index=None,
        placeholder=PLACEHOLDER,
        label_visibility="collapsed",
        accept_new_options=True,
        key=KEY,
        width=380,
    )
    st.session_state[KEPT] = asker
    return " ".join((asker or "").split()[:ASKER_WORDS])
