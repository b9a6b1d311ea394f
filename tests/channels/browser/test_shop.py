"""The shop page and its chat: a customer asks, returns something, changes her mind, sends a picture and a recording."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import expect
from sqlmodel import col, select

from channels.testing import LiveServer
from knowledge.schema import Attachment, OrderLine, Return, ReturnLine
from tests.channels.browser.pages import Chat, Visits, sign_in_shopper
from tests.channels.browser.words import EN, ZH, Words

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]
both = pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])


@both
async def test_a_customer_asks_returns_and_corrects_herself(visits: Visits, shop: LiveServer, words: Words) -> None:
    page = await visits.page(words)
    await sign_in_shopper(page, words, words.customer)
    chat = Chat(page, words)
    await chat.open()

    await chat.say(words.find)
    pictures = chat.log.locator(".product img")
    await expect(pictures.first).to_be_visible()
    loaded = "img => img.decode().then(() => img.naturalWidth)"
    assert int(await pictures.first.evaluate(loaded)) > 100

    await chat.say(words.ask_order)
    await chat.expect_reply(words.shipped_order)

    await chat.say(words.send_back)
    await chat.choose(re.compile(words.returned_order))
    await chat.choose(re.compile(words.returned_line))
    await chat.choose(words.confirm)
    await chat.choose(re.compile(words.first_method))
    await chat.expect_reply(re.compile(words.first_method))
    await chat.say(words.correct_method)
    await chat.expect_reply(re.compile(words.second_method))
    await chat.choose(words.go_ahead)
    await chat.expect_reply(words.done)
    await expect(chat.log.locator(".receipt")).to_have_count(1)
    [(title, method)] = await returned(shop, words)
    assert words.returned_line in title
    assert method == words.second_method_id


async def returned(shop: LiveServer, words: Words) -> list[tuple[str, str]]:
    """Which goods of the customer's order go back, to which payment method."""
    title = OrderLine.title_zh if words.lang == "zh" else OrderLine.title_en
    async with shop.context.platform.database.read() as session:
        rows = await session.exec(
            select(title, Return.refund_method_id)
            .join(ReturnLine, col(ReturnLine.order_line_id) == col(OrderLine.id))
            .join(Return, col(Return.id) == col(ReturnLine.return_id))
            .where(Return.order_id == words.returned_order)
        )
        return list(rows.all())


@both
async def test_a_picture_and_a_recording_arrive(visits: Visits, shop: LiveServer, words: Words, photo: Path) -> None:
    page = await visits.page(words)
    await sign_in_shopper(page, words, words.customer)
    chat = Chat(page, words)
    await chat.open()

    await chat.attach(photo)
    await expect(chat.dialog.get_by_role("img", name=photo.name)).to_be_visible()
    await chat.say(words.send_back)
    shown = chat.own.get_by_role("img", name=words.picture)
    await expect(shown).to_be_visible()
    assert await shown.evaluate("img => [img.naturalWidth, img.naturalHeight]") == [320, 240]

    await chat.button(words.record).click()
    await expect(chat.dialog.get_by_role("timer")).to_contain_text("0:01")
    await chat.button(words.send_voice).click()
    player = chat.own.locator("audio")
    await expect(player).to_be_visible()
    # Whoever hears a first recording compiles what measures it, which takes half a minute on a slow machine.
    await expect(chat.log.locator(".group.left:not(.typing)")).to_have_count(3, timeout=60_000)
    assert await stored_kinds(shop, words.customer_id) == ["audio", "image"]


async def stored_kinds(shop: LiveServer, customer: str) -> list[str]:
    async with shop.context.platform.database.read() as session:
        rows = await session.exec(select(Attachment).order_by(col(Attachment.kind)))
        return [row.kind for row in rows if row.owner == customer]
