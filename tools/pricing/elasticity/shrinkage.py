"""Empirical Bayes: estimates with their errors, drawn to the mean of their category as far as they are uncertain."""

from __future__ import annotations

import dataclasses

import numpy as np

from tools.pricing.arrays import FloatArray, IntArray

PRIOR_SPREAD = 1.0
"""A weak prior: published own-price elasticities, of all kinds of goods, scatter by about two around -2.6 (Bijmolt et al. 2005)."""


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

    The normal-normal model (Morris 1983). An estimate that is not known (nan, or an infinite error)
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
    """Return the standard deviation of the true values within their categories: the mode of its marginal posterior.

    Under a Rayleigh prior of scale `PRIOR_SPREAD` (a gamma prior of shape two in the variance, as Chung et al. 2013 advise): it is
    never 0, so that intervals are not too narrow, and a few products whose demand moved for reasons that no column tells do not make
    elasticities of plus ten believable.
    """
    if not len(value):
        return 0.0
    members = [np.flatnonzero(category == number) for number in np.unique(category)]
    grid = np.linspace(0.01, 8.0, 800)
    posterior = np.log(grid) - 0.5 * (grid / PRIOR_SPREAD) ** 2
    for own in members:
        weight = 1 / (error[own] ** 2 + grid[:, None] ** 2)
        mean = (weight * value[own]).sum(axis=1) / weight.sum(axis=1)
        squares = (weight * (value[own] - mean[:, None]) ** 2).sum(axis=1)
        posterior += 0.5 * (np.log(weight).sum(axis=1) - np.log(weight.sum(axis=1)) - squares)
    return float(grid[int(np.argmax(posterior))])


def steadied(variance: FloatArray, freedom: FloatArray) -> FloatArray:
    """Draw estimated variances to one another (Smyth 2004, "Linear models and empirical Bayes methods").

    A product of ten rows may seem to scatter little by chance, and would then count as certain. `freedom` is what stands behind each
    variance; where it is 0 or the variance nan, the common one is returned.
    """
    from scipy.special import digamma, polygamma  # noqa: PLC0415

    known = np.isfinite(variance) & (freedom > 0) & (variance > 0)
    if known.sum() < 3:
        return np.where(np.isfinite(variance), variance, 0.0)
    half = freedom[known] / 2
    logs = np.log(variance[known]) - digamma(half) + np.log(half)
    over = float(logs.var(ddof=1) - polygamma(1, half).mean())
    prior = 2 * _trigamma_inverse(over) if over > 1e-6 else 1e6
    common = float(np.exp(logs.mean() + digamma(prior / 2) - np.log(prior / 2)))
    weight = np.where(known, freedom, 0.0)
    return (prior * common + weight * np.where(known, variance, 0.0)) / (prior + weight)


def _trigamma_inverse(value: float) -> float:
    from scipy.special import polygamma  # noqa: PLC0415

    found = 0.5 + 1 / value
    for _ in range(50):
        there = float(polygamma(1, found))
        step = there * (1 - there / value) / float(polygamma(2, found))
        found += step
        if abs(step) < 1e-8 * found:
            break
    return max(found, 1e-3)
