"""The inspector shows a turn's understanding, decision, tool calls, receipts, state and milliseconds, live."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.channels.browser.pages import Chat, Visits, sign_in_shopper, sign_in_staff
from tests.channels.browser.words import EN, ZH, Words

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
async def test_the_inspector_shows_how_a_turn_came_about(visits: Visits, words: Words) -> None:
    page = await visits.page(words)
    await sign_in_shopper(page, words, words.customer)
    chat = Chat(page, words)
    await chat.open()
    await chat.say(words.cancel)
    await chat.expect_reply(words.cancelled_order)

    inspector = await visits.page(words, "/inspector")
    await sign_in_staff(inspector, words.owner)
    await inspector.locator("#conversations").get_by_role("button", name=words.cancel).first.click()
    first, second = turn(inspector.locator("#turns"), words, 1), turn(inspector.locator("#turns"), words, 2)
    await expect(part(first, words.understanding)).to_contain_text("cancel_order")
    await expect(first.locator("mark", has_text=words.cancelled_order).first).to_be_visible()
    await expect(part(first, words.state)).to_contain_text("cancel_order")
    await expect(first.get_by_role("img", name=re.compile(r"[\d.]+ ms"))).to_be_visible()

    await chat.say(words.stop)  # the second turn arrives while the inspector looks
    await expect(part(second, words.understanding)).to_contain_text("deny")
    await chat.say(words.human)
    third = turn(inspector.locator("#turns"), words, 3)
    call = part(third, words.tools)
    await expect(call).to_contain_text("hand_over")
    await expect(call.get_by_text(re.compile("^rcp_"))).to_be_visible()
    await call.get_by_text("hand_over").first.click()
    await expect(call.locator("details.tool")).to_contain_text("ticket_id")


def turn(turns: Locator, words: Words, number: int) -> Locator:
    return turns.get_by_role("article").filter(has=turns.page.get_by_role("heading", name=words.turn.format(number)))


def part(turn: Locator, name: str) -> Locator:
    return turn.locator("section").filter(has=turn.page.get_by_role("heading", name=name, exact=True))
