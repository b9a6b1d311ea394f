"""Whether a text belongs to none of the labels: a logistic curve over how it scores and how near its neighbours are.

It learns from three kinds of rows, each scored by a machine that did not see them: texts of the labels; the same texts with
their whole label left out (what is asked is close by, but nobody taught it); and rows that were marked as out of scope,
where there are any. So it works without a single out-of-scope example, and better with some.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from knowledge.embedding import FloatArray
from knowledge.index import IntArray

FALSE_REJECTS = 0.03
"""Share of texts of the labels that the threshold lets be taken for out of scope."""
_NEIGHBOURS = 10
_OWN_NEIGHBOURS = 3
_SHARPNESS = 8.0
"""Makes scores, which lie about [0, 1], comparable as logits."""
_PENALTY = 1.0
_STEPS = 40


def evidence(scores: FloatArray, outside: FloatArray, near: FloatArray, owners: IntArray) -> FloatArray:
    """Return what speaks for and against each text, ``[texts, 7]``.

    Args:
        scores: of every label, ``[texts, labels]``.
        outside: the score of the rows marked as out of scope, ``[texts]``; 0 where there are none.
        near: nearness to every training row, ``[texts, rows]``; below 0 for a row that may not be looked at.
        owners: the label of every training row; -1 for one marked as out of scope.
    """
    order = np.sort(scores, axis=1)[:, ::-1]
    second = order[:, 1] if order.shape[1] > 1 else np.zeros(len(order))
    odds = _SHARPNESS * (order[:, :20] - order[:, :1])
    certainty = -np.log(np.exp(odds).sum(axis=1))
    inside = np.where(owners[None] >= 0, near, -1.0)
    neighbours = -np.partition(-inside, min(_NEIGHBOURS, inside.shape[1] - 1), axis=1)[:, :_NEIGHBOURS]
    best = scores.argmax(axis=1)
    own = [_nearest(row[owners == label], _OWN_NEIGHBOURS) for row, label in zip(near, best, strict=True)]
    columns = (
        order[:, 0],
        order[:, 0] - second,
        certainty,
        outside,
        neighbours.max(axis=1),
        neighbours.mean(axis=1),
        np.array(own),
    )
    return np.column_stack(columns).astype(np.float32)


def _nearest(near: FloatArray, count: int) -> float:
    return float(np.sort(near)[-count:].mean())


@dataclasses.dataclass(frozen=True)
class Reject:
    """A fitted curve; `threshold` is the chance from which on a text is taken for out of scope."""

    mean: FloatArray
    scale: FloatArray
    weights: FloatArray
    bias: float
    threshold: float

    def chances(self, found: FloatArray) -> FloatArray:
        """Return the chance of being out of scope, where that is as likely as not beforehand, ``[texts]``."""
        drive = ((found - self.mean) * self.scale) @ self.weights + self.bias
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(drive, -30, 30))), dtype=np.float32)


def fit(inside: FloatArray, groups: Sequence[tuple[FloatArray, float]]) -> Reject:
    """Fit by evidence of texts of the labels, and of groups of others with their weight together (1: as much as `inside`)."""
    others = [(found, weight) for found, weight in groups if len(found)]
    rows = np.vstack([inside, *(found for found, _ in others)])
    truth = np.r_[np.zeros(len(inside)), np.ones(len(rows) - len(inside))]
    counts = np.concatenate(
        [np.ones(len(inside)), *(np.full(len(found), weight * len(inside) / len(found)) for found, weight in others)]
    )
    mean = rows.mean(axis=0)
    scale = 1.0 / (rows.std(axis=0) + 1e-6)
    weights, bias = _logistic((rows - mean) * scale, truth, counts)
    fitted = Reject(mean, scale, weights, bias, 1.0)
    threshold = float(np.quantile(fitted.chances(inside), 1 - FALSE_REJECTS))
    return dataclasses.replace(fitted, threshold=threshold)


def _logistic(rows: FloatArray, truth: FloatArray, counts: FloatArray) -> tuple[FloatArray, float]:
    """Newton's method with a ridge penalty on the slopes."""
    design = np.column_stack([rows, np.ones(len(rows))]).astype(np.float64)
    penalty = np.diag([_PENALTY] * rows.shape[1] + [1e-6])
    weights = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (counts * (chance - truth)) + penalty @ weights
        bend = (design * (counts * np.maximum(chance * (1 - chance), 1e-6))[:, None]).T @ design + penalty
        step = np.linalg.solve(bend, slope)
        weights -= step
        if float(np.abs(step).max()) < 1e-6:
            break
    return weights[:-1].astype(np.float32), float(weights[-1])
