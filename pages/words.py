"""Glossary terms explained where they occur."""

from __future__ import annotations

import streamlit as st

from answer.reading import terms
from pages.engine import engine
from pages.markup import escape


def draw(text: str) -> None:
    """List the glossary's terms that a text names, each with what it means; nothing where it names none."""
    found = terms(engine().glossary, text)
    if found:
        with st.expander(f"Words used here, explained ({len(found)})"):
            st.markdown("\n".join(f"- **{escape(term.term)}**: {escape(term.definition)}" for term in found))
