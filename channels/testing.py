"""For tests: a small shop with a scripted understander behind the real conversations, and a real server on a free port.

async with small_platform(tmp_path) as platform, live(settings, platform) as server:
    async with httpx.AsyncClient(base_url=server.url) as client: ...
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import functools
import re
import socket
import zoneinfo
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import argon2
import uvicorn
from fastapi import FastAPI

from channels.accounts.passwords import Passwords
from channels.app import config_of, create_app
from channels.auth import Caller, TokenRole, caller_for
from channels.context import Context
from channels.serving import server_config
from channels.settings import Settings
from dialogue.build import Config, Platform, build
from dialogue.commands import (
    Affirm,
    AskHuman,
    ChitChat,
    Command,
    Deny,
    Entity,
    ScoredIntent,
    StartFlow,
    Understanding,
    View,
)
from dialogue.conversations import Conversations
from dialogue.flows import load_flows
from dialogue.replies.templates import Templates
from dialogue.turns import TurnRunner
from dialogue.wording.own import OwnWordings
from dialogue.wording.speech import ShopSpeech
from knowledge.db import Database, sqlite_url
from knowledge.embedding import HashingEmbedder
from knowledge.products import load_products
from knowledge.retrieval import build_retriever
from knowledge.schema import Shop
from knowledge.types import utc_now
from tools.executor import Executor, Services
from tools.policy import load_policy
from tools.testing import make_shop
from tools.toolset import all_tools

_templates = functools.cache(Templates)
_flows = functools.cache(lambda: load_flows(None, tools=all_tools()))
_DAY = range(9, 21)
"""Hours of which the one after is still within those of the demo shop's desk."""
_CANCEL = re.compile(r"^(?:cancel|取消)\s*(W\d+)$")
CUSTOMERS = 120
TEST_SECRET = "0123456789abcdef" * 4


class ScriptedUnderstander:
    """Reads a handful of fixed sentences and takes everything else for a greeting. Waits at `gate` while that is closed."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.entered = asyncio.Event()

    async def understand(self, text: str, view: View) -> Understanding:
        """Return the commands of the script."""
        self.entered.set()
        await self.gate.wait()
        command = _command(text)
        intent = command.flow if isinstance(command, StartFlow) else command.kind
        lang = "zh" if re.search("[\u4e00-\u9fff]", text) else view.lang or "en"
        intents = (ScoredIntent(intent=intent, score=1.0),)
        return Understanding(lang=lang, intents=intents, commands=(command,), model="scripted")


def _command(text: str) -> Command:
    if found := _CANCEL.match(text):
        start, end = found.span(1)
        order = Entity(type="order_ref", value={"id": found[1]}, text=found[1], start=start, end=end)
        return StartFlow(flow="cancel_order", entities=(order,), text=text)
    fixed: dict[str, Command] = {
        "yes": Affirm(),
        "no": Deny(),
        "是": Affirm(),
        "human": AskHuman(),
        "转人工": AskHuman(),
    }
    return fixed.get(text, ChitChat(topic="greeting"))


@contextlib.asynccontextmanager
async def small_platform(
    data: Path, understander: ScriptedUnderstander | None = None, *, busy_timeout_s: float = 5.0
) -> AsyncIterator[Platform]:
    """Yield a platform over a small shop: customers C1, C2, ... with one pending order each (W1, W2, ...), one product.

    A shop that is in `data` already is opened as it is.
    """
    path = data / "shop.db"
    if not await asyncio.to_thread(path.exists):
        await _lay_shop(path)
    database = Database(sqlite_url(path), busy_timeout_s=busy_timeout_s)
    try:
        yield await _wire(data, database, understander or ScriptedUnderstander())
    finally:
        await database.close()


_laid: dict[str, bytes] = {}
"""The small shop's file, made once a process."""


async def _lay_shop(path: Path) -> None:
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    if "shop" in _laid:
        await asyncio.to_thread(path.write_bytes, _laid["shop"])
        return
    database = Database(sqlite_url(path))
    await _fill(database)
    await database.close()
    _laid["shop"] = await asyncio.to_thread(path.read_bytes)


async def _fill(database: Database) -> None:
    await database.create_tables()
    async with database.write() as session:
        shop = await make_shop(session, now=utc_now())
        await shop.product("P1", "Mechanical keyboard", "机械键盘", variants={"KB-L": ({"switch": "linear"}, 9900)})
        for number in range(1, CUSTOMERS + 1):
            customer = await shop.customer(f"C{number}", lang="zh" if number % 2 else "en")
            await shop.order(f"W{number}", customer, {"KB-L": 1})


async def _wire(data: Path, database: Database, understander: ScriptedUnderstander) -> Platform:
    embedder = HashingEmbedder()
    speech = ShopSpeech(_flows, embedder)
    services = Services(
        retriever=await build_retriever(database, embedder),
        products=await load_products(database, embedder),
        speech=speech,
    )
    tools = all_tools()
    policy, templates = load_policy("default"), _templates().with_own(OwnWordings(database, speech))
    executor = Executor(database, tools, policy, services=services)
    runner = TurnRunner(executor, understander, dict(_flows()), templates, "Asia/Shanghai")
    conversations = Conversations(database, executor, runner, templates, default_lang="en")
    async with database.read() as session:
        shop = await session.get_one(Shop, "shop")
    return Platform(Config(data=data, demo=False), database, executor, policy, conversations, shop)


@dataclasses.dataclass(frozen=True)
class LiveServer:
    """A running server."""

    url: str
    app: FastAPI
    context: Context

    @property
    def ws_url(self) -> str:
        """The address for WebSockets."""
        return self.url.replace("http", "ws", 1)

    def token(self, role: TokenRole = "shopper", subject: str | None = None) -> str:
        """Return a token of this server."""
        return self.context.tokens.issue(caller_for(role, subject))

    def headers(self, role: TokenRole = "shopper", subject: str | None = None) -> dict[str, str]:
        """Return the authorization header of a new token."""
        return {"Authorization": f"Bearer {self.token(role, subject)}"}

    def supervisor(self, subject: str = "boss") -> dict[str, str]:
        """Return the authorization header of a supervisor's token."""
        return {"Authorization": f"Bearer {self.context.tokens.issue(Caller('agent', subject, supervisor=True))}"}

    def caller(self, token: str) -> Caller:
        """Return whom a token is for."""
        return self.context.tokens.verify(token)


def quick_passwords() -> Passwords:
    """Return passwords whose hashes cost nothing, and protect nothing."""
    return Passwords(argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@contextlib.asynccontextmanager
async def live(settings: Settings, platform: Platform | None = None) -> AsyncIterator[LiveServer]:
    """Run a real server in this event loop, on a free port."""
    app = create_app(settings, platform)
    app.state.context.passwords = quick_passwords()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)  # noqa: FBT003  (the socket module's own form)
    server = uvicorn.Server(server_config(settings, app))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if task.done():
                await task
                raise RuntimeError("the server did not start")
            await asyncio.sleep(0.005)
        port = listener.getsockname()[1]
        yield LiveServer(f"http://127.0.0.1:{port}", app, app.state.context)
    finally:
        server.should_exit = True
        await task
        listener.close()


@contextlib.asynccontextmanager
async def live_by_day(settings: Settings) -> AsyncIterator[LiveServer]:
    """Run a server over the platform as `serve` builds it, at a time at which the demo shop's desk is open."""
    platform = await build(dataclasses.replace(config_of(settings), clock=by_day()))
    try:
        async with live(settings, platform) as server:
            yield server
    finally:
        await platform.close()


def by_day(clock: Callable[[], dt.datetime] = utc_now) -> Callable[[], dt.datetime]:
    """Return a clock that is half a day ahead where it would otherwise be evening, night or early morning in the demo shop."""
    hour = clock().astimezone(zoneinfo.ZoneInfo("Asia/Shanghai")).hour
    ahead = dt.timedelta(hours=0 if hour in _DAY else 12)
    return lambda: clock() + ahead
