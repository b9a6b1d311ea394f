"""What the scripted hour is made of: a server that can be killed, people in browsers of their own, and the book of what they said."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
from playwright.async_api import Locator, Page, expect

from channels.auth import Tokens, caller_for
from channels.testing import TEST_SECRET
from knowledge.types import JsonObject
from tests.channels.browser.pages import Chat
from tests.channels.browser.words import Words

START_S = 180
SUPERVISOR = ("mei", "correct horse battery")
"""Name and password."""


class Server:
    """``xiaoer serve`` as a process on one port, which can be killed with -9 and started again."""

    def __init__(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._data = data
        self._environment = {**os.environ, "XIAOER_SECRET": TEST_SECRET, "XIAOER_FIT_MODELS": "0"}
        self._process: asyncio.subprocess.Process | None = None
        self._draining: asyncio.Task[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def lets_in(self, name: str, password: str) -> None:
        """Make a supervisor's account, as the shop's owner does on the command line."""
        process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "channels",
                "accounts",
                "add",
                name,
                "--role",
                "supervisor",
                "--data",
                str(self._data),
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=self._environment,
        )
        await process.communicate(password.encode())
        assert process.returncode == 0

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "channels", "serve", "--port", str(self._port), "--data", str(self._data)),
            stderr=subprocess.PIPE,
            env=self._environment,
        )
        assert self._process.stderr is not None
        self._draining = asyncio.create_task(self._process.stderr.read())
        async with asyncio.timeout(START_S), httpx.AsyncClient(base_url=self.url) as client:
            while True:
                assert self._process.returncode is None, (await self._draining).decode()
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get("/readyz")).status_code == httpx.codes.OK:
                        return
                await asyncio.sleep(0.1)

    async def end(self, how: signal.Signals) -> None:
        """Send the signal and wait until the process is gone."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(how)
        await self._process.wait()
        if self._draining is not None:
            await self._draining


@contextlib.asynccontextmanager
async def serving(data: Path) -> AsyncIterator[Server]:
    """A running server; whatever has become of it is ended at the end."""
    server = Server(data)
    await server.lets_in(*SUPERVISOR)
    await server.start()
    try:
        yield server
    finally:
        await server.end(signal.SIGTERM)


class Book:
    """Everything that people said in the hour, by conversation and in order: what the server and both sides must have, once each."""

    def __init__(self, server: str) -> None:
        self.said: dict[str, list[tuple[str, str]]] = {}
        tokens = Tokens(TEST_SECRET)
        self._client = httpx.AsyncClient(
            base_url=server, headers={"Authorization": f"Bearer {tokens.issue(caller_for('agent', 'auditor'))}"}
        )

    async def close(self) -> None:
        await self._client.aclose()

    def write(self, conversation: str, author: str, text: str) -> None:
        self.said.setdefault(conversation, []).append((author, text))

    async def events(self, conversation: str) -> list[JsonObject]:
        """The conversation as the server has it now."""
        found = (await self._client.get(f"/v1/conversations/{conversation}/events")).raise_for_status().json()
        return [stored["event"] for stored in found]

    async def ticket(self, ticket: str) -> JsonObject:
        found: JsonObject = (await self._client.get(f"/v1/tickets/{ticket}")).raise_for_status().json()
        return found

    async def tickets(self) -> list[JsonObject]:
        found: list[JsonObject] = (
            (await self._client.get("/v1/tickets", params={"limit": 500})).raise_for_status().json()["tickets"]
        )
        return found


@dataclasses.dataclass
class Shopper:
    """Somebody who chats in a browser of their own."""

    chat: Chat
    book: Book
    conversation: str = ""

    @property
    def words(self) -> Words:
        return self.chat.words

    async def arrive(self) -> None:
        await self.chat.open()
        self.conversation = await self.chat.page.evaluate(CONVERSATION)

    async def says(self, text: str, *, delivered: bool = True) -> None:
        """Write a message; without a connection it waits in the widget."""
        self.book.write(self.conversation, "shopper", text)
        if delivered:
            await self.chat.say(text)
        else:
            await self.chat.field.fill(text)
            await self.chat.field.press("Enter")

    async def asks_for_a_person(self, text: str) -> str:
        """Returns the ticket's number, as the shopper reads it."""
        cards = self.chat.log.locator(".handoff")
        before = await cards.count()
        await self.says(text)
        await expect(cards).to_have_count(before + 1)
        found = re.search(r"tkt_\w+", await cards.last.inner_text())
        assert found
        return found[0]

    async def reads(self, text: str) -> None:
        """It stands in the chat, once."""
        await expect(self.chat.log.get_by_text(text, exact=True)).to_have_count(1)


@dataclasses.dataclass
class Agent:
    """Somebody at the desk in a browser of their own."""

    page: Page
    words: Words
    name: str
    book: Book

    @property
    def case(self) -> Locator:
        return self.page.locator("#case")

    @property
    def log(self) -> Locator:
        return self.case.get_by_role("log")

    @property
    def field(self) -> Locator:
        return self.case.get_by_role("textbox", name=self.words.reply)

    def row(self, ticket: str) -> Locator:
        return self.page.locator(f'#tickets [data-ticket="{ticket}"]')

    async def online(self) -> None:
        await expect(self.page.locator("#connection")).to_have_class(re.compile(r"\bok\b"))

    async def opens(self, ticket: str, *, among: str) -> None:
        """Pick a ticket from the list that is named `among`."""
        await self.page.locator("#filters").get_by_role("button", name=among).click()
        await self.row(ticket).click()
        await expect(self.log).to_be_visible()

    async def claims(self, ticket: str) -> None:
        await self.opens(ticket, among=self.words.waiting)
        await self.case.get_by_role("button", name=self.words.claim).first.click()
        await expect(self.field).to_be_visible()

    async def says(self, shopper: Shopper, text: str) -> None:
        """Answer in the open case; both sides have it when this returns."""
        self.book.write(shopper.conversation, self.name, text)
        await self.field.fill(text)
        await self.field.press("Control+Enter")
        await expect(self.field).to_have_value("")
        await shopper.reads(text)

    async def reads(self, text: str) -> None:
        await expect(self.log.get_by_text(text, exact=True)).to_have_count(1)

    async def notes(self, text: str) -> None:
        """Leave a note for colleagues in the open case."""
        await self.case.locator('[data-mode="note"]').click()
        field = self.case.locator(".writing textarea:visible")
        await field.fill(text)
        await field.press("Control+Enter")
        await expect(self.log.get_by_role("article").filter(has_text=text)).to_have_count(1)
        await self.case.locator('[data-mode="reply"]').click()

    async def chooses(self, deed: str) -> Locator:
        """Choose from the menu of the open case; returns the dialog."""
        await self.case.locator(".case-menu summary").click()
        await self.case.locator(f'.case-menu [data-act="{deed}"]').click()
        return self.page.get_by_role("dialog")

    async def passes_on(self, to: str, why: str) -> None:
        """Pass the open case on to a colleague."""
        dialog = await self.chooses("transfer")
        await dialog.get_by_role("combobox").first.select_option(f"agent:{to}")
        await dialog.get_by_role("textbox").fill(why)
        await dialog.locator("[type=submit]").click()
        await expect(self.field).to_be_hidden()

    async def puts_aside(self) -> None:
        """Snooze the open case until the shopper writes."""
        dialog = await self.chooses("snooze")
        await dialog.locator("[value=shopper]").check()
        await dialog.locator("[type=submit]").click()
        await expect(self.case.locator('[data-act="wake"]')).to_be_visible()

    async def finishes(self, how: str, *, note: str = "", agreed: str = "") -> None:
        """Hand back or resolve the open case."""
        await self.case.get_by_role("button", name=how).click()
        dialog = self.page.get_by_role("dialog")
        fields = dialog.get_by_role("textbox")
        await fields.first.fill(note)
        await fields.nth(1).fill(agreed)
        await dialog.get_by_role("button", name=how).click()
        await expect(dialog).to_be_hidden()


CONVERSATION = "Object.entries(localStorage).filter(([key]) => key.endsWith(':conversation')).map(([, kept]) => JSON.parse(kept).id)[0]"
