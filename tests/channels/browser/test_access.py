"""Keyboard alone, a phone, both languages, both themes, screen readers: what the pages owe everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.channels.browser.pages import DESKTOP, PHONE, Chat, Visits, sign_in_shopper, sign_in_staff
from tests.channels.browser.words import EN, ZH, Words

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]
both = pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])

CHECKS = (Path(__file__).parent / "checks.js").read_text()
"""Finds low contrast, controls without a name, pictures without a text, what sticks out of the screen."""


async def complaints(page: Page) -> list[str]:
    """What is wrong with the page in either theme, on a desk and on a phone."""
    found = []
    for size in (DESKTOP, PHONE):
        await page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += [f"{size['width']} {scheme}: {complaint}" for complaint in await page.evaluate(CHECKS)]
    await page.set_viewport_size(DESKTOP)
    return found


async def talk(page: Page, words: Words) -> Chat:
    """A conversation with cards of every kind: products, an order, choices, a citation."""
    chat = Chat(page, words)
    await chat.open()
    await chat.say(words.find)
    await expect(chat.log.locator(".product img").first).to_be_visible()
    await chat.say(words.policy)
    await expect(chat.log.locator(".citation")).to_be_visible()
    await chat.say(words.ask_order)
    await expect(chat.log.locator(".order")).to_be_visible()
    await chat.say(words.send_back)
    await expect(chat.log.locator(".choice").first).to_be_visible()
    return chat


BAD = """<body style="background: white"><main><p style="color: #aaa">pale</p><button></button><img src="data:,">
<p id="a"></p><p id="a"></p><div style="width: 2000px">wide</div></main>"""


async def test_the_checks_find_what_is_wrong(visits: Visits) -> None:
    page = await (await visits.person(EN)).new_page()
    await page.set_content(BAD)
    kinds = {complaint.split(": ")[1].split()[0] for complaint in await complaints(page)}
    assert kinds == {"contrast", "no", "id", "sticks", "small"}


@both
async def test_everything_on_the_shop_page_can_be_read_and_named(visits: Visits, words: Words) -> None:
    page = await visits.page(words)
    await expect(page.locator(".good img").first).to_be_visible()
    assert await complaints(page) == []
    await sign_in_shopper(page, words, words.customer)
    await talk(page, words)
    assert await complaints(page) == []


@both
async def test_everything_on_the_staff_pages_can_be_read_and_named(visits: Visits, words: Words) -> None:
    shopper = await visits.page(words)
    chat = Chat(shopper, words)
    await chat.open()
    await chat.say(words.find)
    await chat.say(words.human)
    await expect(chat.log.locator(".handoff")).to_be_visible()

    desk = await visits.page(words, "/desk")
    await expect(desk.locator("#sign-in .sign-in-card")).to_be_visible()
    assert await complaints(desk) == []
    await sign_in_staff(desk, words.agent)
    await desk.locator("#tickets button").last.click()
    await desk.locator("#case").get_by_role("button", name=words.claim).click()
    await expect(desk.locator("#case").get_by_role("textbox", name=words.reply)).to_be_focused()
    assert await complaints(desk) == []
    await desk.locator(".find-filters summary").click()
    await desk.locator('[data-find="lang"]').select_option(words.lang)
    await desk.locator("#case .case-menu summary").click()
    assert await complaints(desk) == []

    inspector = await visits.page(words, "/inspector")
    await sign_in_staff(inspector, words.owner)
    await inspector.locator("#conversations button").first.click()
    await expect(inspector.get_by_role("article").first).to_be_visible()
    assert await complaints(inspector) == []


@both
async def test_the_keyboard_alone_is_enough(visits: Visits, words: Words) -> None:
    page = await visits.page(words)
    await expect(page.locator(".good img").first).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.locator(".good-title").first).to_be_focused()
    await page.keyboard.press("Enter")
    product = page.locator("dialog#product")
    await expect(product).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(product).to_be_hidden()
    await expect(page.locator(".good-title").first).to_be_focused()

    chat = Chat(page, words)
    launcher = page.get_by_role("button", name=words.open_chat)
    await launcher.focus()
    await page.keyboard.press("Enter")
    await expect(chat.field).to_be_focused()
    await chat.online()
    await page.keyboard.type(words.find)
    await page.keyboard.press("Enter")
    await expect(chat.log.locator(".product").first).to_be_visible()
    await expect(chat.field).to_be_focused()
    await expect(chat.dialog.locator("[aria-live=polite]")).to_contain_text(words.bot)
    await page.keyboard.press("Escape")
    await expect(chat.dialog).to_be_hidden()
    await expect(launcher).to_be_focused()


async def test_on_a_phone_the_chat_fills_the_screen_and_keeps_the_focus(visits: Visits) -> None:
    page = await visits.page(EN, phone=True)
    chat = Chat(page, EN)
    await chat.open()
    await expect(chat.dialog).to_have_attribute("aria-modal", "true")
    assert await chat.dialog.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.localName") == "xiaoer-chat"


async def test_switching_the_language_switches_page_chat_and_bot(visits: Visits) -> None:
    page = await visits.page(ZH)
    chat = Chat(page, ZH)
    await chat.open()
    await chat.say(ZH.find)
    await expect(chat.log.locator(".product").first).to_be_visible()
    await page.locator("#lang").click()
    english = Chat(page, EN)
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.get_by_role("searchbox")).to_have_attribute("placeholder", "Search products, brands, colours…")
    await expect(english.dialog).to_be_visible()
    await expect(english.own).to_have_count(2)
    await english.say(EN.find)
    await english.expect_reply("Here is what I found")
    await page.reload()
    await expect(english.dialog).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
