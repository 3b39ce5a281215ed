"""One question: the expected answer beside the one that was given, with what was found, stated and missed."""

from __future__ import annotations

import streamlit as st

from answer.compose import opening
from eval.cases import Case, gold
from eval.side_by_side import Fact, Piece, SideBySide, side_by_side
from mayshare.config import Settings
from mayshare.errors import BusyError, QuestionSetError
from mayshare.schema import Answer, Question
from pages import ask, download, evaluation_chooser, menu
from pages import evaluation_data as data
from pages.answer_export import docx, lines
from pages.engine import answer_in_turn, engine
from pages.markup import escape

RUN, NOW = "From the newest run", "Asked now, of the live guidance"
ASKED = "evaluation-asked"
STATES = {
    "quoted": ("green", "Quoted"),
    "found": ("orange", "Found, not quoted"),
    "stated": ("green", "Stated"),
    "in part": ("orange", "In part"),
    "missed": ("red", "Missed"),
}
OUTCOMES = {"accurate": "green", "incomplete": "orange", "refused": "orange", "wrong": "red"}


def draw(settings: Settings) -> None:
    """Draw the section."""
    st.header("Questions", anchor=False)
    case = evaluation_chooser.choose(settings)
    if case is None:
        return
    _asked(case)
    answer = answer_to(settings, case)
    if answer is None:
        return
    try:
        truth = gold(case, engine().index.documents)
    except QuestionSetError as error:
        st.error(escape(str(error)), icon=":material/error:")
        return
    with st.spinner("Comparing …"):
        found = side_by_side(truth, answer, data.context())
    lost = f", lost at {found.lost_at}" if found.lost_at else ""
    st.markdown(
        f"Outcome: {_mark(OUTCOMES[found.outcome], found.outcome.capitalize())}{lost}.{_why(case, answer, found)}"
    )
    left, right = st.columns(2, gap="large")
    with left:
        _expected(case, found)
    with right:
        _given(answer, found)


def _why(case: Case, answer: Answer, found: SideBySide) -> str:
    """What makes an answer wrong, where it is."""
    if found.outcome != "wrong":
        return ""
    if found.wrong:
        return " It says what would be wrong."
    if answer.verdict not in case.right_verdicts:
        return f" The verdict is {answer.verdict} and should be {case.expected}."
    return ""


def answer_to(settings: Settings, case: Case) -> Answer | None:
    """The answer to look at: of the newest run where it holds one, or asked now. Without one it says why."""
    kept = data.answer(settings, case)
    failed = data.item(settings, case)
    ways = [RUN, NOW] if kept or (failed and failed.error) else [NOW]
    way = st.radio("Answer", ways, horizontal=True, key=f"evaluation-answer-{len(ways)}", persist_state="session")
    if way == RUN:
        if kept is None:
            st.warning("The run holds no answer to this question: asking failed. Ask it now instead.")
        return kept
    asked = (case.question, case.turns, engine().index.corpus_version)
    before: tuple[object, Answer | None] = st.session_state.get(ASKED, (None, None))
    if before[0] != asked:  # once, not on every rerun
        try:
            with st.spinner("Asking …"):
                before = (asked, answer_in_turn(Question(text=case.question, history=case.turns)))
        except BusyError as error:
            st.warning(str(error), icon=":material/hourglass_top:")
            return None
        st.session_state[ASKED] = before
    return before[1]


def _asked(case: Case) -> None:
    for turn in case.turns:
        st.markdown(f"Earlier turn: {escape(turn)}")
    st.markdown(f"**{escape(case.question)}**")
    review = f"reviewed by {case.reviewed_by}" if case.reviewed_by else "not reviewed by an expert yet"
    laws = ", ".join(case.laws) or "no law named"
    st.caption(escape(f"{case.split}; asked by {case.asker}; {case.kind.replace('_', ' ')}; {laws}; {review}."))


def _expected(case: Case, found: SideBySide) -> None:
    st.subheader("Expected", anchor=False)
    reason = f", {case.abstention.replace('_', ' ')}" if case.abstention else ""
    st.markdown(f"**Verdict: {case.expected}{reason}.** {escape(case.bottom_line)}")
    _evidence(found)
    if found.facts:
        scored = any(fact.state for fact in found.facts)
        how = "whether they are stated is estimated" if scored else "not scored: silence is right here"
        st.markdown(f"**Facts of a good answer** ({how})")
        st.markdown("\n".join(f"- {_fact(fact)}" for fact in found.facts))
    if found.authorities:
        st.markdown("**Provisions**")
        marks = {True: f"{_mark('green', 'Cited')} ", False: f"{_mark('red', 'Missed')} ", None: ""}
        rows = (f"- {marks[met]}{escape(name)}" for name, met in found.authorities)
        st.markdown("\n".join(rows))
    if case.wrong_if:
        st.markdown("**Would be wrong**")
        said = set(found.wrong)
        rows = (f"- {_mark('red', 'Said') + ' ' if text in said else ''}{escape(text)}" for text in case.wrong_if)
        st.markdown("\n".join(rows))


def _fact(fact: Fact) -> str:
    mark = f"{_mark(*STATES[fact.state])} " if fact.state else ""
    importance = "good to have" if fact.importance == "okay" else fact.importance
    return f"{mark}{escape(fact.text)} ({importance})"


def _evidence(found: SideBySide) -> None:
    if not found.evidence:
        return
    st.markdown("**Evidence in the guidance**")
    for number, piece in enumerate(found.evidence, start=1):
        _piece(piece, number)


def _piece(piece: Piece, number: int) -> None:
    colour, word = STATES[piece.state]
    rank = f", in passage {piece.rank} of those found" if piece.rank else ""
    several = f" One of {len(piece.quotes)} sentences suffices." if len(piece.quotes) > 1 else ""
    st.markdown(f"{number}. {_mark(colour, word)}{rank}.{several}")
    for quote in piece.quotes:
        document = engine().index.documents[quote.document]
        with st.container(gap="xxsmall"):
            st.markdown(f"> {escape(quote.quote)}")
            at = str(document.body.find(quote.quote))
            st.page_link(
                menu.page("library"),
                label=escape(document.title),
                query_params={"document": quote.document, "at": at},
            )


def _given(answer: Answer, found: SideBySide) -> None:
    st.subheader("Given", anchor=False)
    reason = f", {answer.abstention.replace('_', ' ')}" if answer.abstention else ""
    st.markdown(f"**Verdict: {answer.verdict}{reason}.** {escape(opening(answer))}")
    if answer.message:
        st.markdown(escape(answer.message))
    for claim, supported in zip(answer.claims, found.supported, strict=True):
        cited = [answer.sources[citation.n - 1] for citation in claim.citations]
        with st.container(gap="xxsmall"):
            mark = f"{_mark('green', 'Expected evidence')} " if supported else ""
            st.markdown(f"{mark}{escape(claim.text)}")
            places = "; ".join(f"{source.title}, {', '.join(source.authorities)}" for source in cited)
            st.caption(escape(f"{claim.role.replace('_', ' ')}. {places}"))
    copy = list(lines(answer, ask.NOT_ADVICE))
    download.button("This answer for Word (DOCX)", lambda: docx(copy), f"answer-{answer.question.qid or 'now'}.docx")


def _mark(colour: str, word: str) -> str:
    """A word that says the state, set off by colour as well."""
    return f":{colour}-background[**{word}**]"
