"""Intervals, paired tests and agreement. Every random draw is seeded, so that a report can be repeated."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

SEED = 20261101
RESAMPLES = 2000
Interval = tuple[float, float]


def bootstrap(values: Sequence[float], level: float = 0.95) -> Interval:
    """Percentile interval of the mean. Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap."""
    if not values:
        return (math.nan, math.nan)
    rng = np.random.default_rng(SEED)
    data = np.asarray(values, dtype=float)
    means = data[rng.integers(0, len(data), (RESAMPLES, len(data)))].mean(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def wilson(successes: int, trials: int, z: float = 1.959964) -> Interval:
    """Score interval of a proportion. Source: Wilson (1927), JASA 22:209–212."""
    if trials == 0:
        return (math.nan, math.nan)
    share = successes / trials
    centre = share + z * z / (2 * trials)
    margin = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - margin) / scale), min(1.0, (centre + margin) / scale)


def interval(values: Sequence[float]) -> Interval:
    """Wilson's interval where every value is 0 or 1, else the bootstrap's."""
    if values and all(value in (0.0, 1.0) for value in values):
        return wilson(int(sum(values)), len(values))
    return bootstrap(values)


def paired_p(a: Sequence[float], b: Sequence[float]) -> float:
    """Two-sided p of no difference between paired scores, by random sign flips of the differences.

    Source: Smucker, Allan and Carterette (2007), A Comparison of Statistical Significance Tests for IR Evaluation.
    """
    differences = np.asarray(b, dtype=float) - np.asarray(a, dtype=float)
    if not differences.any():
        return 1.0
    rng = np.random.default_rng(SEED)
    signs = rng.choice([-1.0, 1.0], (RESAMPLES, len(differences)))
    extreme = np.abs((signs * differences).mean(axis=1)) >= abs(differences.mean()) - 1e-12
    return float((extreme.sum() + 1) / (RESAMPLES + 1))


def kappa(a: Sequence[object], b: Sequence[object]) -> float:
    """Cohen's kappa of two raters; 1 where both always say one and the same. Source: Cohen (1960)."""
    if len(a) != len(b):
        raise ValueError("two raters must rate the same items")
    if not a:
        return math.nan
    observed = sum(x == y for x, y in zip(a, b, strict=True)) / len(a)
    labels = set(a) | set(b)
    chance = sum((list(a).count(label) / len(a)) * (list(b).count(label) / len(b)) for label in labels)
    return 1.0 if chance == 1 else (observed - chance) / (1 - chance)
