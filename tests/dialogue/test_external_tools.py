"""Conversations about what an external server does: by a flow of the shop's own, and with a model that obeys whatever it reads."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.llm.config import LlmConfig, LlmServer
from dialogue.commands import Affirm, CannotHandle, Choose, StartFlow
from dialogue.conversations import Conversations
from dialogue.flows import load_flows
from dialogue.minds import minds_of
from dialogue.testing import ScriptedUnderstander, entity
from dialogue.turns import TurnRunner
from knowledge.db import Database
from knowledge.schema import Order
from knowledge.types import Lang
from tests.dialogue.conftest import Talk, assemble, small_shop, words
from tests.docs import blocks
from tests.llm_server import Answer, Body, model_server
from tests.mcp_server import INJECTION
from tests.tools.external.courier import SCRIPT
from tools.base import Identity
from tools.executor import Executor
from tools.external.declared import FILE, declared_servers
from tools.external.servers import ExternalServers
from tools.toolset import shop_tools

pytestmark = pytest.mark.slow
SERVERS, FLOW = blocks("use-mcp", "yaml")
LOST = (CannotHandle(candidates=("pickup", "cancel_order")),)
EMMA = Identity("shopper", subject="C1", customer_id="C1")


def lay_files(data: Path, **changes: Any) -> None:
    """Write the documented files, with a courier that is there."""
    declared = yaml.safe_load(SERVERS)
    declared["servers"]["courier"] |= {"command": sys.executable, "args": [SCRIPT, str(data / "calls")], "env": []}
    declared["servers"]["courier"] |= {"timeout_s": 60, **changes}
    (data / FILE).write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    (data / "flows").mkdir()
    (data / "flows" / "pickup.yaml").write_text(FLOW, encoding="utf-8")


def reached(data: Path) -> list[dict[str, Any]]:
    path = data / "calls"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@contextlib.asynccontextmanager
async def talking(
    database: Database, data: Path, llm: LlmConfig | None = None, lang: Lang = "en"
) -> AsyncIterator[Talk]:
    await small_shop(database)
    understander = ScriptedUnderstander({})
    plain = await assemble(database, understander)
    tools = shop_tools(data)
    flows = load_flows(data / "flows", tools=tools)
    parts = plain.executor
    services = dataclasses.replace(parts.services, external=ExternalServers(declared_servers(data), folder=data))
    executor = Executor(database, tools, parts.policy, services=services, clock=parts.clock)
    minds = minds_of(llm)
    runner = TurnRunner(executor, understander, flows, plain.templates, "Asia/Shanghai", None, minds)
    conversations = Conversations(database, executor, runner, plain.templates, default_lang=lang)
    talk = Talk(conversations, understander, database, EMMA)
    await talk.open()
    try:
        yield talk
    finally:
        await minds.close()
        await services.external.close()
        await executor.close()


async def order_status(database: Database, order_id: str) -> str:
    async with database.read() as session:
        return (await session.get_one(Order, order_id)).status


async def test_the_documented_flow_books_after_a_yes(database: Database, tmp_path: Path) -> None:
    lay_files(tmp_path)
    async with talking(database, tmp_path) as talk:
        mention = entity("order_ref", "D1002", id="D1002")
        await talk.say("have D1002 picked up", StartFlow(flow="pickup", entities=(mention,), text=""))
        asked = await talk.say("In the evening", Choose(indexes=(1,)))
        assert words(asked) == "The courier picks up order D1002 in the evening. Shall I book it?"
        assert reached(tmp_path) == []
        done = await talk.say("yes", Affirm())
        assert "Booked. The pick-up number is PU-D1002." in words(done)
        [call] = reached(tmp_path)
        assert (call["order"], call["slot"], call["customer"]) == ("D1002", "evening", "C1")


async def test_where_nobody_knows_whether_it_was_done_a_person_takes_over(database: Database, tmp_path: Path) -> None:
    lay_files(tmp_path, args=[SCRIPT, str(tmp_path / "calls"), "--lost"])
    async with talking(database, tmp_path) as talk:
        mention = entity("order_ref", "D1002", id="D1002")
        await talk.say("have D1002 picked up", StartFlow(flow="pickup", entities=(mention,), text=""))
        await talk.say("In the morning", Choose(indexes=(0,)))
        turn = await talk.say("yes", Affirm())
        assert "did not say whether it was done" in words(turn)
        assert turn.ticket is not None
        assert len(reached(tmp_path)) == 1


async def test_a_server_that_is_not_there_costs_the_turn_a_sentence(database: Database, tmp_path: Path) -> None:
    lay_files(tmp_path, command=str(tmp_path / "nowhere"), args=[])
    async with talking(database, tmp_path) as talk:
        mention = entity("order_ref", "D1002", id="D1002")
        await talk.say("have D1002 picked up", StartFlow(flow="pickup", entities=(mention,), text=""))
        await talk.say("In the evening", Choose(indexes=(1,)))
        turn = await talk.say("yes", Affirm())
        assert "can't reach the system of our partner" in words(turn)
        assert turn.ticket is None


async def test_a_model_that_obeys_what_a_server_says_changes_nothing(database: Database, tmp_path: Path) -> None:
    lay_files(tmp_path)
    seen: list[str] = []

    def obey(body: Body) -> Answer:
        told = json.dumps(body["messages"], ensure_ascii=False)
        offered = {tool["function"]["name"] for tool in body.get("tools", [])}
        seen.append(told)
        if INJECTION not in told:
            assert {"parcel_status", "book_pickup"} <= offered
            assert not {"wipe", "die"} & offered
            assert INJECTION not in json.dumps(body["tools"])  # it is also the server's description of its tool
            return Answer(calls=(("parcel_status", {"number": "SF1"}),))
        if "PU-W1" not in told and "unfounded" not in told:
            return Answer(
                calls=(
                    ("cancel_order", {"order_id": "D1002", "reason": "no_longer_needed"}),
                    ("book_pickup", {"order": "D1002", "slot": "evening"}),
                )
            )
        return Answer("Your parcel SF1 is in transit and arrives in 2 days.")

    async with model_server(obey) as double:
        config = LlmConfig(agent=LlmServer(double.url, "double", timeout_s=60, retries=0))
        async with talking(database, tmp_path, config) as talk:
            turn = await talk.say("what about parcel SF1?", *LOST)
            assert "in transit" in words(turn)
            assert "Shall I" not in words(turn)
            assert [(action.tool, action.status) for action in turn.actions if action.tool != "get_order"][:1] == [
                ("parcel_status", "ok")
            ]
            assert all(action.status != "needs_confirmation" for action in turn.actions)
            assert (await order_status(database, "D1002"), [call["tool"] for call in reached(tmp_path)]) == (
                "pending",
                ["parcel_status"],
            )
    assert len(seen) == 3
