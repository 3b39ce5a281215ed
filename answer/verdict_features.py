"""What a verdict is read from: the reader, how near questions are answered, and the words of the rule.

Whether the reader or the phrasings are to be believed turns on how a question is put: a short one asks for the rule, a
long one tells facts that meet its condition or don't. So each of their features stands twice, once times the length.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from answer import verdict
from answer.understand import Asks
from answer.verdict import Modality
from mayshare.reader import VERDICTS
from mayshare.schema import Phrasing, Verdict

NEARER, NEAR = 8.0, 0.75  # a phrasing counts exp(NEARER · (cosine − NEAR)), beside one vote shared by all verdicts
FLOOR = 1e-3  # of a share, before its logarithm
WORDS = 25  # of a question of middling length

_SAYS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "mixed": r"\b(?:but|and|while) (?:must not|may not|needs?|not|only|no)\b|, but\b|\botherwise\b",
        "only": r"\bonly\b|\bnot without\b",
        "unless": r"\b(?:unless|except)\b",
        "if": r"\b(?:if|when|where)\b",
        "with": r"\bwith (?:\w+ ){0,4}(?:consent|authorization|permission|release|agreement)\b|\bsign",
        "without": r"\bwithout (?:\w+ ){0,4}(?:consent|authorization|permission|release)\b|\bneeds? no\b|\bneed not\b",
    }.items()
}
_ENOUGH = re.compile(r"\b(?:enough|suffic\w+)\b", re.IGNORECASE)


class Signs(NamedTuple):
    """What is known of a question and the section that answers it.

    `chances`: the reader's; `asked`: the section's phrasings with their cosine to the question; `words`: how many the
    question has; `bottom_line`: the sentence that answers; `focus`: the one that asks.
    """

    chances: Mapping[Verdict, float]
    asked: tuple[tuple[float, Phrasing], ...]
    asks: Asks
    words: int
    bottom_line: str
    focus: str = ""


def features(signs: Signs) -> dict[str, float]:
    """Each feature by its name, always the same names in the same order.

    `reader`, `phrasings`, `cases`: log-shares of each verdict, the last among phrasings whose facts turn the verdict;
    `jars`: a verdict that would jar with the bottom line; `asks`, `line`: what is asked and what the bottom line does;
    `may`: what it does, where a permission is asked for; `says`: words of the bottom line.
    """
    line = verdict.modality(signs.bottom_line)
    jars = jarring(signs.asks, signs.bottom_line, signs.focus)
    found = _shares("reader", signs.chances)
    found |= _shares("phrasings", votes(pair for pair in signs.asked if not pair[1].case))
    found |= _shares("cases", votes(pair for pair in signs.asked if pair[1].case))
    length = math.log((1 + signs.words) / (1 + WORDS))
    found |= {f"{name} × length": length * value for name, value in found.items()} | {"length": length}
    found |= {f"jars {name}": float(jars == name) for name in ("yes", "no")}
    found |= {f"asks {asks.name}": float(signs.asks is asks) for asks in Asks}
    found |= {f"line {kind.name}": float(line is kind) for kind in Modality}
    may = signs.asks in (Asks.PERMISSION, Asks.EXPLAIN)
    found |= {f"may {kind.name}": float(may and line is kind) for kind in Modality}
    found |= {f"says {name}": float(bool(pattern.search(signs.bottom_line))) for name, pattern in _SAYS.items()}
    return found | {"says must share": float(verdict.must_share(signs.bottom_line))}


def _shares(kind: str, shares: Mapping[Verdict, float]) -> dict[str, float]:
    return {f"{kind} {name}": math.log(shares[name] + FLOOR) for name in VERDICTS}


def votes(asked: Iterable[tuple[float, Phrasing]]) -> dict[Verdict, float]:
    """Share of each verdict among phrasings, the nearer the more; even where there are none."""
    counts = dict.fromkeys(VERDICTS, 1 / len(VERDICTS))
    for cosine, phrasing in asked:
        if phrasing.verdict in counts:
            counts[phrasing.verdict] += math.exp(NEARER * (cosine - NEAR))
    return {name: count / sum(counts.values()) for name, count in counts.items()}


def jarring(asks: Asks, bottom_line: str, focus: str = "") -> Verdict | None:
    """The verdict that would jar with the bottom line that follows it, where one would; `focus` asks."""
    modality = verdict.modality(bottom_line)
    if _ENOUGH.search(focus):
        return "yes"  # "Is our form enough?" "Yes. One form is not enough …": of the few labelled ones none was right
    if asks is Asks.CONSENT and modality is Modality.PERMITS and not verdict.needs_consent(bottom_line):
        return "yes"  # "Do I need her signature?" "Yes. A school may send …"
    if asks is Asks.CONSENT and modality is Modality.REQUIRES and verdict.needs_consent(bottom_line):
        return "no"  # "Do I need her signature?" "No. A school must have prior written consent …"
    if asks is Asks.PERMISSION and verdict.must_share(bottom_line):
        return "no"  # "Do we let her see it?" "No. A system must have access …"
    if asks in (Asks.PERMISSION, Asks.FACT, Asks.EXPLAIN) and verdict.is_limited(bottom_line):
        return "yes"  # "Yes. A center may release it only with …" is read as a plain yes
    return _JARRING.get((asks, modality))


_JARRING: dict[tuple[Asks, Modality], Verdict] = {
    (Asks.PERMISSION, Modality.PERMITS): "no",
    (Asks.PERMISSION, Modality.FORBIDS): "yes",
    (Asks.DUTY, Modality.PERMITS): "yes",
    (Asks.PERMISSION, Modality.NOT_REQUIRED): "no",
    (Asks.DUTY, Modality.NOT_REQUIRED): "yes",
    (Asks.DUTY, Modality.REQUIRES): "no",
    (Asks.DUTY, Modality.FORBIDS): "yes",
    (Asks.CONSENT, Modality.NOT_REQUIRED): "yes",
    (Asks.PROHIBITION, Modality.PERMITS): "yes",
    (Asks.PROHIBITION, Modality.FORBIDS): "no",
    (Asks.FACT, Modality.FORBIDS): "yes",
    (Asks.FACT, Modality.NOT_REQUIRED): "yes",
    (Asks.EXPLAIN, Modality.PERMITS): "no",
    (Asks.EXPLAIN, Modality.REQUIRES): "no",
    (Asks.EXPLAIN, Modality.FORBIDS): "yes",
    (Asks.EXPLAIN, Modality.NOT_REQUIRED): "yes",
}
