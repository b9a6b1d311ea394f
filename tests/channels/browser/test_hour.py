"""An hour at the desk, shortened to what happens in it: two agents, a supervisor and three shoppers in browsers of their own.

One agent's network is cut, and the server is killed once. Nothing may be lost, doubled or left unanswered: what people
said is written down as they say it and held against the server's events and against what both sides see.
``XIAOER_TEST_SHOTS=DIR`` keeps pictures of the pages.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from knowledge.types import JsonObject
from tests.channels.browser.cable import cable_to
from tests.channels.browser.hour import Agent, Book, Server, Shopper, serving
from tests.channels.browser.pages import WAIT_MS, Chat, Visits, sign_in_shopper, sign_in_staff
from tests.channels.browser.words import EN, ZH, Words

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]

ALWAYS_OPEN = 'extends: default\ndesk:\n  hours:\n    daily: ["00:00-24:00"]\n'
NO_CONNECTION = re.compile("WebSocket connection to .* failed|net::ERR_|status of 409")
"""What a browser says of a pulled cable and of the slower of two agents."""
WITH_A_PERSON = {"zh": "人工客服", "en": "person"}


@pytest_asyncio.fixture(loop_scope="session")
async def server(chromium: str, demo_shop: Path, tmp_path: Path) -> AsyncIterator[Server]:
    """A shop of the hour's own, whose desk is open at any time of day."""
    assert chromium
    data = await asyncio.to_thread(shutil.copytree, demo_shop, tmp_path / "data")
    (data / "policy.yaml").write_text(ALWAYS_OPEN)
    async with serving(data) as server:
        yield server


async def shot(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look."""
    if folder := os.environ.get("XIAOER_TEST_SHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def customer(visits: Visits, book: Book, words: Words, name: str | None, *, phone: bool = False) -> Shopper:
    page = await visits.page(words, phone=phone)
    if name is not None:
        await sign_in_shopper(page, words, name)
    shopper = Shopper(Chat(page, words), book)
    await shopper.arrive()
    return shopper


async def agent(visits: Visits, book: Book, words: Words) -> Agent:
    page = await visits.page(words, "/desk")
    await sign_in_staff(page, words.agent)
    found = Agent(page, words, words.agent, book)
    await found.online()
    return found


def messages(events: list[JsonObject]) -> list[tuple[str, str]]:
    """What people said, in order: (author, text)."""
    said = []
    for event in events:
        if event["type"] == "message_received":
            said.append(("shopper", event["text"]))
        elif event["type"] == "replied" and event["author"] == "agent":
            said += [(event["author_id"], reply["text"]) for reply in event["replies"] if reply["text"]]
    return said


def speaks_out_of_turn(events: list[JsonObject]) -> list[JsonObject]:
    """What the bot said while a person had the conversation."""
    owner, wrong = "bot", []
    for event in events:
        if event["type"] == "ownership_changed":
            owner = event["owner"]
        elif event["type"] == "replied" and event["author"] == "bot" and owner == "human":
            wrong.append(event)
    return wrong


def unanswered(events: list[JsonObject]) -> list[str]:
    """What a shopper said last without anybody answering."""
    open_ = []
    for event in events:
        if event["type"] == "message_received":
            open_.append(event["text"])
        elif event["type"] == "replied" and not event["reminder"]:
            open_ = []
    return open_


async def test_an_hour_at_the_desk(browser: Browser, server: Server) -> None:
    book = Book(server.url)
    async with cable_to(server.url) as cable:
        visits, far = Visits(browser, server.url), Visits(browser, cable.url)
        visits.expected = far.expected = NO_CONNECTION
        li, anna = await agent(visits, book, ZH), await agent(far, book, EN)
        wang = await customer(visits, book, ZH, ZH.customer)
        emma = await customer(visits, book, EN, EN.customer, phone=True)
        guest = await customer(visits, book, ZH, None, phone=True)

        # 00: the bot serves all three
        await wang.says(ZH.find)
        await emma.says(EN.ask_order)
        await emma.chat.expect_reply(EN.shipped_order)
        await guest.says(ZH.policy)
        await guest.chat.expect_reply(re.compile(ZH.policy_says))

        # 05: two want a person
        of_wang = await wang.asks_for_a_person(ZH.human)
        of_emma = await emma.asks_for_a_person(EN.human)
        await li.claims(of_wang)
        await anna.claims(of_emma)
        await li.says(wang, "您好，我是小李，请问键盘要哪种轴？")
        await wang.says("红轴的，声音小一点")
        await li.reads("红轴的，声音小一点")
        await anna.says(emma, "Hello Emma, I am looking at your parcel.")
        await shot(li.page, "05-desk-zh")
        await shot(emma.chat.page, "05-widget-en-phone")

        # 15: Anna's network is gone; Emma goes on writing
        await cable.cut()
        await expect(anna.page.locator("#connection")).to_have_class(re.compile(r"\bwarn\b"))
        await emma.says("it should have come on Monday")
        await emma.says("I need it for a birthday")
        await anna.field.fill("It is with the courier and comes tomorrow.")
        await anna.field.press("Control+Enter")
        await expect(anna.case.locator(".notice")).to_be_visible()
        await shot(anna.page, "15-desk-en-cut-off")
        await cable.mend()
        await anna.online()
        await anna.reads("it should have come on Monday")
        await anna.reads("I need it for a birthday")
        await expect(anna.field).to_have_value("It is with the courier and comes tomorrow.")
        await anna.says(emma, "It is with the courier and comes tomorrow.")

        # 25: both reach for the guest's ticket
        of_guest = await guest.asks_for_a_person("叫个真人来")
        for each in (li, anna):
            await each.opens(of_guest, among=each.words.waiting)
        await asyncio.gather(
            *(each.case.get_by_role("button", name=each.words.claim).first.click() for each in (li, anna))
        )
        await expect(guest.chat.log).to_contain_text(ZH.joined.removeprefix("人工客服"))
        holder = (await book.ticket(of_guest))["assignee"]
        winner, loser = (li, anna) if holder == li.name else (anna, li)
        await expect(winner.field).to_be_visible()
        await expect(loser.field).to_be_hidden()
        await winner.says(guest, "您好，请说。")
        await shot(loser.page, "25-desk-slower")

        # 35: the server is killed, while everybody writes
        await server.end(signal.SIGKILL)
        for shopper, text in ((wang, "还有现货吗"), (emma, "thanks, and the invoice?"), (guest, "可以开发票吗")):
            await expect(shopper.chat.dialog.get_by_role("status")).to_contain_text(shopper.words.no_connection)
            await shopper.says(text, delivered=False)
        await shot(guest.chat.page, "35-widget-zh-phone-no-server")
        await server.start()
        for shopper in (wang, emma, guest):
            await shopper.chat.online()
        for each in (li, anna):
            await each.online()
        await winner.reads("可以开发票吗")
        await winner.says(guest, "可以，抬头请发给我。")

        # 45: cases end
        await winner.finishes(winner.words.resolve, note="开发票")
        await guest.chat.expect_reply(ZH.dealt_with)
        await li.opens(of_wang, among=ZH.mine)
        await li.reads("还有现货吗")
        await li.says(wang, "有现货，今天能发。")
        await li.finishes(ZH.hand_back, agreed="红轴键盘今天发货")
        await wang.chat.expect_reply(ZH.back_with_bot)
        await anna.opens(of_emma, among=EN.mine)
        await anna.reads("thanks, and the invoice?")
        await anna.says(emma, "The invoice is in your account now.")
        await anna.finishes(EN.resolve, note="late parcel")
        await emma.chat.expect_reply(EN.dealt_with)

        # 55: the bot serves again
        await wang.says(ZH.policy)
        await wang.chat.expect_reply(re.compile(ZH.policy_says), within_ms=4 * WAIT_MS)  # its models are read anew
        await emma.says(EN.ask_order)
        await emma.chat.expect_reply(EN.shipped_order)
        await shot(wang.chat.page, "55-widget-zh")

        for shopper in (wang, emma, guest):
            events = await book.events(shopper.conversation)
            assert messages(events) == book.said[shopper.conversation]
            assert speaks_out_of_turn(events) == []
            assert unanswered(events) == []
            seen = await shopper.chat.bubbles.all_inner_texts()
            for _, text in book.said[shopper.conversation]:
                assert seen.count(text) == [each for _, each in book.said[shopper.conversation]].count(text)
        assert {ticket["status"] for ticket in await book.tickets()} == {"resolved"}
        await book.close()
        await visits.close()
        await far.close()
    assert (visits.complaints, visits.foreign, far.complaints, far.foreign) == ([], [], [], [])
