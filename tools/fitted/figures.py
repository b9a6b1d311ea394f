"""Figures of a model with 95 % intervals over the units that are independent: people, shops, stores, never rows by habit."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np
import numpy.typing as npt

from knowledge.types import JsonObject

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
RESAMPLES = 1000


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
    groups = list(members.values())
    whole = {"set": of, "n": len(units), "unit": f"{unit} ({len(groups)})"}
    value = statistic(np.arange(len(units))) if groups else float("nan")
    if np.isnan(value):
        return {**whole, "value": None, "interval": [0.0, 1.0]}
    rng = np.random.default_rng(seed)
    draw = _drawing(groups)
    drawn = [statistic(draw(rng.integers(0, len(groups), len(groups)))) for _ in range(RESAMPLES)]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return {**whole, "value": round(value, 4), "interval": [round(float(low), 4), round(float(high), 4)]}


def _drawing(groups: Sequence[Sequence[int]]) -> Callable[[IntArray], IntArray]:
    """Return what gives the rows of drawn groups one after the other, without a loop over them."""
    flat, sizes = np.concatenate([np.array(rows) for rows in groups]), np.array([len(rows) for rows in groups])
    starts = np.cumsum(sizes) - sizes

    def draw(chosen: IntArray) -> IntArray:
        lengths = sizes[chosen]
        ends = np.cumsum(lengths)
        return np.asarray(flat[np.arange(ends[-1]) + np.repeat(starts[chosen] - ends + lengths, lengths)])

    return draw


def auroc(negative: npt.ArrayLike, positive: npt.ArrayLike) -> float:
    """Return the chance that a positive scores higher than a negative, ties counted half; nan where a side is empty."""
    from scipy.stats import rankdata  # noqa: PLC0415

    low, high = np.asarray(negative, dtype=np.float64), np.asarray(positive, dtype=np.float64)
    if not len(low) or not len(high):
        return float("nan")
    ranks = rankdata(np.concatenate([low, high]))[len(low) :]
    return float((ranks.sum() - len(high) * (len(high) + 1) / 2) / (len(low) * len(high)))


def average_precision(scores: FloatArray, bad: npt.NDArray[np.bool_]) -> float:
    """Return the mean precision over the positives by falling score, ties taken together; nan without a positive."""
    if not bad.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    ranked, hits = scores[order], np.cumsum(bad[order])
    ends = np.flatnonzero(np.append(np.diff(ranked) != 0, True))
    found = hits[ends]
    return float(np.sum(np.diff(found, prepend=0) * found / (ends + 1)) / hits[-1])


def recall_at(scores: FloatArray, bad: npt.NDArray[np.bool_], false: float) -> float:
    """Return the share of positives above the lowest score that no more than `false` of the negatives pass; nan without a side."""
    if not bad.any() or bad.all():
        return float("nan")
    negatives = np.sort(scores[~bad])[::-1]
    limit = negatives[min(int(false * len(negatives)), len(negatives) - 1)]
    return float(np.mean(scores[bad] > limit))
