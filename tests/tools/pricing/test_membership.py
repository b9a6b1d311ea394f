from __future__ import annotations

import pytest_asyncio
from sqlmodel import select

from knowledge.db import Database
from knowledge.schema import AuditRow, Customer
from tools.base import Identity, ToolCall
from tools.pricing.membership import TOOLS, TierMove, TierUpdate
from tools.testing import make_executor, make_shop, propose_and_confirm, shopper

OWNER = Identity(role="merchant", subject="owner")


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    """Ten buyers, each with one order more and later than the one before; the last one has also cancelled a great one."""
    async with database.write() as session:
        shop = await make_shop(session)
        await shop.product("P1", "Mug", "杯子", variants={"MUG": ({"color": "red"}, 4900)})
        await shop.customer("N0")
        for number in range(10):
            person = await shop.customer(f"C{number}")
            for order in range(number + 1):
                await shop.order(f"O{number}-{order}", person, {"MUG": 1}, placed_days_ago=300 - 20 * number - order)
        await shop.order("X", person, {"MUG": 99}, status="cancelled", placed_days_ago=1)


async def tiers(database: Database) -> dict[str, str]:
    async with database.read() as session:
        return {person.id: person.tier for person in (await session.exec(select(Customer))).all()}


async def test_a_merchant_sees_who_moves_before_anybody_does(database: Database) -> None:
    executor = make_executor(database, TOOLS)
    before = await tiers(database)
    proposed = await executor.call(ToolCall("update_tiers", {}), OWNER, idempotency_key="k")
    assert isinstance(proposed.evidence, TierUpdate)
    assert (proposed.status, await tiers(database)) == ("needs_confirmation", before)
    assert proposed.evidence.customers == 11
    assert TierMove(before="regular", after="new", customers=1) in proposed.evidence.moves


async def test_orders_earn_the_tiers_and_the_effect_has_its_audit_row(database: Database) -> None:
    done = await propose_and_confirm(make_executor(database, TOOLS), "update_tiers", {}, OWNER)
    assert done.status == "ok"
    assert done.receipt_id
    found = await tiers(database)
    assert (found["C9"], found["C0"], found["N0"]) == ("gold", "regular", "new")
    async with database.read() as session:
        assert [row.tool for row in (await session.exec(select(AuditRow))).all() if row.receipt_id] == ["update_tiers"]


async def test_a_shopper_cannot_promote_anybody(database: Database) -> None:
    refused = await make_executor(database, TOOLS).call(
        ToolCall("update_tiers", {}), shopper("C1"), idempotency_key="k"
    )
    assert (refused.status, refused.code) == ("refused", "not_allowed")
