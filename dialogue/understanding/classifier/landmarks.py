"""The same machine for many rows: the Gaussian part by way of some of them, the landmarks (Nystroem); n-grams as they are.

With landmarks Z the Gaussian kernel K(X, X) becomes K(X, Z) K(Z, Z)^-1 K(Z, X) (Williams and Seeger 2001, "Using the Nystroem
method to speed up kernel machines"), so that no matrix of rows by rows is ever formed. The equations are solved for all labels
at once by conjugate gradients, preconditioned with what is left without the n-grams, whose inverse is a small matrix
(Woodbury). Held-out scores come from fits without the rows: no closed form is left, but a fit takes seconds.

Where `WideMachine.telling`, n-grams weigh the more the more they tell labels apart, by the log ratio of their odds (after Wang and
Manning 2012, "Baselines and bigrams: simple, good sentiment and topic classification", there for two labels).
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np

from dialogue.understanding.classifier.machine import Weights
from dialogue.understanding.classifier.space import Space, Texts
from dialogue.understanding.conjugate_gradients import solved
from knowledge.embedding import FloatArray
from knowledge.index import IntArray

_TOLERANCE, _HELD_OUT_TOLERANCE = 3e-3, 1e-2
"""Share of the targets that may be left unexplained: scores are right to two digits, to compare by to nearly two."""
_MOST_STEPS = 60
_JITTER = 1e-4
_BATCH = 4096
_LEAST_TELLING = 0.5
"""What an n-gram weighs that tells nothing, before all are scaled: one that is seldom may have told nothing by chance."""


@dataclasses.dataclass(frozen=True)
class WideMachine:
    """A machine of many rows; fitted when it is first asked."""

    space: Space
    texts: Texts
    landmarks: IntArray
    """Which rows."""
    targets: FloatArray
    """``[rows, labels]``."""
    ridge: FloatArray
    """``[rows]``."""
    telling: bool = False
    """Whether n-grams weigh by how much they tell labels apart."""

    @functools.cached_property
    def weights(self) -> Weights:
        """What it has learned from all rows."""
        return self._without(np.zeros(0, dtype=np.int64), _TOLERANCE)

    def held_out(self, rows: IntArray) -> FloatArray:
        """Return what `rows` score with a machine that was fitted on all others, ``[len(rows), labels]``."""
        held = self.texts.take(rows)
        return self._without(rows, _HELD_OUT_TOLERANCE).scores(self.space.nearness(held, self._kept), held.grams)

    @functools.cached_property
    def _kept(self) -> Texts:
        return self.texts.take(self.landmarks)

    @functools.cached_property
    def _back(self) -> FloatArray:
        """``[landmarks, landmarks]``: turns nearness into features whose products are the kernel, and weights back."""
        from scipy.linalg import cholesky, solve_triangular  # noqa: PLC0415

        among = self.space.nearness(self._kept, self._kept).astype(np.float64)
        among[np.diag_indices_from(among)] += _JITTER
        unit = np.eye(len(among))
        return np.asarray(solve_triangular(cholesky(among, lower=True), unit, lower=True).T, dtype=np.float32)

    @functools.cached_property
    def _dense(self) -> FloatArray:
        """``[rows, landmarks + 1]``: the features and a constant."""
        found = np.ones((len(self.texts), len(self.landmarks) + 1), dtype=np.float32)
        for start in range(0, len(found), _BATCH):
            batch = slice(start, start + _BATCH)
            found[batch, :-1] = self.space.nearness(self.texts.take(batch), self._kept) @ self._back
        return found

    def _factors(self, inverse: FloatArray) -> FloatArray:
        """Return what the n-grams are multiplied by, ``[vocabulary]``: the root of their weight and what they tell without the rows left out."""
        grams, root = self.texts.grams, np.float32(self.space.gram_weight**0.5)
        factors = np.full(grams.shape[1], root, dtype=np.float32)
        if self.telling:
            marks = np.asarray((self.targets > 0) & (inverse[:, None] > 0), dtype=np.float32)
            told = _LEAST_TELLING + _telling(grams, marks)
            squares = np.asarray(grams.multiply(grams).sum(axis=0)).ravel()
            factors *= told * np.float32((squares.sum() / (squares @ told**2)) ** 0.5)
        return factors

    @functools.cached_property
    def _products(self) -> FloatArray:
        return np.asarray(self._dense.T @ (self._dense / self.ridge[:, None]), dtype=np.float32)

    def _without(self, rows: IntArray, tolerance: float) -> Weights:
        inverse = 1.0 / self.ridge
        inverse[rows] = 0.0
        left = self._dense[rows]
        products = self._products - left.T @ (left / self.ridge[rows][:, None])
        factors = self._factors(inverse)
        dense, grams = self._solve(self.texts.grams.multiply(factors).tocsr(), inverse[:, None], products, tolerance)
        return Weights(self._back @ dense[:-1], np.asarray(factors[:, None] * grams, dtype=np.float32), dense[-1])

    def _solve(
        self, grams: Any, inverse: FloatArray, products: FloatArray, tolerance: float
    ) -> tuple[FloatArray, FloatArray]:
        """Return the weights of features and n-grams.

        Args:
            grams: multiplied by their factors.
            inverse: of the ridge, ``[rows, 1]``; 0 for a row that is left out.
            products: of the features of all others, weighed by it.
            tolerance: share of the targets that may be left.
        """
        from scipy.linalg import cho_factor, cho_solve  # noqa: PLC0415

        dense, turned = self._dense, grams.T.tocsr()
        small = cho_factor(products + np.eye(len(products), dtype=np.float32), overwrite_a=True)
        counts = inverse > 0

        def near(residual: FloatArray) -> FloatArray:
            scaled = residual * inverse
            return np.asarray(scaled - inverse * (dense @ cho_solve(small, dense.T @ scaled)))

        def image(x: FloatArray) -> FloatArray:
            explained = counts * (dense @ (dense.T @ x) + grams @ (turned @ x))
            return np.asarray(explained + self.ridge[:, None] * x)

        found = solved(image, near, self.targets * counts, tolerance=tolerance, steps=_MOST_STEPS)
        return np.asarray(dense.T @ found), np.asarray(turned @ found)


def _telling(grams: Any, marks: FloatArray) -> FloatArray:
    """Return how much each n-gram tells labels apart: the mean over them of |log ratio of odds|, by their shares, ``[vocabulary]``.

    Args:
        grams: ``[rows, vocabulary]``.
        marks: 1 where a row has a label, ``[rows, labels]``; rows of none do not count.
    """
    own = np.asarray((grams > 0).astype(np.float32).T @ marks, dtype=np.float32)
    rows, every = marks.sum(axis=0, dtype=np.float32), np.float32(marks.any(axis=1).sum())
    there = np.asarray((grams > 0).astype(np.float32).T @ marks.any(axis=1).astype(np.float32), dtype=np.float32)
    others = np.maximum(there[:, None] - own, 0.0)
    ratio = np.log((own + 1) / (rows + 2)) - np.log((others + 1) / (every - rows + 2))
    return np.asarray(np.abs(ratio) @ (rows / rows.sum()), dtype=np.float32)
