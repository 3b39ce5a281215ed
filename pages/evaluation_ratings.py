"""Rating: each sentence of an answer right, right but or wrong, here or in a sheet; and a question's review signed."""

from __future__ import annotations

import hashlib

import streamlit as st

from eval import expert
from eval.cases import Case
from eval.expert import CITATIONS, RATINGS, Rating
from eval.places import places
from eval.runs import SYSTEM
from mayshare.config import Settings
from mayshare.schema import Answer, Claim
from pages import access, evaluation_chooser
from pages import evaluation_actions as act
from pages import evaluation_data as data
from pages.evaluation_actions import Rated
from pages.evaluation_questions import answer_to
from pages.markup import escape

RATER = "evaluation-rater"
SHEET, MOST_MB = "evaluation-sheet", 10
NAME, ROLE = "evaluation-reviewer", "evaluation-reviewer-role"
EXPLAINED = (
    "**right**: true and fit for this question. **right but**: true, yet misleading or incomplete here. "
    "**wrong**: false, or false for this question. Leave blank what you have not checked."
)


def draw(settings: Settings) -> None:
    """Draw the section."""
    st.header("Rate answers", anchor=False)
    kept = expert.load(places(settings).ratings)
    _totals(kept)
    _sheet()
    case = evaluation_chooser.choose(settings)
    if case is None:
        return
    st.markdown(f"**{escape(case.question)}**")
    answer = answer_to(settings, case)
    if answer is None:
        return
    st.markdown(f"Verdict given: **{answer.verdict}**. Expected: **{case.expected}**. {escape(case.bottom_line)}")
    _rate(case, answer, kept)
    _review(settings, case)


def _totals(kept: list[Rating]) -> None:
    if not kept:
        st.markdown("No sentence has been rated yet.")
        return
    found = expert.totals(kept)
    counts = ", ".join(f"{count} {name}" for name, count in {**found.counts, **found.citations}.items())
    agree = "" if found.kappa is None else f" Two raters: kappa {found.kappa:.2f} on {found.both_rated} sentences."
    st.markdown(f"{len(kept)} ratings: {counts}.{agree}")


def _sheet() -> None:
    """A sheet that was rated in a spreadsheet program, back in."""
    with st.expander("Bring in a sheet that was rated elsewhere"):
        st.markdown(
            "Under “Export” you get a sheet with a row for each sentence. Fill the columns rating, citation_rating, "
            "comment and rater, and leave the others as they are. Rows without a rating are passed over."
        )
        with st.form("sheet"):
            st.file_uploader("Filled sheet (CSV or Excel)", ["csv", "xlsx"], key=SHEET, max_upload_size=MOST_MB)
            st.form_submit_button("Keep the ratings of this sheet", on_click=act.keep_sheet, args=(SHEET,))


def _rate(case: Case, answer: Answer, kept: list[Rating]) -> None:
    if not answer.claims:
        st.info("The answer makes no statement, so there is nothing to rate.")
        return
    name = access.person().name  # of who is signed in, to begin with
    rater = st.text_input("Your name, as rater", name, key=RATER, max_chars=80, persist_state="session").strip()
    st.markdown(EXPLAINED)
    known = {one.sentence: one for one in kept if (one.run, one.case, one.rater) == (SYSTEM, case.id, rater)}
    with st.form(f"rate-{case.id}"):
        sentences = [
            _sentence(number, answer, claim, f"{case.id}{rater}", known.get(claim.text))
            for number, claim in enumerate(answer.claims, start=1)
        ]
        st.form_submit_button("Keep these ratings", on_click=act.keep_ratings, args=(SYSTEM, case.id, RATER, sentences))


def _sentence(number: int, answer: Answer, claim: Claim, salt: str, known: Rating | None) -> Rated:
    """A sentence with what it cites, and the fields that rate it; what was rated before is filled in."""
    key = f"rate-{hashlib.sha256(f'{salt}{claim.text}'.encode()).hexdigest()[:12]}"
    st.markdown(f"**Sentence {number}.** {escape(claim.text)}")
    for citation in claim.citations:
        source = answer.sources[citation.n - 1]
        named = ", ".join((source.title, *source.authorities))
        quote = "" if source.quote == claim.text else f": “{source.quote}”"
        st.caption(escape(f"Cites {named}{quote}"))
    left, right = st.columns(2)
    with left:
        st.radio(
            f"Sentence {number} is",
            RATINGS,
            index=RATINGS.index(known.rating) if known else None,
            horizontal=True,
            key=f"{key}-rating",
        )
    with right:
        st.radio(
            f"Its citation, sentence {number}",
            CITATIONS,
            index=CITATIONS.index(known.citation_rating) if known and known.citation_rating else None,
            horizontal=True,
            key=f"{key}-citation",
        )
    comment = known.comment if known else ""
    st.text_input(f"Comment on sentence {number}", comment, key=f"{key}-comment", max_chars=500)
    return Rated(number, claim.text, key)


def _review(settings: Settings, case: Case) -> None:
    st.subheader("Sign a review of this question", anchor=False)
    cases = data.cases(settings).values()
    done = sum(1 for one in cases if one.reviewed_by)
    st.markdown(f"{done} of {len(cases)} questions have been reviewed by an expert.")
    if case.reviewed_by:
        st.markdown(f"This one by {escape(case.reviewed_by)}.")
    st.markdown(
        "Sign only what you have checked: the provisions in their current text, then the expected answer, its facts, "
        "what must not be left out and what would be wrong. Anything that is changed later takes the signature out."
    )
    with st.form("review"):
        st.text_input("Reviewer's name", access.person().name, key=NAME, max_chars=80)
        st.text_input("Role, such as attorney", key=ROLE, max_chars=80)
        st.form_submit_button(f"Sign {case.id}", on_click=act.sign_review, args=(case, NAME, ROLE))
