"""Evaluation: scores and their history, question by question, rating, what users say, writing questions, export."""

from __future__ import annotations

import streamlit as st

from mayshare.config import load_settings
from mayshare.errors import MayshareError
from pages import (
    access,
    evaluation_export,
    evaluation_feedback,
    evaluation_questions,
    evaluation_ratings,
    evaluation_scores,
    evaluation_writing,
    progress,
)
from pages import evaluation_actions as act
from pages.access import Role
from pages.engine import engine
from pages.markup import escape

SHOW = {"success": st.success, "warning": st.warning, "error": st.error}
ICONS = {"success": ":material/check_circle:", "warning": ":material/warning:", "error": ":material/error:"}
SECTIONS = (
    evaluation_scores.draw,
    evaluation_questions.draw,
    evaluation_ratings.draw,
    evaluation_feedback.draw,
    evaluation_writing.draw,
    evaluation_export.draw,
)
NOTICE = "The expected answers were written by the maintainers; a question that an expert has checked names who did."


def draw() -> None:
    """Draw the page; of its parts only the one that is open."""
    access.require(Role.TRAINER)
    settings = load_settings()
    engine().refresh()
    st.title("Evaluation")
    st.caption(NOTICE)
    job = act.settle()
    with st.container():  # always there, so that a message doesn't move the tabs
        for kind, words in act.said():
            SHOW[kind](escape(words), icon=ICONS[kind])
            if kind == "error":  # the button of a long form is far from here
                st.toast(escape(words), icon=ICONS[kind], duration="long")
        if job:
            progress.draw(job)
    for tab, section in zip(st.tabs(act.TABS, key=act.TAB, on_change="rerun"), SECTIONS, strict=True):
        if not tab.open:
            continue
        with tab:
            try:
                section(settings)
            except MayshareError as error:
                st.error(escape(str(error)), icon=ICONS["error"])
