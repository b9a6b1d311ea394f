"""Figures of a benchmark: each with its set, how many were judged, and a 95 % interval over the units that are independent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from evals.metrics import Share
from knowledge.types import JsonObject
from tools.fitted.figures import auroc, bootstrapped

__all__ = ["auroc", "auroc_figure", "bootstrapped", "macro_f1", "recall_at", "share"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def share(trials: Sequence[bool], of: str, unit: str = "message") -> JsonObject:
    """Return a share of independent trials with its Wilson interval."""
    return {"set": of, **Share.of(list(trials)).to_json(), "unit": unit}


def macro_f1(truth: IntArray, found: IntArray, labels: Sequence[int]) -> float:
    """Return the mean F1 over `labels`; one that neither is wanted nor found does not count."""
    each = []
    for label in labels:
        wanted, got = truth == label, found == label
        both = int(wanted.sum()) + int(got.sum())
        if both:
            each.append(2 * int((wanted & got).sum()) / both)
    return float(np.mean(each)) if each else 0.0


def auroc_figure(negative: Sequence[float], positive: Sequence[float], of: str, *, unit: str = "message") -> JsonObject:
    """Return the AUROC of single scores with its bootstrap interval."""
    scores = np.array([*negative, *positive])
    wanted = np.array([0] * len(negative) + [1] * len(positive))

    def statistic(rows: IntArray) -> float:
        return auroc(scores[rows][wanted[rows] == 0], scores[rows][wanted[rows] == 1])

    return bootstrapped(range(len(scores)), statistic, of, unit=unit)


def recall_at(negative: Sequence[float], positive: Sequence[float], of: str, *, false: float) -> JsonObject:
    """Return the share of positives above the score that just `false` of the negatives pass."""
    limit = float(np.quantile(np.asarray(negative), 1 - false))
    return share([score > limit for score in positive], of)
