"""The answers that a draft would change most, now and with it, side by side."""

from __future__ import annotations

import streamlit as st

from eval.draft_impact import Preview
from eval.impact import TITLES, Change, places
from mayshare.schema import Answer, Verdict
from pages.markup import escape

VERDICTS: dict[Verdict, str] = {
    "yes": "Yes",
    "no": "No",
    "conditional": "It depends",
    "explain": "Explained, without yes or no",
    "abstain": "No answer is given",
}


def draw(preview: Preview) -> None:
    """Draw the changes."""
    st.subheader("Answers that it would change", anchor=False)
    if not preview.changes:
        st.markdown(f"None of the {preview.asked} questions nearest to it. Its own headings may be asked all the same.")
        return
    most = len(preview.changes)
    which = "the one" if most == 1 else f"the {most} gravest"
    st.markdown(f"{preview.changed} of the {preview.asked} questions nearest to it; {which} first.")
    for change in preview.changes:
        _change(change)


def _change(change: Change) -> None:
    with st.container(border=True):
        st.markdown(f"#### {escape(change.asked.question.text)}")
        reasons = f": {'; '.join(change.reasons)}" if change.reasons else ""
        st.markdown(f"**{TITLES[change.kind]}**{escape(reasons)}")
        left, right = st.columns(2)
        with left:
            _side("Now", change.before)
        with right:
            _side("With this document", change.after)


def _side(title: str, answer: Answer | None) -> None:
    if answer is None:
        st.markdown(f"**{title}:** nothing is live yet")
        return
    withheld = f" ({answer.abstention.replace('_', ' ')})" if answer.abstention else ""
    st.markdown(f"**{title}:** {VERDICTS[answer.verdict]}{escape(withheld)}")
    st.markdown("\n\n".join(escape(line) for line in answer.text.splitlines() if line.strip()))
    cited = list(dict.fromkeys(places(answer)))
    if cited:
        st.caption("Cites " + "; ".join(f"{escape(source)}, “{escape(heading)}”" for source, heading in cited))
