"""What the maintenance page does. Each is a callback: it runs once a click, and asks for the role at that moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial, wraps
from typing import Any, Concatenate, NamedTuple, ParamSpec

import streamlit as st

from eval.draft_impact import Preview, would_change
from eval.impact_run import gated_ingest
from ingest import drafts, history, jobs, pipeline, put_live
from ingest.draft_form import Fields, parser
from ingest.plan import Step
from mayshare import chat_switch
from mayshare.config import Settings, load_settings
from mayshare.errors import MayshareError, NotAllowedError
from pages import access
from pages.access import Role

# session keys
SAID, CONFIRM, JOB, PREVIEWS, DRAFT, RECOVERED = (
    f"maintenance-{name}" for name in ("said", "confirm", "job", "previews", "draft", "recovered")
)
NOTE, UPLOAD, PASTED = "maintenance-note", "maintenance-upload", "maintenance-pasted"

P = ParamSpec("P")


class Done(NamedTuple):
    """How a job ended: words for the maintainer and, where it was a look ahead, what it saw of which draft."""

    words: str
    sha256: str = ""
    preview: Preview | None = None


class Confirm(NamedTuple):
    """An action that waits for a second click: its key, what will happen, the second button's label, what it does."""

    key: str
    words: str
    label: str
    do: Callable[[], None]


def say(words: str, kind: str = "success") -> None:
    """Show words at the top of the page when it is drawn next: `success`, `warning` or `error`."""
    st.session_state.setdefault(SAID, []).append((kind, words))


def _action(function: Callable[Concatenate[Settings, P], None]) -> Callable[P, None]:
    """Ask for the role, drop what waited for a second click, act, and say what went wrong."""
    guarded = access.guarded(Role.MAINTAINER)(function)

    @wraps(guarded)
    def acted(*args: P.args, **kwargs: P.kwargs) -> None:
        st.session_state.pop(CONFIRM, None)
        try:
            guarded(load_settings(), *args, **kwargs)
        except NotAllowedError:
            return  # the page, drawn next, asks for the role too and says why it is closed
        except MayshareError as error:
            say(str(error), "error")

    return acted


def confirm(waiting: Confirm) -> None:
    """Let an action wait for a second click."""
    st.session_state[CONFIRM] = waiting


def never_mind() -> None:
    """Drop what waits for a second click."""
    st.session_state.pop(CONFIRM, None)


@_action
def recover(settings: Settings) -> None:
    """Once a session: take a document back whose ingest was killed before it ended."""
    for source_id in put_live.recover(settings):
        say(f"“{source_id}” was being put live when the server stopped. It was taken back; nothing is lost.", "warning")


# ---- the chat


@_action
def turn_off(settings: Settings) -> None:
    """Turn the chat off with the note that was typed."""
    chat_switch.turn_off(settings.store, st.session_state.get(NOTE, ""), by="maintenance page")
    st.session_state[NOTE] = ""
    say("The chat is off. Whoever has it open reads your note.")


@_action
def turn_on(settings: Settings) -> None:
    """Turn the chat on again."""
    chat_switch.turn_on(settings.store)
    say("The chat is on again.")


# ---- drafts


@_action
def keep_upload(settings: Settings, values: dict[str, Any]) -> None:
    """Keep the uploaded file as a draft."""
    upload = st.session_state.get(UPLOAD)
    if upload is None:
        say("Choose a file first.", "error")
        return
    parse = parser(Fields.model_validate(values), warn=lambda warning: say(f"{upload.name}: {warning}", "warning"))
    _kept(drafts.save(settings, upload.name, upload.getvalue(), parse))


@_action
def keep_text(settings: Settings, key: str) -> None:
    """Keep the Markdown of a text field as a draft."""
    _kept(drafts.save(settings, "pasted.md", st.session_state.get(key, "")))
    if key == PASTED:
        st.session_state[PASTED] = ""  # it is kept now; the draft's own field is where it is changed


@_action
def discard(settings: Settings, source_id: str) -> None:
    """Remove a draft."""
    drafts.discard(settings, drafts.find(settings, source_id))
    st.session_state.pop(DRAFT, None)
    say(f"The draft “{source_id}” is gone. The guidance is as it was.")


@_action
def look_ahead(settings: Settings, source_id: str, sha256: str) -> None:
    """See which answers a draft would change."""
    draft = drafts.unchanged(settings, source_id, sha256)

    def work(step: Step) -> Done:
        found = would_change(settings, draft, step)
        return Done(f"{found.asked} questions asked: “{source_id}” would change {found.changed}.", sha256, found)

    _start(f"Which answers “{source_id}” would change", work)


@_action
def put_draft_live(settings: Settings, source_id: str, sha256: str, gated: bool) -> None:
    """Put a draft live."""
    draft = drafts.unchanged(settings, source_id, sha256)

    def work(step: Step) -> Done:
        ingest = partial(gated_ingest if gated else pipeline.ingest, step=step)
        undo = put_live.put_live(settings, draft, ingest)
        return Done(f"“{source_id}” is live, in generation {undo.generation}. It can be taken back under “Roll back”.")

    _start(f"Putting “{source_id}” live", work)


# ---- back


@_action
def roll_back(settings: Settings, number: int) -> None:
    """Make a kept generation the live one."""
    history.rollback(settings, number)
    say(f"Generation {number} is live. The corpus folder is as it was: the next ingest puts its documents live again.")


@_action
def take_back(settings: Settings, key: str) -> None:
    """Take a document back that was put live."""
    undo = next((undo for undo in put_live.history(settings) if undo.key == key), None)
    if undo is None:
        say("That document is no longer on the list.", "error")
        return
    chosen = undo

    def work(step: Step) -> Done:
        report = put_live.roll_back(settings, chosen, partial(pipeline.ingest, step=step))
        return Done(f"“{chosen.source_id}” was taken back, in generation {report.generation}.")

    _start(f"Taking “{chosen.source_id}” back", work)


# ---- jobs


def settle() -> jobs.Job | None:
    """The job that runs now, if any; what this session's ended job brought is said and kept."""
    job: jobs.Job | None = st.session_state.get(JOB)
    if job is None:
        job = jobs.running()
        if job:
            st.session_state[JOB] = job  # begun in another window
    if job is None or not job.finished:
        return job
    del st.session_state[JOB]
    if job.error:
        say(f"{job.title} failed. {job.error}", "error")
    elif isinstance(job.result, Done):
        say(job.result.words)
        if job.result.preview is not None:
            st.session_state.setdefault(PREVIEWS, {})[job.result.sha256] = job.result.preview
    return None


def said() -> Iterable[tuple[str, str]]:
    """What is to be shown once."""
    words: list[tuple[str, str]] = st.session_state.pop(SAID, [])
    return words


def _start(title: str, work: Callable[[Step], Done]) -> None:
    st.session_state[JOB] = jobs.start(title, work)


def _kept(draft: drafts.Draft) -> None:
    st.session_state[DRAFT] = draft.source_id
    say(f"“{draft.source_id}” is kept as a draft. Nothing is live yet: look at it below.")
