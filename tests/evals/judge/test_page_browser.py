"""The report in a real browser: it fits a phone, and a keyboard reaches every conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from evals.judge.page import page_of
from evals.judge.run import Run
from tests.channels.browser.conftest import CHROMIUM_FLAGS, find_chromium
from tests.evals.judge.test_page import NOW, run

__all__ = ["run"]
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.browser, pytest.mark.slow]


@pytest_asyncio.fixture(loop_scope="session", params=["zh-CN", "en-US"])
async def page(request: pytest.FixtureRequest, run: Run, tmp_path: Path) -> AsyncIterator[Page]:
    """The report of a run with a failure, on a phone."""
    found = find_chromium()
    if not found:
        pytest.skip("no Chromium on the PATH")
    path = tmp_path / "report.html"
    path.write_text(page_of(run, at=NOW, command="xiaoer eval scenarios here"), encoding="utf-8")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(CHROMIUM_FLAGS))
        opened = await browser.new_page(viewport={"width": 390, "height": 844}, locale=request.param)
        await opened.goto(path.as_uri())
        yield opened
        await browser.close()


async def test_it_fits_a_phone_in_the_readers_language(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    heading = page.get_by_role("heading", level=1)
    chinese = await page.evaluate("navigator.language.startsWith('zh')")
    await expect(heading).to_contain_text("2 个中 1 个每次都通过" if chinese else "1 of 2 pass every time")
    await page.get_by_role("button", name="English" if chinese else "中文").click()
    await expect(heading).to_contain_text("1 of 2 pass every time" if chinese else "2 个中 1 个每次都通过")


async def test_a_keyboard_reaches_a_conversation_from_the_map(page: Page) -> None:
    await page.get_by_role("link", name="good-one: 2 / 2").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#good-one")).to_have_attribute("open", "")
    assert await page.evaluate("document.activeElement.textContent.includes('good-one')")


async def test_conversations_can_be_filtered_and_searched(page: Page) -> None:
    shown = page.locator(".entry:visible > summary b")
    await expect(shown).to_have_text(["bad-one", "good-one"])
    await page.locator("[data-filter=failed]").press("Enter")
    await expect(shown).to_have_text(["bad-one"])
    await page.locator("#search").fill("repair nothing")
    await expect(shown).to_have_count(0)
    await page.locator("#search").fill("repair en")
    await expect(shown).to_have_text(["bad-one"])
