"""Which laws a question names, and whose provisions a passage cites."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mayshare import cites

_NAMES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (law, re.compile(pattern, re.IGNORECASE))
    for law, pattern in (
        ("FERPA", r"\bferpa\b|\bfreppa\b|\bfurpa\b|\bfamily educational rights"),
        ("HIPAA", r"\bhipp?aa?\b|\bhippa\b"),
        ("42 CFR Part 2", r"\b(?:42 ?cfr )?part (?:2|two)\b(?! of (?!42\b))|\b290dd"),
        (
            "IDEA",
            r"\b(?-i:IDEA)\b|\b(?:under|does|do|and|or|is|with|by|the|ferpa) idea\b(?! (?:of|to|that|is|was)\b)",
        ),
        ("Section 504", r"\b504\b"),
        ("PPRA", r"\bppra\b"),
        ("COPPA", r"\bcoppa\b"),
        ("CAPTA", r"\bcapta\b"),
        ("JJDPA", r"\bjjdpa\b"),
        ("ICWA", r"\bicwa\b"),
        ("VAWA", r"\bvawa\b"),
        ("FVPSA", r"\bfvpsa\b"),
        ("VOCA", r"\bvoca\b"),
        ("RHYA", r"\brhya\b"),
        ("McKinney-Vento", r"\bmc ?kinney\b"),
        ("Title IX", r"\btitle ?(?:ix|9)\b"),
        ("Title X", r"\btitle (?:x|ten)\b"),
        ("Medicaid", r"\bmedicaid\b"),
        ("SNAP", r"\bsnap\b|\bfood stamps?\b"),
        ("WIC", r"\bWIC\b"),
        ("TANF", r"\btanf\b"),
        ("School meals", r"\bschool meals?\b|\b(?:free|reduced[- ]price)(?: (?:or|and) reduced(?:[- ]price)?)? lunch"),
        ("Privacy Act", r"\bprivacy act\b"),
    )
)
# parties whose records no other law's permission opens, and the laws that say so
STRICT: dict[str, frozenset[str]] = {
    "substance use program": frozenset({"42 CFR Part 2"}),
    "victim services": frozenset({"VAWA", "FVPSA", "VOCA", "RHYA"}),
}
# sections of the U.S. Code and parts of the Code of Federal Regulations, as corpus/vocabulary.yaml's official places
_PROVISIONS: dict[str, tuple[str, ...]] = {
    "FERPA": ("20 USC 1232g", "34 CFR 99", "Pub. L. 112-278"),
    "HIPAA": ("45 CFR 160", "45 CFR 164", "42 USC 1320d-5", "42 USC 1320d-6", "42 USC 1320d-7"),
    "42 CFR Part 2": ("42 USC 290dd-2", "42 CFR 2"),
    "IDEA": (
        *("20 USC 1401", "20 USC 1412", "20 USC 1415", "20 USC 1417", "20 USC 1437", "20 USC 1439"),
        *("34 CFR 300", "34 CFR 303"),
    ),
    "Section 504": ("29 USC 794", "34 CFR 104"),
    "PPRA": ("20 USC 1232h", "34 CFR 98"),
    "COPPA": ("15 USC 6501", "15 USC 6502", "16 CFR 312"),
    "CAPTA": ("42 USC 5106a", "42 USC 5106g", "45 CFR 1340"),
    "JJDPA": ("34 USC 11103", "34 USC 11133", "34 USC 11182", "34 USC 11186"),
    "ICWA": ("25 USC 1903", "25 USC 1912", "25 USC 1915", "25 USC 1917", "25 USC 1922", "25 USC 1951", "25 CFR 23"),
    "VAWA": ("34 USC 12291", "28 CFR 90"),
    "FVPSA": ("42 USC 10402", "42 USC 10406", "45 CFR 1370"),
    "VOCA": ("34 USC 20110", "28 CFR 94"),
    "RHYA": ("34 USC 11212", "34 USC 11222", "34 USC 11231", "34 USC 11275", "45 CFR 1351"),
    "McKinney-Vento": ("42 USC 11432", "42 USC 11434a"),
    "Title IX": ("20 USC 1681", "34 CFR 106"),
    "Title X": ("42 USC 300", "42 CFR 59"),
    "Medicaid": ("42 USC 1396a", "42 CFR 431"),
    "SNAP": ("7 USC 2020", "7 CFR 272"),
    "WIC": ("7 CFR 246",),
    "TANF": ("42 USC 602", "42 USC 608", "42 USC 611a"),
    "School meals": ("42 USC 1758", "7 CFR 245"),
    "Privacy Act": ("5 USC 552a",),
}


def named(text: str) -> tuple[str, ...]:
    """The laws that a text names."""
    return tuple(law for law, pattern in _NAMES if pattern.search(text))


def cited(authorities: Iterable[str]) -> frozenset[str]:
    """The laws, of those that a question can name, whose provisions are among the citations (in their one form)."""
    found = list(authorities)
    return frozenset(
        law
        for law, provisions in _PROVISIONS.items()
        if any(cites.covers(provision, citation) for provision in provisions for citation in found)
    )
