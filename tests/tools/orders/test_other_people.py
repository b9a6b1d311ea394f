"""What belongs to another customer does not exist, by every argument of every tool that names something."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.schema import OrderLine
from tests.tools.orders.desk import CARD, Desk
from tools.toolset import all_tools

ARGUMENTS: dict[str, dict[str, Any]] = {
    "get_order": {},
    "track_order": {},
    "cancel_order": {},
    "change_order_address": {"address": {"line1": "1 Attack Road"}},
    "change_order_payment": {"payment_method_id": CARD},
    "change_order_items": {"swaps": [{"line_id": "{order}-1", "new_sku": "MUG-RED"}], "payment_method_id": CARD},
    "exchange_items": {"swaps": [{"line_id": "{order}-1", "new_sku": "MUG-RED"}], "payment_method_id": CARD},
    "return_items": {"lines": [{"line_id": "{order}-1"}], "refund_method_id": CARD},
    "refund_status": {},
    "request_invoice": {"title": "A", "email": "a@example.com"},
    "claim_price_protection": {"line_ids": ["{order}-1"]},
}
"""A call's other arguments, good enough to get past the door."""


def test_every_tool_of_a_customer_that_names_an_order_is_attacked() -> None:
    tools = all_tools().values()
    wanted = {tool.name for tool in tools if tool.needs_customer and "order_id" in tool.arguments.model_fields}
    assert set(ARGUMENTS) == wanted


@pytest.mark.parametrize("tool", ARGUMENTS)
async def test_another_persons_order_and_one_that_is_not_there_are_refused_alike(desk: Desk, tool: str) -> None:
    found = []
    for order in ("W-other", "W-nobody"):
        given = _with_order(ARGUMENTS[tool], order)
        code, facts = await desk.refused(tool, order_id=order, **given)
        found.append((code, {name: value for name, value in facts.items() if value != order}))
    assert found[0] == found[1]
    assert found[0][0] == "order_not_found"


@pytest.mark.parametrize(
    ("tool", "name", "order"),
    [
        ("change_order_payment", "payment_method_id", "W-pending"),
        ("change_order_items", "payment_method_id", "W-pending"),
        ("exchange_items", "payment_method_id", "W-delivered"),
        ("return_items", "refund_method_id", "W-delivered"),
    ],
)
async def test_another_persons_way_of_paying_and_an_unknown_one_are_refused_alike(
    desk: Desk, tool: str, name: str, order: str
) -> None:
    found = []
    for method in ("credit_card_C2", "credit_card_nobody"):
        lines = [line.id for line in await desk.rows(OrderLine, order_id=order)]
        given = {**_with_order(ARGUMENTS[tool], order), name: method}
        if "lines" in given:
            given["lines"] = [{"line_id": lines[0]}]
        if "swaps" in given:
            given["swaps"] = [{"line_id": lines[0], "new_sku": "TEE-RED-L"}]
        code, facts = await desk.refused(tool, order_id=order, **given)
        found.append((code, {key: value for key, value in facts.items() if value != method}))
    assert found[0] == found[1]


@pytest.mark.parametrize("tool", ["return_items", "exchange_items", "claim_price_protection"])
async def test_a_line_of_another_persons_order_is_no_line_of_ones_own(desk: Desk, tool: str) -> None:
    found = []
    for stranger in ("W-other", "W-nobody"):
        code, facts = await desk.refused(tool, order_id="W-delivered", **_with_order(ARGUMENTS[tool], stranger))
        found.append((code, str(facts).replace(stranger, "")))
    assert found[0] == found[1]


@pytest.mark.parametrize("extra", ["customer_id", "identity", "subject", "role", "conversation_id"])
@pytest.mark.parametrize("tool", ["list_orders", *ARGUMENTS])
async def test_no_argument_names_the_acting_person(desk: Desk, tool: str, extra: str) -> None:
    order = {"order_id": "W-pending"} if tool in ARGUMENTS else {}
    given = _with_order(ARGUMENTS.get(tool, {}), "W-pending")
    code, facts = await desk.refused(tool, **order, **given, **{extra: "C2"})
    assert (code, facts["fields"]) == ("bad_arguments", {extra: "extra_forbidden"})


def _with_order(arguments: dict[str, Any], order: str) -> dict[str, Any]:
    def put(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("{order}", order)
        if isinstance(value, list):
            return [put(each) for each in value]
        return {name: put(each) for name, each in value.items()} if isinstance(value, dict) else value

    return {name: put(value) for name, value in arguments.items()}
