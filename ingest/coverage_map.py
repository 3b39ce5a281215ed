"""Coverage as a table for a picture: one row a law, one column a group of those who hold the record."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ingest.coverage import LawCoverage

# In this order: a "school nurse" works for a school, a "detention nurse" for a detention center.
GROUPS: dict[str, str] = {
    "Substance use program": r"substance|SUD\b|part 2|opioid",
    "Courts and juvenile justice": r"court|judge|probation|detention|juvenile|corrections|prosecut|parole|reentry",
    "Police": r"police|SRO\b|sheriff|law enforcement|school resource",
    "Child welfare": r"child welfare|CPS|caseworker|foster|kinship|adoption|guardian",
    "Shelter or victim services": r"shelter|victim|advocate|runaway|homeless(?! liaison)|domestic violence",
    "Benefits and early childhood": r"SNAP|WIC|TANF|Medicaid|benefit|Head Start|early interv|child support|cafeteria",
    "School or college": r"school|teacher|education|college|district|campus|principal|athletic|liaison|registrar",
    "Health care": r"therap|clinic|hospital|pediatric|nurse|physician|doctor|health|psych|counselor|provider",
}
OTHERS = "Others"


class Cell(NamedTuple):
    """Situations of one law in which one group holds the record."""

    law: str
    holder: str
    situations: int


def group(holder: str) -> str:
    """The group to which a holder of records belongs."""
    return next((name for name, words in GROUPS.items() if re.search(words, holder, re.IGNORECASE)), OTHERS)


def cells(laws: Sequence[LawCoverage]) -> list[Cell]:
    """Every law with every group that holds a record in some situation; 0 where the corpus has none."""
    counts = {law.law: _by_group(law) for law in laws}
    used = {name for of_law in counts.values() for name in of_law}
    groups = [name for name in (*GROUPS, OTHERS) if name in used]
    groups.sort(key=lambda name: -sum(of_law[name] for of_law in counts.values()))
    return [Cell(law.law, name, counts[law.law][name]) for law in laws for name in groups]


def _by_group(law: LawCoverage) -> Counter[str]:
    counts: Counter[str] = Counter()
    for holder, number in law.holders.items():
        counts[group(holder)] += number
    return counts
