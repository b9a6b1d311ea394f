"""Takes the README's picture of the shop page, with a real conversation on the demo shop.

python -m tests.channels.browser.screenshots        writes docs/shop.webp
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, ViewportSize, async_playwright, expect

from channels.settings import Settings
from channels.testing import TEST_SECRET, live
from dialogue.build import Config, build
from tests.channels.browser.conftest import CHROMIUM_FLAGS, find_chromium
from tests.channels.browser.pages import Chat, sign_in_shopper
from tests.channels.browser.words import EN

TARGET = Path(__file__).parents[3] / "docs" / "shop.webp"
SIZE = ViewportSize(width=1280, height=900)
MOST_BYTES = 300_000
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><include>/etc/fonts/fonts.conf</include>
<match><test name="family" qual="any"><string>DejaVu Sans</string></test>
<edit name="family" mode="prepend" binding="strong"><string>Noto Sans CJK SC</string></edit></match></fontconfig>"""
"""One family for both scripts, so that the picture is the same on every machine."""


async def main() -> None:
    """Build a shop, talk, take the picture."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        await (await build(Config(data=data))).close()
        fonts = Path(folder) / "fonts.conf"
        fonts.write_text(FONTS)
        async with live(Settings(data=data, secret=TEST_SECRET)) as server, async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=find_chromium(),
                args=list(CHROMIUM_FLAGS),
                env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
            )
            page = await browser.new_page(
                base_url=server.url, locale=EN.locale, viewport=SIZE, device_scale_factor=1.5, reduced_motion="reduce"
            )
            await _talk(page)
            shot = await page.screenshot()
            await browser.close()
    _save(shot)


async def _talk(page: Page) -> None:
    await page.goto("/")
    await sign_in_shopper(page, EN, EN.customer)
    chat = Chat(page, EN)
    await chat.open()
    await chat.say("show me dresses under 300")
    await expect(chat.log.locator(".product").first).to_be_visible()
    await page.wait_for_load_state("networkidle")
    await page.mouse.move(0, 0)
    await chat.log.evaluate("log => { log.scrollTop = log.scrollHeight; }")


def _save(shot: bytes) -> None:
    Image.open(io.BytesIO(shot)).convert("RGB").save(TARGET, quality=86, method=6)
    size = TARGET.stat().st_size
    sys.stdout.write(f"{TARGET}: {size} bytes\n")
    if size > MOST_BYTES:
        raise SystemExit(f"the picture has {size} bytes, expected at most {MOST_BYTES}")


if __name__ == "__main__":
    asyncio.run(main())
