"""What an agent is told while they look elsewhere: a ticket that routing offers to them, and promises about to break and broken."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from channels.auth import Caller
from channels.settings import Settings
from channels.testing import LiveServer, live, small_platform
from knowledge.types import JsonObject
from tests.channels.browser.observed import (
    look_back,
    look_elsewhere,
    notifications,
    signed_in_desk,
    sounds,
    turn_alerts_on,
)
from tests.channels.browser.pages import Visits
from tests.channels.browser.test_access import complaints
from tests.channels.browser.test_desk import row
from tests.channels.browser.words import EN, ZH, Words
from tests.channels.test_desk import Case, claimed
from tests.channels.test_rest import opened, sent
from tools.base import Identity, ToolCall

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]
both = pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
OWNER = Identity("merchant", subject="owner")


@dataclasses.dataclass(frozen=True)
class Told:
    """What the agent is told, in a language."""

    human: str
    """What the shopper asks for a person with."""
    offer: str
    offer_news: str
    due: str
    due_news: str
    overdue: str
    overdue_news: str


TOLD = {
    "zh": Told(
        "转人工",
        "有一张工单推荐给您",
        "有一张工单推荐给您：",
        "即将超时（首次响应）",
        "即将超时（首次响应）：",
        "已超时（首次响应）",
        "已超时（首次响应）：",
    ),
    "en": Told(
        "human",
        "A ticket is offered to you",
        "A ticket is offered to you: ",
        "Due soon: First response",
        "Due soon (First response): ",
        "Overdue: First response",
        "Overdue (First response): ",
    ),
}


@pytest_asyncio.fixture(loop_scope="session")
async def server(settings: Settings) -> AsyncIterator[LiveServer]:
    """A small shop that offers each ticket to one agent first, as long as the test lasts; it is always open."""
    settings = settings.model_copy(update={"desk_routing": "offer", "desk_offer_s": 600.0})
    async with small_platform(settings.data) as platform, live(settings, platform) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def client(server: LiveServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, timeout=10) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def visits(browser: Browser, server: LiveServer) -> AsyncIterator[Visits]:
    visits = Visits(browser, server.url)
    yield visits
    await visits.close()
    assert (visits.complaints, visits.foreign) == ([], [])


@dataclasses.dataclass(frozen=True)
class Two:
    """Two agents who look elsewhere: the right one speaks the shopper's language, the other does not."""

    right: Page
    other: Page
    name: str
    """Of the right one."""


async def two_agents(visits: Visits, server: LiveServer, words: Words) -> Two:
    for name, lang in ((ZH.agent, "zh"), (EN.agent, "en")):
        call = ToolCall("set_desk_agent", {"agent": name, "langs": [lang]})
        outcome = await server.context.platform.executor.call(call, OWNER, idempotency_key=f"langs of {name}")
        assert outcome.status == "ok"
    other = EN if words is ZH else ZH
    right, wrong = [await signed_in_desk(visits, server, each, Caller("agent", each.agent)) for each in (words, other)]
    for desk in (right, wrong):
        await turn_alerts_on(desk)
        await look_elsewhere(desk)
    return Two(right, wrong, words.agent)


async def asked(client: httpx.AsyncClient, server: LiveServer, words: Words) -> Case:
    """A shopper who waits for a person, and talks in the language of `words`."""
    token = server.token("shopper", "C1")
    headers = {"Authorization": f"Bearer {token}"}
    conversation = await opened(client, headers, lang=words.lang)
    turn = (await sent(client, headers, conversation, TOLD[words.lang].human, "h1")).json()
    return Case(token, conversation, await ticket_of(client, server, turn["ticket"]["id"]))


async def ticket_of(client: httpx.AsyncClient, server: LiveServer, ticket_id: str) -> JsonObject:
    ticket: JsonObject = (await client.get(f"/v1/tickets/{ticket_id}", headers=server.headers("agent", "Cora"))).json()
    return ticket


async def offered(client: httpx.AsyncClient, server: LiveServer, words: Words, two: Two) -> Case:
    """The case of such a shopper once it is offered to the right agent, and they were told."""
    case = await asked(client, server, words)
    await expect(toast(two.right)).to_be_visible()
    case.ticket = await ticket_of(client, server, case.ticket["ticket_id"])
    assert case.ticket["offered_to"] == two.name
    return case


def toast(desk: Page) -> Locator:
    return desk.get_by_role("log", name=re.compile("^(提醒|Alerts)$")).locator(".toast")


async def hears_nothing(desk: Page) -> None:
    """Nothing wants this agent."""
    await expect(desk).to_have_title(re.compile(r"^[^(]"))
    await expect(toast(desk)).to_have_count(0)
    assert (await notifications(desk), await sounds(desk)) == ([], 0)


async def forward_to(desk: Page, moment: str) -> None:
    """Let a page's clock run past a moment."""
    await desk.clock.fast_forward(await desk.evaluate("(at) => Date.parse(at) - Date.now() + 1000", moment))


@both
async def test_an_offer_reaches_the_right_agent_who_takes_it_by_button_or_by_keys(
    visits: Visits, server: LiveServer, client: httpx.AsyncClient, words: Words
) -> None:
    told = TOLD[words.lang]
    two = await two_agents(visits, server, words)
    desk = two.right
    case = await asked(client, server, words)
    ticket, subject = case.ticket["ticket_id"], case.ticket["subject"]

    await expect(desk).to_have_title(re.compile(r"^\(1\) "))
    await expect(toast(desk)).to_have_text(re.compile(f"{told.offer}.*{re.escape(subject)}"))
    await expect(desk.locator("#news[aria-live=polite]")).to_have_text(f"{told.offer_news}{subject}")
    assert (await notifications(desk), await sounds(desk)) == ([(told.offer, subject)], 1)
    await expect(row(two.other, ticket)).to_be_visible()
    await hears_nothing(two.other)
    await look_back(desk)
    assert await complaints(desk) == []

    pane = desk.locator("#case")
    if words is ZH:
        await desk.evaluate("shown[0].dispatchEvent(new Event('click'))")
        await expect(pane.locator(".case-head")).to_contain_text(subject)
        await pane.get_by_role("button", name=words.claim).click()
    else:
        for key in ("g", "o", "j", "Enter"):  # what is offered stands first
            await desk.keyboard.press(key)
        await expect(pane.locator(".case-head")).to_contain_text(subject)
        await desk.keyboard.press("c")
    await expect(pane.get_by_role("textbox", name=words.reply)).to_be_focused()
    await expect(toast(desk)).to_have_count(0)
    await expect(desk).to_have_title(re.compile(r"^[^(]"))
    await expect(row(two.other, ticket)).to_have_count(0)  # nobody else waits for it
    await hears_nothing(two.other)
    assert await sounds(desk) == 1


async def test_an_offer_that_a_colleague_takes_is_shown_no_longer(
    visits: Visits, server: LiveServer, client: httpx.AsyncClient
) -> None:
    two = await two_agents(visits, server, EN)
    case = await offered(client, server, EN, two)
    assert (await claimed(client, server, case, "Cora")).is_success
    await expect(toast(two.right)).to_have_count(0)
    await expect(two.right).to_have_title(re.compile(r"^[^(]"))


@both
async def test_a_promise_about_to_break_and_broken_is_told_to_whoever_holds_the_ticket(
    visits: Visits, server: LiveServer, client: httpx.AsyncClient, words: Words
) -> None:
    told = TOLD[words.lang]
    two = await two_agents(visits, server, words)
    desk = two.right
    case = await offered(client, server, words, two)
    assert (await claimed(client, server, case, two.name)).is_success
    subject = case.ticket["subject"]
    await toast(desk).locator(".toast-open").click()
    await look_back(desk)
    await desk.keyboard.press("Escape")
    await desk.keyboard.press("Escape")
    await expect(desk.locator("#case .empty")).to_be_visible()
    await expect(desk).to_have_title(re.compile(r"^[^(]"))
    await look_elsewhere(desk)
    before = (await notifications(desk), await sounds(desk))

    clock = next(each for each in case.ticket["clocks"] if each["goal"] == "first_response")
    told_by_now = []
    for at, title, news in (
        (clock["warn_at"], told.due, told.due_news),
        (clock["due"], told.overdue, told.overdue_news),
    ):
        for page in (desk, two.other):
            await forward_to(page, at)
        await expect(toast(desk)).to_have_text(re.compile(f"{re.escape(title)}.*{re.escape(subject)}"))
        await expect(desk).to_have_title(re.compile(r"^\(1\) "))
        await expect(desk.locator("#news")).to_have_text(f"{news}{subject}{ {'zh': '。', 'en': '.'}[words.lang] }")
        told_by_now.append((title, subject))
        assert await notifications(desk) == [*before[0], *told_by_now]
        assert await sounds(desk) == before[1] + len(told_by_now)
    await hears_nothing(two.other)
    await look_back(desk)
    assert await complaints(desk) == []
    await toast(desk).locator(".toast-open").click()
    await expect(desk.locator("#case .case-head")).to_contain_text(subject)
    await expect(desk).to_have_title(re.compile(r"^[^(]"))
