"""How much personal data is found, and how often a clean question raises a false alarm: `mayshare eval privacy`.

On synthetic questions (`eval/privacy/`, made by `scripts/make_privacy_questions.py`); nobody's data is in them. A gold
span counts as found where findings cover all of its letters and digits: what is left of a name is a leak.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from answer.privacy.findings import Finding
from eval.stats import wilson
from mayshare.config import ROOT

FOLDER = ROOT / "eval" / "privacy"
Find = Callable[[str], Sequence[Finding]]


class Row(NamedTuple):
    """A question with the spans that must be found: (start, end, kind)."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


class Rate(NamedTuple):
    """A share with its 95 % Wilson interval."""

    name: str
    hits: int
    total: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """`hits` of `total`; 0 of nothing is 0."""
        return self.hits / self.total if self.total else 0.0


def read_rows(path: Path) -> list[Row]:
    """The questions of a file. Raises OSError and ValueError for one that can't be read."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        spans = tuple((span["start"], span["end"], span["kind"]) for span in item["spans"])
        rows.append(Row(item["text"], spans))
    return rows


def score(rows: Iterable[Row], find: Find) -> list[Rate]:
    """Recall a kind, precision over all, and the share of clean questions in which something is found."""
    found: dict[str, list[bool]] = {}
    right: list[bool] = []
    alarms: list[bool] = []
    for row in rows:
        findings = find(row.text)
        covered = {place for finding in findings for place in range(finding.start, finding.end)}
        for start, end, kind in row.spans:
            letters = [place for place in range(start, end) if row.text[place].isalnum()]
            found.setdefault(kind, []).append(all(place in covered for place in letters))
        if row.spans:
            right += [any(f.start < end and start < f.end for start, end, _ in row.spans) for f in findings]
        else:
            alarms.append(bool(findings))
    rates = [_rate(f"recall: {kind}", hits) for kind, hits in sorted(found.items())]
    structured = [hit for kind, hits in found.items() if kind not in ("name", "school") for hit in hits]
    return [
        *rates,
        _rate("recall: all with a form of their own", structured),
        _rate("precision", right),
        _rate("false alarms on clean questions", alarms),
    ]


def _rate(name: str, hits: Sequence[bool]) -> Rate:
    low, high = wilson(sum(hits), len(hits)) if hits else (0.0, 0.0)
    return Rate(name, sum(hits), len(hits), low, high)
