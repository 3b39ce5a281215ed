"""How far a long job is."""

from __future__ import annotations

import streamlit as st

from ingest import jobs
from pages.markup import escape


@st.fragment(run_every=1.0)
def draw(job: jobs.Job) -> None:
    """A bar that looks every second; the job's end draws the page anew."""
    if job.finished:
        st.rerun()
    with st.container(border=True):
        st.markdown(f"**{escape(job.title)}**: running. You may leave this page; the work goes on.")
        st.progress(job.share, text=f"{job.stage}, {job.share:.0%}")
