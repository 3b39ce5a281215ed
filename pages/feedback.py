"""“Was this helpful?” under an answer: shown as it would be stored, and stored only with consent."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import streamlit as st

from eval import feedback
from eval.feedback import MAX_COMMENT, MAX_TEXT, WRONG, Remark
from eval.places import places
from mayshare.config import load_settings
from mayshare.errors import MayshareError
from mayshare.schema import Answer
from pages.markup import escape

YES, NO = "Yes", "No"
CONSENT = (
    "I agree that this text, what I chose, the answer with its verdict, the day and the guidance's version are stored "
    "in a file on this server, for those who check mayshare's answers."
)
THANKS = "Thank you. Your remark waits for a trainer; nothing of it says who you are."
MORE_FOUND = "More personal data was found in what you changed. Look at it once more, then send."
NO_FINDER = "What names people can't be looked for on this server, so nothing can be stored."
SEEN = "feedback-seen"  # session key: remarks as they would be stored, by answer
OPENED = "feedback-opened"  # session key: answers whose part was opened
TOLD = "feedback-told"  # session key: what became of a remark, by answer


class Seen(NamedTuple):
    """A remark as it was typed, and as it would be stored."""

    typed: Remark
    kept: Remark


def draw(answer: Answer) -> None:
    """Draw the question and what follows from it; nothing where the settings turn it off."""
    if not load_settings().feedback.enabled:
        return
    key = _key(answer)
    told = st.session_state.get(TOLD, {}).get(key)
    part = st.expander("Was this helpful?", key=f"feedback-{key}", on_change="rerun")
    opened = st.session_state.setdefault(OPENED, set())
    if part.open:
        opened.add(key)
    if key not in opened:
        return  # once it was open it is drawn, so that closing it loses nothing that was typed
    with part:
        if told == THANKS:
            st.success(THANKS, icon=":material/check_circle:")
            return
        helpful = st.radio("Did this answer help?", (YES, NO), index=None, horizontal=True, key=f"helpful-{key}")
        if not helpful:
            return
        typed = _typed(answer, key, helpful == YES)
        st.button("See what would be stored", key=f"see-{key}", on_click=show, args=(key, typed))
        seen: Seen | None = st.session_state.get(SEEN, {}).get(key)
        if seen and seen.typed == typed:
            _preview(key, seen, answer)
        if told:
            st.error(escape(told), icon=":material/error:")


def _typed(answer: Answer, key: str, helpful: bool) -> Remark:
    """What the user chose and typed so far."""
    wrong = []
    if not helpful:
        wrong = st.multiselect(
            "What was wrong?", list(WRONG), format_func=WRONG.__getitem__, key=f"wrong-{key}", placeholder="Choose"
        )
    label = "Anything else? Don't name anyone."
    comment = st.text_area(label, key=f"comment-{key}", max_chars=MAX_COMMENT, height=80)
    return Remark(helpful, answer.question.text, answer.question.history, tuple(wrong), comment, answer.question.asker)


def _preview(key: str, seen: Seen, answer: Answer) -> None:
    """Each text as it would be stored, to be changed where it still names someone, and the consent."""
    with st.container(border=True):
        st.markdown(
            "**This would be stored.** What was found to name people is replaced. The finder misses some names: take "
            "out what is left. Nothing has been stored yet."
        )
        for name, label, _ in _texts(seen.kept):
            st.text_area(label, key=f"{name}-{key}", max_chars=MAX_TEXT, height=80)
        agreed = st.checkbox(CONSENT, key=f"consent-{key}")
        st.button("Send this remark", key=f"send-{key}", on_click=send, args=(key, answer), disabled=not agreed)


def show(key: str, typed: Remark) -> None:
    """Take out what names people, and show the rest. Nothing is stored."""
    try:
        kept = feedback.redacted(typed)
    except OSError:
        _tell(key, NO_FINDER)
        return
    _tell(key, "")
    _see(key, Seen(typed, kept))


def send(key: str, answer: Answer) -> None:
    """Store a remark that was shown and agreed to; where a change of it brought more names, show it again instead."""
    state = st.session_state
    seen: Seen | None = state.get(SEEN, {}).get(key)
    if seen is None or not state.get(f"consent-{key}"):
        return
    edited = _edited(key, seen.kept)
    settings = load_settings()
    try:
        clean = feedback.redacted(edited)
        if clean != edited:
            _see(key, seen._replace(kept=clean))
            _tell(key, MORE_FOUND)
            return
        feedback.record(answer, clean, places(settings).feedback, max_open=settings.feedback.max_open)
    except MayshareError as error:
        _tell(key, str(error))
        return
    _tell(key, THANKS)
    del state[SEEN][key]


def _key(answer: Answer) -> str:
    """One for each answer, so that what was said of one never stands under another."""
    content = f"{answer.question.model_dump_json()}{answer.text}{answer.corpus_version}"
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def _texts(remark: Remark) -> list[tuple[str, str, str]]:
    """The texts of a remark: a name for their field, its label, and the text."""
    turns = [(f"turn-{n}", f"Your question {n}", text) for n, text in enumerate(remark.turns, start=1)]
    asked = [("asked", "Your question", remark.question)]
    asked += [("who", "Who asks", remark.asker)] if remark.asker else []
    return turns + asked + ([("remark", "Your remark", remark.comment)] if remark.comment else [])


def _see(key: str, seen: Seen) -> None:
    """Show a remark; its texts go into their fields, and consent is asked for anew."""
    st.session_state.setdefault(SEEN, {})[key] = seen
    st.session_state[f"consent-{key}"] = False
    for name, _, text in _texts(seen.kept):
        st.session_state[f"{name}-{key}"] = text


def _edited(key: str, kept: Remark) -> Remark:
    """The remark as its fields have it now."""
    now = {name: str(st.session_state.get(f"{name}-{key}", "")).strip() for name, _, _ in _texts(kept)}
    turns = tuple(text for name, text in now.items() if name.startswith("turn-"))
    return kept._replace(turns=turns, question=now["asked"], comment=now.get("remark", ""), asker=now.get("who", ""))


def _tell(key: str, words: str) -> None:
    st.session_state.setdefault(TOLD, {})[key] = words
