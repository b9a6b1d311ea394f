"""A pulled cable, a reload: nothing is lost, nothing is doubled, and the shopper sees what is going on."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from channels.testing import LiveServer
from dialogue.events import MessageReceived
from dialogue.store import EventStore
from tests.channels.browser.cable import cable_to
from tests.channels.browser.pages import Chat, Visits, sign_in_staff
from tests.channels.browser.test_desk import asked_for_a_person, row
from tests.channels.browser.words import EN, ZH, Words

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
async def test_messages_written_while_the_cable_is_pulled_arrive_once(
    browser: Browser, shop: LiveServer, words: Words
) -> None:
    async with cable_to(shop.url) as cable:
        visits = Visits(browser, cable.url)
        visits.expected = re.compile("WebSocket connection to .* failed|net::ERR_")
        page = await visits.page(words)
        chat = Chat(page, words)
        await chat.open()
        await chat.say(words.find)
        await expect(chat.log.locator(".products")).to_have_count(1)

        await cable.cut()
        await expect(chat.dialog.get_by_role("status")).to_contain_text(words.no_connection)
        await chat.field.fill(words.policy)
        await chat.field.press("Enter")
        await expect(chat.log).to_contain_text(words.waits)

        await cable.mend()
        await chat.online()
        await expect(chat.own).to_have_count(2)
        await chat.expect_reply(re.compile(words.policy_says))
        await expect(chat.log.get_by_text(words.policy, exact=True)).to_have_count(1)
        said = await chat.bubbles.all_inner_texts()

        await page.reload()
        await chat.online()
        await expect(chat.bubbles).to_have_count(len(said))
        assert await chat.bubbles.all_inner_texts() == said
        conversation = await page.evaluate(CONVERSATION)
        await visits.close()
    assert await messages(shop, conversation) == [words.find, words.policy]
    assert (visits.foreign, visits.complaints) == ([], [])


async def test_who_signs_in_while_the_chat_opens_talks_as_a_customer(visits: Visits, shop: LiveServer) -> None:
    page = await visits.page(EN)
    chat = Chat(page, EN)
    await expect(page.get_by_role("button", name=EN.open_chat)).to_be_visible()
    token = shop.token("shopper", EN.customer_id)
    await page.evaluate("async (token) => { xiaoer.open(); await null; xiaoer.identify(token); }", token)
    await chat.online()
    await chat.say(EN.ask_order)
    await chat.expect_reply(EN.shipped_order)
    await page.evaluate("token => { xiaoer.identify(null); xiaoer.identify(token); }", token)
    await chat.online()
    await expect(chat.own).to_have_count(1)


async def test_a_case_that_was_opened_without_a_connection_is_read_once_there_is_one(
    browser: Browser, shop: LiveServer
) -> None:
    near = Visits(browser, shop.url)
    chat = Chat(await near.page(EN), EN)
    await chat.open()
    ticket = await asked_for_a_person(chat)
    async with cable_to(shop.url) as cable:
        far = Visits(browser, cable.url)
        far.expected = re.compile("WebSocket connection to .* failed|net::ERR_")
        desk = await far.page(EN, "/desk")
        await sign_in_staff(desk, EN.agent)
        await expect(row(desk, ticket)).to_be_visible()
        await cable.cut()
        await row(desk, ticket).click()
        case = desk.locator("#case")
        await expect(case.locator(".notice")).to_contain_text("cannot be reached")
        await cable.mend()
        await expect(case.get_by_role("log").get_by_text(EN.human, exact=True)).to_have_count(1)
        await expect(case.locator(".notice")).to_be_hidden()
        await far.close()
    await near.close()
    assert (far.foreign, far.complaints) == ([], [])


CONVERSATION = "Object.entries(localStorage).filter(([key]) => key.endsWith(':conversation')).map(([, kept]) => JSON.parse(kept).id)[0]"


async def messages(shop: LiveServer, conversation: str) -> list[str]:
    """What the server has of the shopper, in order."""
    events = await EventStore(shop.context.platform.database).load(conversation)
    return [stored.event.text for stored in events if isinstance(stored.event, MessageReceived)]
