from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from knowledge.db import Database
from knowledge.schema import Product, Review
from knowledge.types import Lang
from tools.base import ToolCall
from tools.catalog.tools import TOOLS
from tools.catalog.types import ProductFacts
from tools.testing import NOW, make_executor, make_shop, shopper


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.write() as session:
        shop = await make_shop(session)
        await shop.product(
            "P1", "Modal Tee", "莫代尔T恤", attributes={"material": "cotton", "battery life": "24 h"},
            variants={"T-R": ({"color": "red"}, 9900), "T-B": ({"color": "navy"}, 10900)},
        )  # fmt: skip
        await shop.product("P2", "Vase", "花瓶", variants={"V": ({}, 100)})
        product = await session.get_one(Product, "P1")
        product.description_zh = "贴身柔软。建议 30 度以下机洗。带 3.5 毫米收纳扣。"
        product.description_en = "Soft on the skin. Machine wash at 30 °C or below. With a 3.5 mm pouch clip."
        session.add(product)
        for number, (rating, lang, text) in enumerate(
            [(5, "en", "Lovely."), (4, "zh", "很好，没有起球。"), (1, "zh", "穿一次就起球。"), (3, "en", "It is fine.")]
        ):
            await shop.add(
                Review(id=f"r{number}", product_id="P1", rating=rating, lang=lang, text=text, created_at=NOW)
            )


async def _ask(database: Database, question: str, product_id: str = "P1", lang: Lang = "zh") -> ProductFacts:
    arguments: dict[str, Any] = {"product_id": product_id, "question": question, "lang": lang}
    executor = make_executor(database, TOOLS)
    outcome = await executor.call(ToolCall("product_facts", arguments), shopper(), idempotency_key="k")
    assert isinstance(outcome.evidence, ProductFacts)
    return outcome.evidence


@pytest.mark.parametrize("question", ["能机洗吗", "这个可以洗吗", "is it machine washable", "how do I wash it?"])
async def test_a_sentence_of_the_description_answers(database: Database, question: str) -> None:
    (fact,) = (await _ask(database, question)).facts
    assert fact.text is not None
    assert fact.text.zh == "建议 30 度以下机洗。"
    assert fact.text.en == "Machine wash at 30 °C or below."


@pytest.mark.parametrize(
    ("question", "holds"),
    [("是纯棉的吗", True), ("这是亚麻的吗", False), ("is it cotton?", True), ("is this silk", False)],
)
async def test_a_value_is_confirmed_or_denied(database: Database, question: str, holds: bool) -> None:
    (fact,) = (await _ask(database, question)).facts
    assert (fact.key, fact.values, fact.holds) == ("material", ("cotton",), holds)


@pytest.mark.parametrize(
    ("question", "key", "values"),
    [
        ("续航多久", "battery life", ("24 h",)),
        ("how long does the battery last", "battery life", ("24 h",)),
        ("有什么颜色", "color", ("red", "navy")),
        ("what colours does it come in", "color", ("red", "navy")),
        ("什么材质的", "material", ("cotton",)),
    ],
)
async def test_an_attribute_or_option_answers(
    database: Database, question: str, key: str, values: tuple[str, ...]
) -> None:
    (fact,) = (await _ask(database, question)).facts
    assert (fact.key, fact.values, fact.holds) == (key, values, None)


@pytest.mark.parametrize("question", ["多少钱", "how much is it"])
async def test_the_price_is_a_fact(database: Database, question: str) -> None:
    (fact,) = (await _ask(database, question)).facts
    assert fact.price_from is not None
    assert fact.price_to is not None
    assert (fact.price_from.minor, fact.price_to.minor) == (9900, 10900)


@pytest.mark.parametrize(
    ("question", "first"), [("评价怎么样", "很好，没有起球。"), ("what do reviews say", "Lovely.")]
)
async def test_reviews_are_counted_and_quoted_from_both_sides(database: Database, question: str, first: str) -> None:
    found = await _ask(database, question, lang="zh" if first[0] > "z" else "en")
    assert found.reviews is not None
    assert (found.reviews.count, found.reviews.good, found.reviews.poor) == (4, 2, 1)
    assert [quote.text for quote in found.reviews.quotes] == [first, "穿一次就起球。"]


async def test_reviews_speak_where_the_page_is_silent(database: Database) -> None:
    found = await _ask(database, "会起球吗")
    assert (found.facts, found.mentions, found.of_reviews) == ((), 2, 4)


@pytest.mark.parametrize(
    "question", ["防水吗", "is it dishwasher safe", "可以放洗碗机吗", "孕妇可以用吗", "does it glow in the dark?"]
)
async def test_silence_is_no_answer(database: Database, question: str) -> None:
    found = await _ask(database, question)
    assert found.specific
    assert (found.facts, found.reviews, found.mentions) == ((), None, 0)


async def test_words_that_no_topic_knows_find_their_sentence(database: Database) -> None:
    (fact,) = (await _ask(database, "does it have a pouch?")).facts
    assert fact.text is not None
    assert fact.text.get("zh") == "带 3.5 毫米收纳扣。"


@pytest.mark.parametrize("question", ["", "介绍一下", "tell me more about it", "详细说说"])
async def test_the_whole_page_is_no_question(database: Database, question: str) -> None:
    assert not (await _ask(database, question)).specific


async def test_a_product_without_words_or_reviews_has_none(database: Database) -> None:
    found = await _ask(database, "评价怎么样", "P2")
    assert found.reviews is not None
    assert (found.reviews.count, found.reviews.rating, found.reviews.quotes) == (0, None, ())


async def _asked_of(database: Database, question: str, options: dict[str, str]) -> ProductFacts:
    arguments: dict[str, Any] = {"product_id": "P1", "question": question, "lang": "en", "options": options}
    outcome = await make_executor(database, TOOLS).call(
        ToolCall("product_facts", arguments), shopper(), idempotency_key="k"
    )
    assert isinstance(outcome.evidence, ProductFacts)
    return outcome.evidence


@pytest.mark.parametrize("question", ["how much is the navy one", "藏青色的卖多少"])
async def test_the_price_is_that_of_the_variant_named(database: Database, question: str) -> None:
    (fact,) = (await _asked_of(database, question, {"color": "navy"})).facts
    assert fact.price_from is not None
    assert (fact.kind, fact.price_from.minor, fact.options) == ("price", 10900, {"color": "navy"})


async def test_an_option_that_the_product_lacks_leaves_its_own_price(database: Database) -> None:
    (fact,) = (await _asked_of(database, "how much is the 2 l one", {"capacity": "2l"})).facts
    assert fact.price_from is not None
    assert (fact.price_from.minor, fact.options) == (9900, {})


@pytest.mark.parametrize("question", ["are buyers pleased with the cotton tee", "大家对这件纯棉的满意吗"])
async def test_a_material_beside_words_for_reviews_only_says_which_product(database: Database, question: str) -> None:
    found = await _ask(database, question)
    assert found.facts == ()
    assert found.reviews is not None
    assert found.reviews.count == 4
