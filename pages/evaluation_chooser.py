"""One question chosen, for every part of the evaluation page that looks at one."""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st

from eval.cases import Case
from eval.metrics.decision import OUTCOME_SCORES
from mayshare.config import Settings
from pages import evaluation_actions as act
from pages import evaluation_data as data

KEYS = {
    name: f"evaluation-filter-{name}" for name in ("split", "kind", "law", "outcome", "words", "worst")
}  # fmt: skip
NOT_ASKED = "not asked yet"
SHOWN = 90  # characters of a question in the list


def choose(settings: Settings) -> Case | None:
    """Filters, the list of what fits, and a step to the next; None where nothing fits."""
    known = data.cases(settings)
    outcomes = _outcomes(settings)
    with st.expander("Narrow the list"):
        fitting = _fitting(known, outcomes)
    if not fitting:
        st.info("No question fits. Clear a filter.")
        return None
    if st.session_state.get(act.CASE) not in fitting:
        st.session_state[act.CASE] = fitting[0]

    def label(name: str) -> str:
        words = " ".join(known[name].question.split())
        return f"{name} ({outcomes.get(name, NOT_ASKED)}): {words[:SHOWN]}{'…' if len(words) > SHOWN else ''}"

    chosen = st.selectbox(
        f"Question ({len(fitting)} of {len(known)})", fitting, format_func=label, key=act.CASE, persist_state="session"
    )
    place = fitting.index(chosen)
    with st.container(horizontal=True):
        for words, other in (("Previous question", place - 1), ("Next question", place + 1)):
            inside = 0 <= other < len(fitting)
            st.button(words, on_click=_go, args=(fitting[other] if inside else chosen,), disabled=not inside)
    return known[chosen]


def _go(name: str) -> None:
    st.session_state[act.CASE] = name


def _outcomes(settings: Settings) -> dict[str, str]:
    """How each question went in the newest run of its split."""
    found = [data.scores(settings, split) for split in ("dev", "test")]
    return {item.case: item.outcome for scores in found if scores for item in scores.items}


def _fitting(known: Mapping[str, Case], outcomes: Mapping[str, str]) -> list[str]:
    cases = known.values()
    left, right = st.columns(2)

    def several(name: str, label: str, options: list[str]) -> list[str]:
        return st.multiselect(label, options, key=KEYS[name], placeholder="All", persist_state="session")

    with left:
        splits = several("split", "Split", ["dev", "test"])
        kinds = several("kind", "Kind", list(dict.fromkeys(case.kind for case in cases)))
        laws = several("law", "Law", sorted({law for case in cases for law in case.laws}))
    with right:
        ends = several("outcome", "Outcome", [*OUTCOME_SCORES, NOT_ASKED])
        words = st.text_input(
            "Words in id, asker or question", key=KEYS["words"], max_chars=200, persist_state="session"
        )
        worst = st.checkbox("Worst answers first", key=KEYS["worst"], persist_state="session")
    wanted = words.casefold().split()

    def fits(case: Case) -> bool:
        text = f"{case.id} {case.asker} {case.question}".casefold()
        return (
            (not splits or case.split in splits)
            and (not kinds or case.kind in kinds)
            and (not laws or bool(set(laws) & set(case.laws)))
            and (not ends or outcomes.get(case.id, NOT_ASKED) in ends)
            and all(word in text for word in wanted)
        )

    found = [case.id for case in cases if fits(case)]
    scores: dict[str, float] = {str(name): score for name, score in OUTCOME_SCORES.items()}
    if worst:  # those not asked yet come last; the order of the files stays within an outcome
        found.sort(key=lambda name: scores.get(outcomes.get(name, NOT_ASKED), math.inf))
    return found
