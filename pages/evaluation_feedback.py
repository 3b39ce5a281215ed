"""The queue of users' remarks, one by one: make a question of it, close it, or take it out."""

from __future__ import annotations

from functools import partial
from typing import get_args

import streamlit as st

from eval import feedback
from eval.feedback import WRONG, Feedback
from eval.places import places
from mayshare.config import Settings
from mayshare.schema import Abstention, Verdict
from pages import evaluation_actions as act
from pages import evaluation_data as data
from pages.confirmation import ask_first
from pages.engine import engine
from pages.maintenance_actions import Confirm
from pages.markup import escape


def draw(settings: Settings) -> None:
    """Draw the section."""
    st.header("Feedback", anchor=False)
    items = feedback.load(places(settings).feedback)
    waiting = [item for item in items if item.state == "open"]
    helped = sum(1 for item in items if item.helpful)
    st.markdown(f"{len(waiting)} of {len(items)} remarks wait; {helped} of all say that the answer helped.")
    if not settings.feedback.enabled:
        st.info("Users aren't asked at present: `feedback.enabled` is off in the settings.")
    if not waiting:
        st.success(
            "The queue is empty. What users send under “Was this helpful?” appears here.",
            icon=":material/check_circle:",
        )
        return
    place = min(st.session_state.get(act.PLACE, 0), len(waiting) - 1)
    with st.container(horizontal=True):
        st.button("Previous remark", on_click=_go, args=(place - 1,), disabled=place == 0)
        st.button("Next remark", on_click=_go, args=(place + 1,), disabled=place == len(waiting) - 1)
    item = waiting[place]
    st.subheader(f"Remark {place + 1} of {len(waiting)}", anchor=False)
    _remark(item)
    _question(settings, item)
    _close(item)


def _go(place: int) -> None:
    st.session_state[act.PLACE] = place


def _remark(item: Feedback) -> None:
    live = engine().index.corpus_version
    changed = "" if item.corpus_version == live else f" The guidance has changed since (live: {live})."
    st.caption(escape(f"{item.id}, received {item.received}, on guidance {item.corpus_version}.{changed}"))
    for turn in item.turns:
        st.markdown(f"Earlier turn: {escape(turn)}")
    st.markdown(f"**Asked:** {escape(item.question)}")
    wrong = "; ".join(WRONG[one] for one in item.wrong)
    st.markdown(f"**The answer {'helped' if item.helpful else 'did not help'}.** {escape(wrong)}")
    if item.comment:
        st.markdown(f"**In the user's words:** {escape(item.comment)}")
    st.markdown(f"**Answered** ({item.verdict}):")
    st.code(item.answer or "Nothing.", language=None, wrap_lines=True)


def _question(settings: Settings, item: Feedback) -> None:
    """A development question of it. Its words can be changed, since they go into files that are shared."""
    st.subheader("Make a question of it", anchor=False)
    st.markdown("Read it once more for what could name a person: the file is shared, and the finder misses some names.")
    key = f"accept-{item.id}"
    askers = sorted({case.asker for case in data.cases(settings).values()} | ({item.asker} - {""}))
    with st.form(key):
        st.text_area("Question, as it goes into the set", item.question, key=f"{key}-question", max_chars=4000)
        if item.turns:
            st.text_area("Earlier turns, one a line", "\n".join(item.turns), key=f"{key}-turns", height=80)
        st.selectbox(
            "Who asks",
            askers,
            index=askers.index(item.asker) if item.asker else None,
            key=f"{key}-asker",
            accept_new_options=True,
        )
        st.selectbox("Right verdict", get_args(Verdict), index=2, key=f"{key}-verdict")
        reasons = get_args(Abstention)
        st.selectbox("Reason, with the verdict abstain only", reasons, index=None, key=f"{key}-abstention")
        st.text_area("Right answer, in a sentence", key=f"{key}-bottom_line", max_chars=1000, height=80)
        st.form_submit_button("Make a question of it", on_click=act.accept_feedback, args=(item.id, key))


def _close(item: Feedback) -> None:
    st.subheader("Close it without a question", anchor=False)
    key = f"close-{item.id}"
    with st.form(key):
        st.text_input("Why no question comes of it", key=f"{key}-why", max_chars=300)
        st.form_submit_button("Close the remark", on_click=act.close_feedback, args=(item.id, f"{key}-why"))
    words = "It is deleted and nothing of it is kept, as is right where it names someone."
    ask_first(
        Confirm(f"remove-{item.id}", words, "Delete the remark now", partial(act.remove_feedback, item.id)),
        "Delete the remark for good",
    )
