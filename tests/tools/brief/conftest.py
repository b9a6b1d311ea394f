"""A shop of many alike weeks, in which a single day may be made different."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.db import Database
from knowledge.schema import (
    BehaviourEvent,
    Category,
    Conversation,
    Customer,
    Order,
    OrderLine,
    Product,
    Shop,
    Stock,
    Variant,
)
from tools.base import Identity, Outcome, ToolCall
from tools.brief.types import DailyBrief
from tools.executor import Executor
from tools.policy import load_policy
from tools.testing import FixedClock
from tools.toolset import all_tools

DAY = dt.date(2026, 3, 9)
"""A Monday, the day of the brief: the day after US clocks went forward."""
NOW = dt.datetime(2026, 3, 10, 16, 0, tzinfo=dt.UTC)
OWNER = Identity("merchant", subject="owner")


def noon(day: dt.date, zone: str = "UTC", hour: int = 12, minute: int = 0) -> dt.datetime:
    """A time of a day where the shop is, in UTC."""
    return dt.datetime.combine(day, dt.time(hour, minute), ZoneInfo(zone)).astimezone(dt.UTC)


async def lay_shop(
    database: Database,
    *,
    weeks: int = 12,
    orders: Callable[[dt.date], int] = lambda day: 20 + day.toordinal() % 3,
    zone: str = "UTC",
) -> None:
    """Write a shop with so many orders on each day of the weeks before `DAY`, and on it."""
    start = noon(DAY - dt.timedelta(days=400))
    async with database.write() as session:
        session.add(Shop(id="S", name_zh="店", name_en="Shop", currency="EUR", timezone=zone))
        session.add(Category(id="K", name_zh="厨房", name_en="Kitchen"))
        session.add(Category(id="W", name_zh="服饰", name_en="Wear"))
        session.add(Customer(id="A", first_name="A", last_name="B", email="", created_at=start))
        session.add(Conversation(id="C", subject="A", created_at=start, updated_at=start))
        await session.flush()
        for product, category in (("MUG", "K"), ("HAT", "W")):
            session.add(
                Product(id=product, category_id=category, title_zh=f"{product}款", title_en=product, created_at=start)
            )
            await session.flush()
            session.add(Variant(sku=f"{product}-1", product_id=product, price_minor=1000, currency="EUR"))
            await session.flush()
            session.add(Stock(sku=f"{product}-1", on_hand=100_000))
        await session.flush()
        placed = [
            (DAY - dt.timedelta(days=back), number)
            for back in range(7 * weeks + 1)
            for number in range(orders(DAY - dt.timedelta(days=back)))
        ]
        session.add_all(an_order(day, number, zone) for day, number in placed)
        await session.flush()
        session.add_all(_line(day, number) for day, number in placed)
        session.add_all(
            BehaviourEvent(session_id=f"{day}-{number}", kind=kind, at=noon(day, zone))
            for day, number in placed
            for kind in ("view", "buy")
            if kind == "view" or number % 2
        )


def an_order(day: dt.date, number: int, zone: str) -> Order:
    """An order at noon of a day."""
    return Order(
        id=f"{day}-{number}",
        customer_id="A",
        status="delivered",
        currency="EUR",
        placed_at=noon(day, zone),
        total_minor=1000,
    )


def _line(day: dt.date, number: int) -> OrderLine:
    product = "HAT" if number % 4 == 0 else "MUG"
    return OrderLine(
        id=f"{day}-{number}-0", order_id=f"{day}-{number}", product_id=product, sku=f"{product}-1",
        title_zh="", title_en="", quantity=1, unit_price_minor=1000, position=0,
    )  # fmt: skip


async def ask(database: Database, *, now: dt.datetime = NOW, identity: Identity = OWNER, **arguments: Any) -> Outcome:
    """Ask for the brief."""
    executor = Executor(database, all_tools(), load_policy("default"), clock=FixedClock(now))
    return await executor.call(ToolCall("daily_brief", arguments), identity, idempotency_key="k")


async def brief(database: Database, *, now: dt.datetime = NOW, **arguments: Any) -> DailyBrief:
    """Return the brief."""
    outcome = await ask(database, now=now, **arguments)
    assert isinstance(outcome.evidence, DailyBrief), (outcome.status, outcome.code, outcome.facts)
    return outcome.evidence
