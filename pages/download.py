"""A file to take along: each format under its own type, made only when its button is pressed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

TYPES = {
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "html": "text/html",
    "json": "application/json",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def button(label: str, make: Callable[[], str] | Callable[[], bytes], name: str, key: str | None = None) -> None:
    """Offer what `make` gives as a file; the end of its name, one of `TYPES`, says what it is."""
    kind = TYPES[name.rsplit(".", 1)[-1]]
    st.download_button(label, make, file_name=name, mime=kind, key=key, on_click="ignore")
