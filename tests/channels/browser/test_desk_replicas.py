"""Two replicas behind one Redis, an agent's desk at each: notes appear without a reload, and what was missed is there once one is back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from channels.auth import Caller
from channels.settings import Settings
from channels.testing import LiveServer, live, small_platform
from tests.channels.browser.cable import cable_to
from tests.channels.browser.observed import look_back, look_elsewhere, notifications, signed_in_desk, turn_alerts_on
from tests.channels.browser.pages import Visits
from tests.channels.browser.test_desk import row
from tests.channels.browser.words import EN, ZH, Words
from tests.channels.conftest import Person
from tests.channels.test_desk import waiting

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]

NO_CONNECTION = re.compile("WebSocket connection to .* failed|net::ERR_")
TRIES_AGAIN_MS = 10_000
"""After which a page has tried to reach its server again, however often it could not."""
MENTIONS = re.compile("^(提到我|Mentions)")
MENTIONED = {"zh": "{} 提到了您", "en": "{} mentioned you"}


@pytest_asyncio.fixture(loop_scope="session")
async def replicas(settings: Settings, redis_url: str) -> AsyncIterator[tuple[LiveServer, LiveServer]]:
    settings = settings.model_copy(update={"redis_url": redis_url})
    async with (
        small_platform(settings.data) as one,
        small_platform(settings.data) as two,
        live(settings, one) as first,
        live(settings, two) as second,
    ):
        yield first, second


async def notes(desk: Page, text: str) -> None:
    """Leave a note in the open case."""
    await desk.keyboard.press("n")
    field = desk.locator("#case .writing textarea:visible")
    await field.fill(text)
    await field.press("Control+Enter")
    await expect(desk.locator("#case .staff-note", has_text=text)).to_have_count(1)
    await desk.keyboard.press("Escape")


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
async def test_notes_reach_the_other_replica_s_desk_live_and_after_it_was_cut_off(
    browser: Browser, replicas: tuple[LiveServer, LiveServer], words: Words
) -> None:
    here, there = replicas
    async with httpx.AsyncClient(base_url=here.url, timeout=10) as client:
        ticket = (await waiting(client, here, Person("C1", "W1"))).ticket["ticket_id"]
    async with cable_to(there.url) as cable:
        near, far = Visits(browser, here.url), Visits(browser, cable.url)
        far.expected = NO_CONNECTION
        ada = await signed_in_desk(near, here, words, Caller("agent", "Ada"))
        ben = await signed_in_desk(far, there, words, Caller("agent", "Ben"))
        await there.context.routing.look()  # Ben was seen at the desk now, and can be mentioned
        await turn_alerts_on(ben)
        for desk in (ada, ben):
            await row(desk, ticket).click()
            await expect(desk.locator("#case").get_by_role("log")).to_contain_text("human")

        theirs = ben.locator("#case .staff-note")
        await notes(ada, "one, live")
        await expect(theirs).to_have_count(1)
        await look_elsewhere(ben)
        await notes(ada, "two @Ben")
        await expect(theirs).to_have_count(2)
        await expect(ben).to_have_title(re.compile(r"^\(1\) "))
        assert await notifications(ben) == [(MENTIONED[words.lang].format("Ada"), "two @Ben")]
        unread = ben.get_by_role("button", name=MENTIONS).locator(".count")
        await expect(unread).to_have_text("1")
        await look_back(ben)  # at the case
        await expect(unread).to_have_count(0)

        await cable.cut()
        await expect(ben.locator("#connection.ok")).to_have_count(0)
        await notes(ada, "three, missed @Ben")
        await cable.mend()
        await ben.clock.fast_forward(TRIES_AGAIN_MS)
        await expect(theirs).to_have_text(
            [re.compile("one, live"), re.compile("two @Ben"), re.compile("three, missed")]
        )

        await ben.keyboard.press("Escape")
        await expect(ben.locator("#case .empty")).to_be_visible()
        await expect(ben.locator("#connection.ok")).to_be_visible()
        await cable.cut()
        await expect(ben.locator("#connection.ok")).to_have_count(0)
        await notes(ada, "four @Ben")
        await cable.mend()
        await ben.clock.fast_forward(TRIES_AGAIN_MS)
        toast = ben.locator(".toast", has_text="four @Ben")
        await expect(toast).to_contain_text(MENTIONED[words.lang].format("Ada"))
        await expect(ben).to_have_title(re.compile(r"^\(1\) "))
        await expect(unread).to_have_text("1")
        await toast.locator(".toast-open").click()
        await expect(theirs).to_have_count(4)
        await expect(unread).to_have_count(0)
        await near.close()
        await far.close()
    assert (near.complaints, near.foreign, far.complaints, far.foreign) == ([], [], [], [])
