"""What becomes of an order: coupon, packing, parcel, delivery, cancellation, all seen from the time of the build."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

import numpy as np

from knowledge.demo.catalogue import Product
from knowledge.demo.clock import DAY_S, Clock
from knowledge.demo.plans import OrderPlan
from knowledge.demo.words import load, stream

HOUR_S = 3_600
CANCEL_RATE = 0.03
PACKING_HOURS = (4, 14)
SHIPPING_HOURS = (14, 40)
EXCEPTION_RATE = 0.012


@dataclasses.dataclass(frozen=True)
class CouponPlan:
    """A coupon as the vocabulary gives it."""

    code: str
    kind: str
    value: int
    minimum_yuan: int
    categories: tuple[str, ...]
    tiers: tuple[str, ...]
    starts_s: int
    ends_s: int

    def discount(self, order: OrderPlan) -> int:
        """Return what it takes off in minor units, 0 when it does not apply."""
        if not self.starts_s <= order.placed_s < self.ends_s or (self.tiers and order.person.tier not in self.tiers):
            return 0
        goods = sum(line.minor for line in order.lines if self._covers(line.product))
        if goods == 0 or goods < self.minimum_yuan * 100:
            return 0
        return goods * self.value // 100 if self.kind == "percent" else min(self.value * 100, goods)

    def _covers(self, product: Product) -> bool:
        return not self.categories or product.kind.category in self.categories


def coupon_plans(clock: Clock) -> dict[str, CouponPlan]:
    """Return the shop's coupons by code."""
    return {code: _coupon(code, raw, clock) for code, raw in load("marketing")["coupons"].items()}


def _coupon(code: str, raw: Mapping[str, object], clock: Clock) -> CouponPlan:
    entry: dict[str, object] = {"categories": [], "tiers": [], **raw}
    return CouponPlan(
        code=code,
        kind=str(entry["kind"]),
        value=int(str(entry["value"])),
        minimum_yuan=int(str(entry["minimum"])),
        categories=tuple(entry["categories"]),  # type: ignore[arg-type]
        tiers=tuple(entry["tiers"]),  # type: ignore[arg-type]
        starts_s=clock.ago(int(str(entry["starts"])) * -1),
        ends_s=clock.ago(int(str(entry["ends"])) * -1),
    )


def apply_coupons(seed: int, clock: Clock, orders: Iterable[OrderPlan]) -> None:
    """Let some orders use a coupon; a customer uses a code once."""
    rng = stream(seed, "coupons")
    coupons = coupon_plans(clock)
    used: set[tuple[str, str]] = set()
    rate = load("marketing")["use_rate"]
    codes = list(coupons)
    for order in orders:
        if order.planned is None and rng.random() < rate:
            order.coupon = codes[int(rng.integers(len(codes)))]
        if order.coupon is None:
            continue
        discount = coupons[order.coupon].discount(order)
        key = (order.person.id, order.coupon)
        if discount == 0 or key in used:
            order.coupon = None
            continue
        used.add(key)
        order.discount_minor = discount


def decide_fates(seed: int, clock: Clock, orders: Iterable[OrderPlan]) -> None:
    """Give every drawn order its status and times; those of the account file have theirs."""
    rng = stream(seed, "fate")
    for order in orders:
        if order.planned is None:
            _decide(rng, clock.now_s, order)


def _decide(rng: np.random.Generator, now_s: int, order: OrderPlan) -> None:
    packed, shipped = order.placed_s, order.placed_s
    packed += int(rng.uniform(*PACKING_HOURS) * HOUR_S)
    shipped += int(rng.uniform(*SHIPPING_HOURS) * HOUR_S)
    if order.person.ring is None and rng.random() < CANCEL_RATE:
        cancelled = order.placed_s + int(rng.uniform(0.1, 10) * HOUR_S)
        if cancelled <= now_s:
            order.status, order.cancelled_s = "cancelled", cancelled
            return
    order.exception = rng.random() < EXCEPTION_RATE
    transit = order.person.transit_days + float(rng.gamma(1.5, 0.35)) + (2.5 if order.exception else 0)
    delivered = _daytime(shipped + int(transit * DAY_S), rng)
    order.status = "pending" if now_s < packed else "processing"
    if shipped <= now_s:
        order.status, order.shipped_s = "shipped", shipped
    if delivered <= now_s:
        order.status, order.delivered_s = "delivered", delivered


def _daytime(moment_s: int, rng: np.random.Generator) -> int:
    """Move a delivery into the hours from 9 to 20 of its local day."""
    local_midnight = (moment_s + 8 * HOUR_S) // DAY_S * DAY_S - 8 * HOUR_S
    return local_midnight + int(rng.uniform(9, 20) * HOUR_S)


def expected_delivery(order: OrderPlan) -> int:
    """Return the date that the carrier promised when it took the parcel."""
    shipped = order.shipped_s or order.placed_s
    evening = 12 * HOUR_S
    return (shipped + (order.person.transit_days + 1) * DAY_S) // DAY_S * DAY_S + evening
