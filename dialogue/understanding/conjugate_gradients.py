"""Conjugate gradients for many right-hand sides at once, preconditioned (Hestenes and Stiefel 1952)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from knowledge.embedding import FloatArray

_TINY = np.float32(1e-30)


def solved(
    image: Callable[[FloatArray], FloatArray],
    near: Callable[[FloatArray], FloatArray],
    targets: FloatArray,
    *,
    tolerance: float,
    steps: int,
) -> FloatArray:
    """Return x of ``image(x) = targets``, ``[rows, columns]``, each column for itself.

    Args:
        image: a symmetric positive definite matrix times what it is given.
        near: the same with a matrix that is about its inverse.
        targets: what x shall give.
        tolerance: share of the targets that may be left over.
        steps: at most so many.
    """
    found = np.zeros_like(targets)
    residual = targets.copy()
    goal = tolerance * np.linalg.norm(targets)
    towards = near(residual)
    direction, slope = towards, (residual * towards).sum(axis=0)
    for _ in range(steps):
        moved = image(direction)
        step = slope / ((direction * moved).sum(axis=0) + _TINY)
        found += step * direction
        residual -= step * moved
        if np.linalg.norm(residual) < goal:
            break
        towards = near(residual)
        previous, slope = slope, (residual * towards).sum(axis=0)
        direction = towards + slope / (previous + _TINY) * direction
    return found
