"""Figures of a benchmark: each with its set, how many were judged, and a 95 % interval over the units that are independent."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np
import numpy.typing as npt

from evals.metrics import Share
from knowledge.types import JsonObject

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
RESAMPLES = 1000


def share(trials: Sequence[bool], of: str, unit: str = "message") -> JsonObject:
    """Return a share of independent trials with its Wilson interval."""
    return {"set": of, **Share.of(list(trials)).to_json(), "unit": unit}


def bootstrapped(
    units: Sequence[Hashable], statistic: Callable[[IntArray], float], of: str, *, unit: str, seed: int = 7
) -> JsonObject:
    """Return a statistic with the middle 95 % of what it is on resampled units.

    Args:
        units: which unit (dialogue, speaker, person) each row belongs to; whole units are drawn, with replacement.
        statistic: of row numbers, each as often as its unit was drawn; in [0, 1]. Where it is undefined (nan), as without a
            row or with one class alone, the value is None and the interval says nothing.
    """
    members: dict[Hashable, list[int]] = {}
    for row, owner in enumerate(units):
        members.setdefault(owner, []).append(row)
    groups = [np.array(rows) for rows in members.values()]
    whole = {"set": of, "n": len(units), "unit": f"{unit} ({len(groups)})"}
    value = statistic(np.arange(len(units))) if groups else float("nan")
    if np.isnan(value):
        return {**whole, "value": None, "interval": [0.0, 1.0]}
    rng = np.random.default_rng(seed)
    drawn = [
        statistic(np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))]))
        for _ in range(RESAMPLES)
    ]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return {**whole, "value": round(value, 4), "interval": [round(float(low), 4), round(float(high), 4)]}


def macro_f1(truth: IntArray, found: IntArray, labels: Sequence[int]) -> float:
    """Return the mean F1 over `labels`; one that neither is wanted nor found does not count."""
    each = []
    for label in labels:
        wanted, got = truth == label, found == label
        both = int(wanted.sum()) + int(got.sum())
        if both:
            each.append(2 * int((wanted & got).sum()) / both)
    return float(np.mean(each)) if each else 0.0


def auroc(negative: npt.ArrayLike, positive: npt.ArrayLike) -> float:
    """Return the chance that a positive scores higher than a negative, ties counted half; nan where a side is empty."""
    from scipy.stats import rankdata  # noqa: PLC0415

    low, high = np.asarray(negative, dtype=np.float64), np.asarray(positive, dtype=np.float64)
    if not len(low) or not len(high):
        return float("nan")
    ranks = rankdata(np.concatenate([low, high]))[len(low) :]
    return float((ranks.sum() - len(high) * (len(high) + 1) / 2) / (len(low) * len(high)))


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
