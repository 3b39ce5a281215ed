"""The steps of `mayshare impact` and `mayshare ingest --gate`: stage, ask on both indexes, compare, hold, promote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from eval import answered, impact_gate, watch
from eval.cases import load_cases
from eval.impact import Asked, Impact, compare, questions
from eval.impact_gate import Held
from eval.places import places
from eval.setup import context_of
from ingest import pipeline, staging
from ingest.pipeline import Report
from mayshare.config import Settings
from mayshare.errors import IndexError_
from mayshare.index import Index
from mayshare.schema import Document

Step = Callable[[str, int, int], None]


class Found(NamedTuple):
    """The outcome of a comparison: what changes, the gate where it was asked for, and the staged generation if any."""

    impact: Impact
    held: Held | None
    staged: Report | None


def working_corpus(settings: Settings, step: Step, gate: bool = False) -> Found | Report:
    """Stage the corpus and compare it with the live index; the report alone where the live index equals the corpus.

    An earlier staging of the same corpus is replaced.
    """
    asked = _asked(settings)  # before anything is built, so that a bad watch list costs no wait
    staging.discard_stale(settings)
    report = staging.stage(settings, step)
    if not report.built:
        return report
    impact, held = between(settings, None, report.generation, asked, step, gate)
    return Found(impact, held, report)


def kept_generations(settings: Settings, before: int, after: int, step: Step) -> Found:
    """Compare two generations that are kept."""
    impact, held = between(settings, before, after, _asked(settings), step)
    return Found(impact, held, None)


def gated_ingest(settings: Settings, step: Step, if_changed: bool = False) -> Report:
    """Ingest, but make the new index live only where the gate is green and every watched expectation is met.

    Raises:
        GateError: the gate is red; the new index is discarded and the present one still serves.
        Other errors as `ingest.pipeline.ingest` raises them.
    """
    asked = [one for one in _asked(settings) if one.watch or (one.case and one.case.split == "dev")]
    report = pipeline.ingest(settings, step, if_changed=if_changed, live=False)
    if not report.built:
        return report
    try:
        new = answered.open_to_ask(settings, report.generation)
        try:
            after = answered.answers(settings, new, asked, lambda done, total: step("ask", done, total))
            held = impact_gate.hold(asked, after, new, _live_documents(settings), lambda: context_of(new))
        finally:
            new.close()
        held.require()
    except BaseException:
        staging.discard(settings, report.generation)
        raise
    staging.promote(settings, report.generation)
    return report


def between(
    settings: Settings, before: int | None, after: int, asked: Sequence[Asked], step: Step, gate: bool = False
) -> tuple[Impact, Held | None]:
    """Compare two generations; `before` None is the live one, or nothing where nothing is live."""
    new = answered.open_to_ask(settings, after)
    old = open_before(settings, before)
    context = cache(lambda: context_of(new))
    try:
        total = len(asked) * (2 if old else 1)
        earlier = answered.answers(settings, old, asked, lambda done, _: step("ask", done, total)) if old else None
        first = len(asked) if old else 0
        later = answered.answers(settings, new, asked, lambda done, _: step("ask", first + done, total))
        versions = (old.corpus_version if old else "", new.corpus_version)
        impact = compare(asked, earlier, later, context, versions)
        documents = old.documents if old else {}
        held = impact_gate.hold(asked, later, new, documents, context) if gate else None
    finally:
        new.close()
        if old:
            old.close()
    return impact, held


def _asked(settings: Settings) -> list[Asked]:
    return questions(load_cases(places(settings).questions), watch.load(watch.path_of(settings.corpus)))


def open_before(settings: Settings, number: int | None = None) -> Index | None:
    """A kept generation, or the live one; None where nothing that could serve is live."""
    if number is not None:
        return answered.open_to_ask(settings, number)
    try:
        return answered.open_to_ask(settings)
    except IndexError_:
        return None


def _live_documents(settings: Settings) -> dict[str, Document]:
    live = open_before(settings)
    if live is None:
        return {}
    live.close()
    return live.documents
