"""Ranking metrics by their standard names, over any list of what each rank found.

A rank finds a set of relevant things (qrels, or groups of gold evidence); a thing counts at the first rank that
finds it. With one thing a rank these are the usual measures, and tests hold them against ir-measures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

Found = Sequence[AbstractSet[Any]]


def recall(found: Found, relevant: AbstractSet[Any], k: int) -> float | None:
    """Share of relevant things found in the first k ranks; None without any."""
    if not relevant:
        return None
    return len(set().union(*found[:k]) & relevant) / len(relevant)


def reciprocal_rank(found: Found, relevant: AbstractSet[Any], k: int) -> float | None:
    """1 / rank of the first relevant thing within k ranks, else 0. Source: Voorhees (1999), TREC-8 QA."""
    if not relevant:
        return None
    return next((1 / rank for rank, things in enumerate(found[:k], start=1) if things & relevant), 0.0)


def ndcg(found: Found, grades: Mapping[Any, float], k: int) -> float | None:
    """nDCG@k with gain = grade and discount log2(rank + 1). Source: Järvelin and Kekäläinen (2002), TOIS 20(4)."""
    positive = {thing: grade for thing, grade in grades.items() if grade > 0}
    if not positive:
        return None
    seen: set[Any] = set()
    gain = 0.0
    for rank, things in enumerate(found[:k], start=1):
        new = [positive[thing] for thing in things if thing in positive and thing not in seen]
        gain += sum(new) / math.log2(rank + 1)
        seen.update(things)
    ideal = sum(g / math.log2(r + 1) for r, g in enumerate(sorted(positive.values(), reverse=True)[:k], start=1))
    # a rank that finds several things at once could beat an ideal of one thing a rank
    return min(1.0, gain / ideal)


def average_precision(found: Found, relevant: AbstractSet[Any], k: int | None = None) -> float | None:
    """Mean of the precision at each rank that finds something relevant, over all that is relevant."""
    if not relevant:
        return None
    seen: set[Any] = set()
    total = hits = 0.0
    for rank, things in enumerate(found[:k], start=1):
        new = (things & relevant) - seen
        if new:
            hits += len(new)
            total += len(new) * min(1.0, hits / rank)
            seen |= new
    return total / len(relevant)
