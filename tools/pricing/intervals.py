"""Intervals over units that are independent of one another."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tools.pricing.arrays import FloatArray, IntArray

RESAMPLES = 1000


def ratio_interval(
    above: FloatArray, below: FloatArray, unit: IntArray, *, seed: int = 7, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Return the middle 95 % of ``sum(above) / sum(below)`` where whole units are drawn with replacement."""
    tops, bottoms = np.bincount(unit, above), np.bincount(unit, below)
    present = np.flatnonzero(np.bincount(unit) > 0)
    tops, bottoms = tops[present], bottoms[present]

    def drawn(rng: np.random.Generator) -> float:
        picked = rng.integers(0, len(tops), len(tops))
        return float(tops[picked].sum() / max(bottoms[picked].sum(), 1e-12))

    return middle(drawn, seed=seed, resamples=resamples)


def middle(
    drawn: Callable[[np.random.Generator], float], *, seed: int = 7, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Return the middle 95 % of a statistic on resampled units."""
    rng = np.random.default_rng(seed)
    values = [drawn(rng) for _ in range(resamples)]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)
