"""Logistic regression with a ridge penalty, by Newton's method: a few features, a few hundred examples."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
RIDGE = 0.05


def fit(values: Array, labels: Array, balanced: bool = True, ridge: float = RIDGE) -> Array:
    """Coefficients, the intercept first. With `balanced` both classes weigh the same.

    Args:
        values: shape (examples, features).
        labels: 0 or 1; shape (examples,).
    """
    x = np.hstack([np.ones((len(values), 1)), values])
    weight = np.where(labels == 1, 0.5 / labels.mean(), 0.5 / (1 - labels.mean())) if balanced else np.ones(len(labels))
    penalty = ridge * np.eye(x.shape[1])
    penalty[0, 0] = 0.0
    beta: Array = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        gradient = x.T @ (weight * (p - labels)) + penalty @ beta
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + penalty
        beta = beta - np.linalg.solve(hessian, gradient)
    return beta


def predict(beta: Array, values: Array) -> Array:
    """Probabilities; shape (examples,)."""
    result: Array = 1 / (1 + np.exp(-(beta[0] + values @ beta[1:])))
    return result
