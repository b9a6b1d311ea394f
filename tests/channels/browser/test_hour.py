"""An hour at the desk, shortened to what happens in it: two agents, a supervisor and three shoppers in browsers of their own.

One agent's network is cut, and the server is killed once. Nothing may be lost, doubled or left unanswered: what people
said is written down as they say it and held against the server's events and against what both sides see.
``XIAOER_TEST_SHOTS=DIR`` keeps pictures of the pages.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from knowledge.types import JsonObject
from tests.channels.browser.cable import Cable, cable_to
from tests.channels.browser.hour import SUPERVISOR, Agent, Book, Server, Shopper, serving
from tests.channels.browser.pages import WAIT_MS, Chat, Visits, sign_in_shopper, sign_in_staff
from tests.channels.browser.test_accounts import enter
from tests.channels.browser.words import EN, ZH, Words

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]

ALWAYS_OPEN = 'extends: default\ndesk:\n  hours:\n    daily: ["00:00-24:00"]\n'
NOTE, WHISPER = "知道红轴的库存吗", "offer him free delivery"
NO_CONNECTION = re.compile("WebSocket connection to .* failed|net::ERR_|status of 409")
"""What a browser says of a pulled cable and of the slower of two agents."""


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Seven browsers and a server that is started twice share the machine with whatever else runs on it."""
    expect.set_options(timeout=4 * WAIT_MS)
    yield
    expect.set_options(timeout=WAIT_MS)


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


async def supervisor(visits: Visits, book: Book, words: Words) -> Agent:
    """Signs in by password."""
    page = await visits.page(words, "/desk")
    name, password = SUPERVISOR
    await enter(page, name, password, opened="password", labels=("Name", "Password"))
    found = Agent(page, words, name, book)
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


@dataclasses.dataclass(frozen=True)
class Hour:
    """Who is there: two agents, a supervisor, three shoppers, and what keeps them together."""

    server: Server
    cable: Cable
    book: Book
    li: Agent
    anna: Agent
    """Reaches the server by the cable."""
    mei: Agent
    """The supervisor."""
    wang: Shopper
    emma: Shopper
    guest: Shopper

    @property
    def shoppers(self) -> tuple[Shopper, ...]:
        return self.wang, self.emma, self.guest


@contextlib.asynccontextmanager
async def an_hour(browser: Browser, server: Server) -> AsyncIterator[Hour]:
    """Let everybody in; at the end no page may have asked another host or complained on its console."""
    book = Book(server.url)
    async with cable_to(server.url) as cable:
        near, far = Visits(browser, server.url), Visits(browser, cable.url)
        near.expected = far.expected = NO_CONNECTION
        yield Hour(
            server,
            cable,
            book,
            li=await agent(near, book, ZH),
            anna=await agent(far, book, EN),
            mei=await supervisor(near, book, EN),
            wang=await customer(near, book, ZH, ZH.customer),
            emma=await customer(near, book, EN, EN.customer, phone=True),
            guest=await customer(near, book, ZH, None, phone=True),
        )
        await book.close()
        await near.close()
        await far.close()
    assert (near.complaints, near.foreign, far.complaints, far.foreign) == ([], [], [], [])


async def test_an_hour_at_the_desk(browser: Browser, server: Server) -> None:
    async with an_hour(browser, server) as hour:
        await the_bot_serves(hour)
        of_wang, of_emma = await two_want_a_person(hour)
        await colleagues_talk(hour, of_wang)
        await a_network_is_gone(hour, of_emma)
        holder, other = await both_reach_for_a_ticket(hour)
        await a_case_is_passed_on(hour, holder, other)
        await the_server_is_killed(hour)
        await a_case_waits(hour, of_wang)
        await cases_end(hour, other, of_wang, of_emma)
        await shoppers_say_how_it_was(hour)
        await the_bot_serves_again(hour)
        await the_supervisor_takes_over(hour)
        await a_matter_comes_back(hour, of_emma)
        await everything_is_there_once(hour)
        await the_hour_is_counted(hour)


async def the_bot_serves(hour: Hour) -> None:
    await hour.wang.says(ZH.find)
    await hour.emma.says(EN.ask_order)
    await hour.emma.chat.expect_reply(EN.shipped_order)
    await hour.guest.says(ZH.policy)
    await hour.guest.chat.expect_reply(re.compile(ZH.policy_says))


async def two_want_a_person(hour: Hour) -> tuple[str, str]:
    """Returns their tickets."""
    of_wang = await hour.wang.asks_for_a_person(ZH.human)
    of_emma = await hour.emma.asks_for_a_person(EN.human)
    await hour.li.claims(of_wang)
    await hour.anna.claims(of_emma)
    await hour.li.says(hour.wang, "您好，我是小李，请问键盘要哪种轴？")
    await hour.wang.says("红轴的，声音小一点")
    await hour.li.reads("红轴的，声音小一点")
    await hour.anna.says(hour.emma, "Hello Emma, I am looking at your parcel.")
    await shot(hour.li.page, "05-desk-zh")
    await shot(hour.emma.chat.page, "05-widget-en-phone")
    return of_wang, of_emma


async def colleagues_talk(hour: Hour, of_wang: str) -> None:
    """A note that mentions Anna, and a whisper of the supervisor; no shopper sees either."""
    await hour.li.opens(of_wang, among=ZH.mine)
    await hour.li.notes(f"@{EN.agent} {NOTE}")
    mentions = hour.anna.page.locator("#filters").get_by_role("button", name="Mentions")
    await expect(mentions.locator(".count")).to_have_text("1")
    await mentions.click()
    await hour.anna.page.locator("#tickets .mention", has_text=NOTE).click()
    await expect(hour.anna.log.get_by_role("article")).to_contain_text(NOTE)
    mei = hour.mei.page
    await mei.locator("#live-toggle").click()
    await expect(mei.locator("#live .live-row")).to_have_count(3)
    await shot(mei, "10-live-en")
    await mei.locator("#live .live-row.o-human", has_text=ZH.agent).click()
    whisper = mei.locator("#live .live-talk").get_by_role("textbox")
    await whisper.fill(WHISPER)
    await whisper.press("Tab")
    await mei.keyboard.press("Enter")
    await expect(hour.li.case.get_by_role("note")).to_contain_text(WHISPER)
    await shot(hour.li.page, "10-desk-zh-note-and-whisper")
    await mei.locator("#live-toggle").click()


async def a_network_is_gone(hour: Hour, of_emma: str) -> None:
    """Anna's; Emma goes on writing, and Anna's answer goes out once she is back."""
    anna, answer = hour.anna, "It is with the courier and comes tomorrow."
    await anna.opens(of_emma, among=EN.mine)
    await anna.reads("Hello Emma, I am looking at your parcel.")
    await hour.cable.cut()
    await expect(anna.page.locator("#connection")).to_have_class(re.compile(r"\bwarn\b"))
    await hour.emma.says("it should have come on Monday")
    await hour.emma.says("I need it for a birthday")
    await anna.field.fill(answer)
    await anna.field.press("Control+Enter")
    await expect(anna.case.locator(".notice")).to_contain_text("cannot be reached")
    await shot(anna.page, "15-desk-en-cut-off")
    await hour.cable.mend()
    await anna.online()
    await anna.reads("it should have come on Monday")
    await anna.reads("I need it for a birthday")
    await expect(anna.field).to_have_value(answer)
    await anna.says(hour.emma, answer)


async def both_reach_for_a_ticket(hour: Hour) -> tuple[Agent, Agent]:
    """Returns who has it, and who does not."""
    ticket = await hour.guest.asks_for_a_person("叫个真人来")
    agents = (hour.li, hour.anna)
    for each in agents:
        await each.opens(ticket, among=each.words.waiting)
    buttons = [await each.case.get_by_role("button", name=each.words.claim).first.element_handle() for each in agents]
    # Pressed in the page: a click by pointer waits until the button shows, and the slower one's is gone by then.
    await asyncio.gather(*(button.evaluate("button => button.click()") for button in buttons))
    await expect(hour.guest.chat.log).to_contain_text(ZH.joined)
    holder = (await hour.book.ticket(ticket))["assignee"]
    winner, loser = agents if holder == hour.li.name else agents[::-1]
    await expect(winner.field).to_be_visible()
    await expect(loser.field).to_be_hidden()
    await winner.says(hour.guest, "您好，请说。")
    await shot(loser.page, "25-desk-slower")
    return winner, loser


async def a_case_is_passed_on(hour: Hour, holder: Agent, other: Agent) -> None:
    await holder.passes_on(other.name, "knows invoices")
    await other.page.locator("#filters").get_by_role("button", name=other.words.mine).click()
    await expect(other.field).to_be_visible()
    await other.says(hour.guest, "我来帮您看发票。")
    await shot(other.page, "30-desk-passed-on")


async def the_server_is_killed(hour: Hour) -> None:
    """While three people write; when it is back, so is everybody."""
    await hour.server.end(signal.SIGKILL)
    for shopper, text in zip(hour.shoppers, ("还有现货吗", "thanks, and the invoice?", "可以开发票吗"), strict=True):
        await expect(shopper.chat.dialog.get_by_role("status")).to_contain_text(shopper.words.no_connection)
        await shopper.says(text, delivered=False)
    await shot(hour.guest.chat.page, "35-widget-zh-phone-no-server")
    await hour.server.start()
    for shopper in hour.shoppers:
        await shopper.chat.online()
    for each in (hour.li, hour.anna):
        await each.online()


async def a_case_waits(hour: Hour, of_wang: str) -> None:
    """Put aside until the shopper writes, who does."""
    li = hour.li
    await li.opens(of_wang, among=ZH.mine)
    await li.reads("还有现货吗")
    await li.says(hour.wang, "我去仓库问一下。")
    await li.puts_aside()
    await expect(li.row(of_wang)).to_have_count(0)
    await hour.wang.says("好，等您消息")
    await expect(li.row(of_wang)).to_be_visible()
    await li.reads("好，等您消息")


async def cases_end(hour: Hour, of_guest: Agent, of_wang: str, of_emma: str) -> None:
    li, anna = hour.li, hour.anna
    await of_guest.page.locator("#filters").get_by_role("button", name=of_guest.words.mine).click()
    await of_guest.page.locator("#tickets .ticket", has_text=ZH.policy).click()
    await of_guest.reads("可以开发票吗")
    await of_guest.says(hour.guest, "可以，抬头请发给我。")
    await of_guest.finishes(of_guest.words.resolve, note="开发票")
    await expect(hour.guest.chat.log).to_contain_text(ZH.dealt_with)
    await li.opens(of_wang, among=ZH.mine)
    await li.says(hour.wang, "有现货，今天能发。")
    await li.finishes(ZH.hand_back, agreed="红轴键盘今天发货")
    await hour.wang.chat.expect_reply(ZH.back_with_bot)
    await anna.opens(of_emma, among=EN.mine)
    await anna.reads("thanks, and the invoice?")
    await anna.says(hour.emma, "The invoice is in your account now.")
    await anna.finishes(EN.resolve, note="late parcel")
    await expect(hour.emma.chat.log).to_contain_text(EN.dealt_with)


async def shoppers_say_how_it_was(hour: Hour) -> None:
    """One by the stars, one in words."""
    stars = hour.guest.chat.log.get_by_role("radio")
    await expect(stars).to_have_count(5)
    await shot(hour.guest.chat.page, "48-widget-zh-phone-stars")
    await stars.nth(4).check(force=True)
    await hour.guest.chat.log.locator(".rating").get_by_role("button").first.click()
    await expect(hour.guest.chat.log.locator(".rating-given")).to_be_visible()
    await hour.emma.says("four stars")
    await expect(hour.emma.chat.log.locator(".rating-given")).to_be_visible(
        timeout=4 * WAIT_MS
    )  # it reads its models anew
    await shot(hour.emma.chat.page, "48-widget-en-phone-rated")


async def the_bot_serves_again(hour: Hour) -> None:
    await hour.wang.says(ZH.policy)
    await hour.wang.chat.expect_reply(re.compile(ZH.policy_says), within_ms=4 * WAIT_MS)
    await hour.emma.says(EN.ask_order)
    await hour.emma.chat.expect_reply(EN.shipped_order)
    await shot(hour.wang.chat.page, "55-widget-zh")


async def the_supervisor_takes_over(hour: Hour) -> None:
    """From the bot; Wang is answered by her from then on."""
    mei = hour.mei.page
    await mei.locator("#live-toggle").click()
    await mei.locator("#live .live-row.o-bot", has_text=ZH.customer).click()
    talk = mei.locator("#live .live-talk")
    await talk.get_by_role("button", name="Take over").click()
    await mei.get_by_role("dialog").get_by_role("button", name="Take over").click()
    await expect(hour.mei.field).to_be_visible()
    await hour.mei.says(hour.wang, "您好，我是主管小梅。")
    await hour.wang.says("谢谢，没别的事了")
    await hour.mei.reads("谢谢，没别的事了")
    await shot(mei, "56-desk-en-taken-over")
    await hour.mei.finishes(EN.resolve, note="taken care of")
    await expect(hour.wang.chat.log).to_contain_text(ZH.dealt_with)


async def a_matter_comes_back(hour: Hour, of_emma: str) -> None:
    """Emma asks for a person again: it is the case that Anna had."""
    again = await hour.emma.asks_for_a_person(EN.human)
    ticket = await hour.book.ticket(again)
    assert (ticket["reopens"], again != of_emma) == (of_emma, True)
    await hour.anna.claims(again)
    await expect(hour.anna.case.locator(".case-head")).to_contain_text("came back")
    await hour.anna.says(hour.emma, "Here is your invoice number: INV-1.")
    await hour.anna.finishes(EN.resolve)
    await expect(hour.emma.chat.log.get_by_text(re.compile(EN.dealt_with))).to_have_count(2)


async def the_hour_is_counted(hour: Hour) -> None:
    """The statistics tell of it."""
    mei = hour.mei.page
    await mei.goto("/desk/statistics")
    await expect(mei.locator("#board")).to_contain_text(re.compile("customer satisfaction", re.IGNORECASE))
    await shot(mei, "60-statistics-en")


async def everything_is_there_once(hour: Hour) -> None:
    for shopper in hour.shoppers:
        said = hour.book.said[shopper.conversation]
        events = await hour.book.events(shopper.conversation)
        assert messages(events) == said
        assert speaks_out_of_turn(events) == []
        assert unanswered(events) == []
        seen, texts = await shopper.chat.bubbles.all_inner_texts(), [text for _, text in said]
        assert [seen.count(text) for text in texts] == [texts.count(text) for text in texts]
        for secret in (NOTE, WHISPER):
            await expect(shopper.chat.log).not_to_contain_text(secret)
    assert {ticket["status"] for ticket in await hour.book.tickets()} == {"resolved"}
