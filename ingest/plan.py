"""The plan of an ingest: what changed, and how much is to be embedded. Made without writing anything."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any, NamedTuple

from ingest.cache import Missing, key_of, missing
from ingest.chunk import heading_text, search_text
from ingest.load import load_glossary
from ingest.phrasings import Headings, load_phrasings
from ingest.reuse import LiveVectors
from ingest.spill import Spill
from ingest.survey import Survey, passages_of
from mayshare.config import Settings
from mayshare.fingerprint import model_fingerprint
from mayshare.records import many_objects
from mayshare.schema import Phrasing, Term

Step = Callable[[str, int, int], None]  # name of the step, units done, units in all
CHARACTERS_A_SECOND = 6_000.0  # embedded on two cores, where no ingest has measured it yet
BUILD_SECONDS, BUILD_SECONDS_A_PASSAGE = 1.0, 0.0015  # measured on two cores: build, check and flip


class Work(NamedTuple):
    """All texts of a new generation, in index order; none of them is in memory."""

    glossary: tuple[Term, ...]
    passages: Spill  # each as JSON
    texts: Spill  # what is embedded and indexed for each passage
    asked: Spill  # what is embedded beside them: the headings of all passages, then the phrasings
    phrasings: tuple[Phrasing, ...]


class Plan(NamedTuple):
    """What an ingest would do. `current`: the live generation equals the corpus, nothing needs to be built."""

    survey: Survey
    work: Work
    keys: list[bytes]  # of the passages' texts, then of `work.asked`
    live: LiveVectors
    missing: int
    seconds: float

    @property
    def current(self) -> bool:
        """Is there nothing to do?"""
        return self.survey.current

    def as_json(self) -> dict[str, Any]:
        """The plan as JSON data."""
        return {
            **self.survey.changes._asdict(),
            "current": self.current,
            "documents": len(self.survey.documents),
            "passages": len(self.work.passages),
            "to_embed": self.missing,
            "estimate_s": self.seconds,
        }

    def lines(self, most: int = 12) -> list[str]:
        """The plan for a reader: a sum, then up to `most` documents of each kind."""
        changes = self.survey.changes
        found = [f"Plan: {changes}; {len(self.work.passages):,} passages."]
        for mark, names in (("+", changes.added), ("~", changes.changed), ("-", changes.removed)):
            found += [f"  {mark} {name}" for name in names[:most]]
            found += [f"  {mark} … and {len(names) - most} more"] * (len(names) > most)
        found += [f"  > {old} > {new}" for old, new in changes.moved[:most]]
        found += [f"  > … and {len(changes.moved) - most} more"] * (len(changes.moved) > most)
        if self.current:
            return [*found, "The live index is up to date: nothing to do."]
        return [*found, f"{self.missing:,} texts to embed; about {readable(self.seconds)}."]


def make_plan(found: Survey, settings: Settings) -> Plan:
    """Cut new documents into passages and count what has no vector yet.

    Raises:
        CorpusError: the glossary or a phrasing can't be read.
    """
    with many_objects():
        return _plan(found, settings)


def _plan(found: Survey, settings: Settings) -> Plan:
    work = _work(found, settings)
    model = model_fingerprint(settings)
    keys = [key_of(model, text) for text in chain(work.texts, work.asked)]
    live = LiveVectors(found.earlier, model)
    left = missing(settings.store / "embeddings.sqlite", keys, chain(work.texts, work.asked), live)
    return Plan(found, work, keys, live, left.texts, _estimate(found, len(work.passages), left))


def _work(found: Survey, settings: Settings) -> Work:
    passages, texts, asked, headings = Spill(), Spill(), Spill(), Headings(settings.corpus)
    for passage, document in passages_of(found, settings):
        passages.append(passage.model_dump_json())
        texts.append(search_text(passage))
        asked.append(heading_text(passage, document))
        headings.add(passage)
    glossary = load_glossary(settings.corpus)
    phrasings = load_phrasings(settings.corpus, headings)
    for phrasing in phrasings:
        asked.append(phrasing.text)
    return Work(glossary, passages, texts, asked, phrasings)


def readable(seconds: float) -> str:
    """A time that is only an estimate, in round words."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _estimate(found: Survey, passages: int, left: Missing) -> float:
    if found.current:
        return 0.0
    manifest = found.earlier.manifest
    speed = (manifest.speed if manifest else 0.0) or CHARACTERS_A_SECOND
    building = BUILD_SECONDS + BUILD_SECONDS_A_PASSAGE * passages
    return round(building + left.characters / speed, 1)
