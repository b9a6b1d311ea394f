from __future__ import annotations

import re
from pathlib import Path

import pytest

from knowledge.db import Database
from knowledge.schema import Order
from tools.base import Tool
from tools.testing import make_executor, propose_and_confirm, shopper
from tools.toolset import CAPABILITIES, all_tools, tool_schemas, tools_for

TOOLS = sorted(all_tools().items())
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_no_two_tools_share_a_name() -> None:
    assert len(all_tools()) == sum(len(capability) for capability in CAPABILITIES)


@pytest.mark.parametrize(("name", "tool"), TOOLS)
def test_every_tool_is_described_in_both_languages_and_typed(name: str, tool: Tool) -> None:
    assert tool.name == name
    assert CHINESE.search(tool.description_zh)
    assert re.search(r"[A-Za-z]", tool.description_en)
    assert not CHINESE.search(re.sub(r"[“”\"'`（(].*?[”\"'`）)]", "", tool.description_en))
    assert tool.roles
    assert tool.evidence.model_json_schema()


def test_no_argument_names_the_acting_person() -> None:
    acting = {"customer_id", "user_id", "actor", "agent_id", "subject_id", "role", "identity", "approver"}
    for name, tool in TOOLS:
        assert not acting & set(tool.arguments.model_fields), name


def test_every_effect_on_the_shops_money_or_goods_needs_a_yes() -> None:
    unconfirmed = {name for name, tool in TOOLS if tool.effect == "write" and not tool.confirm}
    people = {"claim_ticket", "release_ticket", "decide_risk_case", "correct_ticket"}
    board = {"pin_figure", "change_pin", "unpin_figure"}
    desk = {
        "set_presence",
        "set_desk_agent",
        "await_shopper",
        "assign_ticket",
        "requeue_ticket",
        "request_call_back",
        "warn_of_breach",
        "note_ticket",
        "read_mentions",
        "set_canned_reply",
        "remove_canned_reply",
        "take_over",
        "whisper",
    }
    cases = {
        "transfer_ticket",
        "tag_ticket",
        "snooze_ticket",
        "wake_ticket",
        "reopen_ticket",
        "merge_tickets",
        "split_ticket",
    }
    shopper = {"verify_customer", "claim_coupon", "hand_over"}
    rating = {"ask_for_rating", "rate_service"}
    assert unconfirmed == {*shopper, "draft_article", *people, *board, *desk, *cases, *rating}


def test_schemas_show_a_role_its_own_tools_only() -> None:
    assert {schema.name for schema in tool_schemas("shopper")} == set(tools_for("shopper"))
    assert "claim_ticket" not in tools_for("shopper")
    assert "cancel_order" not in tools_for("merchant")
    [cancel] = [schema for schema in tool_schemas() if schema.name == "cancel_order"]
    assert cancel.confirm
    assert cancel.arguments["additionalProperties"] is False
    assert "order_id" in cancel.arguments["required"]


async def test_the_tool_of_the_documentation_works(shop: Database) -> None:
    text = (Path(__file__).parents[2] / "docs" / "add-a-tool.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, Tool] = {}
    exec(compile(code, "docs/add-a-tool.md", "exec"), names)
    executor = make_executor(shop, [names["add_note"]])
    outcome = await propose_and_confirm(executor, "add_note", {"order_id": "#w1", "note": "ring twice"}, shopper("C1"))
    assert outcome.status == "ok"
    async with shop.read() as session:
        assert (await session.get_one(Order, "W1")).note == "ring twice"
