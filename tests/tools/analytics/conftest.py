"""A shop whose figures can be worked out by hand."""

from __future__ import annotations

import datetime as dt

import pytest_asyncio

from knowledge.db import Database
from knowledge.schema import Category, Customer, Order, OrderLine, Product, Refund, Shop, Stock, Variant
from tools.base import Identity, Outcome, ToolCall
from tools.executor import Executor
from tools.policy import load_policy
from tools.testing import FixedClock
from tools.toolset import all_tools

NOW = dt.datetime(2026, 4, 10, 12, 0, tzinfo=dt.UTC)
OWNER = Identity("merchant", subject="owner")


def at(text: str) -> dt.datetime:
    """An instant in UTC: ``2026-03-01 10:00``."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


ORDERS = [
    # id, customer, when (UTC), status, channel, country, lines: product, pieces, price
    ("O1", "A", "2026-02-03 10:00", "delivered", "web", "France", [("P-MUG", 2, 1000)]),
    ("O2", "B", "2026-02-28 23:30", "delivered", "app", "Germany", [("P-HAT", 1, 3000)]),
    ("O3", "A", "2026-03-01 00:30", "delivered", "web", "France", [("P-MUG", 1, 1000), ("P-HAT", 1, 3000)]),
    ("O4", "C", "2026-03-29 00:30", "shipped", "web", "Germany", [("P-MUG", 5, 900)]),
    ("O5", "C", "2026-03-31 22:30", "shipped", "web", "Germany", [("P-HAT", 1, 2500)]),
    ("O6", "B", "2026-03-15 12:00", "cancelled", "app", "Germany", [("P-HAT", 9, 3000)]),
]
"""In Paris O2 falls on 1 March, O5 on 1 April (summer time began on 29 March)."""


async def lay_shop(database: Database) -> None:
    """Write the rows."""
    async with database.write() as session:
        session.add(Shop(id="S", name_zh="店", name_en="Shop", currency="EUR", timezone="Europe/Paris"))
        session.add(Category(id="K", name_zh="厨房", name_en="Kitchen"))
        session.add(Category(id="W", name_zh="服饰", name_en="Wear"))
        await session.flush()
        session.add(Category(id="W-H", parent_id="W", name_zh="帽子", name_en="Hats"))
        for customer, tier in (("A", "gold"), ("B", "regular"), ("C", "regular")):
            session.add(
                Customer(
                    id=customer, first_name=customer, last_name="", email="", tier=tier, created_at=at("2026-01-01 00:00")
                )
            )  # fmt: skip
        await session.flush()
        for product, category, zh, en, stock in (("P-MUG", "K", "杯子", "Mug", 30), ("P-HAT", "W-H", "帽", "Hat", 0)):
            session.add(
                Product(
                    id=product, category_id=category, title_zh=zh, title_en=en, created_at=at("2026-01-01 00:00")
                )
            )  # fmt: skip
            await session.flush()
            session.add(Variant(sku=f"{product}-1", product_id=product, price_minor=1000, currency="EUR"))
            await session.flush()
            session.add(Stock(sku=f"{product}-1", on_hand=stock))
        for order, customer, placed, status, channel, country, lines in ORDERS:
            session.add(
                Order(
                    id=order, customer_id=customer, status=status, currency="EUR", channel=channel, placed_at=at(placed),
                    total_minor=sum(pieces * price for _, pieces, price in lines), address={"country": country},
                )
            )  # fmt: skip
            await session.flush()
            for number, (product, pieces, price) in enumerate(lines):
                session.add(
                    OrderLine(
                        id=f"{order}-{number}", order_id=order, product_id=product, sku=f"{product}-1", title_zh="", title_en="",
                        quantity=pieces, unit_price_minor=price, position=number,
                    )
                )  # fmt: skip
        await session.flush()
        session.add(
            Refund(
                id="R1", order_id="O4", kind="return", amount_minor=900, currency="EUR", payment_method_id="m",
                created_at=at("2026-04-02 09:00"),
            )
        )  # fmt: skip


class Copilot:
    """The owner of the shop with the executor."""

    def __init__(self, database: Database) -> None:
        self.executor = Executor(database, all_tools(), load_policy("default"), clock=FixedClock(NOW))

    async def ask(self, tool: str, **arguments: object) -> Outcome:
        """Call a tool as the owner."""
        return await self.executor.call(ToolCall(tool, arguments), OWNER, idempotency_key="k")


@pytest_asyncio.fixture
async def copilot(any_database: Database) -> Copilot:
    """The owner, once on SQLite and once on PostgreSQL."""
    await lay_shop(any_database)
    return Copilot(any_database)
