"""Reviews, the risk queue and what shoppers look for, asked in a conversation, in both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlmodel import select

from dialogue.commands import StartFlow
from dialogue.testing import ScriptedUnderstander, entity
from knowledge.db import Database
from knowledge.schema import BehaviourEvent, Category, Product, Review, RiskCase
from tests.dialogue.conftest import Talk, assemble, small_shop, words
from tools.base import Identity
from tools.testing import NOW


@pytest_asyncio.fixture(params=["zh", "en"])
async def owner(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Talk]:
    """The shop's owner, in either language."""
    await small_shop(database)
    understander = ScriptedUnderstander({}, request.param)
    talk = Talk(await assemble(database, understander), understander, database, Identity("merchant", subject="owner"))
    await talk.open(request.param)
    yield talk
    await talk.conversations.executor.close()


async def lay_reviews(database: Database) -> None:
    async with database.write() as session:
        session.add_all(
            Review(
                id=f"{product}{number}", product_id=product, rating=1 if product == "P-LAMP" else 5, lang="en",
                text=text, created_at=NOW - dt.timedelta(days=number + 1),
            )
            for product, text in (("P-LAMP", "the switch broke"), ("P-TEE", "lovely colour"))
            for number in range(20)
        )  # fmt: skip


async def test_reviews_are_told_by_theme_with_quotations(owner: Talk) -> None:
    await lay_reviews(owner.database)
    lamp = entity("product", "lamp", product_ids=["P-LAMP"], terms="lamp")
    turn = await owner.say("lamp", StartFlow(flow="review_themes", entities=(lamp,), text="lamp"))
    told = words(turn)
    marks = {
        "zh": ("耐用", "顾客原话“the switch broke”", "明显更多", "未考虑"),
        "en": ("durability", 'wrote: "the switch broke"', "clearly more", "Not taken"),
    }
    assert all(mark in told for mark in marks[owner.understander.lang])
    assert "lovely" not in told
    assert turn.actions[0].arguments["product_ids"] == ["P-LAMP"]


async def test_reviews_of_no_such_goods_and_of_a_time_without_any_say_so(owner: Talk) -> None:
    unicorn = entity("product", "unicorn", product_ids=[], kinds=["unicorn"], terms="unicorn")
    turn = await owner.say("unicorn", StartFlow(flow="review_themes", entities=(unicorn,), text="unicorn"))
    assert turn.actions == []
    assert {"zh": "店里没有", "en": "no such goods"}[owner.understander.lang] in words(turn)
    turn = await owner.say("2025-01", StartFlow(flow="review_themes", text="2025-01"))
    assert turn.actions[0].arguments["period"] == {"first": "2025-01-01", "last": "2025-01-31"}
    assert {"zh": "没有评价", "en": "no reviews"}[owner.understander.lang] in words(turn)


async def test_of_a_kind_of_goods_the_whole_category_is_meant(owner: Talk) -> None:
    async with owner.database.write() as session:
        session.add(Category(id="K", name_zh="灯具", name_en="Lighting"))
        await session.flush()
        lamp = (await session.exec(select(Product).where(Product.id == "P-LAMP"))).one()
        lamp.category_id = "K"
        session.add(lamp)
    await lay_reviews(owner.database)
    text = {"zh": "灯具的评价", "en": "reviews of lighting"}[owner.understander.lang]
    some = entity("product", "lighting", product_ids=["P-TEE"], generic=True)
    turn = await owner.say(text, StartFlow(flow="review_themes", entities=(some,), text=text))
    result = turn.actions[-1].result
    assert (result["reviews"], result["about"][0]["en"]) == (20, "Lighting")


async def test_the_risk_queue_tells_reasons_chance_and_what_was_not_known(owner: Talk) -> None:
    empty = await owner.say("q", StartFlow(flow="risk_queue", text="q"))
    assert {"zh": "没有因疑似欺诈", "en": "Nothing is held back"}[owner.understander.lang] in words(empty)
    reasons: list[dict[str, object]] = [
        {"feature": "new_device", "value": 1.0, "share": 2.0},
        {"feature": "account_n", "value": 9.0, "share": -0.5},
        {"feature": "card_n_1h", "value": None, "share": 0.1},
    ]
    async with owner.database.write() as session:
        session.add_all(
            RiskCase(
                id=f"r{number}", customer_id="C1", tool="return_items", subject="d1001", order_id="d1001", kind="refund", chance=0.83,
                held_from=0.5, model="risk 3", reasons=reasons, status=status, created_at=NOW - dt.timedelta(hours=3),
            )
            for number, status in enumerate(["open", "fraud", "allowed"])
        )  # fmt: skip
    told = words(await owner.say("q2", StartFlow(flow="risk_queue", text="q2")))
    marks = {
        "zh": ("83 %", "2 件中 1 件", "该账号没用过的设备", "减轻", "未知", "未考虑", "退款", "3.0 小时"),
        "en": (
            "83 %",
            "of 2 decided cases",
            "a device that is new",
            "In favour",
            "Not known",
            "Not taken",
            "refund",
            "3.0 hours",
        ),
    }
    assert all(mark in told for mark in marks[owner.understander.lang]), told


async def test_what_shoppers_look_for_is_told_with_what_was_left_out(owner: Talk) -> None:
    async with owner.database.write() as session:
        session.add_all(
            BehaviourEvent(session_id=f"{query}{number}", kind=kind, query=query if kind == "search" else "", at=NOW)
            for query, count, buyers in (("lamp", 60, 40), ("tent", 50, 0))
            for number in range(count)
            for kind in ("search", "buy")
            if kind == "search" or number < buyers
        )
    told = words(await owner.say("d", StartFlow(flow="discovery_report", text="d")))
    marks = {"zh": ("110 次会话", "“tent”50 次", "未考虑"), "en": ("110 sessions", '"tent" 50 sessions', "Not taken")}
    assert all(mark in told for mark in marks[owner.understander.lang]), told
