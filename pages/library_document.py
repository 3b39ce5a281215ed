"""A document of the library: what it says, what it rests on, how far it was checked, and what it answers."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from answer import reading
from answer.library import KINDS
from answer.reading import Place, Section
from mayshare import cites
from mayshare.config import load_settings
from mayshare.index import Index
from mayshare.schema import Document, Span
from mayshare.text import plain
from pages import carry, menu, words
from pages.markup import escape, highlighted, lowered, noted, section

MANY_SECTIONS = 25  # beyond this, as in a whole part of the regulations, one section is drawn at a time
NOT_VERIFIED = "not verified against the official text"


def draw(index: Index, place: Place) -> None:
    """Draw the document, or say why there is none."""
    st.page_link(menu.page("library"), label="Back to all documents", icon=":material/arrow_back:")
    if place.document is None:
        st.title("Library")
        st.warning(place.note)
        return
    document = place.document
    st.title(escape(document.title), anchor=False)
    _state(document)
    if place.note:
        st.warning(place.note)
    if place.span:
        _passage(document, place.span)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _questions(document)
        _text(document)
    with right:
        _authorities(index, document)
        _sources(document)


def _state(document: Document) -> None:
    """Kind, law, age and review, in words."""
    days, today = load_settings().review_days, dt.date.today()
    about = [KINDS[document.kind], *document.laws]
    st.markdown(escape(" · ".join(about)))
    st.caption(escape(reading.review(document, days, today)))
    past = reading.past_review(document, days, today)
    if past:
        st.warning(past, icon=":material/update:")
    if document.unverified:
        count = len(document.unverified)
        statements = "1 statement" if count == 1 else f"{count} statements"
        with st.expander(f"{statements} here could not be checked against the official text"):
            st.markdown("\n".join(f"- {escape(plain(statement))}" for statement in document.unverified))


def _passage(document: Document, span: Span) -> None:
    """The sentence that a link names, in its section."""
    first, last = section(document.body, span.start, span.end)
    inner = document.body[first:last]
    with st.container(border=True, key="linked-passage"):
        st.header("The passage of this link", anchor=False)
        st.markdown("The sentence stands between ▶ and ◀:")
        shown = highlighted(inner, span.start - first, span.end - first)
        st.markdown(_under(shown), anchors=False)
        if any(start < span.end and span.start < end for start, end in reading.doubtful(document)):
            st.caption(f"This sentence is {NOT_VERIFIED}.")
        words.draw(inner)
        carry.show_link(document.source_id, span.start)


def _under(markdown: str) -> str:
    """A section's own headings, below a heading of the page's second or third step."""
    return lowered(markdown, 2 if markdown.startswith("# ") else 1)


def _questions(document: Document) -> None:
    asked = reading.questions(document)
    if not asked:
        return
    st.header("Questions it answers", anchor=False)
    st.caption("Each takes its question to the Ask page.")
    for number, question in enumerate(asked):
        if st.button(f"Ask: {escape(question)}", key=f"ask-{number}", type="tertiary"):
            carry.ask(question)


def _text(document: Document) -> None:
    st.header("The text", anchor=False)
    parts = reading.sections(document)
    if len(parts) > MANY_SECTIONS:
        names = [part.heading or "Beginning" for part in parts]
        chosen = st.selectbox("Section", range(len(parts)), format_func=lambda n: names[n], key="section")
        parts = [parts[chosen]]
    doubtful = reading.doubtful(document)
    for part in parts:
        _section(document, part, doubtful)


def _section(document: Document, part: Section, doubtful: list[tuple[int, int]]) -> None:
    text = document.body[part.start : part.end]
    if part.level == 1 and not text.strip():
        return  # the document's own title once more
    if part.heading:
        st.subheader(escape(part.heading))
    spans = reading.annotated(doubtful, part.start, part.end)
    st.markdown(noted(document.body, part.start, part.end, spans, NOT_VERIFIED))
    words.draw(text)


def _authorities(index: Index, document: Document) -> None:
    """Each authority a link to its official page, and its text where the index has it."""
    st.header("Authorities", anchor=False)
    if not document.authorities:
        st.markdown("This document names none.")
        return
    links = [(authority, cites.url(authority)) for authority in document.authorities]
    st.markdown("\n".join(f"- [{escape(name)}]({url})" if url else f"- {escape(name)}" for name, url in links))
    if document.kind == "official":
        return
    found = {o.citation: o for name in document.authorities if (o := index.official(cites.normal(name) or name))}
    for official in found.values():
        dated = f", as of {official.status_as_of}" if official.status_as_of else ""
        with st.expander(f"{official.citation}: official text{dated}"):
            st.markdown(escape(official.quote))


def _sources(document: Document) -> None:
    """Where the guidance was checked, and when."""
    st.header("Sources", anchor=False)
    if not document.sources:
        st.markdown("This document names none.")
        return
    lines = []
    for source in document.sources:
        seen = f", seen {source.seen}" if source.seen else ""
        lines.append(f"- [{escape(source.publisher)}: {escape(source.title)}]({source.url}){seen}")
    st.markdown("\n".join(lines))
