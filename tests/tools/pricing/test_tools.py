from __future__ import annotations

import datetime as dt

import pytest
import pytest_asyncio

from knowledge.db import Database
from knowledge.money import Money
from tools.base import Outcome, ToolCall
from tools.evidence import LocalText
from tools.pricing.tools import TOOLS
from tools.pricing.types import PricePoint, PriceSeries
from tools.testing import NOW, make_executor, make_shop, shopper


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.write() as session:
        shop = await make_shop(session)
        await shop.product("P1", "Kettle", "水壶", variants={"K-1": ({"capacity": "1l"}, 9900), "K-2": ({}, 12900)})
        await shop.product("P2", "Old", status="archived", variants={"O-1": ({}, 1)})
        for price, days_ago, reason in (
            (8000, 200, "list"),
            (11900, 100, "list"),
            (7900, 20, "promotion:11.11"),
            (9900, 10, "list"),
        ):
            await shop.price("K-1", price, days_ago=days_ago, reason=reason)
        await shop.price("K-1", 1, days_ago=-5)


async def _ask(database: Database, **arguments: object) -> Outcome:
    return await make_executor(database, TOOLS).call(
        ToolCall("price_history", arguments), shopper(), idempotency_key="k"
    )


def _point(days_ago: int, minor: int, reason: str = "list") -> PricePoint:
    return PricePoint(valid_from=NOW - dt.timedelta(days=days_ago), price=Money(minor, "CNY"), reason=reason)


async def test_a_visitor_gets_the_window_with_the_price_in_force_at_its_start(database: Database) -> None:
    outcome = await _ask(database, product_id="P1", days=90)
    assert outcome.evidence == PriceSeries(
        product_id="P1",
        sku="K-1",
        title=LocalText(zh="水壶", en="Kettle"),
        now=Money(9900, "CNY"),
        lowest=Money(7900, "CNY"),
        highest=Money(11900, "CNY"),
        points=(_point(90, 11900), _point(20, 7900, "promotion:11.11"), _point(10, 9900)),
    )


async def test_a_variant_without_history_has_todays_price(database: Database) -> None:
    evidence = (await _ask(database, product_id="P1", sku="K-2")).evidence
    assert isinstance(evidence, PriceSeries)
    assert (evidence.lowest, evidence.highest, evidence.points) == (Money(12900, "CNY"), Money(12900, "CNY"), ())


@pytest.mark.parametrize(
    ("arguments", "code", "facts"),
    [
        ({"product_id": "P9"}, "product_not_found", {"product_id": "P9"}),
        ({"product_id": "P2"}, "product_not_found", {"product_id": "P2"}),
        ({"product_id": "P1", "sku": "O-1"}, "variant_not_found", {"product_id": "P1", "sku": "O-1"}),
    ],
)
async def test_unknown_goods_are_named(
    database: Database, arguments: dict[str, object], code: str, facts: dict[str, str]
) -> None:
    outcome = await _ask(database, **arguments)
    assert (outcome.status, outcome.code, outcome.facts, outcome.mendable) == ("refused", code, facts, True)
