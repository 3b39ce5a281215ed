"""Logistic regression, binary and multinomial, with a ridge penalty, by Newton's method: few features, few examples."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
RIDGE = 0.05


def fit(
    values: Array, labels: Array, balanced: bool = True, ridge: float = RIDGE, counts: Array | None = None
) -> Array:
    """Coefficients, the intercept first. With `balanced` both classes weigh the same.

    Args:
        values: shape (examples, features).
        labels: 0, 1 or, where not `balanced`, a share between; shape (examples,).
        counts: how much each example counts, where not all alike.
    """
    x = np.hstack([np.ones((len(values), 1)), values])
    weight = np.where(labels == 1, 0.5 / labels.mean(), 0.5 / (1 - labels.mean())) if balanced else np.ones(len(labels))
    if counts is not None:
        weight = weight * counts
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


def fit_softmax(values: Array, labels: npt.NDArray[np.int64], weights: Array, ridge: float) -> Array:
    """Coefficients of a multinomial regression, shape (classes, 1 + features), the intercept first.

    Args:
        values: shape (examples, features), of one scale: the penalty doesn't know their units.
        labels: the number of each example's class.
        weights: how much each example counts.
    """
    x = np.hstack([np.ones((len(values), 1)), values])
    classes, width = int(labels.max()) + 1, x.shape[1]
    wanted = np.eye(classes)[labels]
    penalty = np.full(width, ridge)
    penalty[0] = 1e-6  # what all classes have in common is free; something must hold it
    beta: Array = np.zeros((classes, width))
    for _ in range(25):
        chances = predict_softmax(beta, values)
        gradient = ((chances - wanted) * weights[:, None]).T @ x + penalty * beta
        hessian = np.zeros((classes, width, classes, width))
        for a in range(classes):
            for b in range(classes):
                curve = weights * chances[:, a] * ((a == b) - chances[:, b])
                hessian[a, :, b, :] = (x * curve[:, None]).T @ x + (a == b) * np.diag(penalty)
        flat = hessian.reshape(classes * width, classes * width)
        beta = beta - np.linalg.solve(flat, gradient.ravel()).reshape(beta.shape)
    return beta


def predict_softmax(beta: Array, values: Array) -> Array:
    """Probabilities; shape (examples, classes)."""
    odds = beta[:, 0] + values @ beta[:, 1:].T
    odds -= odds.max(axis=1, keepdims=True)
    chances = np.exp(odds)
    result: Array = chances / chances.sum(axis=1, keepdims=True)
    return result
