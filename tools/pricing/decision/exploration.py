"""Learning while selling: Thompson sampling of the price, on guard rails.

What is believed of a product is a normal distribution over log units at today's price and over the elasticity, started from the fitted model.
Each period draws one belief and asks the price that is best under it (Thompson 1933; Russo et al. 2018): prices about which little is
known are tried as often as they may be best. The rails: the band of the shop's rules, a largest step, and no price whose expected
profit lies more than `RISK` below the best known one.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from tools.pricing.arrays import FloatArray
from tools.pricing.decision.logit import demand_factor, sensitivity

RISK = 0.10
GRID = 25
DRAWS = np.array([-1.5, -0.75, 0.0, 0.75, 1.5])
DRIFT = 0.0005
"""Variance added to the level in each period: demand wanders."""


@dataclasses.dataclass
class Beliefs:
    """What is believed of n products: mean [n, 2] and covariance [n, 2, 2] of (log level, log of minus the elasticity).

    `level` multiplies the units that are expected at today's price. The elasticity's logarithm keeps its sign. Learnt from Poisson counts
    by one Newton step an observation (an extended Kalman filter; Fahrmeir 1992).
    """

    mean: FloatArray
    covariance: FloatArray
    today: FloatArray
    share: FloatArray

    @classmethod
    def of(
        cls,
        elasticity: FloatArray,
        error: FloatArray,
        today: FloatArray,
        share: FloatArray,
        *,
        level_error: float = 0.2,
    ) -> Beliefs:
        """Start from estimates [n] (negative) with their errors, and a level that is known to about `level_error`."""
        size = np.maximum(-elasticity, 0.5)
        spread = np.clip(error / size, 0.03, 0.8)
        covariance = np.zeros((len(size), 2, 2))
        covariance[:, 0, 0], covariance[:, 1, 1] = level_error**2, spread**2
        return cls(np.column_stack([np.zeros(len(size)), np.log(size)]), covariance, today.copy(), share.copy())

    def factor(self, price: FloatArray, log_size: FloatArray) -> FloatArray:
        """Return units as multiples of today's at prices [n, s] for log sizes of the elasticity [n, 1] or [n, s]."""
        today, share = self.today[:, None], self.share[:, None]
        return demand_factor(price, today, share, sensitivity(-np.exp(log_size), today, share))

    def learn(self, price: FloatArray, expected: FloatArray, sold: FloatArray) -> None:
        """Take in what was sold [n] at a price [n] where today's price was expected to sell `expected` [n]."""
        size = self.mean[:, 1:2]
        step = 1e-3
        base = np.log(self.factor(price[:, None], size))[:, 0]
        slope = (np.log(self.factor(price[:, None], size + step))[:, 0] - base) / step
        gradient = np.column_stack([np.ones(len(price)), slope])
        mean = np.maximum(expected * np.exp(self.mean[:, 0] + base), 1e-6)
        self.covariance[:, 0, 0] += DRIFT
        gain = np.einsum("nij,nj->ni", self.covariance, gradient)
        noise = np.einsum("ni,ni->n", gradient, gain) + 1 / mean
        surprise = np.clip((sold - mean) / mean, -1, 3)
        self.mean += gain / noise[:, None] * surprise[:, None]
        self.covariance -= gain[:, :, None] * gain[:, None, :] / noise[:, None, None]
        self.mean[:, 1] = np.clip(self.mean[:, 1], np.log(0.3), np.log(12.0))

    @property
    def elasticity(self) -> FloatArray:
        """The middle of what is believed of the elasticity at today's price [n]."""
        found: FloatArray = -np.exp(self.mean[:, 1])
        return found


def choose(
    beliefs: Beliefs,
    cost: FloatArray,
    low: FloatArray,
    high: FloatArray,
    rng: np.random.Generator,
    *,
    explore: bool = True,
) -> FloatArray:
    """Return a price [n] for the next period within bounds [n]; without `explore` the best one by what is believed."""
    grid = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, GRID)
    spread = np.sqrt(beliefs.covariance[:, 1, 1])
    expected = np.zeros_like(grid)
    for draw, weight in zip(DRAWS, np.exp(-0.5 * DRAWS**2) / np.exp(-0.5 * DRAWS**2).sum(), strict=True):
        size = (beliefs.mean[:, 1] + draw * spread)[:, None]
        expected += weight * (grid - cost[:, None]) * beliefs.factor(grid, size)
    if not explore:
        best_known: FloatArray = grid[np.arange(len(grid)), expected.argmax(axis=1)]
        return best_known
    drawn = (beliefs.mean[:, 1] + spread * rng.standard_normal(len(spread)))[:, None]
    profit = (grid - cost[:, None]) * beliefs.factor(grid, drawn)
    best = expected.max(axis=1, keepdims=True)
    safe = expected >= best - RISK * np.abs(best)
    tried: FloatArray = grid[np.arange(len(grid)), np.where(safe, profit, -np.inf).argmax(axis=1)]
    return tried
