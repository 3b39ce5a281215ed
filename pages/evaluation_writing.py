"""Writing questions: a new one or a change of one, as fields, checked before anything is written."""

from __future__ import annotations

import hashlib
from typing import Any, get_args

import streamlit as st

from answer import library
from answer.library import Choice
from eval.cases import Case, Evidence, Kind, Split
from eval.question_form import evidence_line, to_fields, topics
from mayshare.config import Settings
from mayshare.schema import Abstention, Verdict
from pages import evaluation_actions as act
from pages import evaluation_chooser
from pages import evaluation_data as data
from pages.engine import engine
from pages.markup import escape

FOUND = 5
TOPIC, SPLIT = "evaluation-topic", "evaluation-new-split"
LINES = {  # field: label, height
    "paraphrases": ("Two other ways to ask it, one a line, or none", 80),
    "turns": ("Earlier turns, one a line (follow-ups only)", 80),
    "laws": ("Laws it turns on, one a line", 80),
    "vital": ("Facts that a good answer states (vital), one a line", 140),
    "okay": ("Facts that are good to have, one a line", 100),
    "must_not_omit": ("Exceptions and limits that must not be left out, one a line", 100),
    "wrong_if": ("Statements that make an answer wrong, one a line", 100),
    "authorities": ("Provisions that carry the answer, one a line", 80),
    "evidence": ("Evidence, one a line, as “document-id: the sentence word for word”", 180),
}  # fmt: skip
BASIS = {"publisher": "Publisher", "title": "Title", "url": "Address", "seen": "Seen on (YYYY-MM-DD)"}


def draw(settings: Settings) -> None:
    """Draw the section."""
    st.header("Write a question", anchor=False)
    st.markdown(
        "Write the answer first, from the law or an official page, before you look for it in the guidance. "
        "What each field means stands in `eval/questions/README.md`. It is written only when everything holds."
    )
    way = st.radio("Question", (act.ADD, act.CHANGE), horizontal=True, key=act.WAY, persist_state="session")
    if way == act.CHANGE:
        case = evaluation_chooser.choose(settings)
        if case:
            _change(case)
    else:
        _add(data.cases(settings))
    _quotes()


def _change(case: Case) -> None:
    if case.reviewed_by:
        st.warning(f"Reviewed by {escape(case.reviewed_by)}. A change takes the signature out.")
    # the version is part of the keys: once it is written, the fields show what stands in the file
    version = hashlib.sha256(case.model_dump_json().encode()).hexdigest()[:12]
    keys = _keys(f"edit-{case.id}-{version}")
    with st.form(f"edit-{case.id}"):
        st.markdown(f"**{case.id}**, {case.split}. Its id and split never change.")
        _fields(keys, to_fields(case))
        st.form_submit_button(f"Write {case.id}", on_click=act.change_question, args=(case, keys))


def _add(cases: Any) -> None:
    keys = _keys(f"edit-new-{st.session_state.get(act.NEW, 0)}")
    with st.form("edit-new"):
        known = list(topics(cases.values()))
        left, right = st.columns(2)
        with left:
            st.selectbox(
                "Topic; type a new one in small letters and hyphens", known, index=None, key=TOPIC,
                accept_new_options=True, persist_state="session",
            )  # fmt: skip
        with right:
            st.radio("Split", get_args(Split), horizontal=True, key=SPLIT, persist_state="session")
        _fields(keys, {"verdict": "conditional", "kind": "answerable", "author": "mayshare maintainers"})
        st.form_submit_button("Add the question", on_click=act.add_question, args=(TOPIC, SPLIT, keys))


def _keys(prefix: str) -> dict[str, str]:
    """The session key of each field."""
    names = ("asker", "kind", "question", "verdict", "verdict_also", "abstention", "bottom_line", "author", *LINES)
    return {name: f"{prefix}-{name}" for name in (*names, *(f"basis_{part}" for part in BASIS))}


def _fields(keys: dict[str, str], values: dict[str, Any]) -> None:
    def area(name: str, label: str, height: int) -> None:
        text = values.get(name, "")
        st.text_area(label, text, key=keys[name], height=height, max_chars=20_000, persist_state="session")

    def line(name: str, label: str) -> None:
        st.text_input(label, values.get(name, ""), key=keys[name], max_chars=500, persist_state="session")

    def one(name: str, label: str, options: tuple[str, ...]) -> None:
        index = options.index(values[name]) if values.get(name) in options else None
        st.selectbox(label, options, index=index, key=keys[name], persist_state="session")

    area("question", "Question, as people type it", 100)
    left, right = st.columns(2)
    with left:
        line("asker", "Who asks")
        one("verdict", "Verdict", get_args(Verdict))
    with right:
        one("kind", "Kind", get_args(Kind))
        one("abstention", "Reason (with the verdict abstain only)", get_args(Abstention))
    st.multiselect(
        "Other verdicts with which an answer would be as right",
        [verdict for verdict in get_args(Verdict) if verdict != "abstain"],
        values.get("verdict_also"),
        key=keys["verdict_also"],
        persist_state="session",
    )
    area("bottom_line", "The right answer, in one sentence", 80)
    for name, (label, height) in LINES.items():
        area(name, label, height)
    st.caption("Two lines of evidence are alternatives; a sentence that is needed beside them is “document-id (2): …”.")
    st.markdown("**Where it can be checked outside the guidance**")
    left, right = st.columns(2)
    for number, (name, label) in enumerate(BASIS.items()):
        with (left, right)[number % 2]:
            line(f"basis_{name}", label)
    line("author", "Author")


def _quotes() -> None:
    """Sentences of the guidance, ready to be quoted as evidence."""
    st.subheader("Find a sentence to quote", anchor=False)
    typed = st.text_input("Words of the sentence", key="evaluation-quote", max_chars=400, persist_state="session")
    if not typed.strip():
        return
    for found in library.find(engine(), typed, Choice())[:FOUND]:
        if found.sentence:
            st.markdown(f"{escape(found.document.title)}: {escape(found.heading)}")
            line = evidence_line(Evidence(document=found.document.source_id, quote=found.sentence))
            st.code(line, language=None, wrap_lines=True)
