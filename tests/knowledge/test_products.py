from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from knowledge.db import Database, sqlite_url
from knowledge.embedding import FloatArray, HashingEmbedder
from knowledge.product_search import ProductQuery
from knowledge.products import ProductIndex, load_products
from knowledge.schema import Category, Product, ProductImage, Review, Shop, Stock, Variant

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


class CountingEmbedder(HashingEmbedder):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> FloatArray:
        self.seen += texts
        return super().encode(texts)


def _product(
    product_id: str, title_zh: str, title_en: str, category: str | None, *, days: int = 0, **fields: Any
) -> Product:
    created_at = NOW - dt.timedelta(days=days)
    return Product(
        id=product_id, title_zh=title_zh, title_en=title_en, category_id=category, created_at=created_at, **fields
    )


def _variant(sku: str, product_id: str, price: int, position: int = 0, **options: str) -> Variant:
    return Variant(
        sku=sku, product_id=product_id, options=options, price_minor=price, currency="CNY", position=position
    )


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.write() as session:
        session.add(Shop(id="s", name_zh="店", name_en="Shop", currency="CNY"))
        session.add(Category(id="clothing", name_zh="服装", name_en="Clothing"))
        await session.flush()
        session.add_all([
            Category(id="tees", parent_id="clothing", name_zh="T恤", name_en="T-Shirts"),
            Category(id="dresses", parent_id="clothing", name_zh="连衣裙", name_en="Dresses"),
            Category(id="loop", parent_id=None, name_zh="数码", name_en="Electronics"),
        ])  # fmt: skip
        await session.flush()
        session.add_all([
            _product("T1", "纯棉圆领T恤", "Cotton Crew T-Shirt", "tees", days=9, brand="Yunxiu", attributes={"material": "cotton"}),
            _product("T2", "速干运动T恤", "Quick-Dry Sport T-Shirt", "tees", days=5, tags=["running"]),
            _product("D1", "碎花连衣裙", "Floral Summer Dress", "dresses", days=1, description_en="made of airy chiffon"),
            _product("H1", "降噪头戴耳机", "Noise-Cancelling Headphones", "loop", days=3),
            _product("K1", "", "Mechanical Keyboard", "loop", days=2),
            _product("X1", "下架的T恤", "Withdrawn T-Shirt", "tees", status="archived"),
        ])  # fmt: skip
        await session.flush()
        session.add_all([
            _variant("T1-R-M", "T1", 9900, 0, color="red", size="M"),
            _variant("T1-R-L", "T1", 9900, 1, color="red", size="L"),
            _variant("T1-N-M", "T1", 11900, 2, color="navy", size="M"),
            _variant("T2-B-M", "T2", 7900, 0, color="black", size="M"),
            _variant("D1-R", "D1", 25900, 0, color="red", size="S"),
            _variant("H1-B", "H1", 89900, 0, color="black"),
            _variant("K1-C", "K1", 39900, 0, **{"switch type": "clicky"}),
            _variant("X1-R", "X1", 100, 0, color="red"),
        ])  # fmt: skip
        await session.flush()
        session.add_all([
            Stock(sku="T1-R-L", on_hand=0), Stock(sku="T1-N-M", on_hand=2, reserved=2), Stock(sku="T2-B-M", on_hand=4),
            ProductImage(id="i2", product_id="T1", path="second.jpg", position=1),
            ProductImage(id="i1", product_id="T1", path="first.jpg", position=0),
            ProductImage(id="i3", product_id="H1", path="https://cdn.example/h.jpg"),
            Review(id="r1", product_id="T2", rating=5, lang="en", text="", created_at=NOW),
            Review(id="r2", product_id="T2", rating=4, lang="zh", text="", created_at=NOW),
        ])  # fmt: skip


async def _ids(index: ProductIndex, text: str = "", **filters: Any) -> list[str]:
    return [finding.product.id for finding in (await index.search(ProductQuery(text, **filters))).found]


async def test_the_snapshot_holds_what_cards_need(database: Database) -> None:
    index = await load_products(database, HashingEmbedder())
    tee = index.get("T1")
    assert tee is not None
    assert (len(index), index.currency, index.get("X1")) == (5, "CNY", None)
    assert (tee.image, tee.category.path, tee.attributes) == (
        "/media/first.jpg",
        ("clothing", "tees"),
        {"material": "cotton"},
    )
    assert tee.options == {"color": ("red", "navy"), "size": ("M", "L")}
    assert [(v.sku, v.buyable) for v in tee.variants] == [("T1-R-M", True), ("T1-R-L", False), ("T1-N-M", False)]
    assert (tee.price_from_minor, tee.price_to_minor) == (9900, 9900)
    other = index.get("T2")
    assert other is not None
    assert (other.rating, other.reviews) == (4.5, 2)
    headphones = index.get("H1")
    assert headphones is not None
    assert headphones.image == "https://cdn.example/h.jpg"


@pytest.mark.parametrize(
    ("text", "best"),
    [("有没有圆领的短袖", "T1"), ("a cotton tee", "T1"), ("运动T恤", "T2"), ("tee for running", "T2"), ("小裙子", "D1"), ("chiffon dress", "D1"),
     ("头戴式耳机", "H1"), ("noise cancelling headset", "H1"), ("机械键盘", "K1"), ("键盘", "K1"), ("T1-N-M", "T1"), ("yunxiu", "T1")],
)  # fmt: skip
async def test_words_of_either_language_find_the_product(database: Database, text: str, best: str) -> None:
    assert (await _ids(await load_products(database, HashingEmbedder()), text))[0] == best


@pytest.mark.parametrize(
    ("filters", "found", "relaxed"),
    [
        ({}, ["T2", "T1"], ()),
        ({"options": {"color": "red"}}, ["T1"], ()),
        ({"options": {"color": "black"}, "price_max_minor": 10_000}, ["T2"], ()),
        ({"options": {"color": "green"}}, ["T2", "T1"], ("options.color",)),
        ({"text": "dress"}, ["D1"], ()),
    ],
)
async def test_of_what_looks_like_a_picture_the_kind_that_it_shows_is_meant(
    database: Database, filters: dict[str, Any], found: list[str], relaxed: tuple[str, ...]
) -> None:
    index = await load_products(database, HashingEmbedder())
    query = ProductQuery(**{"text": "", **filters}, near=("T2", "T1", "D1"))
    findings = await index.search(query)
    assert ([finding.product.id for finding in findings.found], findings.relaxed) == (found, relaxed)
    mixed = await _ids(index, near=("H1", "D1", "T1"))
    assert mixed == ["H1", "D1", "T1"]


@pytest.mark.parametrize("text", ["plane tickets", "猫粮", "\x00\ud800", "zzzz"])
async def test_what_the_shop_does_not_sell_is_not_found(database: Database, text: str) -> None:
    findings = await (await load_products(database, HashingEmbedder())).search(ProductQuery(text))
    assert (findings.found, findings.total, findings.relaxed) == ((), 0, ())


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"category": "clothing"}, {"T1", "T2", "D1"}),
        ({"category": "连衣裙"}, {"D1"}),
        ({"category": "t-shirts", "price_max_minor": 8000}, {"T2"}),
        ({"price_min_minor": 20000, "price_max_minor": 50000}, {"D1", "K1"}),
        ({"options": {"color": "red", "size": "M"}}, {"T1"}),
        ({"options": {"颜色": "红色"}}, {"T1", "D1"}),
        ({"options": {"": "red"}}, {"T1", "D1"}),
        ({"options": {"material": "Cotton"}}, {"T1"}),
        ({"category": "clothing", "exclude_options": {"color": "red"}}, {"T2"}),
        ({"category": "clothing", "exclude_options": {"color": "red"}, "in_stock": False}, {"T1", "T2"}),
    ],
)
async def test_filters_are_exact(database: Database, filters: dict[str, Any], ids: set[str]) -> None:
    findings = await (await load_products(database, HashingEmbedder())).search(ProductQuery(**filters))
    assert ({finding.product.id for finding in findings.found}, findings.relaxed) == (ids, ())


async def test_the_matching_skus_meet_every_filter(database: Database) -> None:
    index = await load_products(database, HashingEmbedder())
    findings = await index.search(ProductQuery("tee", options={"color": "red"}))
    assert [(found.product.id, found.skus) for found in findings.found] == [("T1", ("T1-R-M",))]


@pytest.mark.parametrize(
    ("filters", "best", "relaxed"),
    [
        ({"options": {"color": "green", "size": "M"}}, "T1", ("options.color",)),
        ({"options": {"color": "red", "size": "M"}, "price_max_minor": 5000}, "T1", ("price",)),
        ({"options": {"color": "red", "size": "L"}}, "T1", ("options.size",)),
        ({"options": {"color": "navy"}, "exclude_options": {"size": "L"}}, "T1", ("options.color",)),
        (
            {"options": {"color": "green", "size": "XXL"}, "price_max_minor": 1},
            "T2",  # the cheapest, since the price cannot be met
            ("options.color", "price", "options.size"),
        ),
        ({"category": "dresses", "options": {"color": "black"}}, "D1", ("options.color",)),
        ({"category": "no such category"}, "T1", ("category",)),
    ],
)
async def test_the_fewest_and_least_important_filters_are_dropped(
    database: Database, filters: dict[str, Any], best: str, relaxed: tuple[str, ...]
) -> None:
    findings = await (await load_products(database, HashingEmbedder())).search(ProductQuery("圆领T恤", **filters))
    assert (findings.found[0].product.id, findings.relaxed) == (best, relaxed)


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("price_up", ["T2", "T1", "D1", "K1", "H1"]),
        ("price_down", ["H1", "K1", "D1", "T1", "T2"]),
        ("newest", ["D1", "K1", "H1", "T2", "T1"]),
        ("rating", ["T2", "D1", "H1", "K1", "T1"]),
    ],
)
async def test_sorting(database: Database, sort: Any, ids: list[str]) -> None:
    assert await _ids(await load_products(database, HashingEmbedder()), sort=sort) == ids


async def test_the_cheapest_of_what_was_asked_is_no_other_thing(database: Database) -> None:
    index = await load_products(database, HashingEmbedder())
    assert await _ids(index, "连衣裙", sort="price_up") == ["D1"]


async def test_only_talk_lists_everything(database: Database) -> None:
    assert len(await _ids(await load_products(database, HashingEmbedder()), "推荐")) == 5


async def test_a_limit_keeps_the_total(database: Database) -> None:
    findings = await (await load_products(database, HashingEmbedder())).search(ProductQuery(limit=2))
    assert (len(findings.found), findings.total) == (2, 5)


async def test_a_change_is_seen_after_a_refresh_and_only_new_texts_are_encoded(database: Database) -> None:
    embedder = CountingEmbedder()
    index = await load_products(database, embedder)
    embedder.seen.clear()
    async with database.write() as session:
        variant = await session.get_one(Variant, "T1-R-M")
        variant.price_minor = 8800
        session.add(variant)
        session.add(_product("T3", "", "Linen T-Shirt", "tees"))
        await session.flush()
        session.add(_variant("T3-W", "T3", 5000, color="white"))
    await index.refresh()
    tee = index.get("T1")
    assert tee is not None
    assert tee.price_from_minor == 8800
    assert index.get("T3") is not None
    assert embedder.seen == ["Linen T-Shirt T-Shirts"]


@pytest.mark.parametrize("change", ["stock", "withdrawn", "review"])
async def test_a_refresh_notices(database: Database, change: str) -> None:
    index = await load_products(database, HashingEmbedder())
    before = index.entries
    await index.refresh()
    assert index.entries is before
    async with database.write() as session:
        if change == "stock":
            stock = await session.get_one(Stock, "T1-R-L")
            stock.on_hand = 1
            session.add(stock)
        elif change == "withdrawn":
            product = await session.get_one(Product, "T1")
            product.status = "archived"
            session.add(product)
        else:
            session.add(Review(id="r3", product_id="T1", rating=1, lang="en", text="", created_at=NOW))
    await index.refresh()
    assert index.entries != before


async def test_an_edit_of_equal_length_needs_force(database: Database) -> None:
    index = await load_products(database, HashingEmbedder())
    async with database.write() as session:
        product = await session.get_one(Product, "H1")
        product.title_en = product.title_en[::-1]
        session.add(product)
    await index.refresh(force=True)
    headphones = index.get("H1")
    assert headphones is not None
    assert headphones.title_en == "senohpdaeH gnillecnaC-esioN"


async def test_vectors_are_kept_on_disk(database: Database, tmp_path: Path) -> None:
    await load_products(database, HashingEmbedder(), tmp_path)
    embedder = CountingEmbedder()
    index = await load_products(database, embedder, tmp_path)
    assert (embedder.seen, len(index)) == ([], 5)


async def test_an_empty_shop_finds_nothing(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "empty.db"))
    await database.create_tables()
    index = await load_products(database, HashingEmbedder())
    assert await _ids(index, "tee", options={"color": "red"}) == []
    assert await _ids(index) == []
    await database.close()


async def test_a_stated_attribute_is_a_filter_and_named_when_nothing_has_it(database: Database) -> None:
    async with database.write() as session:
        session.add(_product("T3", "亚麻T恤", "Linen T-Shirt", "tees", attributes={"material": "linen"}))
        await session.flush()
        session.add(_variant("T3-1", "T3", 9900))
    index = await load_products(database, HashingEmbedder())
    assert await _ids(index, "linen t-shirts") == ["T3"]
    assert await _ids(index, "T-shirts", said="do you have linen t-shirts") == ["T3"]
    assert (await index.search(ProductQuery(text="linen t-shirts", brand="Yunxiu"))).relaxed == ("options.material",)


async def test_a_brand_is_a_filter(database: Database) -> None:
    index = await load_products(database, HashingEmbedder())
    assert await _ids(index, "T-shirts", brand="yunxiu") == ["T1"]
    assert (await index.search(ProductQuery(text="T-shirts", brand="Nobody"))).relaxed == ("brand",)
