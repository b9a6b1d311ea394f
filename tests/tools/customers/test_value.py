from __future__ import annotations

import pytest

from knowledge.db import Database
from knowledge.money import Money
from tools.base import Identity, ToolCall
from tools.customers.value import TOOLS, CustomerValue
from tools.testing import agent, make_executor, make_shop


async def value_of(database: Database, customer_id: str) -> CustomerValue:
    who = Identity("agent", subject="anna", customer_id=customer_id)
    outcome = await make_executor(database, TOOLS).call(ToolCall("customer_value", {}), who, idempotency_key="v")
    assert isinstance(outcome.evidence, CustomerValue), outcome
    return outcome.evidence


@pytest.fixture
async def buyers(any_database: Database) -> Database:
    """C1 to C5: C5 bought most, last and most often; C6 has only a cancelled order."""
    async with any_database.write() as session:
        shop = await make_shop(session, "CNY")
        await shop.product("P", "Mug", "杯子", variants={"MUG": ({}, 1000)})
        for number in range(1, 7):
            customer = await shop.customer(f"C{number}")
            for order in range(number if number < 6 else 1):
                status = "cancelled" if number == 6 else "delivered"
                await shop.order(
                    f"W{number}{order}",
                    customer,
                    {"MUG": number},
                    status=status,
                    placed_days_ago=60 - 10 * number + order,
                )
    return any_database


async def test_the_best_of_all_buyers_has_the_best_scores(buyers: Database) -> None:
    best, last = await value_of(buyers, "C5"), await value_of(buyers, "C1")
    assert (best.orders, best.spent, best.last_order_days) == (5, Money(25000, "CNY"), 10)
    assert (best.recency, best.frequency, best.money) == (5, 5, 5)
    assert best.segment.en == "champion"
    assert (last.recency, last.frequency, last.money) == (1, 1, 1)
    assert last.segment.zh == "沉睡顾客"


async def test_who_has_bought_nothing_has_no_scores(buyers: Database) -> None:
    found = await value_of(buyers, "C6")
    assert (found.orders, found.spent.minor, found.last_order_days) == (0, 0, None)
    assert (found.recency, found.frequency, found.money) == (0, 0, 0)


async def test_it_is_for_people_at_the_desk(buyers: Database) -> None:
    executor = make_executor(buyers, TOOLS)
    shopper = Identity("shopper", subject="C5", customer_id="C5")
    refused = await executor.call(ToolCall("customer_value", {}), shopper, idempotency_key="s")
    nobody = await executor.call(ToolCall("customer_value", {}), agent("anna"), idempotency_key="n")
    assert (refused.code, nobody.code) == ("not_allowed", "identify_first")
