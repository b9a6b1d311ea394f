"""A small shop to talk in, with a scripted understander."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest_asyncio

from dialogue.commands import Command
from dialogue.conversations import Conversations
from dialogue.flows import load_flows
from dialogue.replies.templates import Templates
from dialogue.testing import ScriptedUnderstander
from dialogue.turn import Turn
from dialogue.turns import TurnRunner
from dialogue.wording.own import OwnWordings
from dialogue.wording.speech import ShopSpeech
from knowledge.db import Database
from knowledge.embedding import HashingEmbedder
from knowledge.products import load_products
from knowledge.retrieval import build_retriever
from knowledge.types import Lang
from tools.base import Identity
from tools.executor import Executor, Services
from tools.policy import load_policy
from tools.testing import NOW, FixedClock, ShopBuilder, make_shop
from tools.toolset import all_tools

TEE = {
    "TEE-RED-M": ({"color": "red", "size": "M"}, 8900),
    "TEE-RED-L": ({"color": "red", "size": "L"}, 8900),
    "TEE-BLUE-M": ({"color": "blue", "size": "M"}, 9900),
    "TEE-BLUE-L": ({"color": "blue", "size": "L"}, 9900),
}
_templates = functools.cache(functools.partial(Templates, "Asia/Shanghai"))
_flows = functools.cache(lambda: load_flows(tools=all_tools()))
_speech = functools.cache(lambda: ShopSpeech(_flows, HashingEmbedder()))
LAMP = {"LAMP-W": ({"color": "white"}, 15900), "LAMP-B": ({"color": "black"}, 15900)}


@dataclasses.dataclass
class Talk:
    """One shopper's conversation; each message is given with its commands."""

    conversations: Conversations
    understander: ScriptedUnderstander
    database: Database
    identity: Identity
    id: str = ""

    _numbers: Any = dataclasses.field(default_factory=lambda: itertools.count(1))

    async def open(self, lang: Lang = "en") -> None:
        self.id = (await self.conversations.open(self.identity, lang=lang)).id

    async def say(self, text: str, *commands: Command, attachments: tuple[str, ...] = ()) -> Turn:
        self.understander.script[text] = commands
        return await self.conversations.send(
            self.id, self.identity, client_id=f"m{next(self._numbers)}", text=text, attachments=attachments
        )


def words(turn: Turn) -> str:
    """Everything that a turn said."""
    return "\n".join(reply.text for reply in turn.replies)


def choices(turn: Turn) -> list[str]:
    """The buttons of a turn."""
    return [choice.label for reply in turn.replies if reply.type == "choices" for choice in reply.choices]


async def small_shop(database: Database) -> None:
    """Lay out the shop that the conversations are about."""
    async with database.write() as session:
        shop = await make_shop(session, "CNY")
        await lay_goods(shop)
        emma = await shop.customer(
            "C1",
            "Emma",
            "Clark",
            email="emma@example.com",
            phone="13800001111",
            methods=("credit_card", "gift_card", "paypal"),
        )
        await shop.customer(
            "C2", "小明", "王", email="ming@example.com", postcode="200001", lang="zh", methods=("alipay",)
        )
        await shop.order("D1001", emma, {"TEE-RED-M": 1, "LAMP-W": 1}, status="delivered")
        await shop.order("D1002", emma, {"LAMP-W": 1}, status="pending", placed_days_ago=1)
        shipped = await shop.order("D1003", emma, {"TEE-BLUE-M": 1}, status="shipped", placed_days_ago=3)
        await shop.shipment(shipped)


async def lay_goods(shop: ShopBuilder) -> None:
    """Add what is on sale."""
    await shop.product("P-TEE", "Cotton T-Shirt", "纯棉T恤", variants=TEE)
    await shop.product("P-LAMP", "Desk Lamp", "台灯", variants=LAMP)


async def assemble(database: Database, understander: ScriptedUnderstander, policy: str = "default") -> Conversations:
    """Wire the dialogue as `dialogue.build` does, on a fixed clock."""
    embedder = HashingEmbedder()
    services = Services(
        retriever=await build_retriever(database, embedder),
        products=await load_products(database, embedder),
        speech=_speech(),
    )
    clock = FixedClock(NOW)
    executor = Executor(database, all_tools(), load_policy(policy), services=services, clock=clock)
    templates = _templates().with_own(OwnWordings(database, _speech()))
    runner = TurnRunner(executor, understander, dict(_flows()), templates, "Asia/Shanghai")
    return Conversations(database, executor, runner, templates, default_lang="en")


@pytest_asyncio.fixture
async def talk(database: Database) -> AsyncIterator[Talk]:
    """Emma, signed in, in a conversation in English."""
    await small_shop(database)
    understander = ScriptedUnderstander({})
    conversations = await assemble(database, understander)
    talk = Talk(conversations, understander, database, Identity("shopper", subject="C1", customer_id="C1"))
    await talk.open()
    yield talk
    await conversations.executor.close()


@pytest_asyncio.fixture
async def visitor(database: Database) -> AsyncIterator[Talk]:
    """Somebody unknown."""
    await small_shop(database)
    understander = ScriptedUnderstander({})
    conversations = await assemble(database, understander)
    talk = Talk(conversations, understander, database, Identity("shopper", subject="visitor-1"))
    await talk.open()
    yield talk
    await conversations.executor.close()


Script = Mapping[str, tuple[Command, ...]]
