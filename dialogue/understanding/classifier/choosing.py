"""What is set by held-out scores: temperature, the favour of rare labels, bars of several labels. Scores are ``[rows, labels]``."""

from __future__ import annotations

import numpy as np

from dialogue.understanding.classifier.model import softmax
from knowledge.embedding import FloatArray
from knowledge.index import IntArray

_FAVOURS = np.linspace(0.0, 0.5, 26)
_TEMPERATURES = np.geomspace(0.03, 0.6, 30)


def temperature(scores: FloatArray, owners: IntArray) -> float:
    """Return the temperature at which the right labels surprise least."""
    return float(min(_TEMPERATURES, key=lambda degree: _surprise_at(scores, owners, degree)))


def surprise(scores: FloatArray, owners: IntArray) -> float:
    """Return the mean negative log chance of the right labels at the best temperature."""
    return min(_surprise_at(scores, owners, degree) for degree in _TEMPERATURES)


def _surprise_at(scores: FloatArray, owners: IntArray, degree: float) -> float:
    chances = softmax(scores / degree)
    right = chances[np.arange(len(chances)), owners]
    return float(-np.log(right + 1e-9).mean())


def favour(scores: FloatArray, owners: IntArray) -> FloatArray:
    """Return what each label's score gains, by its rarity, for the best macro-F1."""
    labels = scores.shape[1]
    shares = np.bincount(owners, minlength=labels) / max(len(owners), 1)
    rarity = np.asarray(-np.log(np.maximum(shares, 1e-6)), dtype=np.float32)
    best = max(_FAVOURS, key=lambda gain: _macro_f1(scores + gain * rarity, owners))
    return np.asarray(best * rarity, dtype=np.float32)


def _macro_f1(scores: FloatArray, truth: IntArray) -> float:
    labels = scores.shape[1]
    found = scores.argmax(axis=1)
    hits = np.bincount(truth[found == truth], minlength=labels)
    both = np.bincount(truth, minlength=labels) + np.bincount(found, minlength=labels)
    return float((2 * hits[both > 0] / both[both > 0]).mean())


def bars(scores: FloatArray, wanted: FloatArray) -> FloatArray:
    """Return the score from which on each label is found, for the best F1 of that label.

    Args:
        scores: held out.
        wanted: above 0 where a row has a label, ``[rows, labels]``.
    """
    return np.array([_bar(scores[:, label], wanted[:, label] > 0) for label in range(scores.shape[1])], np.float32)


def _bar(scores: FloatArray, wanted: np.typing.NDArray[np.bool_]) -> float:
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(wanted[order])
    f1 = 2 * hits / (np.arange(1, len(scores) + 1) + wanted.sum())
    return float(scores[order[int(f1.argmax())]])
