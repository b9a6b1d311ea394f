"""Suppliers and their offers, the warehouse, and what competitors ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from knowledge.demo.catalogue import Catalogue, Product
from knowledge.demo.clock import DAY_S, DAYS, Clock, utc
from knowledge.demo.order_rows import CURRENCY, Row
from knowledge.demo.plans import OrderPlan
from knowledge.demo.prices import PriceBook
from knowledge.demo.words import load, stream

SOLD_OUT_RATE = 0.07
OFF_SALE_RATE = 0.008
COMPETITORS_EACH = 2
WATCH_EVERY_DAYS = 14


def supplier_rows() -> Iterator[Row]:
    """Yield the suppliers."""
    for supplier_id, name, region, days, on_time, _ in load("supply")["suppliers"]:
        yield {"id": supplier_id, "name": name, "region": region, "lead_time_days": days, "on_time_rate": on_time}


def offer_rows(seed: int, catalogue: Catalogue) -> Iterator[Row]:
    """Yield one to three offers a product, around what the shop pays now."""
    rng = stream(seed, "offers")
    for product in catalogue.products:
        able = [entry[0] for entry in load("supply")["suppliers"] if product.kind.category in entry[5]]
        for supplier in rng.permutation(able)[: int(rng.integers(1, 4))]:
            yield {
                "supplier_id": str(supplier),
                "product_id": product.id,
                "cost_minor": round(product.list_yuan * product.cost_rate * float(rng.uniform(0.94, 1.12)) * 100),
                "currency": CURRENCY,
                "minimum_quantity": int(rng.choice([20, 50, 100, 200])),
            }


def variant_rows(seed: int, catalogue: Catalogue, book: PriceBook) -> Iterator[Row]:
    """Yield the variants with today's prices."""
    rng = stream(seed, "variants")
    today = DAYS - 1
    for product in catalogue.products:
        for position, variant in enumerate(product.variants):
            price, full = book.yuan(product, variant, today), book.list_yuan(product, variant, today)
            yield {
                "sku": variant.sku,
                "product_id": product.id,
                "options": variant.options,
                "price_minor": price * 100,
                "list_price_minor": full * 100 if full > price else None,
                "cost_minor": round(variant.list_yuan * product.cost_rate * 100),
                "currency": CURRENCY,
                "available": bool(product.staple or rng.random() >= OFF_SALE_RATE),
                "position": position,
            }


def stock_rows(seed: int, clock: Clock, catalogue: Catalogue, orders: Iterable[OrderPlan]) -> Iterator[Row]:
    """Yield the stock of every variant; staples are always there, but for those that the account file names."""
    rng = stream(seed, "stock")
    waiting = Counter(
        {line.variant.sku: line.quantity for order in orders if _waits(order) for line in order.lines},
    )
    gaps: dict[str, int | None] = load("accounts")["sold_out"]
    for product in catalogue.products:
        for variant in product.variants:
            sold_out, back_days = _sold_out(rng, product), int(rng.integers(2, 21))
            comes_back = bool(rng.random() < 0.75)
            if product.staple:
                sold_out, back_days = variant.sku in gaps, gaps.get(variant.sku) or back_days
                comes_back = gaps.get(variant.sku) is not None
            reserved = waiting[variant.sku]
            free = 0 if sold_out else int(rng.gamma(1.6, 14 * product.popularity)) + (20 if product.staple else 1)
            yield {
                "sku": variant.sku,
                "on_hand": free + reserved,
                "reserved": reserved,
                "reorder_point": int(4 + 6 * product.popularity),
                "restock_at": utc(clock.now_s + back_days * DAY_S) if sold_out and comes_back else None,
            }


def _waits(order: OrderPlan) -> bool:
    return order.status in {"pending", "processing"}


def _sold_out(rng: np.random.Generator, product: Product) -> bool:
    return bool(rng.random() < SOLD_OUT_RATE * min(2.0, 0.5 + product.popularity / 2))


def competitor_rows(seed: int, clock: Clock, catalogue: Catalogue, book: PriceBook) -> Iterator[Row]:
    """Yield what competitors asked every other week: near our list price, and following our promotions half the time."""
    rng = stream(seed, "competitors")
    names = load("supply")["competitors"]
    for product in catalogue.products:
        for name in rng.permutation(names)[:COMPETITORS_EACH]:
            level = float(rng.normal(1.0, 0.06))
            for day in range(int(rng.integers(WATCH_EVERY_DAYS)), DAYS, WATCH_EVERY_DAYS):
                follows = book.rate[product.index, day] < 1 and rng.random() < 0.5
                rate = float(book.rate[product.index, day]) if follows else 0.9 if rng.random() < 0.08 else 1.0
                yuan = product.list_yuan * level * rate * float(rng.normal(1, 0.012))
                yield {
                    "product_id": product.id,
                    "competitor": str(name),
                    "price_minor": max(5, round(yuan)) * 100,
                    "currency": CURRENCY,
                    "kind": "promotion" if rate < 1 else "list",
                    "observed_at": utc(min(clock.midnight_s(day) + 10 * 3_600, clock.now_s)),
                }
