"""The level at which a product runs low: staged, set, rolled back."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.db import Database
from knowledge.schema import Stock
from tools.base import Identity, ToolCall
from tools.catalog.stock_warning import StockWarning
from tools.executor import Executor
from tools.testing import make_executor, make_shop, propose_and_confirm

OWNER = Identity("merchant", subject="owner")


async def shop_with(database: Database) -> Executor:
    async with database.write() as session:
        shop = await make_shop(session)
        await shop.product(
            "P1", "Lamp", "台灯", variants={"L-B": ({}, 100), "L-W": ({}, 100)}, stock={"L-B": 15, "L-W": 40}
        )
        await shop.product("P2", "E-book", "电子书", variants={"E": ({}, 100)})
    return make_executor(database)


async def levels(database: Database) -> dict[str, int]:
    async with database.read() as session:
        return {sku: (await session.get_one(Stock, sku)).reorder_point for sku in ("L-B", "L-W")}


async def test_every_variant_warns_at_the_level_until_it_is_rolled_back(any_database: Database) -> None:
    executor = await shop_with(any_database)
    done = await propose_and_confirm(executor, "set_stock_warning", {"product_id": "P1", "level": 20}, OWNER)
    assert isinstance(done.evidence, StockWarning)
    assert [(each.what.zh, each.before, each.after) for each in done.evidence.differences()] == [
        ("台灯（L-B）库存预警线", "0", "20"), ("台灯（L-W）库存预警线", "0", "20"),
    ]  # fmt: skip
    assert "1 of 2 variants" in done.evidence.expected().en
    assert await levels(any_database) == {"L-B": 20, "L-W": 20}
    [made] = await executor.proposals(OWNER, status="executed")
    await propose_and_confirm(executor, "set_stock_warning", {"product_id": "P1", "sku": "L-B", "level": 5}, OWNER)
    refused = await propose_and_confirm(executor, "roll_back", {"proposal_id": made.id}, OWNER)
    assert (refused.code, [each["after"] for each in refused.facts["changes"]]) == ("changed_since", ["5"])
    [latest] = [each for each in await executor.proposals(OWNER, status="executed") if each.id != made.id]
    for proposal in (latest, made):
        assert (await propose_and_confirm(executor, "roll_back", {"proposal_id": proposal.id}, OWNER)).status == "ok"
    assert await levels(any_database) == {"L-B": 0, "L-W": 0}
    await executor.close()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"product_id": "P9", "level": 1}, "product_not_found"),
        ({"product_id": "P1", "level": 1, "sku": "X"}, "variant_not_found"),
        ({"product_id": "P2", "level": 1}, "stock_not_counted"),
        ({"product_id": "P1", "level": 0}, "warning_unchanged"),
        ({"product_id": "P1", "level": -1}, "bad_arguments"),
    ],
)
async def test_what_cannot_be_is_refused(database: Database, arguments: dict[str, Any], code: str) -> None:
    executor = await shop_with(database)
    outcome = await executor.call(ToolCall("set_stock_warning", arguments), OWNER, idempotency_key="k")
    assert (outcome.status, outcome.code) == ("refused", code)
