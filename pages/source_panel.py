"""The source panel: the cited sentence in its document, highlighted, with what a reader checks it by."""

from __future__ import annotations

import streamlit as st

from mayshare import cites, freshness
from mayshare.index import Index
from mayshare.schema import Answer, Document
from pages import carry, words
from pages.markup import escape, highlighted, section, unlinked

KEY = "open_source"


def close() -> None:
    """Close the panel."""
    st.session_state.pop(KEY, None)


def open_source(turn: int, n: int) -> None:
    """Open source `n` of an answer."""
    st.session_state[KEY] = {"turn": turn, "n": n}


def open_section(turn: int, source_id: str, start: int) -> None:
    """Open a section that an answer doesn't quote."""
    st.session_state[KEY] = {"turn": turn, "source_id": source_id, "start": start}


def is_open(turn: int) -> bool:
    """Is the panel open beside this answer?"""
    return bool(st.session_state.get(KEY, {}).get("turn") == turn)


def draw(turn: int, answer: Answer, index: Index) -> None:
    """Draw the panel."""
    chosen = st.session_state[KEY]
    with st.container(border=True, key=f"panel-{turn}"):
        if "n" in chosen:
            _source(turn, answer, index, chosen["n"])
        else:
            _section(index, chosen["source_id"], chosen["start"])


def _source(turn: int, answer: Answer, index: Index, n: int) -> None:
    source = answer.sources[n - 1]
    st.markdown(f"**Source {n} of {len(answer.sources)}**")
    with st.container(horizontal=True):
        if st.button("Previous source", key=f"previous-{turn}", disabled=n <= 1):
            open_source(turn, n - 1)
            st.rerun()
        if st.button("Next source", key=f"following-{turn}", disabled=n >= len(answer.sources)):
            open_source(turn, n + 1)
            st.rerun()
        _close_button(turn)
    document = index.documents.get(source.source_id)
    if document is None or document.body[source.start : source.end] != source.quote:
        st.warning("The guidance behind this answer has changed since it was given. Ask the question again.")
        st.markdown(f"The sentence as it was quoted: {escape(source.quote)}")
        return
    _heading(document)
    if source.stale:
        st.warning(f"This document is {freshness.WARNING}.")
    inner = _marked(document, source.start, source.end, source.authorities)
    for official in source.official:
        dated = f" (as of {official.status_as_of})" if official.status_as_of else ""
        st.markdown(f"**{escape(official.citation)}, official text**{escape(dated)}: {escape(official.quote)}")
    words.draw(inner)
    carry.show_link(document.source_id, source.start)
    with st.expander("Whole document"):
        st.markdown(_lower(highlighted(document.body, source.start, source.end)), anchors=False)


def quoted(document: Document, start: int, end: int, authorities: tuple[str, ...]) -> None:
    """A sentence in its section, highlighted, for a page that quotes it outside an answer."""
    _heading(document)
    _marked(document, start, end, authorities)


def _marked(document: Document, start: int, end: int, authorities: tuple[str, ...]) -> str:
    """Draw the section with the sentence highlighted; gives back the section's text."""
    first, last = section(document.body, start, end)
    inner = document.body[first:last]
    st.markdown("Cited sentence, between ▶ and ◀:")
    st.markdown(_lower(highlighted(inner, start - first, end - first)), anchors=False)
    _facts(document, authorities)
    return inner


def _section(index: Index, source_id: str, start: int) -> None:
    _close_button(-1)
    document = index.documents.get(source_id)
    if document is None:
        st.warning("This document is no longer part of the guidance.")
        return
    _heading(document)
    first, last = section(document.body, start, start)
    st.markdown(_lower(unlinked(document.body[first:last])), anchors=False)
    _facts(document, document.authorities)
    words.draw(document.body[first:last])
    carry.show_link(document.source_id, start)
    with st.expander("Whole document"):
        st.markdown(_lower(unlinked(document.body)), anchors=False)


def _close_button(turn: int) -> None:
    if st.button("Close", key=f"close-{turn}"):
        close()
        st.rerun()


def _heading(document: Document) -> None:
    st.markdown(f"### {escape(document.title)}", anchors=False)
    dated = f"States the law as of {document.status_as_of}." if document.status_as_of else "Undated."
    review = freshness.review_state(document.reviewed_by)
    st.caption(f"{dated} {escape(review)}")


def _facts(document: Document, authorities: tuple[str, ...]) -> None:
    """Authorities and sources, each a link to where it can be read."""
    links = [(authority, cites.url(authority)) for authority in authorities]
    shown = [f"[{escape(name)}]({address})" if address else escape(name) for name, address in links]
    if shown:
        st.markdown("**Authority:** " + " · ".join(shown))
    sources = [f"[{escape(s.publisher)}: {escape(s.title)}]({s.url})" for s in document.sources]
    if sources:
        st.markdown("**Check it at:**\n" + "\n".join(f"- {source}" for source in sources))


def _lower(markdown: str) -> str:
    """Section headings one step below the panel's own heading."""
    return "\n".join(f"##{line}" if line.startswith("## ") else line for line in markdown.splitlines())
