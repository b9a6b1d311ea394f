"""A market to try pricing in, fitted to a shop's data: what it sells, how its shoppers react, its seasons and its rivals' moves.

The true elasticity of each product is drawn from the estimate's distribution and is hidden from whoever sets prices; demand is logit
with rivals whose prices wander as they did, and units are Poisson counts. The clairvoyant knows the true parameters and the rivals'
prices of the period, but not the counts: nobody can do better in expectation.
"""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np

from tools.pricing.arrays import FloatArray
from tools.pricing.decision.exploration import Beliefs, choose
from tools.pricing.decision.logit import best_price, demand_factor, sensitivity
from tools.pricing.model import PricingModel
from tools.pricing.panel import Panel

SHARE = 0.25
RIVAL_WANDER, RIVAL_PULL = 0.03, 0.9
Policy = Literal["thompson", "greedy", "today", "clairvoyant"]


@dataclasses.dataclass(frozen=True)
class Market:
    """n products: what is true of them, and what a model says of them."""

    today: FloatArray
    cost: FloatArray
    units: FloatArray
    season: FloatArray
    """Demand of each period of a cycle against its mean [t]."""
    truth: FloatArray
    """The elasticity that shoppers have."""
    level: FloatArray
    """What is really sold at today's price, as a multiple of `units`, what the model expects."""
    estimate: FloatArray
    error: FloatArray


def market_of(model: PricingModel, panel: Panel, *, products: int = 40, seed: int = 7) -> Market:
    """Return a market of the best-selling products of a fitted model.

    Costs are the data's where they are known; else those at which today's price would be right under another draw of the elasticity,
    so that today's prices are neither right nor absurd.
    """
    rng = np.random.default_rng(seed)
    names = sorted(model.outlooks, key=lambda name: -model.outlooks[name].units)[:products]
    found = [model.elasticities.of(name, model.outlooks[name].category) for name in names]
    value, error = np.array([each.value for each in found]), np.array([each.error for each in found])
    today = np.array([model.outlooks[name].price for name in names])
    known = _costs(panel, names)
    guessed = today * np.clip(1 + 1 / np.minimum(rng.normal(value, error), -1.4), 0.2, 0.9)
    totals = np.bincount(panel.period - panel.period.min(), panel.units)
    season = totals[totals > 0][-52:]
    return Market(
        today,
        np.where(np.isfinite(known), known, guessed),
        np.array([max(model.outlooks[name].units, 0.2) for name in names]),
        season / season.mean(),
        np.minimum(rng.normal(value, error), -0.7),
        np.exp(rng.normal(0, 0.15, len(names))),
        value,
        error,
    )


def _costs(panel: Panel, names: list[str]) -> FloatArray:
    given = panel.extras.get("cost")
    if given is None:
        return np.full(len(names), np.nan)
    found = []
    for name in names:
        own = given[panel.product.codes == panel.product.names.index(name)]
        found.append(float(own[-1]) if len(own) else np.nan)
    return np.array(found)


@dataclasses.dataclass(frozen=True)
class Run:
    """What a policy earned in expectation, period by period [t], all products together."""

    policy: Policy
    profit: FloatArray
    steps: int


def simulate(market: Market, policy: Policy, *, steps: int = 20_000, step: float = 0.3, seed: int = 11) -> Run:
    """Set `steps` prices, one for each product in each period, and return the expected profit under the truth.

    Args:
        step: how far, as a share, a price may move from today's in either direction; the same for every policy. Nobody sells below cost.
    """
    rng, chance = np.random.default_rng(seed), np.random.default_rng(seed + 1)
    count = len(market.today)
    share = np.full(count, SHARE)
    beliefs = Beliefs.of(market.estimate, market.error, market.today, share)
    low = np.minimum(np.maximum(market.today * (1 - step), market.cost * 1.02), market.today)
    high = market.today * (1 + step)
    rivals, earned = np.zeros(count), []
    b = sensitivity(market.truth, market.today, share)
    for period in range(steps // count):
        rivals = RIVAL_PULL * rivals + chance.normal(0, RIVAL_WANDER, count)
        now = _share_now(share, b, market.today, rivals)
        expected = market.units * market.season[period % len(market.season)]
        price = _price(policy, market, beliefs, (low, high), (b, now), rng)
        # what today's price sells when rivals are dearer or cheaper, and then the price's own effect
        units = expected * market.level * now / share * demand_factor(price, market.today, now, b)
        earned.append(float(((price - market.cost) * units).sum()))
        sold = chance.poisson(units).astype(np.float64)
        if policy in {"thompson", "greedy"}:
            beliefs.learn(price, expected, sold)
    return Run(policy, np.array(earned), len(earned) * count)


def _share_now(share: FloatArray, b: FloatArray, today: FloatArray, rivals: FloatArray) -> FloatArray:
    """Return the share at today's price when the rival's price has moved by a share `rivals`; half of the others buy there."""
    rest = 1 - share
    moved = rest * (0.5 + 0.5 * np.exp(np.clip(-b * today * rivals, -5, 5)))
    found: FloatArray = share / (share + moved)
    return found


def _price(
    policy: Policy, market: Market, beliefs: Beliefs, bounds: tuple[FloatArray, FloatArray],
    truth: tuple[FloatArray, FloatArray], rng: np.random.Generator,
) -> FloatArray:  # fmt: skip
    if policy == "today":
        return market.today
    if policy == "clairvoyant":
        b, now = truth
        return np.clip(best_price(market.cost, market.today, now, b), *bounds)
    return choose(beliefs, market.cost, *bounds, rng, explore=policy == "thompson")
