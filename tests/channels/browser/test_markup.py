"""What a shopper writes is words on every page, whatever it looks like: no page parses it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.channels.browser.pages import Chat, Visits, sign_in_staff
from tests.channels.browser.test_desk import row
from tests.channels.browser.words import EN

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]

MARKUP = (
    '</p><img src="x" onerror="document.title=1"><svg onload="document.title=1"></svg>'
    "<script>document.title=1</script> {{7*7}} [a](javascript:document.title=1) let me talk to a person"
)
CARRIERS = "img[src=x], [onerror], [onload], .words script, a[href^=javascript]"


async def test_markup_of_a_shopper_is_text_in_the_chat_at_the_desk_and_in_the_inspector(visits: Visits) -> None:
    shop, desk, inspector = [await visits.page(EN, path) for path in ("/", "/desk", "/inspector")]
    await sign_in_staff(desk, EN.agent)
    await sign_in_staff(inspector, EN.owner)
    chat = Chat(shop, EN)
    await chat.open()
    await chat.say(MARKUP)
    handed_over = chat.log.locator(".handoff")
    await expect(handed_over).to_be_visible()
    ticket = (await handed_over.inner_text()).partition("tkt_")[2].split()[0].strip(".;,")
    await row(desk, f"tkt_{ticket}").click()
    await inspector.locator("#conversations").get_by_role("button", name=MARKUP[:40]).first.click()
    said = (chat.log, desk.locator("#case").get_by_role("log"), inspector.locator("#turns"))
    for page, words in zip((shop, desk, inspector), said, strict=True):
        await expect(words.get_by_text(MARKUP).first).to_be_visible()
        await expect(page.locator(CARRIERS)).to_have_count(0)
        assert await page.title() != "1"
