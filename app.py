"""The chat's entry: `mayshare serve` runs this file under Streamlit."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

# Streamlit runs this file as a script; the packages beside it must be found from any folder.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from mayshare.errors import MayshareError
from pages import access, menu, sign_in
from pages.engine import engine
from pages.style import CSS


def main() -> None:
    """Draw the page that was asked for, or say why there is nothing to ask."""
    st.set_page_config(page_title="mayshare: may I share this?", page_icon="docs/img/icon.svg", layout="wide")
    try:
        role = access.role()
        notice = engine().notice
    except MayshareError as error:
        st.title("May I share this?")
        st.error(f"The chat can't start. {error}")
        return
    st.html(CSS)
    page = st.navigation(menu.pages(), position="top" if role > access.Role.NOBODY else "hidden")
    sign_in.bar()
    if notice and role > access.Role.NOBODY:
        st.warning(notice)
    page.run()


main()
