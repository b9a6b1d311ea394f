"""Kernel ridge regression (a least-squares support vector machine) with exact held-out scores in closed form.

With the kernel K, ridge R and targets Y the machine is A = (K + R)^-1 Y. The scores that rows S would get from a machine
fitted without them are Y_S - [(K + R)^-1]_SS^-1 A_S (the block form of the leave-one-out identity, e.g. Rifkin and Lippert
2007, "Notes on regularized least squares"): folds, and classes left out as a whole, cost no second fit. For many rows there is
`landmarks`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from dialogue.understanding.classifier.space import Space, Texts
from knowledge.embedding import FloatArray
from knowledge.index import IntArray


@dataclasses.dataclass(frozen=True)
class Weights:
    """What a machine has learned; each ``[..., labels + 1]``, the last column that of rows out of scope."""

    near: FloatArray
    """Of the nearness to each row that is kept."""
    grams: FloatArray
    """Of each n-gram."""
    bias: FloatArray

    def scores(self, near: FloatArray, grams: Any) -> FloatArray:
        """Return ``[texts, labels + 1]``, of the nearness to the rows that are kept and of n-grams."""
        return np.asarray(near @ self.near + grams @ self.grams + self.bias, dtype=np.float32)


@dataclasses.dataclass(frozen=True)
class Machine:
    """A fitted machine with what its held-out scores need; ``[rows, labels]`` and ``[rows, rows]``."""

    weights: FloatArray
    _inverse: FloatArray
    """Only the lower triangle holds."""
    _targets: FloatArray

    def held_out(self, rows: IntArray) -> FloatArray:
        """Return what `rows`, ascending, would score with a machine that was fitted on all others, ``[len(rows), labels]``."""
        part = self._inverse[np.ix_(rows, rows)]
        part = np.tril(part) + np.tril(part, -1).T
        return np.asarray(self._targets[rows] - np.linalg.solve(part, self.weights[rows]), dtype=np.float32)

    def summed(self, space: Space, texts: Texts) -> Weights:
        """Return the weights for new texts, where `texts` are the rows that this was fitted on."""
        grams = np.float32(space.gram_weight) * (texts.grams.T @ self.weights)
        return Weights(self.weights, np.asarray(grams, dtype=np.float32), self.weights.sum(axis=0))


def solve(kernel: FloatArray, targets: FloatArray, ridge: FloatArray) -> Machine:
    """Fit; `kernel` is overwritten. 5 s for 6,000 rows, 60 s for 15,000 (one core; 4 bytes a pair of rows).

    Args:
        kernel: symmetric, positive semidefinite, float32 ``[n, n]``.
        targets: float32 ``[n, labels]``.
        ridge: what is added to the diagonal, ``[n]``: large for a row that counts little.
    """
    from scipy.linalg import cho_factor, cho_solve, lapack  # noqa: PLC0415

    kernel[np.diag_indices_from(kernel)] += ridge
    factor: Any
    factor, _ = cho_factor(kernel.T, lower=True, overwrite_a=True, check_finite=False)
    weights = cho_solve((factor, True), targets)
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    return Machine(np.asarray(weights, dtype=np.float32), inverse, targets)


def targets_of(truth: Sequence[Sequence[int]], labels: int) -> FloatArray:
    """Return 1 for each of a row's labels and -1 / labels for every other; -1 is the last one."""
    found = np.full((len(truth), labels), -1.0 / labels, dtype=np.float32)
    for row, owned in enumerate(truth):
        found[row, list(owned)] = 1.0
    return found
