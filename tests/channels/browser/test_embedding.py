"""The chat on another site: one script tag, nothing else asked of that site."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, expect

from channels.testing import LiveServer
from tests.channels.browser.pages import Chat, Visits
from tests.channels.browser.words import EN, ZH, Words

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]

SITE = """<!doctype html><html lang="en"><head><title>Another shop</title>
<style>button {{ all: unset; color: hotpink; font-size: 60px }} p {{ display: none }}</style></head>
<body><main><h1>Another shop</h1></main><script src="{shop}/widget.js" data-lang="{lang}" data-side="left" async></script></body></html>"""


@contextlib.asynccontextmanager
async def site(page: str) -> AsyncIterator[str]:
    """A web server that knows this one page."""
    body = page.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("words", [ZH, EN], ids=["zh", "en"])
async def test_one_script_tag_brings_the_chat_to_another_site(browser: Browser, shop: LiveServer, words: Words) -> None:
    async with site(SITE.format(shop=shop.url, lang=words.lang)) as address:
        visits = Visits(browser, address)
        visits.own.add(urlsplit(shop.url).netloc)
        page = await visits.page(words)
        chat = Chat(page, words)
        await chat.open()
        box = await chat.dialog.bounding_box()
        assert box is not None
        assert box["x"] < 100  # on the left, as the tag says
        await chat.say(words.find)
        picture = chat.log.locator(".product img").first
        await expect(picture).to_be_visible()
        assert await picture.evaluate("img => img.decode().then(() => img.naturalWidth)") > 100
        assert await chat.button(words.attach).evaluate("button => getComputedStyle(button).fontSize") == "15px"
        token = shop.token("shopper", words.customer_id)
        await page.evaluate("token => window.xiaoer.identify(token)", token)
        await expect(chat.own).to_have_count(0)
        await chat.say(words.ask_order)
        await chat.expect_reply(words.shipped_order)
        await page.evaluate("window.xiaoer.close()")
        await expect(chat.dialog).to_be_hidden()
        await visits.close()
    assert (visits.foreign, visits.complaints) == ([], [])
