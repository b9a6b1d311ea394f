"""A merchant and prices: a suggestion with its reasons and curve, another price in place of it, a yes or a no; a competitor's page."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from sqlmodel import select

from dialogue.commands import Affirm, Correct, Deny, Entity, Provide, StartFlow
from dialogue.replies.types import ChartReply
from dialogue.testing import ScriptedUnderstander, entity
from dialogue.turn import Turn
from knowledge.db import Database
from knowledge.schema import Attachment, CompetitorPrice, Variant
from knowledge.types import Lang
from tests.dialogue.conftest import Talk, assemble, small_shop, words
from tools.base import Identity
from tools.executor import Executor, Services
from tools.pricing.reading.pages import PageReader
from tools.pricing.testing import ScriptedOcr
from tools.testing import NOW
from tools.visual_search.gallery import Gallery

LAMP = entity("product", "lamp", terms="lamp", product_ids=["P-LAMP"], generic=False)


def amount(minor: int) -> Entity:
    return entity("amount", str(minor // 100), minor=minor, relation="exact")


async def talking(database: Database, folder: Path, identity: Identity, lang: Lang) -> Talk:
    understander = ScriptedUnderstander({}, lang)
    conversations = await assemble(database, understander)
    executor: Executor = conversations.executor
    kept = executor.services
    executor.services = Services(
        retriever=kept.retriever,
        products=kept.products,
        gallery=Gallery(database, folder, kept.models),
        pages=PageReader(lambda: ScriptedOcr(["台灯", "¥ 129.00"])),
    )
    talk = Talk(conversations, understander, database, identity)
    await talk.open(lang)
    return talk


@pytest_asyncio.fixture(params=["zh", "en"])
async def owner(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> AsyncIterator[Talk]:
    """The shop's owner, in either language."""
    await small_shop(database)
    async with database.write() as session:
        for variant in (await session.exec(select(Variant).where(Variant.product_id == "P-LAMP"))).all():
            variant.cost_minor = 5_000
            session.add(variant)
    talk = await talking(database, tmp_path, Identity("merchant", subject="owner"), request.param)
    yield talk
    await talk.conversations.executor.close()


async def lamp_prices(database: Database) -> set[int]:
    async with database.read() as session:
        found = await session.exec(select(Variant.price_minor).where(Variant.product_id == "P-LAMP"))
        return set(found.all())


async def page(talk: Talk, folder: Path) -> str:
    Image.new("RGB", (600, 400), "white").save(folder / "page.png")
    async with talk.database.write() as session:
        session.add(
            Attachment(
                id="att_page", owner=str(talk.identity.subject), kind="image", media_type="image/png", path="page.png",
                size_bytes=1, created_at=NOW,
            )
        )  # fmt: skip
    return "att_page"


def chart(turn: Turn) -> ChartReply:
    [found] = [reply for reply in turn.replies if isinstance(reply, ChartReply)]
    return found


async def test_a_suggestion_says_why_with_an_interval_and_shows_the_curve(owner: Talk) -> None:
    turn = await owner.say("what should the lamp cost", StartFlow(flow="suggest_price", entities=(LAMP,)))
    advice = next(action.result for action in turn.actions if action.tool == "suggest_price")
    said = words(turn)
    assert "95 %" in said
    assert "2.0 %" in said
    assert "31 %" in said
    drawn = chart(turn)
    root = ET.fromstring(drawn.svg)
    assert root.tag.endswith("svg")
    assert len(drawn.table) == 10
    assert any("159.00" in row[0] for row in drawn.table)
    assert advice["product_id"] == "P-LAMP"


async def test_the_price_that_was_suggested_is_set_after_a_yes_and_not_before(owner: Talk) -> None:
    turn = await owner.say("price", StartFlow(flow="suggest_price", entities=(LAMP,)))
    advice = next(action.result for action in turn.actions if action.tool == "suggest_price")
    assert advice["suggested"] != advice["now"]
    assert await lamp_prices(owner.database) == {15_900}
    done = await owner.say("yes", Affirm())
    assert await lamp_prices(owner.database) == {advice["suggested"]["minor"]}
    assert [action.receipt is not None for action in done.actions] == [True]


async def test_another_price_takes_the_place_of_the_suggestion(owner: Talk) -> None:
    await owner.say("price", StartFlow(flow="suggest_price", entities=(LAMP,)))
    turn = await owner.say("no, 155", Correct(entities=(amount(15_500),)))
    assert "155.00" in words(turn)
    await owner.say("yes", Affirm())
    assert await lamp_prices(owner.database) == {15_500}


async def test_a_no_leaves_the_price(owner: Talk) -> None:
    await owner.say("change", StartFlow(flow="change_price", entities=(LAMP, amount(16_500))))
    await owner.say("no", Deny())
    assert await lamp_prices(owner.database) == {15_900}


async def test_a_missing_price_is_asked_for_and_a_soft_rule_is_told(owner: Talk) -> None:
    asked = await owner.say("change", StartFlow(flow="change_price", entities=(LAMP,)))
    assert words(asked) in {"改成多少钱？", "What is the new price?"}
    turn = await owner.say("199", Provide(entities=(amount(19_900),)))
    assert ("largest step up" in words(turn)) or ("涨幅上限" in words(turn))


async def test_what_if_answers_each_price_that_was_named(owner: Talk) -> None:
    named = (LAMP, amount(14_900), amount(16_900))
    turn = await owner.say("what if", StartFlow(flow="price_curve", entities=named))
    said = words(turn)
    assert "149.00" in said
    assert "169.00" in said
    assert chart(turn).table
    assert await lamp_prices(owner.database) == {15_900}


async def test_a_competitors_page_is_read_and_kept_after_a_yes(owner: Talk, tmp_path: Path) -> None:
    read = await owner.say("", attachments=(await page(owner, tmp_path),))
    assert "129.00" in words(read)
    asked = await owner.say("Lamp Land", Provide())
    assert "Lamp Land" in words(asked)
    await owner.say("yes", Affirm())
    async with owner.database.read() as session:
        [kept] = (await session.exec(select(CompetitorPrice))).all()
    assert (kept.product_id, kept.competitor, kept.price_minor, kept.kind) == ("P-LAMP", "Lamp Land", 12_900, "list")
    report = await owner.say("report", StartFlow(flow="competitor_report", entities=(LAMP,)))
    assert "Lamp Land" in words(report)
    assert "-18.9 %" in words(report)


async def test_a_page_is_asked_for_where_none_was_sent(owner: Talk, tmp_path: Path) -> None:
    asked = await owner.say("a screenshot", StartFlow(flow="competitor_page"))
    assert ("screenshot" in words(asked)) or ("截图" in words(asked))
    read = await owner.say("here", attachments=(await page(owner, tmp_path),))
    assert "129.00" in words(read)


async def test_a_shoppers_page_is_a_claim_that_counts_in_nothing_and_a_person_decides(
    database: Database, tmp_path: Path
) -> None:
    await small_shop(database)
    talk = await talking(database, tmp_path, Identity("shopper", subject="C1", customer_id="C1"), "en")
    read = await talk.say("it is cheaper elsewhere, can you match it?", attachments=(await page(talk, tmp_path),))
    assert "CN¥129.00" in words(read)
    assert "here CN¥159.00" in words(read)
    await talk.say("Lamp Land", Provide())
    done = await talk.say("yes", Affirm())
    assert done.handled_by == "queue"
    async with database.read() as session:
        [kept] = (await session.exec(select(CompetitorPrice))).all()
    assert kept.kind == "claimed"
    owner = await talking(database, tmp_path, Identity("merchant", subject="owner"), "en")
    report = await owner.say("report", StartFlow(flow="competitor_report", entities=(LAMP,)))
    assert "not checked: Lamp Land CN¥129.00" in words(report)
    assert "There is no competitor's price" in words(report)
    await talk.conversations.executor.close()
    await owner.conversations.executor.close()


async def test_a_shopper_starts_no_flow_of_merchants(talk: Talk) -> None:
    turn = await talk.say("set the lamp to 1", StartFlow(flow="change_price", entities=(LAMP, amount(100))))
    assert turn.actions == []
    assert await lamp_prices(talk.database) == {15_900}
