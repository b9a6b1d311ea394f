"""The price of highest expected profit under what is known of the elasticity, among rivals, within the shop's rules.

The elasticity is a distribution, not a number: the expected profit is averaged over it before it is maximised, so that an uncertain
product is moved less far. Stock changes what a piece is worth: what would be sold out anyway costs the later sale, what would be
left over costs only its salvage value.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from tools.pricing.arrays import BoolArray, FloatArray
from tools.pricing.decision.game import Game, solve
from tools.pricing.decision.guards import Band, Guarded, PriceRules, Rule, band, guarded
from tools.pricing.decision.logit import demand_factor, sensitivity, shares
from tools.pricing.elasticity.model import Estimate

QUANTILES = np.array([-1.96, -1.28, -0.84, -0.52, -0.25, 0.0, 0.25, 0.52, 0.84, 1.28, 1.96])
WEIGHTS = np.exp(-0.5 * QUANTILES**2) / np.exp(-0.5 * QUANTILES**2).sum()
STEPS = 41
LEAST_ELASTICITY = -0.3
"""Draws above it are taken as it: demand does not rise with the price."""
CHUNK = 2_000


@dataclasses.dataclass(frozen=True)
class Offer:
    """A product as it is sold today; amounts in minor units, units of a period (week).

    `rivals` are the others' prices; `stock` pieces that can be sold until `cover` periods have passed (None: enough). What is left then
    is worth `salvage` times its cost.
    """

    product_id: str
    price_minor: int
    units: float
    elasticity: Estimate
    cost_minor: int | None = None
    list_price_minor: int | None = None
    rivals: tuple[int, ...] = ()
    stock: float | None = None
    cover: float = 4.0
    salvage: float = 1.0


@dataclasses.dataclass(frozen=True)
class Effect:
    """What a change is expected to do to a figure of a period: the mean, and the middle 95 % over the elasticity."""

    value: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True)
class Quote:
    """A price for a product, why, and what it is expected to do against today's.

    `best_minor` is what would be asked without rules; `equilibrium_minor` where prices would come to rest if the rivals answered
    (None: no rivals, or it did not come to rest). `rule`: which one changed the price. `stock`: ``scarce``, ``excess`` or ``enough``.
    """

    product_id: str
    price_minor: int
    today_minor: int
    best_minor: int
    equilibrium_minor: int | None
    allowed: Band
    rule: Rule | None
    stock: str
    units: Effect
    profit: Effect
    """Change in minor units a period."""
    elasticity: Estimate
    cost_minor: int
    cost_known: bool


def quote(offer: Offer, rules: PriceRules) -> Quote:
    """Return the price of one product."""
    return quotes([offer], rules)[0]


def quotes(offers: Sequence[Offer], rules: PriceRules) -> list[Quote]:
    """Return the prices of many products at once, in their order."""
    found: list[Quote] = []
    for start in range(0, len(offers), CHUNK):
        found += _chunk(offers[start : start + CHUNK], rules)
    return found


@dataclasses.dataclass(frozen=True)
class _Market:
    """The columns of a chunk of offers [n], elasticities [n, q]."""

    today: FloatArray
    units: FloatArray
    cost: FloatArray
    share: FloatArray
    b: FloatArray
    middle: FloatArray
    rivals: FloatArray
    rival_share: FloatArray

    def factor(self, price: FloatArray) -> FloatArray:
        """Return units at prices [n, s] as multiples of today's, for each elasticity: [n, s, q]."""
        return demand_factor(
            price[:, :, None], self.today[:, None, None], self.share[:, None, None], self.b[:, None, :]
        )


def _market(offers: Sequence[Offer], rules: PriceRules) -> _Market:
    today = np.array([float(offer.price_minor) for offer in offers])
    value = np.array([offer.elasticity.value for offer in offers])
    error = np.array([offer.elasticity.error for offer in offers])
    drawn = np.minimum(value[:, None] + error[:, None] * QUANTILES, LEAST_ELASTICITY)
    most = max((len(offer.rivals) for offer in offers), default=0)
    rivals = np.full((len(offers), max(most, 1)), np.nan)
    for row, offer in enumerate(offers):
        rivals[row, : len(offer.rivals)] = offer.rivals
    middle = np.minimum(value, LEAST_ELASTICITY)
    share = np.full(len(offers), 1 - rules.outside_share)
    rival_share = np.zeros(rivals.shape)
    for _ in range(8):  # the share depends on the sensitivity and it on the share; four steps settle the fourth digit
        share, rival_share = shares(today, rivals, sensitivity(middle, today, share), outside=rules.outside_share)
    return _Market(
        today,
        np.array([offer.units for offer in offers]),
        np.array([float(cost_of(offer)) for offer in offers]),
        share,
        sensitivity(drawn, today[:, None], share[:, None]),
        sensitivity(middle, today, share),
        rivals,
        rival_share,
    )


def cost_of(offer: Offer) -> int:
    """Return the cost of a piece; where it is unknown, the one at which today's price would be right (at most 90 % of it)."""
    if offer.cost_minor is not None:
        return offer.cost_minor
    steep = min(offer.elasticity.value, -1.1)
    return round(offer.price_minor * min(1 + 1 / steep, 0.9))


def _chunk(offers: Sequence[Offer], rules: PriceRules) -> list[Quote]:
    market = _market(offers, rules)
    bands = [
        band(
            rules,
            offer.product_id,
            price_minor=offer.price_minor,
            cost_minor=offer.cost_minor,
            list_price_minor=offer.list_price_minor,
        )
        for offer in offers
    ]
    worth, states = _worth(offers, market)
    low = np.array([float(each.low) for each in bands])
    high = np.array([float(each.high) for each in bands])
    best = _search(market, worth, offers, market.today * 0.5, market.today * 2.0)
    inside = _search(market, worth, offers, low, high)
    equilibria = _equilibria(market)
    found = []
    for row, offer in enumerate(offers):
        wanted = best[row] if not low[row] <= best[row] <= high[row] else inside[row]
        price = guarded(wanted, bands[row], rules)
        found.append(_quote(row, offer, market, bands[row], price, best[row], equilibria[row], states[row]))
    return found


def _worth(offers: Sequence[Offer], market: _Market) -> tuple[FloatArray, list[str]]:
    """Return what a piece sold now costs the shop [n], and the state of the stock."""
    worth, states = market.cost.copy(), []
    for row, offer in enumerate(offers):
        expected = offer.units * offer.cover
        if offer.stock is None or expected <= 0 or 0.9 * expected <= offer.stock <= 3 * expected:
            states.append("enough")
        elif offer.stock < expected:
            states.append("scarce")
        else:
            states.append("excess")
            worth[row] *= offer.salvage
    return worth, states


def _search(
    market: _Market, worth: FloatArray, offers: Sequence[Offer], low: FloatArray, high: FloatArray
) -> FloatArray:
    """Return the price [n] of highest expected profit between bounds, on a grid of `STEPS` and then on a finer one around it."""
    limit = np.array([np.inf if offer.stock is None else offer.stock / max(offer.cover, 1e-9) for offer in offers])
    bottom, top = low.copy(), np.maximum(high, low)
    found = bottom
    for _ in range(2):
        grid = bottom[:, None] + (top - bottom)[:, None] * np.linspace(0, 1, STEPS)
        sold = np.minimum(market.units[:, None, None] * market.factor(grid), limit[:, None, None])
        profit = ((grid[:, :, None] - worth[:, None, None]) * sold) @ WEIGHTS
        at = profit.argmax(axis=1)
        found = grid[np.arange(len(grid)), at]
        span = (top - bottom) / (STEPS - 1)
        bottom, top = np.maximum(found - span, low), np.minimum(found + span, np.maximum(high, low))
    return found


def _equilibria(market: _Market) -> list[int | None]:
    """Return where prices would come to rest if rivals answered; None without rivals."""
    there: BoolArray = np.isfinite(market.rivals)
    price = np.column_stack([market.today, np.where(there, market.rivals, 1.0)])
    share = np.column_stack([market.share, np.where(there, market.rival_share, 0.0)])
    game = Game(price, share, market.middle)
    cost = game.revealed_cost
    cost[:, 0] = market.cost
    resting = solve(game, cost)
    settled = resting.converged
    return [
        round(float(resting.price[row, 0])) if settled[row] and there[row].any() else None for row in range(len(price))
    ]


def _quote(  # noqa: PLR0913, PLR0917
    row: int, offer: Offer, market: _Market, allowed: Band, price: Guarded, best: float, resting: int | None, stock: str
) -> Quote:
    new = np.array([[float(price.price_minor)]])
    factor = demand_factor(new[0], market.today[row], market.share[row], market.b[row])
    limit = np.inf if offer.stock is None else offer.stock / max(offer.cover, 1e-9)
    before = min(offer.units, limit)
    after = np.minimum(offer.units * factor, limit)
    gain = (price.price_minor - market.cost[row]) * after - (offer.price_minor - market.cost[row]) * before
    return Quote(
        offer.product_id,
        price.price_minor,
        offer.price_minor,
        round(best),
        resting,
        allowed,
        price.rule,
        stock,
        _effect(after - before),
        _effect(gain),
        offer.elasticity,
        round(float(market.cost[row])),
        offer.cost_minor is not None,
    )


def _effect(values: FloatArray) -> Effect:
    return Effect(float(values @ WEIGHTS), float(values.min()), float(values.max()))


def curve(offer: Offer, rules: PriceRules, prices: Sequence[int]) -> list[tuple[int, Effect, Effect]]:
    """Return units and profit of a period at each price (minor units), each with its interval over the elasticity."""
    market = _market([offer], rules)
    limit = np.inf if offer.stock is None else offer.stock / max(offer.cover, 1e-9)
    factor = market.factor(np.array([[float(price) for price in prices]]))[0]
    units = np.minimum(offer.units * factor, limit)
    profit = (np.array(prices, dtype=np.float64)[:, None] - market.cost[0]) * units
    return [(price, _effect(units[i]), _effect(profit[i])) for i, price in enumerate(prices)]
