"""What a person sees and does on the pages, found as a screen reader finds it: by role and name."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, ViewportSize, expect

from tests.channels.browser.words import Words

WAIT_MS = 15_000
"""The machine may be busy; nothing waits that long where it works."""

DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)


class Visits:
    """Browser contexts, each a person of their own, and what their pages asked for and complained about."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self.origin = origin
        self.own = {urlsplit(origin).netloc}
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        self.expected = re.compile(r"$^")
        """Complaints that a test brings about on purpose."""
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    async def person(self, words: Words, *, phone: bool = False, dark: bool = False) -> BrowserContext:
        """A new person with an empty browser that speaks their language."""
        context = await self._browser.new_context(
            base_url=self.origin,
            locale=words.locale,
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            is_mobile=phone,
            color_scheme="dark" if dark else "light",
            permissions=["microphone"],
            reduced_motion="reduce",
        )
        context.set_default_timeout(WAIT_MS)
        context.on("request", lambda request: self._asked(request.url))
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("page", lambda page: page.on("websocket", lambda socket: self._asked(socket.url)))
        self._contexts.append(context)
        return context

    async def page(self, words: Words, path: str = "/", *, phone: bool = False, dark: bool = False) -> Page:
        """A page in a browser of its own."""
        page = await (await self.person(words, phone=phone, dark=dark)).new_page()
        await page.goto(path)
        return page

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()

    def _asked(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in {"blob", "data"} and parts.netloc not in self.own:
            self.foreign.append(address)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not self.expected.search(message.text):
            self.complaints.append(f"{message.type}: {message.text} {message.location['url']}")


@dataclasses.dataclass(frozen=True)
class Chat:
    """The chat widget, on whatever page it stands."""

    page: Page
    words: Words

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog", name=self.words.chat)

    @property
    def log(self) -> Locator:
        return self.dialog.get_by_role("log", name=self.words.messages)

    @property
    def field(self) -> Locator:
        return self.dialog.get_by_role("textbox", name=self.words.message)

    @property
    def bubbles(self) -> Locator:
        return self.log.locator(".bubble:not(.dots)")

    @property
    def own(self) -> Locator:
        """What the shopper said and the server has."""
        return self.log.locator(".message:has(.state.done)")

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.dialog.get_by_role("button", name=name)

    async def open(self) -> None:
        """Open it and wait for the greeting and the connection."""
        await self.page.get_by_role("button", name=self.words.open_chat).click()
        await expect(self.bubbles.first).to_be_visible()
        await self.online()

    async def online(self) -> None:
        await expect(self.page.locator("xiaoer-chat")).to_have_attribute("data-connection", "online")

    async def say(self, text: str) -> None:
        """Write and send; the message is delivered when this returns."""
        before = await self.own.count()
        await self.field.fill(text)
        await self.field.press("Enter")
        await expect(self.own).to_have_count(before + 1)

    async def choose(self, name: str | re.Pattern[str]) -> None:
        """Press one of the offered answers that is still open."""
        await self.log.get_by_role("button", name=name, disabled=False).last.click()

    async def expect_reply(self, text: str | re.Pattern[str], *, within_ms: float = WAIT_MS) -> None:
        await expect(self.log.locator(".group.left:not(.typing)").last).to_contain_text(text, timeout=within_ms)

    async def attach(self, picture: Path) -> None:
        async with self.page.expect_file_chooser() as chooser:
            await self.button(self.words.attach).click()
        await (await chooser.value).set_files(picture)


async def sign_in_shopper(page: Page, words: Words, name: str) -> None:
    """Sign in as one of the demo customers."""
    account = page.locator("#account")
    await account.get_by_role("button", name=words.sign_in).click()
    await account.get_by_role("button", name=name).click()
    await expect(account.locator("[aria-controls]")).to_contain_text(name)


async def sign_in_staff(page: Page, name: str) -> None:
    """Sign in to the desk or the inspector under one of the offered names."""
    await page.locator("#sign-in").get_by_role("button", name=name, exact=True).click()
    await expect(page.locator("#board")).to_be_visible()
