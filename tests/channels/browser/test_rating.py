"""Stars in the chat and the desk's statistics, in both languages: by keyboard, on a phone, in both themes, read aloud."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from channels.testing import LiveServer
from tests.channels.browser.pages import Chat, Visits
from tests.channels.browser.test_access import complaints
from tests.channels.browser.words import EN, ZH, Words

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]
both = pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
STARS = {"en": "4 of 5 stars: satisfied", "zh": "4 星：满意"}
SEND = {"en": "Send rating", "zh": "提交评价"}
GIVEN = {"en": "Rated 4 of 5 stars", "zh": "评价：4 星（共 5 星）"}
CHANGE = {"en": "Change", "zh": "修改评价"}
CSAT = {"en": "customer satisfaction", "zh": "服务满意度"}


async def resolved(page: Page, words: Words, shop: LiveServer) -> Chat:
    """A shopper whose case a person has just resolved."""
    chat = Chat(page, words)
    await chat.open()
    await chat.say(words.human)
    card = chat.log.locator(".handoff")
    await expect(card).to_be_visible()
    found = re.search(r"tkt_\w+", await card.inner_text())
    assert found is not None
    agent = shop.headers("agent", "stars")
    request = page.context.request
    address = f"{shop.url}/v1/tickets/{found[0]}"
    ticket = await (await request.get(address, headers=agent)).json()
    await request.post(f"{address}/claim", headers=agent, data={"version": ticket["version"]})
    await request.post(f"{address}/release", headers=agent, data={"outcome": "resolve"})
    await expect(stars(chat)).to_be_visible()
    return chat


def stars(chat: Chat) -> Locator:
    return chat.log.locator(".rating-form")


@both
async def test_stars_are_given_by_keyboard_and_changed(visits: Visits, shop: LiveServer, words: Words) -> None:
    page = await visits.page(words, phone=words is EN)
    chat = await resolved(page, words, shop)
    first = stars(chat).get_by_role("radio").first
    await first.focus()
    await first.press("Space")
    for _ in range(3):
        await page.keyboard.press("ArrowRight")
    await expect(stars(chat).get_by_role("radio", name=STARS[words.lang])).to_be_checked()
    await stars(chat).get_by_role("textbox").fill("!")
    await stars(chat).get_by_role("button", name=SEND[words.lang]).press("Enter")
    await expect(chat.log.get_by_role("img", name=GIVEN[words.lang])).to_be_visible()
    assert await complaints(page) == []
    await chat.log.get_by_role("button", name=CHANGE[words.lang]).click()
    await expect(stars(chat).get_by_role("radio", name=STARS[words.lang])).to_be_checked()
    assert await complaints(page) == []


@both
async def test_stars_in_words_are_shown_as_stars(visits: Visits, shop: LiveServer, words: Words) -> None:
    chat = await resolved(await visits.page(words), words, shop)
    await chat.say("四星" if words is ZH else "4 stars")
    await expect(chat.log.get_by_role("img", name=GIVEN[words.lang])).to_be_visible()
    await expect(stars(chat)).to_have_count(0)


@both
async def test_the_statistics_are_read_narrowed_and_lead_to_their_tickets(
    visits: Visits, shop: LiveServer, words: Words
) -> None:
    await resolved(await visits.page(words), words, shop)
    page = await visits.page(words, "/desk/statistics")
    token = shop.supervisor()["Authorization"].removeprefix("Bearer ")
    await page.evaluate(
        "([key, value]) => localStorage.setItem(key, JSON.stringify(value))", [f"xiaoer:{shop.url}:agent", token]
    )
    await page.reload()
    csat = page.locator("[data-card=csat]")
    await expect(csat.get_by_role("heading", name=CSAT[words.lang])).to_be_visible()
    assert await complaints(page) == []
    await page.locator("select[name=lang]").select_option(words.lang)
    await page.locator("#filters button").click()
    await expect(page).to_have_url(re.compile(f"lang={words.lang}"))
    await expect(page.locator("#parts")).not_to_have_attribute("aria-busy", "true")
    await page.locator("[data-card=tickets]").get_by_role("button").first.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("link").first).to_be_visible()
    assert await complaints(page) == []
    address = await dialog.get_by_role("link").first.get_attribute("href") or ""
    assert address.startswith("/desk#tkt_")
    await page.keyboard.press("Escape")
    async with page.expect_download() as saved:
        await csat.get_by_role("button").last.click()
    assert (await saved.value).suggested_filename.endswith(".csv")
    await page.goto("/")
    await page.goto(address)
    await expect(page.locator("#case")).to_contain_text(address.removeprefix("/desk#"))
