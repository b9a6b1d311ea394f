"""Everything about the demo shop that is drawn, before it becomes rows."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable

from knowledge.demo.accounts import account_orders, fallen_products
from knowledge.demo.aftersales import Aftersales, build_aftersales
from knowledge.demo.catalogue import Catalogue, build_catalogue
from knowledge.demo.clock import Clock
from knowledge.demo.demand import ORDERS, draw_orders, ring_orders
from knowledge.demo.fate import apply_coupons, decide_fates
from knowledge.demo.people import People, build_people
from knowledge.demo.plans import OrderPlan
from knowledge.demo.prices import PriceBook, build_prices

SILVER_MINOR, GOLD_MINOR = 100_000, 300_000
"""Goods bought within the year from which a member is silver or gold, as the help article says."""


@dataclasses.dataclass(frozen=True)
class World:
    """Everything that was drawn, before it becomes rows."""

    seed: int
    scale: float
    clock: Clock
    catalogue: Catalogue
    people: People
    book: PriceBook
    orders: tuple[OrderPlan, ...]
    """By the time they were placed."""
    aftersales: Aftersales


def draw_world(*, seed: int, now: dt.datetime | None, scale: float) -> World:
    """Draw the whole shop; the same arguments give the same shop."""
    clock = Clock.at(now)
    catalogue, people = build_catalogue(seed, clock, scale), build_people(seed, clock, scale)
    book = build_prices(seed, clock, catalogue, fallen_products())
    written = [*account_orders(clock, catalogue, people, book), *ring_orders(seed, clock, catalogue, people, book)]
    count = max(50, round(ORDERS * scale) - len(written))
    drawn = draw_orders(seed, clock, catalogue, people, book, count)
    orders = sorted([*written, *drawn], key=lambda order: (order.placed_s, order.id))
    decide_fates(seed, clock, orders)
    _promote(people, orders)
    apply_coupons(seed, clock, orders)
    aftersales = build_aftersales(seed, clock, orders, book)
    return World(seed, scale, clock, catalogue, people, book, tuple(orders), aftersales)


def _promote(people: People, orders: Iterable[OrderPlan]) -> None:
    """Give regular members the tier that their purchases earned; the well-known accounts keep theirs."""
    bought: Counter[str] = Counter()
    for order in orders:
        if order.cancelled_s is None:
            bought[order.person.id] += order.goods_minor
    known = {order.person.id for order in orders if order.planned is not None}
    for person in people.customers:
        if person.tier == "regular" and person.id not in known:
            spent = bought[person.id]
            person.tier = "gold" if spent >= GOLD_MINOR else "silver" if spent >= SILVER_MINOR else "regular"
