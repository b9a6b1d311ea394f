"""The shop's own behaviour as events: purchases from its orders, views and carts from its pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.db import Database
from knowledge.schema import BehaviourEvent, Category, Order, OrderLine, Product, Variant
from tools.fitted import TooLittleDataError
from tools.recommendation.events import Event, Facts, Interactions, Seen

WINDOW = dt.timedelta(days=730)
"""How far back behaviour counts."""
LAST = 50
_LOOKS = ("view", "cart")


async def own_interactions(database: Database, now: dt.datetime) -> Interactions:
    """Read what was viewed, put into carts and bought up to `now`, by customers and by visits of people who did not say who they are.

    Raises:
        TooLittleDataError: nobody has bought anything.
    """
    async with database.read() as session:
        events = [*await _bought(session, now), *await _looked(session, now)]
        facts = await _facts(session)
    events = [event for event in events if event.item in facts]
    if not any(event.kind == "buy" for event in events):
        raise TooLittleDataError("expected purchases to learn from, got none")
    return Interactions.of(events, facts)


async def history_of(session: AsyncSession, customer_id: str, now: dt.datetime) -> list[Seen]:
    """Return the last items that a customer viewed, put into the cart and bought, oldest first."""
    bought = await _bought(session, now, customer_id)
    looked = await _looked(session, now, customer_id)
    ordered = sorted((*bought, *looked), key=lambda event: event.at or 0.0)
    return [Seen(event.item, event.kind) for event in ordered[-LAST:]]


async def _bought(session: AsyncSession, now: dt.datetime, customer_id: str | None = None) -> list[Event]:
    columns: tuple[Any, ...] = (Order.customer_id, OrderLine.product_id, Order.placed_at)
    statement = (
        select(*columns)
        .join(OrderLine, col(OrderLine.order_id) == Order.id)
        .where(Order.placed_at <= now, Order.placed_at > now - WINDOW, Order.status != "cancelled")
        .order_by(col(Order.placed_at), col(OrderLine.id))
    )
    if customer_id is not None:
        statement = statement.where(Order.customer_id == customer_id)
    return [Event(user, item, "buy", at.timestamp()) for user, item, at in (await session.exec(statement)).all()]


async def _looked(session: AsyncSession, now: dt.datetime, customer_id: str | None = None) -> Iterable[Event]:
    columns: tuple[Any, ...] = (
        BehaviourEvent.customer_id, BehaviourEvent.session_id, BehaviourEvent.product_id, BehaviourEvent.kind, BehaviourEvent.at,
    )  # fmt: skip
    statement = (
        select(*columns)
        .where(col(BehaviourEvent.kind).in_(_LOOKS), col(BehaviourEvent.product_id).is_not(None))
        .where(BehaviourEvent.at <= now, BehaviourEvent.at > now - WINDOW)
        .order_by(col(BehaviourEvent.at), col(BehaviourEvent.id))
    )
    if customer_id is not None:
        statement = statement.where(BehaviourEvent.customer_id == customer_id).limit(1000)
    rows = (await session.exec(statement)).all()
    return [Event(user or f"visit {visit}", item, kind, at.timestamp()) for user, visit, item, kind, at in rows]


async def _facts(session: AsyncSession) -> dict[str, Facts]:
    names = {row.id: f"{row.name_zh} {row.name_en}" for row in (await session.exec(select(Category))).all()}
    prices: dict[str, int] = {}
    for product_id, price in (await session.exec(select(Variant.product_id, Variant.price_minor))).all():
        prices[product_id] = min(price, prices.get(product_id, price))
    columns: tuple[Any, ...] = (Product.id, Product.category_id, Product.brand, Product.title_zh, Product.title_en)
    rows = (await session.exec(select(*columns).where(Product.status == "active"))).all()
    return {
        product_id: Facts(category or "", brand, prices.get(product_id), f"{zh} {en} {names.get(category or '', '')}")
        for product_id, category, brand, zh, en in rows
    }
