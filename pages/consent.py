"""Consents and agreements: what each law asks of the form, what differs between them, and a copy to take along."""

from __future__ import annotations

from functools import lru_cache, partial
from pathlib import Path

import streamlit as st

from ingest.checklists import FILE, STATUS_WORDS, Checklist, Checklists, Element, Item, load_checklists
from mayshare.config import load_settings
from mayshare.errors import MayshareError
from pages import ask, checklist_export, download, source_panel
from pages.engine import engine
from pages.markup import escape

KINDS = {"consent": "A consent or release form", "agreement": "An agreement between organizations"}
OPEN = "consent_open"  # session key: the element whose passage is open
LEAD = (
    "Choose the laws of the records that would be shared. You get what the form must hold, each element with the "
    "sentence of the guidance that says so. Tick what your own form holds already."
)


def draw() -> None:
    """Draw the page."""
    st.title("Consent and agreements")
    st.caption(ask.NOT_ADVICE)
    st.markdown(LEAD)
    try:
        lists = _lists()
    except MayshareError as error:
        st.error(str(error))
        return
    kind = st.radio("What do you need?", list(KINDS), format_func=lambda key: KINDS[key], key="consent-kind")
    chosen = _choice(lists, kind or "consent")
    if not chosen:
        st.info("Choose at least one to see its checklist.")
        return
    if len(chosen) > 1:
        _differences(lists, chosen)
    for checklist in chosen:
        _checklist(lists, checklist)
    _export(lists, chosen)


def _lists() -> Checklists:
    corpus = load_settings().corpus
    file = corpus / FILE
    return _read(corpus, file.stat().st_mtime_ns if file.is_file() else 0)


@lru_cache(maxsize=2)
def _read(corpus: Path, changed: int) -> Checklists:
    del changed  # it is there so that a changed file is read again
    return load_checklists(corpus)


def _choice(lists: Checklists, kind: str) -> list[Checklist]:
    st.header("Which of these apply?", anchor=False)
    chosen = [
        checklist
        for checklist in lists.of_kind(kind)
        if st.checkbox(f"**{escape(checklist.name)}**: {escape(checklist.covers)}", key=f"law-{checklist.key}")
    ]
    if len(chosen) > 1 and kind == "consent":
        st.markdown("A form for several laws must hold every element that any one of them requires.")
    return chosen


def _differences(lists: Checklists, chosen: list[Checklist]) -> None:
    st.header("What differs", anchor=False)
    names = [escape(checklist.name) for checklist in chosen]
    rows = ["| Element | " + " | ".join(names) + " |", "| --- " * (len(names) + 1) + "|"]
    for row in lists.differences(chosen):
        rows.append("| " + " | ".join([f"**{escape(row.element.name)}**", *map(_cell, row.cells)]) + " |")
    with st.container(key="differences"):
        st.markdown("\n".join(rows))


def _cell(text: str) -> str:
    return escape(text[:1].upper() + text[1:])


def _checklist(lists: Checklists, checklist: Checklist) -> None:
    st.header(escape(checklist.name), anchor=False)
    st.markdown(f"For {escape(checklist.covers)}.")
    items = dict(enumerate(checklist.items))
    done = [n for n in items if st.session_state.get(_tick(checklist, n))]
    missing = sum(item.status == "required" for n, item in items.items() if n not in done)
    for heading, rows in lists.parts(checklist):
        st.subheader(heading, anchor=False)
        for element, item in rows:
            _item(checklist, checklist.items.index(item), element, item)
    st.info(
        f"{escape(checklist.name)}: {len(done)} of {len(items)} ticked; {missing} that are required are not ticked."
    )


def _tick(checklist: Checklist, n: int) -> str:
    return f"tick-{checklist.key}-{n}"


def _item(checklist: Checklist, n: int, element: Element, item: Item) -> None:
    """An element to tick, its sentence, and the passage in which that stands, right under it once it is opened."""
    index = engine().index
    document = index.documents.get(item.source_id)
    key = f"{checklist.key}-{n}"
    with st.container(gap="xxsmall"):
        st.checkbox(f"**{escape(element.name)}**: {escape(item.short)}", key=_tick(checklist, n))
        st.markdown(f"{STATUS_WORDS[item.status]}. {escape(item.quote)}")
        if document is None or item.quote not in document.body:
            st.warning("The guidance has changed since this list was made: check this element before you rely on it.")
            return
        opened = st.session_state.get(OPEN) == key
        authority = f", {item.authorities[0]}" if item.authorities else ""
        label = f"Close: {document.title}" if opened else f"Read it in: {document.title}{authority}"
        if st.button(label, key=f"open-{key}", type="tertiary"):
            st.session_state[OPEN] = None if opened else key
            st.rerun()
    if opened:
        start = document.body.index(item.quote)
        with st.container(border=True, key=f"passage-{key}"):
            source_panel.quoted(document, start, start + len(item.quote), item.authorities)


def _export(lists: Checklists, chosen: list[Checklist]) -> None:
    st.header("Take it with you", anchor=False)
    index = engine().index
    ticked = {(c.key, n) for c in chosen for n in range(len(c.items)) if st.session_state.get(_tick(c, n))}
    titles = {source_id: document.title for source_id, document in index.documents.items()}
    copy = checklist_export.Copy(lists, tuple(chosen), frozenset(ticked), titles, index.corpus_version)
    with st.container(horizontal=True):
        word, page = partial(checklist_export.docx, copy), partial(checklist_export.html, copy)
        download.button("Download for Word (DOCX)", word, "mayshare-checklist.docx")
        download.button("Download a page to print (HTML)", page, "mayshare-checklist.html")
    st.caption(
        "Both hold the sentences, the ticks, the table of differences, the date and the version of the guidance."
    )
