"""The chat's entry: `mayshare serve` runs this file under Streamlit."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

# Streamlit runs this file as a script; the packages beside it must be found from any folder.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from mayshare.errors import BusyError, MayshareError
from pages import access, carry, menu, sign_in
from pages.engine import admitted, engine
from pages.style import CSS

TITLE = "May I share this?"
IMAGES = Path(__file__).resolve().parent / "docs" / "img"
PAGE_TITLE = "mayshare: may I share this?"


def main() -> None:
    """Draw the page that was asked for, or say that too many ask just now."""
    st.set_page_config(page_title=PAGE_TITLE, page_icon=str(IMAGES / "icon.svg"), layout="wide")
    question = carry.waiting()
    try:
        with admitted(asks=bool(question)):
            draw()
    except BusyError as error:
        busy(str(error), str(question))


def draw() -> None:
    """Draw the page, or say why there is nothing to ask."""
    try:
        role = access.role()
        notice = engine().notice
    except MayshareError as error:
        st.title(TITLE)
        st.error(f"The chat can't start. {error}")
        return
    st.html(CSS)
    st.logo(IMAGES / "logo.svg", icon_image=IMAGES / "icon.svg")
    page = st.navigation(menu.pages(), position="top" if role > access.Role.NOBODY else "hidden")
    sign_in.bar()
    if notice and role > access.Role.NOBODY:
        st.warning(notice)
    page.run()


def busy(message: str, question: str) -> None:
    """Nothing else is drawn, so that it is said at once; the conversation comes back with the next run."""
    carry.take()  # it is offered here, and asked unbidden in no later run
    st.title(TITLE)
    st.warning(f"{message} What you asked before is kept too.", icon=":material/hourglass_top:")
    carry.offer_again(question)


main()
