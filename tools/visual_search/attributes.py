"""What a picture shows, attribute by attribute: linear heads over the encoder, each with its accuracy as it was measured."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.types import JsonObject
from tools.fitted.figures import bootstrapped
from tools.visual_search.encoder import Vectors
from tools.visual_search.projection import whole
from tools.visual_search.rows import Pictures

FOLDS = 3
LEAST = 4
"""Pictures that a value must have to be learnt."""
STRENGTH = 0.02
"""Inverse of the penalty on the weights."""


@dataclasses.dataclass(frozen=True)
class Head:
    """One attribute.

    Args:
        values: its values, in the order of the rows of `weights`.
        accuracy: share of pictures kept apart by group that it named rightly, with interval and n; None: too few groups to keep any apart.
        baseline: the share of its most frequent value.
        pictures: how many it was learnt from.
    """

    name: str
    values: tuple[str, ...]
    weights: Vectors
    bias: Vectors
    mean: Vectors
    accuracy: JsonObject | None
    baseline: float
    pictures: int

    def chances(self, vectors: Vectors) -> Vectors:
        """Return the chance of each value, ``[pictures, values]``."""
        logits = (whole(vectors) - self.mean) @ self.weights.T + self.bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)

    def about(self) -> JsonObject:
        """Return what is no array."""
        return {
            "name": self.name,
            "values": list(self.values),
            "accuracy": self.accuracy,
            "baseline": round(self.baseline, 4),
            "pictures": self.pictures,
        }

    @classmethod
    def made(cls, about: dict[str, Any], weights: Vectors, bias: Vectors, mean: Vectors) -> Head:
        """Return a head of its arrays and the rest."""
        return cls(
            about["name"],
            tuple(about["values"]),
            weights,
            bias,
            mean,
            about["accuracy"],
            float(about["baseline"]),
            int(about.get("pictures", 0)),
        )


def fit_heads(rows: Pictures) -> tuple[tuple[Head, ...], dict[str, str]]:
    """Learn every attribute that has two values or more with enough pictures; return also why others were not learnt."""
    heads: list[Head] = []
    refused: dict[str, str] = {}
    for name in rows.attributes():
        found = _fit(rows, name)
        if isinstance(found, Head):
            heads.append(found)
        else:
            refused[name] = found
    return tuple(heads), refused


def _fit(rows: Pictures, name: str) -> Head | str:
    """Return a head, or in a sentence why there is none."""
    counted = Counter(one.labels[name] for one in rows.shown if name in one.labels)
    values = tuple(sorted(value for value, count in counted.items() if count >= LEAST))
    if len(values) < 2:
        most = ", ".join(f"{value} {count}" for value, count in counted.most_common(3))
        return f"expected two values with {LEAST} pictures each or more, got {most}"
    known = [row for row, one in enumerate(rows.shown) if one.labels.get(name) in values]
    features = whole(rows.vectors[known])
    truth = np.array([values.index(rows.shown[row].labels[name]) for row in known])
    # Two pictures of one product tell nothing of the next product: where products are told apart, they stay together.
    told_apart = bool(rows.rows(catalogue=True))
    groups = [rows.shown[row].product if told_apart else rows.shown[row].group for row in known]
    weights, bias, mean = _linear(features, truth, len(values))
    return Head(
        name,
        values,
        weights,
        bias,
        mean,
        _measured(features, truth, groups, len(values)),
        float(np.bincount(truth).max() / len(truth)),
        len(known),
    )


def _linear(features: Vectors, truth: npt.NDArray[np.int64], values: int) -> tuple[Vectors, Vectors, Vectors]:
    """Fit a multinomial logistic regression on features scaled by their spread."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  (heavy)

    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-4
    fitted = LogisticRegression(C=STRENGTH / 10, max_iter=200).fit((features - mean) / spread, truth)
    weights, bias = (
        np.full((values, features.shape[1]), 0.0, dtype=np.float32),
        np.full(values, -30.0, dtype=np.float32),
    )
    if values == 2 and len(fitted.classes_) == 2:
        weights[1], bias[:] = fitted.coef_[0] / spread, (0.0, fitted.intercept_[0])
    else:
        weights[fitted.classes_], bias[fitted.classes_] = fitted.coef_ / spread, fitted.intercept_
    return weights, bias, mean


def _measured(features: Vectors, truth: npt.NDArray[np.int64], groups: list[str], values: int) -> JsonObject | None:
    """Return the accuracy on groups kept apart."""
    names = sorted(set(groups))
    if len(names) < 2 * FOLDS:
        return None
    fold = np.array([np.random.default_rng(7).permutation(len(names))[names.index(group)] % FOLDS for group in groups])
    right = np.zeros(len(truth), dtype=bool)
    for each in range(FOLDS):
        train, held = fold != each, fold == each
        if len(set(truth[train])) < 2:
            continue
        weights, bias, mean = _linear(features[train], truth[train], values)
        right[held] = np.argmax((features[held] - mean) @ weights.T + bias, axis=1) == truth[held]
    return bootstrapped(groups, lambda chosen: float(right[chosen].mean()), "groups kept apart", unit="group")
