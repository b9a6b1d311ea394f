"""Prices and sales of the shop's own database, by product and week."""

from __future__ import annotations

import bisect
import collections
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.db import Database
from knowledge.money import Money
from knowledge.schema import BehaviourEvent, CompetitorPrice, Order, OrderLine, PriceRecord, Product, Review, Variant
from tools.fitted import TooLittleDataError
from tools.pricing.arrays import FloatArray
from tools.pricing.panel import Panel, make_panel
from tools.pricing.types import CLAIMED

WEEKS = 104
Key = tuple[str, int]
"""A product and the number of a week."""


def week_of(at: dt.datetime) -> int:
    """Return the number of the week that a time lies in, Monday to Sunday."""
    return (at.date().toordinal() - 1) // 7


async def own_sales(database: Database, now: dt.datetime, *, weeks: int = WEEKS) -> Panel:
    """Return a row for each product and whole week before `now` in which it was on sale, also where nobody bought it.

    Price: the mean over the week of the cheapest variant's price in force, each day weighted by the orders that the whole shop had
    on it: four days of a sale in which half the week's shoppers came are half of the week. Units: pieces of orders that were
    not cancelled. Promotion: the share of the week in which the reason of the price was a promotion. Competitors: the last price
    seen until the week's end. Views of the week, reviews and their mean rating until the week began.

    Raises:
        TooLittleDataError: no product has a price.
    """
    last = week_of(now)
    since = now - dt.timedelta(weeks=weeks)
    async with database.read() as session:
        products = {row.id: row for row in (await session.exec(select(Product))).all() if row.status == "active"}
        leading = await _leading_variants(session)
        records = await _records(session, set(leading.values()), now)
        sold, traffic = await _sold(session, since, now)
        rivals = await _rivals(session, now)
        views = await _views(session, since, now)
        reviews = await _reviews(session, now)
    opened = min((week for _, week in sold), default=last)
    rows: list[Key] = []
    prices: list[tuple[float, float]] = []
    for product_id, sku in sorted(leading.items()):
        if product_id not in products or not records.get(sku):
            continue
        first = max(week_of(records[sku][0][0]) + 1, week_of(since) + 1, opened + 1)
        for week in range(first, last):
            rows.append((product_id, week))
            prices.append(_week_price(records[sku], week, traffic))
    if not rows:
        raise TooLittleDataError("expected products with a history of prices and orders, got none")
    return _panel(rows, prices, products, sold, _extras(rows, rivals, views, reviews))


def _panel(
    rows: Sequence[Key], prices: Sequence[tuple[float, float]], products: Mapping[str, Product], sold: Mapping[Key, int],
    extras: dict[str, FloatArray],
) -> Panel:  # fmt: skip
    extras["promotion"] = np.array([share for _, share in prices])
    return make_panel(
        product=[product_id for product_id, _ in rows],
        category=[products[product_id].category_id or "" for product_id, _ in rows],
        period=[week for _, week in rows],
        price=[price for price, _ in prices],
        units=[float(sold.get(key, 0)) for key in rows],
        season=[(week * 7 % 365.2425) / 365.2425 for _, week in rows],
        extras=extras,
    )


async def _leading_variants(session: AsyncSession) -> dict[str, str]:
    """Return the cheapest variant of each product: its price is the one that shoppers compare."""
    order = (col(Variant.product_id), col(Variant.price_minor), col(Variant.sku))
    found: dict[str, str] = {}
    for product_id, sku in (await session.exec(select(Variant.product_id, Variant.sku).order_by(*order))).all():
        found.setdefault(product_id, sku)
    return found


Record = tuple[dt.datetime, float, bool]
"""From when, the price, whether it is a promotion."""


async def _records(session: AsyncSession, skus: set[str], now: dt.datetime) -> dict[str, list[Record]]:
    statement = select(PriceRecord).where(PriceRecord.valid_from < now).order_by(col(PriceRecord.valid_from))
    found: dict[str, list[Record]] = collections.defaultdict(list)
    for row in (await session.exec(statement)).all():
        if row.sku in skus:
            price = float(Money(row.price_minor, row.currency).major)
            found[row.sku].append((row.valid_from, price, row.reason.startswith("promotion")))
    return found


def _week_price(records: Sequence[Record], week: int, traffic: Mapping[int, int]) -> tuple[float, float]:
    """Return the mean price of a week over its days, weighted by the shop's orders, and the share of them on promotion."""
    price = promoted = total = 0.0
    for day in range(week * 7 + 1, week * 7 + 8):  # weeks begin on Mondays
        noon = dt.datetime.combine(dt.date.fromordinal(day), dt.time(12), tzinfo=dt.UTC)
        now = records[max(bisect.bisect_right(records, noon, key=lambda record: record[0]) - 1, 0)]
        weight = 1.0 + traffic.get(day, 0)
        price, promoted, total = price + weight * now[1], promoted + weight * now[2], total + weight
    return price / total, promoted / total


async def _sold(session: AsyncSession, since: dt.datetime, now: dt.datetime) -> tuple[dict[Key, int], dict[int, int]]:
    """Return pieces by product and week, and lines by day (its ordinal)."""
    statement = (
        select(OrderLine.product_id, OrderLine.quantity, Order.placed_at)
        .join(Order, col(Order.id) == OrderLine.order_id)
        .where(Order.placed_at >= since, Order.placed_at < now, Order.status != "cancelled")
    )
    found: dict[Key, int] = collections.defaultdict(int)
    traffic: dict[int, int] = collections.defaultdict(int)
    for product_id, quantity, placed_at in (await session.exec(statement)).all():
        found[product_id, week_of(placed_at)] += quantity
        traffic[placed_at.date().toordinal()] += 1
    return found, traffic


async def _rivals(session: AsyncSession, now: dt.datetime) -> dict[str, list[tuple[int, str, float]]]:
    statement = (
        select(CompetitorPrice)
        .where(CompetitorPrice.observed_at < now, CompetitorPrice.kind != CLAIMED)
        .order_by(col(CompetitorPrice.observed_at))
    )
    found: dict[str, list[tuple[int, str, float]]] = collections.defaultdict(list)
    for row in (await session.exec(statement)).all():
        price = float(Money(row.price_minor, row.currency).major)
        found[row.product_id].append((week_of(row.observed_at), row.competitor, price))
    return found


async def _views(session: AsyncSession, since: dt.datetime, now: dt.datetime) -> dict[Key, int]:
    statement = select(BehaviourEvent.product_id, BehaviourEvent.at).where(
        BehaviourEvent.kind == "view", BehaviourEvent.at >= since, BehaviourEvent.at < now
    )
    found: dict[Key, int] = collections.defaultdict(int)
    for product_id, at in (await session.exec(statement)).all():
        if product_id is not None:
            found[product_id, week_of(at)] += 1
    return found


async def _reviews(session: AsyncSession, now: dt.datetime) -> dict[str, list[tuple[int, int]]]:
    statement = select(Review.product_id, Review.created_at, Review.rating).where(Review.created_at < now)
    found: dict[str, list[tuple[int, int]]] = collections.defaultdict(list)
    for product_id, at, rating in (await session.exec(statement.order_by(col(Review.created_at)))).all():
        found[product_id].append((week_of(at), rating))
    return found


def _extras(
    rows: Sequence[Key], rivals: Mapping[str, list[tuple[int, str, float]]], views: Mapping[Key, int],
    reviews: Mapping[str, list[tuple[int, int]]],
) -> dict[str, FloatArray]:  # fmt: skip
    names = sorted({name for seen in rivals.values() for _, name, _ in seen})
    columns = {f"competitor_{name}": np.full(len(rows), np.nan) for name in names}
    count, rating = np.zeros(len(rows)), np.full(len(rows), np.nan)
    for number, (product_id, week) in enumerate(rows):
        for seen, name, price in rivals.get(product_id, ()):
            if seen <= week:
                columns[f"competitor_{name}"][number] = price
        given = [stars for seen, stars in reviews.get(product_id, ()) if seen < week]
        count[number] = len(given)
        rating[number] = _mean(given)
    viewed = np.array([float(views.get(key, 0)) for key in rows])
    return {**columns, "views": viewed, "reviews": np.log1p(count), "rating": rating}


def _mean(values: Iterable[int]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else float("nan")
