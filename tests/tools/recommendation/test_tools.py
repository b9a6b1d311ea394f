from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from knowledge.db import Database
from knowledge.embedding import HashingEmbedder
from knowledge.products import load_products
from knowledge.schema import BehaviourEvent
from tools.base import Identity, Outcome, ToolCall
from tools.capabilities import CAPABILITIES
from tools.evidence import LocalText
from tools.executor import Services
from tools.fitted import Models, ModelStore, TooLittleDataError, Version
from tools.recommendation.capability import Recommendation
from tools.recommendation.shop import own_interactions
from tools.recommendation.tools import TOOLS
from tools.recommendation.types import Recommendations
from tools.testing import NOW, make_executor, make_shop, shopper

GOODS: dict[str, tuple[str, str, str, dict[str, tuple[dict[str, str], int]]]] = {
    "CUP": ("Cup", "杯子", "kitchen", {"CUP-R": ({"color": "red"}, 4900), "CUP-B": ({"color": "blue"}, 4900)}),
    "POT": ("Teapot", "茶壶", "kitchen", {"POT-W": ({"color": "white"}, 15900)}),
    "TEA": ("Green tea", "绿茶", "food", {"TEA-1": ({}, 8900)}),
    "SCARF": ("Wool scarf", "羊毛围巾", "wear", {"SCARF-R": ({"color": "red"}, 29900)}),
    "HAT": ("Wool hat", "羊毛帽", "wear", {"HAT-B": ({"color": "blue"}, 39900)}),
}


@pytest_asyncio.fixture
async def shop(database: Database) -> Database:
    """Forty people buy a cup and then a teapot or tea; ten buy a scarf and then a hat."""
    async with database.write() as session:
        shop = await make_shop(session)
        for category in ("kitchen", "food", "wear"):
            await shop.category(category, category, category)
        for product_id, (en, zh, category, variants) in GOODS.items():
            await shop.product(product_id, en, zh, category_id=category, variants=variants)
        for number in range(50):
            customer = await shop.customer(f"C{number}")
            first, then = ("CUP-R", ("POT-W", "TEA-1")[number % 2]) if number < 40 else ("SCARF-R", "HAT-B")
            await shop.order(f"A{number}", customer, {first: 1}, placed_days_ago=60 - number % 7)
            await shop.order(f"B{number}", customer, {then: 1}, placed_days_ago=30 - number % 7)
        await shop.order("N1", await shop.customer("NEW"), {"CUP-B": 1}, placed_days_ago=1)
        await shop.customer("NOBODY")
        looked = BehaviourEvent(
            customer_id="NOBODY", session_id="s", kind="view", product_id="SCARF", at=NOW - dt.timedelta(hours=1)
        )
        await shop.add(looked)
    return database


@pytest_asyncio.fixture
async def services(shop: Database, tmp_path: Path) -> Services:
    model = Recommendation().fit(await own_interactions(shop, NOW))
    version = Version(number=0, at=NOW, source="shop")
    ModelStore(tmp_path, "recommendation").keep(model.save, version)
    return Services(products=await load_products(shop, HashingEmbedder()), models=Models(CAPABILITIES, tmp_path))


async def _ask(
    database: Database, services: Services, who: Identity | None = None, **arguments: Any
) -> Recommendations:
    outcome = await _call(database, services, who, **arguments)
    assert isinstance(outcome.evidence, Recommendations), outcome
    return outcome.evidence


async def _call(database: Database, services: Services, who: Identity | None = None, **arguments: Any) -> Outcome:
    executor = make_executor(database, TOOLS, services=services)
    return await executor.call(ToolCall("recommend_products", arguments), who or shopper(), idempotency_key="k")


async def test_what_others_bought_next_comes_first_with_the_reason_in_words(shop: Database, services: Services) -> None:
    found = await _ask(shop, services, shopper("NEW"), diversity=0.0)
    assert found.model == "recommendation 1"
    assert {product.product_id for product in found.products[:2]} == {"POT", "TEA"}
    assert found.products[0].because_of == "CUP"
    assert found.products[0].reason in (
        LocalText(zh="买了杯子的人接着常买", en="often bought after Cup"),
        LocalText(zh="常和杯子一起买", en="bought with Cup"),
    )
    assert "CUP" not in {product.product_id for product in found.products[:4]}


async def test_a_look_counts_and_so_does_what_was_looked_at_in_this_conversation(
    shop: Database, services: Services
) -> None:
    assert (await _ask(shop, services, shopper("NOBODY"))).products[0].product_id == "HAT"
    assert (await _ask(shop, services, interested=["SCARF"])).products[0].product_id == "HAT"
    assert (await _ask(shop, services)).products[0].product_id == "CUP"


async def test_filters_are_hard_and_what_was_refused_stays_away(shop: Database, services: Services) -> None:
    found = await _ask(shop, services, shopper("NOBODY"), price_max_minor=30000, exclude_options={"color": "red"})
    assert {product.product_id for product in found.products} == {"CUP", "POT", "TEA"}
    left = await _ask(shop, services, exclude_products=["CUP", "POT"])
    assert {product.product_id for product in left.products} == {"TEA", "SCARF", "HAT"}


async def test_what_goes_with_a_product_is_of_another_kind_than_itself(shop: Database, services: Services) -> None:
    found = await _ask(shop, services, goes_with="CUP", limit=2)
    assert found.products[0].product_id == "TEA"
    assert all(product.because_of == "CUP" for product in found.products[:1])
    outcome = await _call(shop, services, goes_with="NONE")
    assert (outcome.status, outcome.code) == ("refused", "product_not_found")


async def test_cheaper_first_is_an_order_and_pages_go_on(shop: Database, services: Services) -> None:
    found = await _ask(shop, services, sort="price_up")
    assert [product.product_id for product in found.products] == ["CUP", "TEA", "POT", "SCARF", "HAT"]
    second = await _ask(shop, services, sort="price_up", limit=2, offset=2)
    assert [product.product_id for product in second.products] == ["POT", "SCARF"]


async def test_before_anything_is_fitted_rules_answer_and_say_so(shop: Database) -> None:
    services = Services(products=await load_products(shop, HashingEmbedder()))
    found = await _ask(shop, services, shopper("NEW"))
    assert found.model == "rules"
    assert {product.why for product in found.products} == {"fits"}
    assert len(found.products) == 5


async def test_the_history_is_that_of_the_session_and_of_nobody_else(shop: Database, services: Services) -> None:
    outcome = await _call(shop, services, shopper("NOBODY"), customer_id="NEW")
    assert outcome.status == "refused"
    assert (await _ask(shop, services, shopper("NOBODY"))).known_history == 1


async def test_a_shop_without_purchases_learns_nothing(database: Database) -> None:
    async with database.write() as session:
        await make_shop(session)
    with pytest.raises(TooLittleDataError, match="purchases to learn from"):
        await own_interactions(database, NOW)
