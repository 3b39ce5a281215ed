"""New guidance: upload or paste it, see it read, checked and cut, see which answers it would change, put it live."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import PurePath
from typing import Any

import streamlit as st

from ingest import draft_form, drafts, jobs
from ingest.check import Finding
from ingest.drafts import Draft
from ingest.load import MARKDOWN, MAX_BYTES, load_vocabulary
from mayshare.config import Settings
from mayshare.schema import Document
from pages import maintenance_actions as act
from pages import maintenance_changes
from pages.confirmation import first, second
from pages.engine import engine
from pages.maintenance_actions import Confirm
from pages.markup import escape, lowered, unlinked

CHECKED = "maintenance-checked"
KIND_WORDS = {
    "law": "law: what a provision says",
    "situation": "situation: who may share what with whom",
    "practice": "practice: why and how to share",
}


def draw(settings: Settings) -> None:
    """Draw the section."""
    st.header("New guidance", anchor=False)
    st.markdown("Nothing here reaches the answers before you put it live. A draft is kept until you do, or discard it.")
    way = st.radio("How does it come in?", ("A file", "Markdown to paste"), horizontal=True, key="maintenance-way")
    if way == "A file":
        _upload(settings)
    else:
        _paste()
    kept = drafts.listed(settings)
    st.subheader("Drafts", anchor=False)
    if not kept:
        st.markdown("None waits.")
        return
    if st.session_state.get(act.DRAFT) not in kept:
        st.session_state[act.DRAFT] = kept[0]
    chosen = st.selectbox("Draft to look at", kept, key=act.DRAFT)
    _draft(settings, drafts.find(settings, chosen))


def _upload(settings: Settings) -> None:
    upload = st.file_uploader(
        f"A document, up to {MAX_BYTES // 1_000_000} MB",
        type=list(draft_form.FORMATS),
        key=act.UPLOAD,
        max_upload_size=MAX_BYTES // 1_000_000,
    )
    if upload is None:
        return
    values = {"kind": "law"} if PurePath(upload.name).suffix.lower() in MARKDOWN else _fields(settings, upload.name)
    st.button(f"Keep “{upload.name}” as a draft", key="keep-upload", on_click=act.keep_upload, args=(values,))


def _fields(settings: Settings, name: str) -> dict[str, Any]:
    """What a file in another format can't say of itself."""
    documents = engine().index.documents.values()
    stem = PurePath(name).stem

    def several(label: str, known: set[str]) -> tuple[str, ...]:
        options = sorted(known)
        return tuple(st.multiselect(label, options, key=f"maintenance-{label}", accept_new_options=True))

    st.markdown("**What the file doesn't say of itself**")
    kind = st.selectbox("Kind", draft_form.KINDS, format_func=lambda kind: KIND_WORDS[kind], key="maintenance-kind")
    laws = st.multiselect(
        "Laws, the controlling one first", list(load_vocabulary(settings.corpus)) or engine().index.laws
    )
    left, right = st.columns(2)
    with left:
        holders = several("Who holds the information", {holder for one in documents for holder in one.holders})
    with right:
        topics = several("Topics", {topic for one in documents for topic in one.topics})
    with left:
        jurisdiction = st.text_input("Jurisdiction", "us", max_chars=40)
        publisher = st.text_input("Who published it", max_chars=200)
        source_id = st.text_input("Id (left empty: from the file's name)", max_chars=80, placeholder=stem)
    with right:
        as_of = st.date_input("States the law as of", dt.date.today(), format="YYYY-MM-DD")
        url = st.text_input("Public page where a reader can check it", max_chars=500, placeholder="https://…")
        title = st.text_input("Title (left empty: from the file)", max_chars=300)
    return {
        "kind": kind, "laws": tuple(laws), "holders": holders, "topics": topics, "jurisdiction": jurisdiction or "us",
        "status_as_of": as_of, "id": source_id.strip(), "title": title.strip(), "publisher": publisher.strip(),
        "url": url.strip(),
    }  # fmt: skip


def _paste() -> None:
    st.text_area(
        "The document, with front matter as corpus/AUTHORING.md says",
        key=act.PASTED,
        height=240,
        max_chars=MAX_BYTES,
        persist_state="session",
    )
    st.button("Keep the text as a draft", on_click=act.keep_text, args=(act.PASTED,))


def _draft(settings: Settings, draft: Draft) -> None:
    document = drafts.document_of(draft)
    st.subheader(escape(document.title), anchor=False)
    _facts(settings, draft, document)
    findings = _findings(settings, draft, document.sha256)
    _passages(settings, draft)
    with st.expander("The document as it is read"):
        st.markdown(lowered(unlinked(document.body), 2))
    with st.expander("Change its text"):
        _edit(draft, document)
    preview = st.session_state.get(act.PREVIEWS, {}).get(document.sha256)
    if preview is not None:
        maintenance_changes.draw(preview)
    _decide(draft, document, findings, seen=preview is not None)


def _facts(settings: Settings, draft: Draft, document: Document) -> None:
    place = draft.target.relative_to(settings.corpus).as_posix()
    goes = f"takes the place of {place}" if draft.replaces else f"is new, and goes to {place}"
    named = "; ".join((", ".join(document.laws) or "no law named", ", ".join(document.topics) or "no topic named"))
    dated = f"States the law as of {document.status_as_of}." if document.status_as_of else "Says no day of the law."
    st.markdown(f"Draft “{escape(draft.source_id)}” ({document.kind}) {escape(goes)}. {escape(named)}. {escape(dated)}")


def _findings(settings: Settings, draft: Draft, sha256: str) -> list[Finding]:
    """What is to mend, checked once for each version of the draft."""
    checked = st.session_state.setdefault(CHECKED, {})
    if sha256 not in checked:
        with st.spinner("Checking the draft in its place …"):
            checked[sha256] = drafts.check(settings, draft)
    findings: list[Finding] = checked[sha256]
    if not findings:
        st.success("Checked: nothing to mend.", icon=":material/check_circle:")
        return findings
    count = "1 thing" if len(findings) == 1 else f"{len(findings)} things"
    st.warning(f"Checked: {count} to mend.", icon=":material/warning:")
    rows = [f"- **{f'Line {one.line}' if one.line else 'Whole document'}:** {escape(one.message)}" for one in findings]
    st.markdown("\n".join(rows))
    return findings


def _passages(settings: Settings, draft: Draft) -> None:
    passages = drafts.preview(settings, draft)
    count = "1 passage" if len(passages) == 1 else f"{len(passages)} passages"
    with st.expander(f"The {count} that it will be found by"):
        for passage in passages:
            st.markdown(f"#### {escape(passage.heading)}")
            st.markdown(lowered(unlinked(passage.text), 2))
            if passage.authorities:
                st.caption(f"Cites {escape(', '.join(passage.authorities))}")


def _edit(draft: Draft, document: Document) -> None:
    key = f"maintenance-edit-{document.sha256[:12]}"
    st.text_area(f"“{draft.source_id}” as Markdown", drafts.text(draft), key=key, height=360, max_chars=MAX_BYTES)
    st.button("Keep the changed text", on_click=act.keep_text, args=(key,))


def _decide(draft: Draft, document: Document, findings: list[Finding], seen: bool) -> None:
    """Look ahead, put live, or discard; each bound to the version that is on the screen."""
    version = (draft.source_id, document.sha256)
    gated = st.checkbox(
        "Put live only if the answers to the evaluation questions get no worse", value=True, key="maintenance-gated"
    )
    words = "The document goes into the corpus folder, and every question from then on may be answered from it."
    words += "" if seen else " You haven't seen yet which answers it would change."
    words += f" {len(findings)} findings aren't mended." if findings else ""
    live = Confirm("live", words, f"Put “{draft.source_id}” live now", partial(act.put_draft_live, *version, gated))
    words = "The draft is deleted; the guidance stays as it is."
    gone = Confirm("discard", words, f"Delete the draft “{draft.source_id}”", partial(act.discard, draft.source_id))
    with st.container(horizontal=True):
        label = "Look again at what it would change" if seen else "See what it would change"
        busy = jobs.running() is not None
        st.button(label, key="look", on_click=act.look_ahead, args=version, disabled=busy)
        first(live, "Put it live")
        first(gone, "Discard the draft")
    second(live.key)
    second(gone.key)
