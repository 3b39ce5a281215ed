"""The guided way in: a few steps in plain words, a question put together from them, and its answer."""

from __future__ import annotations

import streamlit as st

from answer import guide
from answer.guide_steps import Step
from mayshare import chat_switch
from mayshare.config import load_settings
from mayshare.schema import Answer, Filters
from pages import ask, menu, model_notice, situation, source_panel
from pages.engine import engine
from pages.markup import escape

PANEL = -2  # this page's number for the source panel, which the chat counts from 0
CHOSEN, AT, ANSWERS = "guide_chosen", "guide_at", "guide_answers"
QUESTION = len(guide.STEPS)  # the step after the last one


def draw() -> None:
    """Draw the page."""
    st.title("Find your question")
    st.caption(ask.NOT_ADVICE)
    chosen: dict[str, str] = st.session_state.setdefault(CHOSEN, {})
    at: int = st.session_state.setdefault(AT, 0)
    first, status = st.empty(), st.empty()
    if at < QUESTION:
        _step(guide.STEPS[at], chosen)
    _first_of_all(first, chosen)
    if at < QUESTION:
        so_far = f" Your question so far: {escape(guide.compose(chosen))}" if chosen else ""
        status.info(f"Step {at + 1} of {QUESTION}.{so_far}")
        _moves(at)
    else:
        _question(chosen)
        _first_of_all(first, chosen)


def _first_of_all(place: st.delta_generator.DeltaGenerator, chosen: dict[str, str]) -> None:
    """What a danger asks for; an answer says it itself."""
    urgent = guide.first_of_all(chosen)
    if urgent and not st.session_state.get(ANSWERS):
        place.error(urgent, icon=":material/e911_emergency:")
    else:
        place.empty()


def _step(step: Step, chosen: dict[str, str]) -> None:
    st.header(step.question, anchor=False)
    st.markdown(step.help)
    keys = [choice.key for choice in step.choices]
    labels = {choice.key: choice.label for choice in step.choices}
    before = chosen.get(step.key)
    key = st.radio(
        step.question,
        keys,
        index=keys.index(before) if before else None,
        format_func=lambda key: labels[key],
        key=f"guide-{step.key}",
        label_visibility="collapsed",
    )
    if key:
        chosen[step.key] = key


def _moves(at: int) -> None:
    """Next stands first: from it, one step back with the keyboard leads to the choices."""
    with st.container(horizontal=True):
        st.button("Next", key="guide-next", on_click=_go, args=(at + 1,))
        st.button("Back", key="guide-back", disabled=at == 0, on_click=_go, args=(at - 1,))
        st.button("Go to the question now", key="guide-finish", on_click=_go, args=(QUESTION,))
        st.button("Start again", key="guide-restart", on_click=_restart)
    st.caption("Go on with Next if you are not sure: what you leave open stays open in the question.")


def _go(at: int) -> None:
    st.session_state[AT] = at
    st.session_state[ANSWERS] = []
    source_panel.close()


def _restart() -> None:
    st.session_state[CHOSEN] = {}
    for step in guide.STEPS:
        st.session_state.pop(f"guide-{step.key}", None)
    _go(0)


def _question(chosen: dict[str, str]) -> None:
    """The question, to be changed and asked; below it the answer."""
    answers: list[Answer] = st.session_state.setdefault(ANSWERS, [])
    off = chat_switch.read(load_settings().store)
    st.header("Your question", anchor=False)
    if off:
        ask.turned_off(off)
    if engine().model:
        model_notice.banner(engine().model)
        model_notice.confirm(lambda text: ask.answer_into(text, answers, Filters()))
    text = st.text_area(
        "Change the words where you like",
        guide.compose(chosen),
        max_chars=load_settings().answering.max_question_chars,
    )
    st.caption(ask.NO_NAMES + (ask.IS_SENT if engine().model else ask.STAYS))
    with st.container(horizontal=True):
        asked = st.button("Ask this question", key="guide-ask", disabled=off is not None)
        st.button("Back", key="guide-back", on_click=_go, args=(QUESTION - 1,))
        st.button("Start again", key="guide-restart", on_click=_restart)
    if asked and text.strip():
        _ask(text.strip(), answers)
    rechosen = situation.take()
    if rechosen and rechosen.number == PANEL and not off:
        ask.answer_again(rechosen.place, answers, len(answers) - 1)
    if answers:
        _answer(answers[-1])


def _ask(text: str, answers: list[Answer]) -> None:
    if engine().model and model_notice.holds_back(text):
        st.rerun()
    answers.clear()  # each question stands by itself: no earlier one is its context
    ask.answer_into(text, answers, Filters())


def _answer(answer: Answer) -> None:
    count = len(answer.sources)
    st.success(f"Answer ready: {count} source{'s' if count != 1 else ''}.")
    st.header("The answer", anchor=False)
    st.markdown(f"To the question: {escape(answer.question.text)}")
    ask.with_source(PANEL, answer)
    st.markdown("Ask more about it, with this question and answer as the beginning of the conversation:")
    if st.button("Go on in the chat", key="guide-chat"):
        st.session_state.setdefault("turns", []).append(answer)
        source_panel.close()
        st.switch_page(menu.page(""))
