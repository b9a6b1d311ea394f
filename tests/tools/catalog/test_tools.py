from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from knowledge.db import Database
from knowledge.embedding import HashingEmbedder
from knowledge.money import Money
from knowledge.products import load_products
from knowledge.schema import ProductImage, Review, Stock
from tools.base import Outcome, ToolCall
from tools.catalog.tools import TOOLS
from tools.catalog.types import Comparison, ProductDetails, ProductResults, SizeAdvice, StockReport
from tools.executor import Services
from tools.testing import NOW, make_executor, make_shop, shopper


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.write() as session:
        shop = await make_shop(session)
        await shop.category("clothing", "Clothing", "服装")
        await shop.product(
            "P1", "Cotton T-Shirt", "纯棉T恤", category_id="clothing", brand="Yunxiu",
            attributes={"material": "cotton", "gender": "men", "fit": "regular"},
            variants={
                "T-R-M": ({"color": "red", "size": "M"}, 9900),
                "T-R-L": ({"color": "red", "size": "L"}, 9900),
                "T-B-M": ({"color": "navy", "size": "M"}, 10900),
                "T-B-XL": ({"color": "navy", "size": "XL"}, 10900),
            },
            stock={"T-R-M": 5, "T-R-L": 0, "T-B-M": 2},
        )  # fmt: skip
        await shop.product(
            "P2", "Kettle", "水壶", variants={"K": ({"capacity": "1l"}, 19900)}, stock={"K": 3}, brand="Yunxiu"
        )
        await shop.product("P3", "Old Kettle", status="archived", variants={"K3": ({}, 1)})
        await shop.product("P4", "Draft without variants", variants={})
        await shop.add(
            ProductImage(id="i2", product_id="P1", path="b.jpg", position=1),
            ProductImage(id="i1", product_id="P1", path="p/a.jpg", position=0),
            Review(id="r1", product_id="P1", rating=5, lang="en", text="good", created_at=NOW),
            Review(id="r2", product_id="P1", rating=4, lang="zh", text="好", created_at=NOW),
        )
        stock = await session.get_one(Stock, "T-R-L")
        stock.restock_at = NOW
        session.add(stock)


async def _call(database: Database, name: str, services: Services | None = None, **arguments: Any) -> Outcome:
    executor = make_executor(database, TOOLS, services=services)
    return await executor.call(ToolCall(name, arguments), shopper(), idempotency_key="k")


async def test_details_are_live_and_public(database: Database) -> None:
    evidence = (await _call(database, "get_product", product_id="P1")).evidence
    assert isinstance(evidence, ProductDetails)
    assert evidence.title.get("zh") == "纯棉T恤"
    assert evidence.category.get("en") == "Clothing"
    assert (evidence.price_from, evidence.price_to) == (Money(9900, "CNY"), Money(10900, "CNY"))
    assert (evidence.image, evidence.rating, evidence.reviews) == ("/media/p/a.jpg", 4.5, 2)
    assert evidence.options == {"color": ("red", "navy"), "size": ("M", "L", "XL")}
    assert [(v.sku, v.available, v.stock) for v in evidence.variants] == [
        ("T-R-M", True, 5), ("T-R-L", False, 0), ("T-B-M", True, 2), ("T-B-XL", True, None),
    ]  # fmt: skip


async def test_a_sku_names_its_product(database: Database) -> None:
    evidence = (await _call(database, "get_product", product_id="T-B-M")).evidence
    assert isinstance(evidence, ProductDetails)
    assert evidence.product_id == "P1"


@pytest.mark.parametrize("product_id", ["P9", "P3", "P4", "", "x" * 500])
@pytest.mark.parametrize("tool", ["get_product", "check_stock", "advise_size"])
async def test_what_is_not_on_sale_is_not_found(database: Database, tool: str, product_id: str) -> None:
    outcome = await _call(database, tool, product_id=product_id)
    assert (outcome.status, outcome.code, outcome.mendable) == ("refused", "product_not_found", True)
    assert outcome.facts == {"product_id": product_id[:64]}


@pytest.mark.parametrize(
    ("options", "asked", "alternatives"),
    [
        ({"color": "red", "size": "M"}, ["T-R-M"], []),
        ({"color": "Red", "size": "m"}, ["T-R-M"], []),
        ({"颜色": "红色", "size": "M"}, ["T-R-M"], []),
        ({"color": "red", "size": "L"}, ["T-R-L"], ["T-R-M", "T-B-XL", "T-B-M"]),
        ({"size": "L"}, ["T-R-L"], ["T-R-M", "T-B-M", "T-B-XL"]),
        ({"color": "purple"}, [], ["T-R-M", "T-B-M", "T-B-XL"]),
        ({"color": "red"}, ["T-R-M", "T-R-L"], ["T-B-M", "T-B-XL"]),
    ],
)
async def test_stock_of_what_was_asked_and_the_nearest_else(
    database: Database, options: dict[str, str], asked: list[str], alternatives: list[str]
) -> None:
    evidence = (await _call(database, "check_stock", product_id="P1", options=options)).evidence
    assert isinstance(evidence, StockReport)
    assert [variant.sku for variant in evidence.asked] == asked
    assert {variant.sku for variant in evidence.alternatives} == set(alternatives)
    assert [variant.sku for variant in evidence.alternatives][:1] == alternatives[:1]


async def test_a_sold_out_variant_says_when_it_comes_back(database: Database) -> None:
    evidence = (await _call(database, "check_stock", product_id="T-R-L")).evidence
    assert isinstance(evidence, StockReport)
    assert [(v.sku, v.available, v.restock_at) for v in evidence.asked] == [("T-R-L", False, NOW)]
    assert evidence.alternatives[0].sku in {"T-R-M", "T-B-XL"}


async def test_reserved_pieces_are_not_for_sale(database: Database) -> None:
    async with database.write() as session:
        stock = await session.get_one(Stock, "K")
        stock.reserved = 3
        session.add(stock)
    evidence = (await _call(database, "check_stock", product_id="P2")).evidence
    assert isinstance(evidence, StockReport)
    assert [(v.stock, v.available) for v in evidence.asked] == [(0, False)]


@pytest.mark.parametrize(
    ("said", "size", "available", "missing"),
    [
        ({"height_cm": 170, "weight_kg": 63}, "M", True, ()),
        ({"height_cm": 175, "weight_kg": 70}, "L", False, ()),
        ({"usual_size": "xl"}, "XL", True, ()),
        ({"height_cm": 170}, None, False, ("weight_kg",)),
        ({}, None, False, ("height_cm", "weight_kg")),
    ],
)
async def test_size_advice(
    database: Database, said: dict[str, Any], size: str | None, available: bool, missing: tuple[str, ...]
) -> None:
    evidence = (await _call(database, "advise_size", product_id="P1", **said)).evidence
    assert isinstance(evidence, SizeAdvice)
    assert (evidence.size, evidence.available, evidence.missing) == (size, available, missing)
    assert bool(evidence.reasons) is (size is not None)


async def test_nobody_wears_a_kettle(database: Database) -> None:
    outcome = await _call(database, "advise_size", product_id="P2", height_cm=170, weight_kg=60)
    assert (outcome.code, outcome.facts["title"]) == ("size_not_applicable", {"zh": "水壶", "en": "Kettle"})


async def test_a_comparison_says_where_products_differ(database: Database) -> None:
    evidence = (await _call(database, "compare_products", product_ids=["P1", "P2"])).evidence
    assert isinstance(evidence, Comparison)
    rows = {row.attribute: row for row in evidence.rows}
    assert [card.product_id for card in evidence.products] == ["P1", "P2"]
    assert rows["price"].values == ("¥99.00 - ¥109.00", "¥199.00")
    assert (rows["brand"].differs, rows["price"].differs) == (False, True)
    assert rows["color"].values == ("red / navy", "")
    assert (rows["material"].values, rows["material"].label.zh) == (("cotton", ""), "材质")


async def test_a_product_is_not_compared_with_itself(database: Database) -> None:
    outcome = await _call(database, "compare_products", product_ids=["P1", "T-R-M"])
    assert (outcome.status, outcome.code) == ("refused", "compare_needs_two")


async def test_search_finds_in_both_languages_and_names_the_matching_skus(database: Database) -> None:
    services = Services(products=await load_products(database, HashingEmbedder()))
    for query in ("cotton t-shirt", "纯棉T恤", "tee"):
        evidence = (await _call(database, "search_products", services, query=query, options={"color": "red"})).evidence
        assert isinstance(evidence, ProductResults)
        assert [(card.product_id, card.matched) for card in evidence.products] == [("P1", ("T-R-M",))]
        assert (evidence.total, evidence.relaxed) == (1, ())


async def test_search_says_which_filter_it_dropped(database: Database) -> None:
    services = Services(products=await load_products(database, HashingEmbedder()))
    evidence = (
        await _call(database, "search_products", services, query="T恤", options={"color": "purple", "size": "M"})
    ).evidence
    assert isinstance(evidence, ProductResults)
    assert evidence.relaxed == ("options.color",)
    assert evidence.products[0].matched == ("T-R-M", "T-B-M")


async def test_search_without_an_index_says_so(database: Database) -> None:
    assert (await _call(database, "search_products", query="tee")).code == "search_unavailable"
