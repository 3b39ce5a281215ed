"""The library: all guidance to browse and search, one document to read, and the map of what is covered."""

from __future__ import annotations

import streamlit as st

from answer import library, reading
from answer.library import KINDS, Choice, Found
from mayshare.index import Index
from mayshare.schema import Document, Kind
from pages import coverage_map, library_document, menu
from pages.engine import engine
from pages.markup import escape

PAGE = 20
ICONS: dict[Kind, str] = {
    "situation": ":material/forum:",
    "law": ":material/gavel:",
    "practice": ":material/handshake:",
    "official": ":material/account_balance:",
}
FILTERS = ("library-laws", "library-kinds", "library-holders", "library-recipients", "library-audiences")
KEPT = (*FILTERS, "library-search", "library-view")
SEARCH_HELP = "Words, a citation such as 34 CFR 99.36, or a part of a title. What you type isn't stored."


def draw() -> None:
    """Draw the list, or the document that the address names."""
    engine().refresh()
    index = engine().index
    for key in KEPT:  # Streamlit forgets a widget that isn't drawn; the choice outlives a look into a document
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]
    wanted = st.query_params.get("document")
    if wanted is not None:
        library_document.draw(index, reading.place(index, wanted, st.query_params.get("at")))
        return
    st.title("Library", anchor=False)
    st.caption(
        f"All {len(index.documents)} documents of the guidance, as answers quote them (index {index.corpus_version}). "
        "It is not legal advice, and state law may be stricter."
    )
    view = st.radio("Show", ("Documents", "Coverage map"), horizontal=True, key="library-view")
    if view == "Coverage map":
        coverage_map.draw(index)
    else:
        _documents(index)


def _documents(index: Index) -> None:
    choice = _choice(index)
    typed = st.text_input("Search the guidance", key="library-search", max_chars=400, help=SEARCH_HELP).strip()
    fitting = library.narrowed(index.documents.values(), choice)
    if any(choice):
        st.markdown(f"Narrowed to **{len(fitting)}** of {len(index.documents)} documents.")
    if typed:
        _results(typed, choice, fitting)
    else:
        _list("Documents", fitting)


def _choice(index: Index) -> Choice:
    """What the list is narrowed to. The choices of each filter are those that the guidance itself names."""
    documents = list(index.documents.values())
    kinds: list[Kind] = [kind for kind in KINDS if any(document.kind == kind for document in documents)]
    with st.sidebar:
        st.markdown("**Narrow the list**")
        laws = st.multiselect("Law", library.values(documents, "laws"), placeholder="All laws", key=FILTERS[0])
        kind = st.multiselect("Kind", kinds, format_func=KINDS.__getitem__, placeholder="All kinds", key=FILTERS[1])
        holders = st.multiselect(
            "Who holds the information", library.values(documents, "holders"), placeholder="Anyone", key=FILTERS[2]
        )
        recipients = st.multiselect(
            "Who would receive it", library.values(documents, "recipients"), placeholder="Anyone", key=FILTERS[3]
        )
        audiences = st.multiselect(
            "Written for", library.values(documents, "audiences"), placeholder="Any role", key=FILTERS[4]
        )
        st.button("Clear the filters", on_click=_clear, disabled=not any((laws, kind, holders, recipients, audiences)))
    return Choice(tuple(laws), tuple(kind), tuple(holders), tuple(recipients), tuple(audiences))


def _clear() -> None:
    for key in FILTERS:
        st.session_state[key] = []


def _results(typed: str, choice: Choice, fitting: list[Document]) -> None:
    titled = library.by_title(fitting, typed)
    if titled:
        _list("Titles with these words", titled)
    found = library.find(engine(), typed, choice)
    st.header("Nearest sections", anchor=False)
    if not found:
        st.info("No section fits. Use other words, or clear a filter.")
    for result in found:
        _section(result)


def _section(result: Found) -> None:
    """A section that was found: a link to its first sentence, that sentence, and what it rests on."""
    document = result.document
    with st.container(gap="xxsmall"):
        st.page_link(
            menu.page("library"),
            label=escape(result.heading),
            icon=ICONS[document.kind],
            query_params={"document": document.source_id, "at": str(result.start)},
        )
        if result.sentence:
            st.markdown(escape(result.sentence))
        rests = f" · {', '.join(result.authorities[:3])}" if result.authorities else ""
        st.caption(escape(f"{document.title}{rests}"))


def _list(title: str, documents: list[Document]) -> None:
    """Documents, each a link, twenty more at a time."""
    st.header(title, anchor=False)
    if not documents:
        st.info("No document fits. Clear a filter.")
        return
    shown = PAGE * st.session_state.get("library-pages", 1)
    for document in documents[:shown]:
        with st.container(gap="xxsmall"):
            st.page_link(
                menu.page("library"),
                label=escape(document.title),
                icon=ICONS[document.kind],
                query_params={"document": document.source_id},
            )
            st.caption(escape(_about(document)))
    st.caption(f"{min(shown, len(documents))} of {len(documents)} shown.")
    if shown < len(documents):
        st.button(f"Show {min(PAGE, len(documents) - shown)} more documents", on_click=_more, key=f"more-{title}")


def _more() -> None:
    st.session_state["library-pages"] = st.session_state.get("library-pages", 1) + 1


def _about(document: Document) -> str:
    """One line on a document: laws, day, review."""
    laws = ", ".join(document.laws) or "No law named"
    dated = f"as of {document.status_as_of}" if document.status_as_of else "undated"
    return f"{laws} · {dated} · {'reviewed' if document.reviewed_by else 'not yet reviewed by a lawyer'}"
