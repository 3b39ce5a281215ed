"""Maintenance: what is live and the way back, new guidance from draft to live, what needs care, the chat's switch."""

from __future__ import annotations

import datetime as dt
from functools import partial

import streamlit as st

from ingest import history, jobs, put_live, quarantine
from ingest.history import Entry
from ingest.stale import overdue
from mayshare import chat_switch, generation
from mayshare.config import Settings, load_settings
from mayshare.errors import MayshareError
from pages import access, maintenance_draft, progress
from pages import maintenance_actions as act
from pages.access import Role
from pages.confirmation import ask_first
from pages.engine import engine
from pages.maintenance_actions import Confirm
from pages.markup import escape

TABS = ("What is live", "New guidance", "Roll back", "To look after", "Chat on or off")
ICONS = {"success": ":material/check_circle:", "warning": ":material/warning:", "error": ":material/error:"}


def draw() -> None:
    """Draw the page."""
    access.require(Role.MAINTAINER)
    settings = load_settings()
    st.title("Maintenance")
    if act.RECOVERED not in st.session_state and not jobs.running():
        st.session_state[act.RECOVERED] = True
        act.recover()
    job = act.settle()
    with st.container():  # always there, so that a message doesn't move the tabs, which would open the first one
        for kind, words in act.said():
            {"success": st.success, "warning": st.warning, "error": st.error}[kind](escape(words), icon=ICONS[kind])
        if job:
            progress.draw(job)
    sections = (_live, maintenance_draft.draw, _back, _care, _switch)
    for tab, section in zip(st.tabs(TABS, key="maintenance-tabs"), sections, strict=True):
        with tab:
            try:
                section(settings)
            except MayshareError as error:
                st.error(escape(str(error)), icon=ICONS["error"])


def _live(settings: Settings) -> None:
    st.header("What is live", anchor=False)
    entries = history.history(settings)
    entry = next((entry for entry in entries if entry.live), None)
    if entry is None:
        st.warning("The live generation isn't among those that are kept. Run `mayshare ingest`.")
        return
    since = generation.live_since(settings.store)
    facts = [
        ("Generation", f"{entry.generation} ({len(entries)} are kept)"),
        ("Live since", f"{since:%d %B %Y, %H:%M} UTC" if since else "not known"),
        *_built_from(entry),
    ]
    st.markdown("\n".join(f"- **{name}:** {escape(value)}" for name, value in facts))
    _not_served(entry)


def _built_from(entry: Entry) -> list[tuple[str, str]]:
    return [
        ("Built", _when(entry.built_at)),
        ("Documents", f"{entry.documents:,}, cut into {entry.passages:,} passages"),
        ("Corpus folder", entry.corpus_path),
        ("Corpus commit", entry.corpus_commit or "none: the folder isn't in a git repository"),
        ("Embedding model", entry.model),
    ]


def _not_served(entry: Entry) -> None:
    """Where this server answers from another generation than the live one, say so."""
    engine().refresh()
    served = engine().index.manifest.generation
    if engine().notice:
        st.warning(escape(engine().notice or ""), icon=ICONS["warning"])
    elif served != entry.generation:
        st.warning(f"This server still answers from generation {served}.", icon=ICONS["warning"])


def _back(settings: Settings) -> None:
    st.header("Roll back", anchor=False)
    st.markdown(
        "A rollback takes effect at once, for every question from then on. It leaves the corpus folder as it is: mend "
        "the folder too, or the next ingest puts the same documents live again."
    )
    st.subheader("Generations", anchor=False)
    entries = history.history(settings)
    live = next((entry.generation for entry in entries if entry.live), 0)
    for entry in entries:
        _generation(entry, live)
    st.subheader("Documents put live from this page", anchor=False)
    undos = put_live.history(settings)
    if not undos:
        st.markdown("None yet.")
    for undo in undos:
        what = "replaced the document of before" if undo.former else "was new"
        state = "taken back" if undo.taken_back else f"live since generation {undo.generation or 'unknown'}"
        st.markdown(f"**{escape(undo.source_id)}**: {what}, {escape(_when(undo.at))}; {state}.")
        if not undo.taken_back:
            back = "The former document comes back" if undo.former else "The document leaves the guidance"
            words = f"{back}, in the corpus folder and, after an ingest, in the answers."
            label = f"Take “{undo.source_id}” back"
            take_back = partial(act.take_back, undo.key)
            ask_first(Confirm(f"undo-{undo.key}", words, f"{label} now", take_back), label)


def _generation(entry: Entry, live: int) -> None:
    if entry.problem:
        st.markdown(f"**Generation {entry.generation}** can't be read. {escape(entry.problem)}")
        return
    changes = f" Against the one before it: {entry.changes}." if entry.changes else ""
    size = f"{entry.documents:,} documents, {entry.passages:,} passages"
    state = " (live)" if entry.live else ""
    st.markdown(
        f"**Generation {entry.generation}{state}**: built {escape(_when(entry.built_at))}; {size}.{escape(changes)}"
    )
    if not entry.live:
        label = f"Roll back to generation {entry.generation}"
        words = f"Every question is answered from generation {entry.generation} then, instead of generation {live}."
        back = partial(act.roll_back, entry.generation)
        ask_first(Confirm(f"generation-{entry.generation}", words, f"{label} now", back), label)


def _care(settings: Settings) -> None:
    st.header("To look after", anchor=False)
    st.subheader("Past their review date", anchor=False)
    late = overdue(engine().index.documents.values(), dt.date.today(), settings.review_days)
    if late:
        st.markdown(f"{len(late)} of {len(engine().index.documents)} documents; answers that rest on them say so.")
        st.markdown("\n".join(f"- {escape(str(one))}" for one in late))
    else:
        st.markdown("None: every document is within its review date.")
    st.subheader("In quarantine", anchor=False)
    held = quarantine.listed(settings.store)
    if not held:
        st.markdown("None: the last ingest took every file in.")
        return
    st.markdown(f"{len(held)} files that the last ingest left out. Mend each where it stands, then ingest again.")
    for one in held:
        place = f"{one.file}, line {one.line}" if one.line else one.file
        since = f" Since {_when(one.when)}." if one.when else ""
        st.markdown(f"- **{escape(place)}**: {escape(one.reason)}{escape(since)}")


def _switch(settings: Settings) -> None:
    st.header("Chat on or off", anchor=False)
    off = chat_switch.read(settings.store)
    if off:
        st.warning(f"**The chat is off.** Its users read: {escape(off.note)}", icon=":material/pause_circle:")
        if off.since:
            st.caption(f"Since {escape(_when(off.since))}.")
        st.button("Turn the chat on again", on_click=act.turn_on)
        return
    st.markdown("**The chat is on.** When it is off nobody can ask, in any window, and everyone reads your note.")
    st.text_area(
        "Note for its users (needed): why it is off, and whom to ask meanwhile",
        key=act.NOTE,
        max_chars=chat_switch.MAX_NOTE,
    )
    st.button("Turn the chat off", on_click=act.turn_off)


def _when(stamp: str) -> str:
    """A time as it is kept, for a reader."""
    try:
        return f"{dt.datetime.fromisoformat(stamp).astimezone(dt.UTC):%d %B %Y, %H:%M} UTC"
    except ValueError:
        return stamp or "at a time that isn't known"
