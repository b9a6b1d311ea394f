"""Whole turns with a language model behind a real HTTP server: as understander and as assistant, and when the server dies."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
from sqlmodel import select

from agent.llm.config import LlmConfig, LlmServer
from dialogue.commands import Affirm, CannotHandle, ChitChat, Deny, StartFlow
from dialogue.conversations import Conversations
from dialogue.events import Decided, MessageReceived, ModelCalled
from dialogue.minds import minds_of
from dialogue.state import fold, initial
from dialogue.testing import ScriptedUnderstander, entity
from dialogue.turn import Turn
from dialogue.turns import TurnRunner
from knowledge.db import Database
from knowledge.schema import Order, Receipt
from tests.dialogue.conftest import Talk, assemble, choices, small_shop, words
from tests.llm_server import Answer, ModelServer, Script, model_server, silent_server
from tools.base import Identity

LOST = (CannotHandle(candidates=("cancel_order",)),)


@dataclasses.dataclass
class ModelTalk(Talk):
    """A conversation with models."""

    async def calls(self) -> list[tuple[str, str]]:
        """What was written down of the models: purpose and status."""
        events = await self.conversations.store.load(self.id)
        return [
            (each.event.call.purpose, each.event.call.status) for each in events if isinstance(each.event, ModelCalled)
        ]

    async def routes(self) -> list[str]:
        events = await self.conversations.store.load(self.id)
        return [each.event.route for each in events if isinstance(each.event, Decided)]


async def with_models(database: Database, config: LlmConfig, identity: Identity) -> ModelTalk:
    """Open a conversation of somebody whose messages the embedded mind reads by a script, with models beside it."""
    await small_shop(database)
    understander = ScriptedUnderstander({})
    plain = await assemble(database, understander)
    runner, minds = plain.runner, minds_of(config)
    reads = minds.understander(understander, runner.flows)
    wired = TurnRunner(runner.executor, reads, runner.flows, plain.templates, "Asia/Shanghai", None, minds)
    conversations = Conversations(database, plain.executor, wired, plain.templates, default_lang="en")
    talk = ModelTalk(conversations, understander, database, identity)
    await talk.open()
    return talk


@contextlib.asynccontextmanager
async def talking(
    database: Database,
    script: Script | Sequence[Answer],
    *purposes: str,
    customer: str | None = "C1",
    merchant: bool = False,
    **limits: Any,
) -> AsyncIterator[tuple[ModelTalk, ModelServer]]:
    async with model_server(script) as double:
        server = LlmServer(double.url, "double", timeout_s=20, retries=0)
        given: dict[str, Any] = {**dict.fromkeys(purposes, server), **limits}
        config = LlmConfig(**given)
        shopper = Identity("shopper", subject=customer, customer_id=customer)
        talk = await with_models(database, config, Identity("merchant", subject="M1") if merchant else shopper)
        try:
            yield talk, double
        finally:
            await talk.conversations.runner.minds.close()
            await talk.conversations.executor.close()


async def effects(talk: Talk) -> list[str]:
    """The tools that changed something."""
    async with talk.database.read() as session:
        return [receipt.tool for receipt in (await session.exec(select(Receipt))).all()]


async def test_a_turn_by_a_model_is_the_same_turn_with_its_call_written_down(database: Database) -> None:
    answer = json.dumps({"commands": [{"kind": "start_flow", "flow": "list_coupons", "entities": [], "text": ""}]})
    async with talking(database, [Answer(answer)], "understand") as (talk, _):
        turn = await talk.say("any vouchers for me?", *LOST)
        assert [action.tool for action in turn.actions] == ["list_coupons"]
        assert await talk.calls() == [("understand", "ok")]


async def test_a_server_that_is_killed_while_it_is_asked_costs_nobody_the_turn(database: Database) -> None:
    async with silent_server() as (process, url):
        server = LlmServer(url, "double", timeout_s=60, retries=0)
        identity = Identity("shopper", subject="C1", customer_id="C1")
        talk = await with_models(database, LlmConfig(understand=server, agent=server), identity)
        saying = asyncio.create_task(talk.say("hello there", ChitChat(topic="greeting")))
        assert process.stdout is not None
        assert (await process.stdout.readline()).strip() == b"asked"
        process.kill()
        turn = await saying
        again = await talk.say("what is this?", *LOST)  # the assistant's server is the same, and is tried
        assert turn.handled_by == "bot"
        assert "Hello" in words(turn)
        assert words(again)
        assert await talk.calls() == [("understand", "failed"), ("understand", "resting"), ("agent", "failed")]
        await talk.conversations.executor.close()
        await talk.conversations.runner.minds.close()


async def test_without_models_nothing_of_them_is_written_down(talk: Talk) -> None:
    await talk.say("hi", ChitChat(topic="greeting"))
    types = {stored.event.type for stored in await talk.conversations.store.load(talk.id)}
    assert "model_called" not in types


async def test_what_no_procedure_does_is_looked_up_with_the_tools_of_the_person(database: Database) -> None:
    script = [
        Answer(calls=(("list_orders", {}), ("search_products", {"query": "lamp"}))),
        Answer("You have three orders; the Desk Lamp costs 159.00."),
    ]
    async with talking(database, script, "agent") as (talk, double):
        turn = await talk.say("how many orders have I, and what is a lamp?", *LOST)
        assert words(turn) == "You have three orders; the Desk Lamp costs 159.00."
        assert [(action.tool, action.status) for action in turn.actions] == [
            ("list_orders", "ok"), ("search_products", "ok"),
        ]  # fmt: skip
        offered = {tool["function"]["name"] for tool in double.asked[0]["tools"]}
        told = [message["content"] for message in double.asked[1]["messages"] if message["role"] == "tool"]
        assert "D1001" in told[0]
        assert await talk.calls() == [("agent", "ok"), ("agent", "ok")]
        assert await talk.routes() == ["agent"]
    assert {"get_order", "cancel_order"} <= offered
    assert not offered & {"verify_customer", "hand_over", "order_risk", "change_price", "return_items"}


async def test_the_conversation_before_is_told_and_a_failure_is_none(database: Database) -> None:
    script = [Answer("I can look that up."), Answer("As I said."), Answer("Once more."), Answer("And again.")]
    async with talking(database, script, "agent") as (talk, double):
        for number in range(4):
            turn = await talk.say(f"strange question {number}", *LOST)
        assert turn.handled_by == "bot"
        assert "strange question 0" in double.told()
        assert "I can look that up." in double.told()
        events = await talk.conversations.store.load(talk.id)
    state = initial(talk.id, "shopper", "en", "C1")
    for stored in events:
        state = fold(state, stored)
    assert state.failures == 0


@pytest.mark.parametrize(
    "said",
    [
        "The lamp costs 49.00.",  # a figure from nowhere
        "I've cancelled order D1002.",  # claims what was not done
        "你有三个订单。",  # the wrong language
        "Write to help@evil.example about it.",
        "See https://evil.example/pay for it.",
    ],
)
async def test_words_that_nothing_supports_are_not_said(database: Database, said: str) -> None:
    async with talking(database, [Answer(said)], "agent") as (talk, _):
        turn = await talk.say("what about the lamp?", CannotHandle())
    assert said not in words(turn)
    assert "say it another way" in words(turn)


@pytest.mark.parametrize(
    "script",
    [
        [Answer(status=500, raw="{}")],
        [Answer("")],
        lambda _: Answer(calls=(("list_orders", {}),)),  # never comes to an end
    ],
)
async def test_an_assistant_that_fails_leaves_the_turn_to_the_embedded_mind(database: Database, script: Script) -> None:
    async with talking(database, script, "agent", agent_calls=3) as (talk, double):
        turn = await talk.say("what about the lamp?", CannotHandle())
        assert len(double.asked) <= 3
    assert "say it another way" in words(turn)


async def test_a_visitor_s_assistant_has_no_personal_tools(database: Database) -> None:
    async with talking(database, [Answer("Hm.")], "agent", customer=None) as (talk, double):
        await talk.say("what did I order?", *LOST)
    offered = {tool["function"]["name"] for tool in double.asked[0]["tools"]}
    assert "search_products" in offered
    assert not offered & {"list_orders", "get_order", "get_profile", "cancel_order"}


def cancelling(reason: str = "no longer needed") -> list[Answer]:
    return [
        Answer(calls=(("cancel_order", {"order_id": "D1002", "reason": reason}),)),
        Answer("Order D1002 would be cancelled."),
    ]


async def proposed(talk: ModelTalk) -> Turn:
    return await talk.say("get rid of D1002, no longer needed", *LOST)


async def test_what_an_assistant_would_change_waits_for_the_person(database: Database) -> None:
    async with talking(database, cancelling(), "agent") as (talk, _):
        asked = await proposed(talk)
        assert "Shall I go ahead?" in words(asked)
        assert "D1002" in words(asked)
        assert await effects(talk) == []
        done = await talk.say("yes", Affirm())
        assert await effects(talk) == ["cancel_order"]
        assert "Your receipt is" in words(done)
        async with talk.database.read() as session:
            order = await session.get_one(Order, "D1002")
        assert order.status == "cancelled"
        again = await talk.say("yes", Affirm())
        assert await effects(talk) == ["cancel_order"]
        assert "receipt" not in words(again)


@pytest.mark.parametrize("answer", [Deny(), StartFlow(flow="list_coupons"), ChitChat(topic="thanks")])
async def test_without_a_yes_nothing_is_changed(database: Database, answer: Any) -> None:
    async with talking(database, cancelling(), "agent") as (talk, _):
        await proposed(talk)
        turn = await talk.say("hm", answer)
        assert words(turn)
        assert await effects(talk) == []


async def test_a_choice_of_the_button_is_the_answer(database: Database) -> None:
    async with talking(database, cancelling(), "agent") as (talk, _):
        asked = await proposed(talk)
        assert choices(asked) == ["Yes, go ahead", "Not yet"]


async def test_while_a_procedure_runs_an_assistant_only_reads_and_the_question_is_put_again(
    database: Database,
) -> None:
    async with talking(database, [Answer("Returns go back by parcel.")], "agent") as (talk, double):
        asked = await talk.say("cancel my order", StartFlow(flow="cancel_order"))
        turn = await talk.say("do frogs sing?", *LOST)
        again = [reply.text for reply in asked.replies if reply.type == "choices"][-1]
        assert words(turn).startswith("Returns go back by parcel.")
        assert again in words(turn)
    assert "cancel_order" not in {tool["function"]["name"] for tool in double.asked[0]["tools"]}


async def test_what_no_procedure_asks_about_is_asked_about_by_what_it_is(database: Database) -> None:
    script = [Answer(calls=(("update_tiers", {}),)), Answer("会按订单更新会员等级。")]
    async with talking(database, script, "agent", merchant=True) as (talk, double):
        talk.understander.lang = "zh"
        asked = await talk.say("会员等级该更新了", CannotHandle())
        assert words(asked).startswith("会按订单更新会员等级。\n我可以为您办理：update tiers")
        assert await effects(talk) == []
        kept = await talk.say("先不", Deny())
        assert words(kept) == "好的，没有做任何改动。"
        assert await effects(talk) == []
    offered = {tool["function"]["name"] for tool in double.asked[0]["tools"]}
    assert "suggest_price" in offered
    assert not offered & {"change_price", "decide_risk_case", "list_orders"}
    assert "商家" in double.told(0)


async def test_replies_are_reworded_but_not_what_a_person_consents_to(database: Database) -> None:
    def script(body: Any) -> Answer:
        texts = json.loads(body["messages"][1]["content"])["replies"]
        return Answer(json.dumps({"replies": [text.replace("coupon", "nice coupon") for text in texts]}))

    async with talking(database, script, "write") as (talk, double):
        coupons = await talk.say("coupons?", StartFlow(flow="list_coupons"))
        assert "nice coupon" in words(coupons)
        assert await talk.calls() == [("write", "ok")]
        order = entity("order_ref", "D1002", id="D1002")
        reason = entity("reason", "no longer needed", code="no_longer_needed")
        asked = await talk.say(
            "cancel D1002, no longer needed", StartFlow(flow="cancel_order", entities=(order, reason))
        )
        assert choices(asked) == ["Yes, go ahead", "Not yet"]
        assert len(double.asked) == 1  # the question about the cancellation was not given to the model


async def test_an_answer_that_was_overtaken_is_thrown_away_and_its_cost_is_not(database: Database) -> None:
    goes_on = asyncio.Event()
    greeting = json.dumps({"commands": [{"kind": "chit_chat", "topic": "greeting"}]})
    async with talking(database, [Answer(greeting, until=goes_on), Answer(greeting)], "understand") as (talk, double):
        first = asyncio.create_task(talk.say("hello", ChitChat(topic="greeting")))
        await until(lambda: bool(double.asked))
        second = asyncio.create_task(talk.say("and again", ChitChat(topic="greeting")))
        store = talk.conversations.store
        while sum(isinstance(each.event, MessageReceived) for each in await store.load(talk.id)) < 2:  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.01)
        goes_on.set()  # the model answers the first message after the second has come
        await asyncio.gather(first, second)
        assert "hello\nand again" in double.told().replace("\\n", "\n")
        assert await talk.calls() == [("understand", "ok"), ("understand", "ok")]


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 (nobody tells)
        await asyncio.sleep(0.01)
