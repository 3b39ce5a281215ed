"""The chat: question, answer with its bottom line first, and each source beside the answer that cites it."""

from __future__ import annotations

import logging
import traceback

import streamlit as st

from answer import ask_next
from answer.compose import GROUPS, opening
from answer.situation import IF_SO
from mayshare import chat_switch, freshness
from mayshare.config import load_settings
from mayshare.errors import BusyError, MayshareError
from mayshare.schema import Answer, Claim, Filters, Place, Question
from pages import asker, carry, examples, feedback, model_notice, narrow, situation, source_panel, under_answer
from pages.engine import answer_in_turn, engine
from pages.markup import escape

NOT_ADVICE = (
    "mayshare quotes guidance on U.S. federal confidentiality law. It is not legal advice: "
    "state law may be stricter, so check with your agency's counsel before you act."
)
NO_NAMES = "Don't type names or what else identifies a child. "
STAYS = "Your question never leaves this server, and is stored only if you agree to that under an answer."
IS_SENT = (
    "Your question goes to the language model named above, without the personal data that is found, and is stored only "
    "if you agree to that under an answer."
)
IN_MEMORY = "This server keeps questions and answers in memory until you close the page."
VERDICT_COLOURS = {"yes": "green", "no": "red", "conditional": "orange"}
log = logging.getLogger("mayshare")


def draw() -> None:
    """Draw the page."""
    st.title("May I share this?")
    st.caption(NOT_ADVICE)
    turns: list[Answer] = st.session_state.setdefault("turns", [])
    anew = st.sidebar.container()
    filters = _sidebar()
    off = chat_switch.read(load_settings().store)
    if off:
        turned_off(off)
    model = engine().model
    if model:
        model_notice.banner(model)
    status = st.container(key="status").empty()
    with st.bottom:
        who = asker.draw(engine().index)
        typed = st.chat_input(
            "Ask who may share what with whom",
            key=carry.INPUT,
            max_chars=load_settings().answering.max_question_chars,
            disabled=off is not None,
        )
        narrow.say(filters)
        st.caption(NO_NAMES + (IS_SENT if model else STAYS))
    carried, rechosen = carry.take(), situation.take()
    if off:  # nothing that was on its way then is answered
        carried = rechosen = None
    # The answer comes before all that depends on it is drawn, so that one run of the page is enough.
    beginning, work = st.empty(), st.empty()
    chosen = None
    if not turns and not typed and not carried and not off:
        with beginning.container():
            chosen = examples.choose()
    asked = None if off else typed or carried or chosen
    if model and not off:
        model_notice.confirm(lambda text: answer_into(text, turns, filters, who=who))
    if asked:
        beginning.empty()
    if asked and model and model_notice.holds_back(asked):
        st.rerun()
    if asked and not answer_into(asked, turns, filters, work, who):
        carry.offer_again(asked)
    if rechosen:
        answer_again(rechosen.place, turns, rechosen.number, work)
    anew.button("New conversation", disabled=not turns, width="stretch", on_click=_begin_anew)
    for number, answer in enumerate(turns):
        _turn(number, answer)
    if turns:
        count = len(turns[-1].sources)
        status.success(f"Answer {len(turns)} ready: {count} source{'s' if count != 1 else ''}.")
    if turns and not off:
        _ask_next(turns)


def turned_off(off: chat_switch.Off) -> None:
    """Say that the chat is turned off, since when, and why."""
    since = f" Since {off.since[:16].replace('T', ' ')} UTC." if off.since else ""
    st.warning(f"**The chat is turned off.** {escape(off.note)}{escape(since)}", icon=":material/pause_circle:")


def _begin_anew() -> None:
    st.session_state["turns"] = []
    source_panel.close()


def _sidebar() -> Filters:
    with st.sidebar:
        try:
            index = engine().index
        except MayshareError:
            return Filters()
        filters = narrow.draw(index)
        st.markdown("**Your questions**")
        st.markdown(IN_MEMORY)
        st.markdown("**About the answers**")
        st.markdown(
            f"Each statement is a sentence of the guidance, word for word. {len(index.documents)} documents, "
            f"none of them written for one state. Index `{index.corpus_version}`."
        )
    return filters


def answer_into(
    text: str,
    turns: list[Answer],
    filters: Filters,
    work: st.delta_generator.DeltaGenerator | None = None,
    who: str = "",
) -> bool:
    """Answer and remember it for this session; an error is said in words and logged without the question.

    Args:
        work: where to show that it is being worked on, and what a language model says meanwhile; empty at the end.
        who: asks, in a few words.
    """
    history = tuple(turn.question.text for turn in turns)
    answer = _answered(Question(text=text, asker=who, history=history, filters=filters), work)
    if answer:
        turns.append(answer)
    return answer is not None


def answer_again(
    chosen: Place, turns: list[Answer], turn: int, work: st.delta_generator.DeltaGenerator | None = None
) -> None:
    """Put the answer for the section that the user chose in the place of the one that stood there."""
    if 0 <= turn < len(turns):
        question = turns[turn].question.model_copy(update={"situation": chosen})
        turns[turn] = _answered(question, work) or turns[turn]


def _answered(question: Question, work: st.delta_generator.DeltaGenerator | None) -> Answer | None:
    place = work or st.empty()
    try:
        with place.container(), st.spinner("Searching the guidance …"):
            stream = st.container()
            answer = answer_in_turn(question, lambda claim: stream.markdown(escape(claim)))
        place.empty()
        source_panel.close()
        return answer
    except BusyError as error:
        st.warning(str(error), icon=":material/hourglass_top:")
    except MayshareError as error:
        st.error(str(error))
    except Exception as error:  # noqa: BLE001 - the last resort, so that no traceback with a question is logged
        frame = traceback.extract_tb(error.__traceback__)[-1]
        # never the message: it may hold what the user typed
        log.error("%s at %s:%s", type(error).__name__, frame.filename, frame.lineno)
        st.error("Something went wrong while answering; nothing was stored. Try again, or ask in other words.")
    return None


def _ask_next(turns: list[Answer]) -> None:
    """Questions that the guidance can answer, to go on with."""
    asked = tuple(turn.question.text for turn in turns)
    given = (asked, turns[-1].question.situation)
    kept: tuple[object, tuple[str, ...]] = st.session_state.get("suggested", (None, ()))
    if kept[0] != given:  # once an answer, not on every rerun
        kept = (given, ask_next.suggestions(engine(), turns[-1], asked))
        st.session_state["suggested"] = kept
    questions = kept[1]
    if questions:
        st.markdown("**You could ask next**")
    for place, question in enumerate(questions):
        st.button(escape(question), key=f"ask-{len(turns)}-{place}", on_click=carry.leave, args=(question,))


def _turn(number: int, answer: Answer) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        st.markdown(escape(answer.question.text))
        if answer.question.asker:
            st.caption(f"Asked by: {escape(answer.question.asker)}")
    with st.chat_message("assistant", avatar=":material/balance:"):
        with_source(number, answer)


def with_source(number: int, answer: Answer) -> None:
    """An answer, with the source that was opened beside it."""
    if not source_panel.is_open(number):
        _answer(number, answer)
        return
    left, right = st.columns([3, 2])
    with left:
        _answer(number, answer)
    with right:
        source_panel.draw(number, answer, engine().index)


def _answer(number: int, answer: Answer) -> None:
    if answer.urgent:
        st.error(answer.urgent, icon=":material/e911_emergency:")
    if answer.message:
        st.info(answer.message)
    situation.say(number, answer)
    for role, title in GROUPS.items():
        group = [claim for claim in answer.claims if claim.role == role]
        if not group:
            continue
        with st.container(key=f"claims-{number}-{role}"):
            if title:
                st.markdown(f"### {title}", anchors=False)
            for claim in group:
                _claim(number, answer, claim)
    _past_review(answer)
    index = engine().index
    under_answer.note_changes(answer, index)
    model_notice.note(answer)
    situation.others(number, answer)
    if answer.related and answer.situation is None:
        with st.expander("Read next", expanded=not answer.claims):
            for entry in answer.related:
                if st.button(entry.heading, key=f"next-{number}-{entry.source_id}-{entry.start}", type="tertiary"):
                    source_panel.open_section(number, entry.source_id, entry.start)
                    st.rerun()
    under_answer.why(number, answer, index)
    if answer.claims or answer.urgent:
        under_answer.take_along(number, answer, NOT_ADVICE)
    feedback.draw(answer)


def _past_review(answer: Answer) -> None:
    stale = [str(source.n) for source in answer.sources if source.stale]
    if stale:
        named = f"Source {stale[0]} is" if len(stale) == 1 else f"Sources {', '.join(stale)} are"
        st.warning(f"{named} {freshness.WARNING}.", icon=":material/update:")


def _claim(number: int, answer: Answer, claim: Claim) -> None:
    """A statement with its citations right under it."""
    text = escape(claim.text)
    with st.container(gap="xxsmall"):
        if claim.role == "bottom_line":
            word = opening(answer)
            # a colour says yes or no as the word does, and an answer that asks first says neither
            colour = None if word == IF_SO else VERDICT_COLOURS.get(answer.verdict)
            shown = f":{colour}[**{word}**]" if colour else f"**{word}**"
            st.markdown(f"## {shown} {text}" if word else f"## {text}", anchors=False)
        else:
            st.markdown(text)
        if claim.unverified:
            st.caption("Not verified: this statement could not be checked against the official text.")
        for citation in claim.citations:
            if st.button(_label(answer, citation.n), key=f"source-{number}-{citation.n}", type="tertiary"):
                source_panel.open_source(number, citation.n)
                st.rerun()


def _label(answer: Answer, n: int) -> str:
    """Link text that says where it goes: number, document, first authority."""
    source = answer.sources[n - 1]
    authority = f", {source.authorities[0]}" if source.authorities else ""
    past = " (past its review date)" if source.stale else ""
    return f"{n}: {source.title}{authority}{past}"
