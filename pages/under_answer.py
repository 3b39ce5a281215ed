"""What stands under an answer: whether the guidance has changed since, why this answer, and a copy to take along."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from mayshare.index import Index
from mayshare.schema import Answer, CitedSource
from pages import answer_export, download, pdf
from pages.markup import escape

Make = Callable[[list[answer_export.Line]], str] | Callable[[list[answer_export.Line]], bytes]
FORMATS: tuple[tuple[str, str, Make], ...] = (
    ("Markdown", "md", answer_export.markdown),
    ("Word (DOCX)", "docx", answer_export.docx),
    ("PDF", "pdf", pdf.pdf),
    ("To print (HTML)", "html", answer_export.html),
)
SHOWN = 5  # documents named under "why this answer"


def changed(answer: Answer, index: Index) -> list[int]:
    """The numbers of the sources whose sentence no longer stands in the guidance that is live."""
    if answer.corpus_version == index.corpus_version:
        return []
    return [source.n for source in answer.sources if not _stands(source, index)]


def _stands(source: CitedSource, index: Index) -> bool:
    document = index.documents.get(source.source_id)
    return document is not None and source.quote in document.body


def note_changes(answer: Answer, index: Index) -> None:
    """Say so where an earlier answer of the conversation rests on guidance that has changed since."""
    gone = changed(answer, index)
    if gone:
        named = f"Source {gone[0]}" if len(gone) == 1 else f"Sources {', '.join(map(str, gone))}"
        st.warning(
            f"The guidance has changed since this answer: {named} no longer reads as quoted. Ask again before you act.",
            icon=":material/update:",
        )


def why(number: int, answer: Answer, index: Index) -> None:
    """What was searched, what was found, and how sure the engine is. Drawn once it is open."""
    part = st.expander("Why this answer", key=f"why-{number}", on_change="rerun")
    if not part.open:
        return
    with part:
        laws = answer.question.filters.laws
        searched = f"the guidance on {', '.join(laws)}" if laws else "all guidance"
        earlier = " Earlier questions of this conversation were taken into account." if answer.question.history else ""
        st.markdown(f"**Searched:** {escape(searched)}, {len(index.documents)} documents in all.{earlier}")
        titles: dict[str, str] = {}
        for hit in answer.hits:
            document = index.documents.get(hit.passage.source_id)
            if document and len(titles) < SHOWN:
                titles.setdefault(document.source_id, document.title)
        if titles:
            st.markdown("**Found, best first:**\n" + "\n".join(f"1. {escape(title)}" for title in titles.values()))
        else:
            st.markdown("**Found:** nothing was searched for, or nothing came near the question.")
        if answer.confidence is not None:
            sure = "over 95%" if answer.confidence > 0.95 else f"{answer.confidence:.0%}"
            st.markdown(
                f"**How sure:** an estimated {sure} that the guidance speaks to this question. That is not how likely "
                "“yes” or “no” is to be right in your case: open the sources, and check your state's law."
            )
        total = sum(answer.timings_ms.values())
        st.caption(escape(f"Engine: {answer.engine}. {total:.0f} ms. Guidance {answer.corpus_version}."))


def take_along(number: int, answer: Answer, notice: str) -> None:
    """The answer with its citations: to copy, as Markdown, for Word, as PDF and as a page to print. Drawn once open."""
    part = st.expander("Copy, print or save this answer", key=f"take-{number}", on_change="rerun")
    if not part.open:
        return
    with part:
        st.caption("The copy holds your question. Take out what identifies a child before you pass it on.")
        copy = list(answer_export.lines(answer, notice))
        with st.container(horizontal=True):
            for label, suffix, make in FORMATS:
                download.button(label, partial(make, copy), f"mayshare-answer.{suffix}", f"export-{number}-{suffix}")
        st.markdown("Text with its citations, to copy:")
        st.code(answer_export.plain(copy), language=None, wrap_lines=True)
