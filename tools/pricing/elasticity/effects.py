"""Fixed effects taken out of columns without ever building a column for each: alternating projections.

Gaure (2013), "OLS with multiple high dimensional category variables". Demeaning by one grouping after the other converges to
the residual of a regression on all their dummies.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tools.pricing.arrays import FloatArray, IntArray

ROUNDS = 200


def absorb(
    columns: FloatArray, groups: Sequence[IntArray], *, weights: FloatArray | None = None, tolerance: float = 1e-7
) -> FloatArray:
    """Return the columns [n, k] less their best fit by an effect for each member of each grouping.

    Args:
        columns: finite.
        groups: for each grouping the number of each row's member, from 0.
        weights: positive; of the least squares.
        tolerance: ends where no group mean is larger than this share of the column's standard deviation.
    """
    left = np.array(columns, dtype=np.float64)
    weight = np.ones(len(left)) if weights is None else weights
    totals = [np.maximum(np.bincount(group, weight), 1e-300) for group in groups]
    scale = np.maximum(left.std(axis=0), 1e-12)
    for _ in range(ROUNDS if len(groups) > 1 else 1):
        moved = 0.0
        for group, total in zip(groups, totals, strict=True):
            for column in range(left.shape[1]):
                means = np.bincount(group, weight * left[:, column]) / total
                left[:, column] -= means[group]
                moved = max(moved, float(np.abs(means).max() / scale[column]))
        if moved < tolerance:
            break
    return left


def scaled_means(units: FloatArray, groups: Sequence[IntArray]) -> FloatArray:
    """Return the expected count of each row where every grouping has one factor a member (iterative proportional fitting).

    The maximum of the Poisson likelihood with those effects (Deming and Stephan 1940). A member without any unit is 1e-9.
    """
    expected = np.full(len(units), max(float(units.mean()), 1e-9))
    for _ in range(ROUNDS):
        moved = 0.0
        for group in groups:
            seen, fitted = np.bincount(group, units), np.bincount(group, expected)
            factor = np.maximum(seen, 1e-9) / np.maximum(fitted, 1e-300)
            expected *= factor[group]
            moved = max(moved, float(np.abs(np.log(factor[seen > 0])).max(initial=0.0)))
        if moved < 1e-6:
            break
    floored: FloatArray = np.maximum(expected, 1e-9)
    return floored
