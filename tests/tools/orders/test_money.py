from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import itertools
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.db import Database, sqlite_url
from knowledge.schema import Customer, Order, Payment, PaymentMethod, Refund, Variant
from tests.tools.orders.desk import CARD, GIFT, PAYPAL, Desk
from tools.orders.money import expected_by
from tools.policy import Policy
from tools.testing import NOW, ShopBuilder

FREE = Policy.model_validate(
    {
        "name": "free",
        "cancel": {"statuses": ["pending", "processing", "shipped"]},
        "returns": {"statuses": ["delivered", "return_requested", "exchange_requested"], "refund_to": ["any"]},
        "exchanges": {"statuses": ["delivered", "return_requested", "exchange_requested"]},
        "price_protection": {
            "once_per_line": False,
            "statuses": ["pending", "delivered", "return_requested", "exchange_requested"],
        },
    }
)
"""Allows nearly all in nearly every order, so that every sequence of steps is tried."""

TEES = ("TEE-RED-M", "TEE-BLUE-M", "TEE-RED-L", "TEE-RED-S")
METHODS = st.sampled_from([CARD, GIFT, PAYPAL])

step = st.one_of(
    st.tuples(st.just("cancel")),
    st.tuples(st.just("deliver")),
    st.tuples(st.just("pay"), METHODS),
    st.tuples(st.just("items"), st.sampled_from(TEES), METHODS),
    st.tuples(st.just("exchange"), st.sampled_from(TEES), METHODS),
    st.tuples(st.just("return"), st.integers(1, 2), st.integers(1, 3), METHODS),
    st.tuples(st.just("price"), st.sampled_from(TEES), st.integers(0, 12000)),
    st.tuples(st.just("protect")),
    st.tuples(st.just("goodwill"), st.integers(1, 5000)),
)
prices = st.integers(1, 20000)
numbers = itertools.count()


@dataclasses.dataclass(frozen=True)
class Cost:
    """What an order of three tees and a mug costs."""

    tee: int
    mug: int
    discount: float
    shipping: int


async def lay_order(desk: Desk, cost: Cost) -> str:
    order_id = f"M{next(numbers)}"
    async with desk.database.write() as session:
        for sku in TEES:
            (await session.get_one(Variant, sku)).price_minor = cost.tee
        (await session.get_one(Variant, "MUG-RED")).price_minor = cost.mug
        customer = await session.get_one(Customer, "C1")
        shop = ShopBuilder(session, "CNY", NOW)
        order = await shop.order(order_id, customer, {"TEE-RED-M": 3, "MUG-RED": 1})
        goods = 3 * cost.tee + cost.mug
        order.discount_minor, order.shipping_minor = int(goods * cost.discount), cost.shipping
        order.total_minor = goods - order.discount_minor + cost.shipping
        (await session.get_one(Payment, f"pay-{order_id}")).amount_minor = order.total_minor
    return order_id


async def take(desk: Desk, order_id: str, move: tuple[Any, ...]) -> None:
    """Take one step; most are refused, and `Desk.do` checks that those that are not do what they showed."""
    match move:
        case ("deliver",):
            if (await desk.order(order_id)).status == "pending":
                await desk.change(Order, order_id, status="delivered", delivered_at=NOW)
        case ("price", sku, minor):
            await desk.change(Variant, sku, price_minor=minor)
        case ("goodwill", minor):
            await goodwill(desk, order_id, minor)
        case _:
            tool, arguments = call(order_id, move)
            await desk.do(tool, order_id=order_id, **arguments)


def call(order_id: str, move: tuple[Any, ...]) -> tuple[str, dict[str, Any]]:
    """Return the tool and the arguments of a step."""
    match move:
        case ("pay", method):
            return "change_order_payment", {"payment_method_id": method}
        case ("items" | "exchange", sku, method):
            tool = "change_order_items" if move[0] == "items" else "exchange_items"
            return tool, {"swaps": [{"line_id": f"{order_id}-1", "new_sku": sku}], "payment_method_id": method}
        case ("return", line, quantity, method):
            lines = [{"line_id": f"{order_id}-{line}", "quantity": quantity}]
            return "return_items", {"lines": lines, "refund_method_id": method}
        case ("protect",):
            return "claim_price_protection", {}
    return "cancel_order", {}


async def goodwill(desk: Desk, order_id: str, minor: int) -> None:
    """Let a person pay something back, up to what is left."""
    paid, back, pending = await sums(desk, order_id)
    if (minor := min(minor, paid - back - pending)) > 0:
        async with desk.database.write() as session:
            position = len(await desk.rows(Payment, order_id=order_id))
            session.add(
                Payment(
                    id=f"{order_id}-g{position}",
                    order_id=order_id,
                    kind="refund",
                    amount_minor=minor,
                    currency="CNY",
                    payment_method_id=CARD,
                    created_at=NOW,
                    position=position,
                )
            )


async def sums(desk: Desk, order_id: str) -> tuple[int, int, int]:
    """Return what was paid for the order, what went back, and what is promised to go back."""
    moved = await desk.payments(order_id)
    promised = await desk.rows(Refund, order_id=order_id, status="pending")
    return (
        sum(minor for kind, minor, _method in moved if kind == "payment"),
        sum(minor for kind, minor, _method in moved if kind == "refund"),
        sum(refund.amount_minor for refund in promised),
    )


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(step, max_size=9), st.builds(Cost, prices, prices, st.floats(0, 1), st.integers(0, 2000)))
def test_never_more_goes_back_than_was_paid(
    shop_file: Path, tmp_path: Path, moves: list[tuple[Any, ...]], cost: Cost
) -> None:
    async def example() -> None:
        path = tmp_path / "money.db"
        shutil.copy(shop_file, path)
        database = Database(sqlite_url(path))
        try:
            await walk(Desk(database, FREE), moves, cost)
        finally:
            await database.close()

    asyncio.run(example())


@pytest.mark.parametrize(
    "moves",
    [
        [("price", "TEE-RED-M", 20), ("protect",), ("items", "TEE-RED-M", CARD), ("cancel",)],
        [("price", "TEE-RED-M", 20), ("protect",), ("items", "TEE-RED-S", GIFT), ("deliver",), ("return", 1, 3, GIFT)],
        [("deliver",), ("return", 1, 1, CARD), ("price", "TEE-RED-M", 7), ("protect",), ("return", 1, 2, PAYPAL)],
        [("pay", PAYPAL), ("items", "TEE-RED-S", GIFT), ("pay", CARD), ("cancel",)],
        [
            ("deliver",),
            ("price", "TEE-RED-S", 1),
            ("exchange", "TEE-RED-S", GIFT),
            ("goodwill", 5000),
            ("return", 2, 1, CARD),
        ],
    ],
)
async def test_these_ways_to_get_too_much_back_are_shut(desk: Desk, moves: list[tuple[Any, ...]]) -> None:
    desk.under(FREE)
    await walk(desk, moves, Cost(tee=101, mug=999, discount=0.33, shipping=10))


async def walk(desk: Desk, moves: list[tuple[Any, ...]], cost: Cost) -> None:
    order_id = await lay_order(desk, cost)
    for move in moves:
        await take(desk, order_id, move)
        paid, back, promised = await sums(desk, order_id)
        assert back + promised <= paid, (move, paid, back, promised)
        cards = await desk.rows(PaymentMethod, kind="gift_card")
        assert all((card.balance_minor or 0) >= 0 for card in cards)
    if (await desk.order(order_id)).status == "cancelled":
        assert await sums(desk, order_id) == (paid, paid, 0), "a cancelled order has given everything back"


@pytest.mark.parametrize(
    ("days", "business", "expected"),
    [
        (0, True, "2026-03-10"),
        (1, True, "2026-03-11"),
        (3, True, "2026-03-13"),
        (4, True, "2026-03-16"),
        (7, True, "2026-03-19"),
        (7, False, "2026-03-17"),
    ],
)
def test_business_days_leave_weekends_out(days: int, business: bool, expected: str) -> None:
    assert NOW.date() == dt.date(2026, 3, 10), "a Tuesday"

    assert expected_by(NOW, days, business_days=business).date().isoformat() == expected
