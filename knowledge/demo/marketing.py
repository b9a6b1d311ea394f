"""Coupons and the wallets that hold them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from knowledge.demo.clock import Clock, utc
from knowledge.demo.fate import CouponPlan, coupon_plans
from knowledge.demo.order_rows import CURRENCY, Row
from knowledge.demo.people import People, Person
from knowledge.demo.plans import OrderPlan
from knowledge.demo.words import load, stream

WALLET_SHARE = 0.35
"""Customers who hold a coupon that they have not used."""


def coupon_rows(clock: Clock) -> Iterator[Row]:
    """Yield the coupons."""
    raw = load("marketing")["coupons"]
    for code, coupon in coupon_plans(clock).items():
        yield {
            "code": code,
            "title_zh": raw[code]["zh"],
            "title_en": raw[code]["en"],
            "kind": coupon.kind,
            "value": coupon.value if coupon.kind == "percent" else coupon.value * 100,
            "minimum_spend_minor": coupon.minimum_yuan * 100,
            "currency": CURRENCY,
            "category_ids": list(coupon.categories),
            "tiers": list(coupon.tiers),
            "starts_at": utc(coupon.starts_s),
            "ends_at": utc(coupon.ends_s),
            "limit_total": raw[code].get("limit"),
        }


def grant_rows(seed: int, clock: Clock, people: People, orders: Iterable[OrderPlan]) -> Iterator[Row]:
    """Yield used grants for every order with a coupon, and unused or expired ones in some wallets."""
    rng = stream(seed, "grants")
    held: set[tuple[str, str]] = set()
    for order in orders:
        if order.coupon is not None:
            held.add((order.person.id, order.coupon))
            granted = max(order.person.created_s, order.placed_s - int(rng.integers(60, 6 * 86_400)))
            yield _row(order.person, order.coupon, "used", granted, order.id)
    planned = load("accounts")["customers"]
    coupons = coupon_plans(clock)
    for person in people.customers:
        known = planned.get(person.id)
        wallet = dict(known["coupons"]) if known is not None else _wallet(rng, clock, person, coupons)
        for code, status in wallet.items():
            if (person.id, code) not in held:
                granted = min(coupons[code].ends_s, clock.now_s) - 5 * 86_400
                yield _row(person, code, status, granted, None)


def _wallet(rng: np.random.Generator, clock: Clock, person: Person, coupons: dict[str, CouponPlan]) -> dict[str, str]:
    if rng.random() >= WALLET_SHARE:
        return {}
    fitting = [coupon for coupon in coupons.values() if not coupon.tiers or person.tier in coupon.tiers]
    coupon = fitting[int(rng.integers(len(fitting)))]
    return {coupon.code: "unused" if coupon.ends_s > clock.now_s else "expired"}


def _row(person: Person, code: str, status: str, granted_s: int, order_id: str | None) -> Row:
    return {
        "id": f"cpn_{person.id}_{code}",
        "coupon_code": code,
        "customer_id": person.id,
        "status": status,
        "order_id": order_id,
        "granted_at": utc(granted_s),
    }
