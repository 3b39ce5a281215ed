"""Questions to begin with, by the role of who asks. `tests/test_ask_next.py` holds each to be answered."""

from __future__ import annotations

import streamlit as st

from pages.markup import escape

EVERYONE = "Any role"
QUESTIONS: dict[str, tuple[str, ...]] = {
    EVERYONE: (
        "What information may a guidance counselor share with a student's parents?",
        "Do the same rules apply to mental health records and to juvenile justice involvement?",
        "What consent does a school need to share student records with a foster parent?",
        "May a school give police a student's records after a threat?",
        "Can a probation officer get attendance and grades without consent?",
    ),
    "School": (
        "May I tell a teacher what a student said in counseling?",
        "May a teacher report suspected abuse without asking the parents?",
        "A caseworker asks for a foster child's school records. May I give them?",
        "What may I tell the police after a threat at school?",
    ),
    "Police and SRO": (
        "May a school resource officer look at education records?",
        "Are my body camera and incident reports education records?",
        "May a hospital tell the police about a child's injuries?",
        "What may I tell the school about a student's arrest?",
    ),
    "Probation and courts": (
        "Can a probation officer get attendance and grades without consent?",
        "May a drug treatment program report a youth's progress to probation?",
        "May a school give the juvenile court a student's records?",
        "May probation tell the school that a student was adjudicated?",
    ),
    "Health and treatment": (
        "May a therapist talk to the school counselor about a student?",
        "Must I report suspected child abuse, and what may I disclose?",
        "May a pediatrician tell the school nurse about a student's medicine?",
        "What must a consent to share substance use treatment records contain?",
    ),
    "Child welfare": (
        "May a caseworker get a foster child's education records?",
        "Can a foster parent see the child's medical records?",
        "May CPS tell a teacher what came of the report?",
        "May child protective services share a case record with the police?",
    ),
}


def choose() -> str | None:
    """Show the questions of a role; the one that was clicked."""
    st.markdown("**Ask in your own words, or start with one of these:**")
    role = st.pills("Questions for", list(QUESTIONS), default=EVERYONE, key="role") or EVERYONE
    for number, question in enumerate(QUESTIONS[role]):
        if st.button(escape(question), key=f"example-{number}"):
            return question
    return None
