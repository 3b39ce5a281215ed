"""The few answers that a draft would change most, before it is put live: what the maintenance page shows."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from eval import answered, watch
from eval.cases import load_cases
from eval.impact import Asked, Change, compare, questions
from eval.impact_run import Step, open_before
from eval.places import places
from eval.setup import context_of
from ingest import drafts, staging
from ingest.drafts import Draft
from mayshare.config import Settings
from mayshare.index import Index

SHOWN = 3
NEAREST = 24  # evaluation questions asked; the watch list is asked whole


class Preview(NamedTuple):
    """The gravest changes, how many there are in all, and how many questions were asked."""

    changes: tuple[Change, ...]
    changed: int
    asked: int


def would_change(
    settings: Settings, draft: Draft, step: Step = lambda name, done, total: None, shown: int = SHOWN
) -> Preview:
    """Stage the corpus with the draft in it, ask what is nearest to the draft on both indexes, and discard it.

    Raises what `ingest.staging.stage` raises; the live index and the corpus folder stay as they are.
    """
    everything = questions(load_cases(places(settings).questions), watch.load(watch.path_of(settings.corpus)))
    with drafts.overlay(settings, draft) as laid:
        report = staging.stage(laid, step)
        if not report.built:
            return Preview((), 0, 0)
        try:
            return _compared(settings, draft, report.generation, everything, step, shown)
        finally:
            staging.discard(settings, report.generation)


def nearest(index: Index, source_id: str, asked: list[Asked], count: int) -> list[Asked]:
    """The questions nearest to a document's passages or headings, nearest first."""
    rows = [row for row, passage in enumerate(index.passages) if passage.source_id == source_id]
    if not rows:
        return []
    matrix = np.concatenate([index.vectors[rows], index.headings[rows]])
    scores = [float((matrix @ index.embed(one.question.text)).max()) for one in asked]
    order = np.argsort(-np.asarray(scores), kind="stable")[:count]
    return [asked[int(row)] for row in order]


def _compared(
    settings: Settings, draft: Draft, number: int, everything: list[Asked], step: Step, shown: int
) -> Preview:
    new, old = answered.open_to_ask(settings, number), open_before(settings)
    try:
        sides = [index for index in (new, old) if index is not None]
        others = [one for one in everything if one.watch is None]
        # near to what the document says now, or to what it said before
        near = {one.id: one for index in sides for one in nearest(index, draft.source_id, others, NEAREST)}
        asked = [one for one in everything if one.watch is not None] + list(near.values())
        total = len(asked) * len(sides)
        before = answered.answers(settings, old, asked, lambda done, _: step("ask", done, total)) if old else None
        first = total - len(asked)
        after = answered.answers(settings, new, asked, lambda done, _: step("ask", first + done, total))
        versions = (old.corpus_version if old else "", new.corpus_version)
        impact = compare(asked, before, after, cache(lambda: context_of(new)), versions)
    finally:
        new.close()
        if old:
            old.close()
    return Preview(impact.changes[:shown], len(impact.changes), len(asked))
