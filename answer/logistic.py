"""A fitted logistic regression, as it is used; `eval.logistic` fits one."""

from __future__ import annotations

import math
from collections.abc import Mapping


def chance(intercept: float, weights: Mapping[str, float], values: Mapping[str, float]) -> float:
    """The probability that weighted `values` give; each name of `weights` must be among them."""
    score = intercept + sum(weight * values[name] for name, weight in weights.items())
    return 1.0 / (1.0 + math.exp(-score))
