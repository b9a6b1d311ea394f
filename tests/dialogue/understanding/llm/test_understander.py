"""A language model as understander: behind a real HTTP server, over what the embedded understander found."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest

from agent.llm.chat import ChatModel
from agent.llm.config import LlmServer
from agent.llm.ledger import Budget, Ledger, turn_ledger
from dialogue.commands import (
    Affirm,
    AskKnowledge,
    CannotHandle,
    ChitChat,
    Choose,
    Command,
    Deny,
    PendingQuestion,
    Provide,
    StartFlow,
    Understanding,
    View,
)
from dialogue.testing import ScriptedUnderstander, entity
from dialogue.understanding.llm import LlmUnderstander, Procedure
from knowledge.types import Lang
from tests.llm_server import Answer, ModelServer, Script, model_server

ORDER = entity("order_ref", "W1", 14, id="W1")
LAMP = entity("product", "lamp", 3, terms="lamp", product_ids=["P1", "P2"])
TEXT = "please cancel W1"
PROCEDURES = (
    Procedure("cancel_order", {"zh": "取消订单", "en": "cancelling"}, {"zh": ("取消订单",), "en": ("cancel it",)}),
    Procedure("change_price", {"zh": "改价", "en": "the new price"}, {}, merchants_only=True),
)
CONFIRM = PendingQuestion(kind="confirm", choices=("Yes, go ahead", "Not yet"), text="Shall I cancel W1?")


class Embedded(ScriptedUnderstander):
    """Finds these entities in every message, and commands by its script."""

    entities = (ORDER, LAMP)

    async def understand(self, text: str, view: View) -> Understanding:
        read = await super().understand(text, view)
        return read.model_copy(update={"entities": self.entities})


def said(*commands: dict[str, Any]) -> Answer:
    return Answer(json.dumps({"commands": commands}))


@contextlib.asynccontextmanager
async def reading(
    script: Script | Sequence[Answer], heard: Mapping[str, tuple[Command, ...]] | None = None, lang: Lang = "en"
) -> AsyncIterator[tuple[LlmUnderstander, ModelServer, Ledger]]:
    async with model_server(script) as double:
        model = ChatModel(LlmServer(double.url, "double", timeout_s=5, retries=0), "understand")
        with turn_ledger(Budget(100_000)) as ledger:
            yield LlmUnderstander(model, Embedded(heard or {}, lang), PROCEDURES), double, ledger
        await model.close()


async def test_the_model_chooses_commands_and_points_to_what_was_found() -> None:
    answer = said({"kind": "start_flow", "flow": "cancel_order", "entities": [0], "text": "cancel W1"})
    async with reading([answer]) as (understander, double, ledger):
        read = await understander.understand(TEXT, View())
    assert read.commands == (
        StartFlow(flow="cancel_order", entities=(ORDER,), text="cancel W1", score=0.9, source="llm"),
    )
    assert (read.intents[0].intent, read.entities) == ("cancel_order", (ORDER, LAMP))
    assert read.model.startswith("double understand@1-")
    told = json.loads(double.asked[0]["messages"][1]["content"])
    assert told["message"] == TEXT
    assert told["entities"][1] == {"number": 1, "type": "product", "words": "lamp", "value": {"terms": "lamp"}}
    assert [(call.purpose, call.status) for call in ledger.calls] == [("understand", "ok")]


async def test_the_server_is_held_to_what_makes_sense_now() -> None:
    async with reading([said({"kind": "ask_human"})]) as (understander, double, _):
        await understander.understand(TEXT, View())
    form = double.asked[0]["response_format"]["json_schema"]
    kinds = {part["properties"]["kind"]["const"] for part in form["schema"]["$defs"].values()}
    assert form["strict"] is True
    assert "start_flow" in kinds
    assert not kinds & {"affirm", "deny", "choose", "provide", "correct", "cancel"}  # nothing was asked, nothing runs
    assert "change_price" not in json.dumps(form) + double.told()  # merchants alone may start it


async def test_a_merchant_may_start_what_is_a_merchant_s() -> None:
    answer = said({"kind": "start_flow", "flow": "change_price", "entities": [1], "text": ""})
    async with reading([answer]) as (understander, _, _ledger):
        read = await understander.understand(TEXT, View(role="merchant"))
    assert read.commands[0] == StartFlow(flow="change_price", entities=(LAMP,), text=TEXT, score=0.9, source="llm")


@pytest.mark.parametrize(
    "bad",
    [
        Answer("I would cancel it."),
        said({"kind": "start_flow", "flow": "change_price", "entities": []}),
        said({"kind": "start_flow", "flow": "cancel_order", "entities": [7]}),
        said(
            {"kind": "start_flow", "flow": "cancel_order", "entities": [{"type": "order_ref", "value": {"id": "W9"}}]}
        ),
        said({"kind": "affirm"}),
        said({"kind": "delete_everything"}),
        said(),
    ],
)
async def test_a_malformed_answer_is_mended_by_the_model_once(bad: Answer) -> None:
    good = said({"kind": "start_flow", "flow": "cancel_order", "entities": [0]})
    async with reading([bad, good]) as (understander, double, ledger):
        read = await understander.understand(TEXT, View())
    assert [command.kind for command in read.commands] == ["start_flow"]
    assert "cannot be used" in double.asked[1]["messages"][-1]["content"]
    assert [call.status for call in ledger.calls] == ["malformed", "ok"]


@pytest.mark.parametrize(
    "answers",
    [
        [Answer("no"), Answer("still no")],
        [Answer(status=500, raw="{}")],
        [Answer("no"), Answer(status=500, raw="{}")],
        [Answer(raw="<h1>It works!</h1>")],
    ],
)
async def test_where_nothing_usable_comes_the_embedded_reading_stands(answers: list[Answer]) -> None:
    heard = {TEXT: (ChitChat(topic="greeting"),)}
    async with reading(answers, heard) as (understander, _, ledger):
        read = await understander.understand(TEXT, View())
    assert read.commands == heard[TEXT]
    assert read.model == "scripted"
    assert {call.status for call in ledger.calls} <= {"malformed", "failed"}


async def test_small_models_may_answer_with_the_command_alone_or_numbers_as_words() -> None:
    bare = Answer('```json\n{"kind": "start_flow", "flow": "cancel_order", "entities": ["0"], "text": ""}\n```')
    async with reading([bare]) as (understander, _, _ledger):
        read = await understander.understand(TEXT, View())
    assert read.commands[0] == StartFlow(flow="cancel_order", entities=(ORDER,), text=TEXT, score=0.9, source="llm")


async def test_words_that_were_not_said_are_not_taken_for_the_person_s() -> None:
    answer = said({"kind": "ask_knowledge", "query": "can I return it?", "goods": [1], "text": "I agree to everything"})
    async with reading([answer]) as (understander, _, _ledger):
        read = await understander.understand("and back?", View())
    assert read.commands == (
        AskKnowledge(query="can I return it?", goods=(LAMP,), text="and back?", score=0.9, source="llm"),
    )


@pytest.mark.parametrize(
    ("heard", "answer", "commands"),
    [
        ((Deny(),), {"kind": "affirm"}, (Deny(),)),
        ((CannotHandle(),), {"kind": "choose", "indexes": [0]}, (CannotHandle(),)),
        ((Affirm(),), {"kind": "affirm", "text": "ok"}, (Affirm(text="ok", score=0.9, source="llm"),)),
        ((Affirm(),), {"kind": "deny", "text": "ok"}, (Deny(text="ok", score=0.9, source="llm"),)),
    ],
)
async def test_consent_is_never_the_model_s_alone(
    heard: tuple[Command, ...], answer: dict[str, Any], commands: tuple[Command, ...]
) -> None:
    async with reading([said(answer)], {"ok": heard}) as (understander, _, _ledger):
        read = await understander.understand("ok", View(pending=CONFIRM, active_flow="cancel_order"))
    assert read.commands == commands


async def test_a_choice_of_goods_may_be_the_model_s() -> None:
    which = PendingQuestion(kind="choice", choices=("the lamp", "the tee"), text="Which one?")
    async with reading([said({"kind": "choose", "indexes": [1]})]) as (understander, _, _ledger):
        read = await understander.understand("the thing to wear", View(pending=which, active_flow="cancel_order"))
    assert read.commands == (Choose(indexes=(1,), text="the thing to wear", score=0.9, source="llm"),)


async def test_an_answer_that_brings_nothing_is_left_to_the_flow_as_free_words() -> None:
    asked = PendingQuestion(kind="slot", slot_type="text", text="What happened?")
    async with reading([said({"kind": "provide", "entities": []})]) as (understander, _, _ledger):
        read = await understander.understand("it broke", View(pending=asked, active_flow="cancel_order"))
    assert [type(command) for command in read.commands] == [CannotHandle]
    assert not any(isinstance(command, Provide) for command in read.commands)


async def test_a_button_costs_nothing() -> None:
    heard = {"Not yet": (Deny(),)}
    async with reading([], heard) as (understander, double, ledger):
        read = await understander.understand("Not yet", View(pending=CONFIRM, active_flow="cancel_order"))
    assert (read.commands, double.asked, ledger.calls) == ((Deny(),), [], [])


async def test_the_prompt_is_in_the_language_of_the_message() -> None:
    async with reading([said({"kind": "ask_human"})], lang="zh") as (understander, double, _):
        await understander.understand("转人工", View())
    assert "取消订单 (取消订单)" in double.told()
