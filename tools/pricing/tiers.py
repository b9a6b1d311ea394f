"""Customers by recency, frequency and money, and the guard that their tier never makes a price higher.

RFM (Hughes 1994): each customer gets a score of 1 to 5 for how lately, how often and for how much they bought, by quintiles of all
buyers. Tiers decide about coupons, which are shown openly; a list price is one for all. The Chinese law forbids unequal
prices for equal trades (Personal Information Protection Law, article 24; E-Commerce Law, article 18), so `one_price` refuses whatever
else a caller may want.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from tools.errors import RefusedError
from tools.pricing.arrays import FloatArray, IntArray

Tier = Literal["new", "regular", "silver", "gold"]


@dataclasses.dataclass(frozen=True)
class Purchases:
    """What a customer bought: when last, how many orders, and how much in minor units."""

    customer_id: str
    last_at: dt.datetime | None
    orders: int
    spent_minor: int


@dataclasses.dataclass(frozen=True)
class Scored:
    """A customer's scores (1 to 5; 0 who never bought) and tier."""

    customer_id: str
    recency: int
    frequency: int
    money: int
    tier: Tier


def tiers(customers: Sequence[Purchases], now: dt.datetime) -> list[Scored]:
    """Score all customers of a shop against one another, in their order.

    Gold: the sum of the scores is 13 or more; silver: 10 or more; new: no order, or one of the last 30 days; else regular.
    """
    buyers = [each for each in customers if each.last_at is not None and each.orders > 0]
    days = np.array([(now - each.last_at).total_seconds() / 86_400 for each in buyers if each.last_at is not None])
    scores = {
        each.customer_id: (int(r), int(f), int(m))
        for each, r, f, m in zip(
            buyers,
            _quintiles(-days),
            _quintiles(np.array([float(each.orders) for each in buyers])),
            _quintiles(np.array([float(each.spent_minor) for each in buyers])),
            strict=True,
        )
    }
    return [_scored(each, scores.get(each.customer_id, (0, 0, 0)), now) for each in customers]


def _scored(customer: Purchases, score: tuple[int, int, int], now: dt.datetime) -> Scored:
    recent = customer.last_at is not None and (now - customer.last_at).days < 30
    tier: Tier = "regular"
    if customer.orders == 0 or (customer.orders == 1 and recent):
        tier = "new"
    elif sum(score) >= 13:
        tier = "gold"
    elif sum(score) >= 10:
        tier = "silver"
    return Scored(customer.customer_id, *score, tier)


def _quintiles(values: FloatArray) -> IntArray:
    """Return 1 to 5 by the share of values that are smaller; equal values get equal scores."""
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    below = np.searchsorted(np.sort(values), values, side="left") / len(values)
    return np.minimum((below * 5).astype(np.int64) + 1, 5)


def one_price(list_price_minor: int, asked: Mapping[str, int]) -> int:
    """Return the list price for every person of `asked` (customer or tier -> the price that somebody wants to show).

    Raises:
        RefusedError: ``personal_price``: one is above the list price; ``personal_list_price``: one is below it, which is what a coupon
            is for.
    """
    for person, price in asked.items():
        if price > list_price_minor:
            raise RefusedError(
                "personal_price",
                "the law forbids a higher price for a person",
                person=person,
                list_price_minor=list_price_minor,
                asked_minor=price,
            )
        if price < list_price_minor:
            raise RefusedError(
                "personal_list_price",
                "a lower price for a person is a coupon, shown openly",
                person=person,
                list_price_minor=list_price_minor,
                asked_minor=price,
            )
    return list_price_minor
