"""Narrowing the guidance that is searched: by law, by who holds the information, by whom it is written for."""

from __future__ import annotations

import streamlit as st

from answer import library
from mayshare.index import Index
from mayshare.schema import Filters
from pages.markup import escape

LAWS, HOLDERS, AUDIENCES = KEYS = ("laws", "holders", "audiences")
COMMON = 25  # the most frequent values of a facet: the rest name one or two documents each


def draw(index: Index) -> Filters:
    """The choices, out of the way until they are wanted; what is chosen."""
    documents = [document for document in index.documents.values() if document.kind != "official"]
    chosen = any(st.session_state.get(key) for key in KEYS)
    with st.expander("Narrow the guidance", expanded=chosen):
        laws = st.multiselect("Only guidance on", index.laws, placeholder="All laws", key=LAWS)
        holders = st.multiselect(
            "Who holds the information",
            library.values(documents, "holders")[:COMMON],
            placeholder="Anyone",
            key=HOLDERS,
        )
        audiences = st.multiselect(
            "Written for", library.values(documents, "audiences")[:COMMON], placeholder="Any role", key=AUDIENCES
        )
        st.button("Search all guidance", on_click=_clear, disabled=not chosen)
    return Filters(laws=tuple(laws), holders=tuple(holders), audiences=tuple(audiences))


def say(filters: Filters) -> None:
    """One line that the guidance is narrowed, where nobody can miss it; nothing where it isn't."""
    parts = [
        *filters.laws,
        *(f"held by a {name}" for name in filters.holders),
        *(f"for a {n}" for n in filters.audiences),
    ]
    if parts:
        st.caption(f"Only part of the guidance is searched: {escape('; '.join(parts))}.")


def _clear() -> None:
    for key in KEYS:
        st.session_state[key] = []
