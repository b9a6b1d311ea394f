"""Logit demand of one product among those of other shops and buying nothing (McFadden 1974).

A shopper takes offer j with the probability ``exp(a_j - b p_j) / (1 + sum_k exp(a_k - b p_k))``. What a shop knows (price, units, elasticity)
fixes ``a`` and ``b`` once its share of the shoppers is known: the elasticity at today's price is ``-b p (1 - share)``. All functions take
arrays that are broadcast together; prices and costs in the same unit.
"""

from __future__ import annotations

import numpy as np

from tools.pricing.arrays import FloatArray


def sensitivity(elasticity: FloatArray, price: FloatArray, share: FloatArray) -> FloatArray:
    """Return ``b`` (per unit of price, positive) of an elasticity (negative) at a price and a share in (0, 1)."""
    found: FloatArray = -elasticity / (price * (1 - share))
    return found


def demand_factor(price: FloatArray, today: FloatArray, share: FloatArray, b: FloatArray) -> FloatArray:
    """Return units at a price as a multiple of those at today's price, what the others ask staying as it is."""
    pull = np.exp(np.clip(-b * (price - today), -60, 60))
    found: FloatArray = pull / (1 - share + share * pull)
    return found


def best_price(cost: FloatArray, today: FloatArray, share: FloatArray, b: FloatArray) -> FloatArray:
    """Return the price of highest profit while the others' prices stay.

    ``cost + (1 + W(e^-1 * odds at cost)) / b`` with Lambert's W (Li and Huh 2011, "Pricing multiple products with the multinomial logit
    and nested logit models").
    """
    log_odds = np.log(share / (1 - share)) - b * (cost - today)
    found: FloatArray = cost + (1 + lambert_of_log(log_odds - 1)) / b
    return found


def lambert_of_log(log_x: FloatArray) -> FloatArray:
    """Return W(exp(log_x)), the solution of ``w + log w = log_x``, without overflow (Newton, 12 steps: error below 1e-12)."""
    given = np.asarray(log_x, dtype=np.float64)
    w = np.where(given > 1, np.maximum(given - np.log(np.maximum(given, 1.0)), 0.5), np.exp(np.minimum(given, 1.0)))
    w = np.maximum(w, 1e-300)
    for _ in range(12):
        w = np.maximum(w * (1 + given - np.log(w)) / (1 + w), 1e-300)
    return w


def shares(
    price: FloatArray, rivals: FloatArray, b: FloatArray, *, outside: float = 0.5
) -> tuple[FloatArray, FloatArray]:
    """Return the shares of the shop [n] and of each rival [n, k] where all sell the same thing and differ in price alone.

    Args:
        rivals: [n, k]; nan where a rival does not sell it.
        b: [n].
        outside: the share that buys nowhere. No shop sees it; everything above it is an assumption, and is told as one.
    """
    pull = np.where(np.isfinite(rivals), np.exp(np.clip(-b[:, None] * (rivals - price[:, None]), -30, 30)), 0.0)
    total = 1 + pull.sum(axis=1)
    return (1 - outside) / total, (1 - outside) * pull / total[:, None]
