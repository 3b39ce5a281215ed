"""The pages of the app, in the order in which the menu shows them, and who may open each."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from mayshare.errors import NotAllowedError
from pages import access, sign_in
from pages.access import Role


class Entry(NamedTuple):
    """A page: the module under `pages/` whose `draw()` draws it, its name, address and icon, and who may open it."""

    module: str
    title: str
    path: str
    icon: str
    role: Role = Role.READER


ENTRIES = (
    Entry("ask", "Ask", "", ":material/balance:"),
    Entry("guide", "Find your question", "guide", ":material/explore:"),
    Entry("library", "Library", "library", ":material/menu_book:"),
    Entry("consent", "Consent and agreements", "consent", ":material/checklist:"),
    Entry("evaluation", "Evaluation", "evaluation", ":material/fact_check:", Role.TRAINER),
    Entry("maintenance", "Maintenance", "maintenance", ":material/build:", Role.MAINTAINER),
)


def pages() -> list[StreamlitPage]:
    """All pages; the menu shows those that the present user may open. A page's module is imported when it is drawn.

    The others are known too, so that whoever comes by their address reads why they are closed.
    """
    role = access.role()
    return [_page(entry, shown=role >= entry.role) for entry in ENTRIES]


def page(path: str) -> StreamlitPage:
    """The page at an address, to link or to switch to."""
    return _page(next(entry for entry in ENTRIES if entry.path == path))


def _page(entry: Entry, shown: bool = True) -> StreamlitPage:
    return st.Page(
        guarded(entry),
        title=entry.title,
        url_path=entry.path,
        icon=entry.icon,
        default=not entry.path,
        visibility="visible" if shown else "hidden",
    )


def guarded(entry: Entry) -> Callable[[], None]:
    """The page's `draw`, asked for the role once more: a menu that hides a page doesn't keep anyone out."""

    def draw() -> None:
        try:
            access.require(entry.role)
            import_module(f"pages.{entry.module}").draw()
        except NotAllowedError:
            sign_in.refuse(entry.role)

    draw.__name__ = entry.module
    return draw
