"""What the evaluation page does. Each is a callback: it runs once a click, and asks for the role at that moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, Concatenate, Literal, NamedTuple, ParamSpec

import streamlit as st

from eval import expert, feedback, history, question_form, question_writer
from eval.cases import Case, Split
from eval.check import check
from eval.expert import Rating
from eval.places import places
from ingest import jobs
from ingest.plan import Step
from mayshare.config import Settings, load_settings
from mayshare.errors import MayshareError, NotAllowedError, TrainerFileError
from mayshare.schema import Abstention, Verdict
from pages import access, evaluation_data
from pages.access import Role
from pages.engine import engine

TABS = ("Scores", "Questions", "Rate answers", "Feedback", "Write a question", "Export")
# session keys
TAB, CASE, SAID, JOB, NEW, WAY, PLACE = (
    f"evaluation-{name}" for name in ("tab", "case", "said", "job", "new", "way", "place")
)
ADD, CHANGE = "Add a new one", "Change one"
Kind = Literal["success", "warning", "error"]

P = ParamSpec("P")


class Done(NamedTuple):
    """How a job of this page ended."""

    words: str


class Rated(NamedTuple):
    """A sentence of an answer and the session keys of the fields that rate it."""

    number: int
    sentence: str
    key: str


def say(words: str, kind: Kind = "success") -> None:
    """Show words at the top of the page when it is drawn next."""
    st.session_state.setdefault(SAID, []).append((kind, words))


def said() -> Iterable[tuple[Kind, str]]:
    """What is to be shown once."""
    words: list[tuple[Kind, str]] = st.session_state.pop(SAID, [])
    return words


def _action(function: Callable[Concatenate[Settings, P], None]) -> Callable[P, None]:
    """Ask for the role, act, and say what went wrong; what was typed stays in its fields then."""

    @access.guarded(Role.TRAINER)
    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        function(load_settings(), *args, **kwargs)

    @wraps(guarded)
    def acted(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            guarded(*args, **kwargs)
        except NotAllowedError:
            return  # the page, drawn next, asks for the role too and says why it is closed
        except MayshareError as error:
            say(str(error), "error")

    return acted


# ---- scores


@_action
def run_evaluation(settings: Settings, split: Split) -> None:
    """Ask and score a split's questions."""

    def work(step: Step) -> Done:
        made = history.run_and_keep(settings, engine(), evaluation_data.context(), split, step)
        outcome = made.metrics["outcome"].mean
        return Done(f"{made.questions} {split} questions asked and scored: outcome {outcome:.3f}.")

    st.session_state[JOB] = jobs.start(f"Asking and scoring the {split} questions", work)


def settle() -> jobs.Job | None:
    """The job that runs now, whoever began it; how this session's ended is said."""
    job: jobs.Job | None = st.session_state.get(JOB) or jobs.running()
    if job is None or not job.finished:
        return job
    st.session_state.pop(JOB, None)
    if job.error:
        say(f"{job.title} failed. {job.error}", "error")
    elif isinstance(job.result, Done):
        say(job.result.words)
    return None


# ---- ratings and reviews


@_action
def keep_ratings(settings: Settings, run: str, case_id: str, rater_key: str, sentences: Sequence[Rated]) -> None:
    """Keep the ratings that were chosen for the sentences of one answer."""
    state = st.session_state
    rater = " ".join(str(state.get(rater_key, "")).split())
    if not rater:
        raise TrainerFileError("Say who rates: two raters of the same sentences are compared.")
    chosen = [one for one in sentences if state.get(f"{one.key}-rating")]
    if not chosen:
        raise TrainerFileError("Nothing was kept: rate at least one sentence.")
    ratings = [
        Rating(
            run=run,
            case=case_id,
            sentence_no=one.number,
            sentence=one.sentence,
            rating=state[f"{one.key}-rating"],
            citation_rating=state.get(f"{one.key}-citation"),
            comment=" ".join(str(state.get(f"{one.key}-comment", "")).split()),
            rater=rater,
            rated=dt.date.today(),
        )
        for one in chosen
    ]
    new = expert.add(ratings, places(settings).ratings)
    say(f"{new} of {len(sentences)} sentences of {case_id}: new or changed ratings kept.")


@_action
def keep_sheet(settings: Settings, sheet_key: str) -> None:
    """Keep the ratings of a filled sheet."""
    sheet = st.session_state.get(sheet_key)
    if sheet is None:
        raise TrainerFileError("Nothing was kept: choose a filled sheet first.")
    ratings = expert.parse_sheet(sheet.name, sheet.getvalue())
    if not ratings:
        raise TrainerFileError(f"{sheet.name}: no row is rated. Fill the column “rating” and name the rater.")
    strange = sorted({rating.case for rating in ratings} - evaluation_data.cases(settings).keys())
    if strange:
        raise TrainerFileError(f"{sheet.name}: no question is called {strange[0]}. Nothing was kept.")
    new = expert.add(ratings, places(settings).ratings)
    say(f"{sheet.name}: {len(ratings)} rated sentences, {new} of them new or changed.")


@_action
def sign_review(settings: Settings, case: Case, name_key: str, role_key: str) -> None:
    """Write into a question who has reviewed it."""
    name, role = (" ".join(str(st.session_state.get(key, "")).split()) for key in (name_key, role_key))
    if not name or not role:
        raise TrainerFileError("A review names who made it and in what role, such as “attorney”.")
    signed = case.model_copy(update={"reviewed_by": f"{name}, {role}, {dt.date.today()}"})
    question_writer.replace(signed, case, places(settings).questions)
    say(f"{case.id} is signed as reviewed by {name}. Commit the file to share it.")


# ---- feedback


@_action
def close_feedback(settings: Settings, item_id: str, why_key: str) -> None:
    """Close a remark without a question."""
    why = " ".join(str(st.session_state.get(why_key, "")).split())
    if not why:
        raise TrainerFileError("Say why no question comes of it.")
    feedback.reject(item_id, why, places(settings).feedback)
    say(f"The remark {item_id} is closed.")


@_action
def remove_feedback(settings: Settings, item_id: str) -> None:
    """Take a remark out of the queue for good."""
    feedback.remove(item_id, places(settings).feedback)
    say(f"The remark {item_id} is gone.")


@_action
def accept_feedback(settings: Settings, item_id: str, key: str) -> None:
    """Make a development question of a remark, and open it to be completed."""
    state, where = st.session_state, places(settings)
    question, asker, bottom_line = (
        " ".join(str(state.get(f"{key}-{name}", "")).split()) for name in ("question", "asker", "bottom_line")
    )
    if not question or not asker or not bottom_line:
        raise TrainerFileError("A question needs its words, who asks, and the right answer in a sentence.")
    verdict: Verdict = state[f"{key}-verdict"]
    abstention: Abstention | None = state.get(f"{key}-abstention")
    turns = tuple(" ".join(line.split()) for line in str(state.get(f"{key}-turns", "")).splitlines() if line.strip())
    case = feedback.accept(
        item_id, asker, verdict, bottom_line, abstention, where.feedback, where.questions, question, turns
    )
    state[TAB], state[WAY], state[CASE] = "Write a question", CHANGE, case.id
    say(f"{case.id} is a development question now. Add its nuggets, evidence and basis below.")


# ---- questions


@_action
def change_question(settings: Settings, before: Case, fields: dict[str, str]) -> None:
    """Write a changed question. `fields`: the session key of each field's value."""
    case = question_form.to_case(_values(fields), before.id, before.topic, before.split, before)
    if case == before:
        say("Nothing was changed.", "warning")
        return
    _write(settings, case, before)
    if before.reviewed_by and not case.reviewed_by:
        say("Its review was of what it said before, so its name was taken out. Have it reviewed again.", "warning")


@_action
def add_question(settings: Settings, topic_key: str, split_key: str, fields: dict[str, str]) -> None:
    """Write a new question, with the next id of its topic."""
    topic = " ".join(str(st.session_state.get(topic_key) or "").split())
    known = evaluation_data.cases(settings)
    case_id = question_writer.next_id(topic, known)
    case = question_form.to_case(_values(fields), case_id, topic, st.session_state[split_key])
    _write(settings, case, None)
    st.session_state[NEW] = st.session_state.get(NEW, 0) + 1  # an empty form, now that this one is kept
    st.session_state[CASE] = case.id


def _values(fields: dict[str, str]) -> dict[str, Any]:
    return {name: st.session_state.get(key) for name, key in fields.items()}


def _write(settings: Settings, case: Case, before: Case | None) -> None:
    """Check a question and write it, or say all that is wrong with it."""
    findings = check(case, engine().index.documents)
    if findings.errors:
        raise TrainerFileError(" ".join(findings.errors))
    folder = places(settings).questions
    if before:
        question_writer.replace(case, before, folder, f"{case.id} was changed.")
    else:
        question_writer.append(case, folder, f"{case.id} was added.")
    say(f"{case.id} is written to the {case.split} questions. Runs of before can't be compared with new ones.")
    for words in findings.lacks:
        say(words, "warning")
