"""A small model is told little, writes little, and is believed no more than a large one."""

from __future__ import annotations

import json

import pytest

from agent.llm.chat import ChatModel
from agent.llm.config import LlmServer
from agent.llm.ledger import Budget, turn_ledger
from dialogue.commands import (
    Affirm,
    AskKnowledge,
    Cancel,
    CannotHandle,
    ChitChat,
    Choose,
    Command,
    Correct,
    Entity,
    PendingQuestion,
    Provide,
    StartFlow,
    View,
)  # fmt: skip
from dialogue.understanding.llm import LlmUnderstander
from dialogue.understanding.llm.brief import LONGEST, brief_answer, brief_form, brief_question
from dialogue.understanding.llm.schema import commands_of, json_schema
from tests.dialogue.understanding.llm.test_understander import LAMP, ORDER, PROCEDURES, TEXT, Embedded
from tests.llm_server import Answer, model_server

FLOWS = ("cancel_order", "return_items")
ASKED = View(
    active_flow="return_items",
    pending=PendingQuestion(kind="choice", slot="order", slot_type="order", choices=("order W1", "order W2")),
)
FOUND: tuple[Entity, ...] = (ORDER, LAMP)


@pytest.mark.parametrize(
    ("commands", "view"),
    [
        ([StartFlow(flow="cancel_order", entities=(ORDER,))], View()),
        ([StartFlow(flow="cancel_order"), StartFlow(flow="return_items", entities=(ORDER, LAMP))], View()),
        ([Provide(entities=(LAMP,)), AskKnowledge(query=TEXT)], ASKED),
        ([Correct(entities=(LAMP, ORDER))], ASKED),
        ([Choose(indexes=(1,))], ASKED),
        ([Affirm()], ASKED),
        ([Cancel()], ASKED),
        ([ChitChat(topic="thanks"), CannotHandle(out_of_scope=True)], View()),
    ],
)
def test_what_a_model_has_learnt_to_write_is_read_as_what_was_meant(commands: list[Command], view: View) -> None:
    form = brief_form(view, FLOWS, len(FOUND))
    written = brief_answer(commands, FOUND, form)
    assert " " not in written
    read = commands_of(form.model_validate_json(written), FOUND, TEXT)
    assert [_meant(each) for each in read] == [_meant(each) for each in commands]


def _meant(command: Command) -> dict[str, object]:
    """Return a command without who read it, its things in the order of the message."""
    fields = command.model_dump(exclude={"text", "score", "source"})
    return fields | {"entities": sorted(fields.get("entities", ()), key=lambda each: str(each["type"]))}


def test_a_command_that_makes_no_sense_now_cannot_be_taught() -> None:
    with pytest.raises(ValueError, match="affirm"):
        brief_answer([Affirm()], (), brief_form(View(), FLOWS, 0))


def test_the_schema_asks_only_for_what_the_model_alone_can_tell() -> None:
    schema = json_schema(brief_form(ASKED, FLOWS, 2))
    fields = {name: set(part["properties"]) - {"kind"} for name, part in schema["$defs"].items()}
    assert fields["StartFlow"] == {"flow", "entities"}
    assert fields["AskKnowledge"] == set()
    assert fields["Cancel"] == set()
    assert max(len(each) for each in fields.values()) == 2


def test_the_message_comes_first_then_what_was_found_then_where_the_conversation_stands() -> None:
    prompt, said = brief_question("  return\nthe lamp ", ASKED, FOUND, "en")
    assert prompt.id.startswith("understand_brief@1-")
    assert said[0] == ("system", prompt.words)
    assert said[1][1].splitlines() == [
        "return the lamp",
        f"0 order_ref {ORDER.text}",
        f"1 product {LAMP.text}",
        "asked choice order 0 order W1; 1 order W2",
        "running return_items",
    ]
    long = brief_question("x" * 5000, View(), (), "zh")[1][1][1]
    assert len(long) == LONGEST


async def asked(
    answers: list[Answer], view: View, heard: dict[str, tuple[Command, ...]], *, unsure: bool = False
) -> tuple[tuple[Command, ...], str, list[dict[str, object]]]:
    """Return what was read, by whom, and what the model was asked."""
    async with model_server(answers) as double:
        server = LlmServer(double.url, "small", timeout_s=5, retries=0, reading_form="brief", only_when_unsure=unsure)
        model = ChatModel(server, "understand")
        with turn_ledger(Budget(100_000)):
            read = await LlmUnderstander(model, Embedded(heard, "en"), PROCEDURES).understand(TEXT, view)
        await model.close()
    return read.commands, read.model, double.asked


async def test_a_brief_model_chooses_commands_over_what_was_found() -> None:
    said = Answer(json.dumps({"commands": [{"kind": "start_flow", "flow": "cancel_order", "entities": [0]}]}))
    commands, model, questions = await asked([said], View(), {})
    assert commands == (StartFlow(flow="cancel_order", entities=(ORDER,), text=TEXT, score=0.9, source="llm"),)
    assert model.startswith("small understand_brief@1-")
    [question] = questions
    assert "cancel_order" not in str(question["messages"])  # it knows the procedures by heart
    assert "change_price" not in json.dumps(question["response_format"])


@pytest.mark.parametrize("answer", ["no json", '{"commands": [{"kind": "start_flow", "flow": "change_price"}]}'])
async def test_what_it_answers_wrongly_is_read_by_the_embedded_mind_at_once(answer: str) -> None:
    heard: dict[str, tuple[Command, ...]] = {TEXT: (StartFlow(flow="return_items"),)}
    commands, model, questions = await asked([Answer(answer)], View(), heard)
    assert commands == (StartFlow(flow="return_items"),)
    assert not model.startswith("small")
    assert len(questions) == 1


@pytest.mark.parametrize(
    ("heard", "is_asked"),
    [(StartFlow(flow="return_items"), False), (CannotHandle(out_of_scope=True), False), (CannotHandle(), True)],
)
async def test_it_may_be_asked_only_what_the_embedded_mind_cannot_tell(heard: Command, is_asked: bool) -> None:
    said = Answer(json.dumps({"commands": [{"kind": "start_flow", "flow": "cancel_order", "entities": []}]}))
    commands, _, questions = await asked([said], View(), {TEXT: (heard,)}, unsure=True)
    assert len(questions) == is_asked
    assert commands[0].kind == ("start_flow" if is_asked else heard.kind)


async def test_merchants_are_not_read_by_it() -> None:
    heard: dict[str, tuple[Command, ...]] = {TEXT: (StartFlow(flow="change_price"),)}
    commands, _, questions = await asked([], View(role="merchant"), heard)
    assert (commands, questions) == ((StartFlow(flow="change_price"),), [])
