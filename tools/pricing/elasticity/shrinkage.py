"""Empirical Bayes: estimates with their errors, drawn to the mean of their category as far as they are uncertain."""

from __future__ import annotations

import dataclasses

import numpy as np

from tools.pricing.arrays import FloatArray, IntArray


@dataclasses.dataclass(frozen=True)
class Shrunk:
    """Posterior mean and standard error of each estimate; `weight` in [0, 1] is what its own data count."""

    value: FloatArray
    error: FloatArray
    weight: FloatArray
    mean: FloatArray
    """Mean of each category."""
    spread: float
    """Standard deviation of the true values around their category's mean."""


def shrink(value: FloatArray, error: FloatArray, category: IntArray, *, categories: int) -> Shrunk:
    """Draw the estimates to their category, and the categories to one another.

    The normal-normal model (Morris 1983); the variance between is the estimate of Paule and Mandel (1982), which makes the
    weighted squared deviations equal to their degrees of freedom. An estimate that is not known (nan, or an infinite error)
    gets its category's mean; a category without any gets that of all.
    """
    known = np.isfinite(value) & np.isfinite(error) & (error > 0)
    spread = _between(value[known], error[known], category[known])
    means, errors = np.full(categories, np.nan), np.full(categories, np.inf)
    for number in range(categories):
        own = known & (category == number)
        if own.any():
            weight = 1 / (error[own] ** 2 + spread**2)
            means[number], errors[number] = np.average(value[own], weights=weight), weight.sum() ** -0.5
    means, errors = _drawn(means, errors)
    centre, centre_error = means[category], errors[category]
    weight = np.zeros(len(value))
    weight[known] = spread**2 / (spread**2 + error[known] ** 2) if spread > 0 else 0.0
    mixed = np.where(known, weight * np.where(known, value, 0.0) + (1 - weight) * centre, centre)
    own_variance = np.where(known, weight * np.where(known, error, 0.0) ** 2, spread**2)
    return Shrunk(mixed, np.sqrt(own_variance + ((1 - weight) * centre_error) ** 2), weight, means, spread)


def _drawn(means: FloatArray, errors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the means of the categories drawn to the mean of all."""
    known = np.isfinite(means)
    if not known.any():
        return np.zeros_like(means), np.full_like(errors, np.inf)
    spread = _between(means[known], errors[known], np.zeros(int(known.sum()), dtype=np.int64))
    weight = 1 / (errors[known] ** 2 + spread**2)
    centre, centre_error = float(np.average(means[known], weights=weight)), float(weight.sum() ** -0.5)
    own = np.zeros(len(means))
    own[known] = spread**2 / (spread**2 + errors[known] ** 2) if spread > 0 else 0.0
    value = np.where(known, own * np.where(known, means, 0.0) + (1 - own) * centre, centre)
    kept = np.where(known, own * np.where(known, errors, 0.0) ** 2, spread**2)
    return value, np.sqrt(kept + ((1 - own) * centre_error) ** 2)


def _between(value: FloatArray, error: FloatArray, category: IntArray) -> float:
    """Return the standard deviation of the true values within their categories."""
    present = np.unique(category)
    freedom = len(value) - len(present)
    if freedom < 1:
        return float(np.median(error)) if len(error) else 0.0

    def excess(variance: float) -> float:
        total = 0.0
        for number in present:
            own = category == number
            weight = 1 / (error[own] ** 2 + variance)
            total += float((weight * (value[own] - np.average(value[own], weights=weight)) ** 2).sum())
        return total - freedom

    low, high = 0.0, max(float(value.var()) * 4, 1e-6)
    if excess(low) <= 0:
        return 0.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return float(high**0.5)
