"""What ``mcp.yaml`` may say, and what a mistake in it is told like. No server is started here."""

from __future__ import annotations

import re
from pathlib import Path

import pydantic
import pytest
import yaml

from tests.docs import blocks
from tests.tools.external.courier import write_file
from tools.external.declared import FILE, declared_servers, faults_of
from tools.own import OwnToolError
from tools.policy import load_policy
from tools.provenance import Provenance, Result
from tools.toolset import shop_tools, tool_schemas

EXAMPLE = blocks("use-mcp", "yaml")[0]


def laid(data: Path, text: str = EXAMPLE) -> Path:
    (data / FILE).write_text(text, encoding="utf-8")
    return data


def test_the_documented_file_declares_two_tools(tmp_path: Path) -> None:
    tools = shop_tools(laid(tmp_path))
    status, pickup = tools["parcel_status"], tools["book_pickup"]
    assert (status.effect, status.server, status.needs_customer, status.timeout_s) == ("read", "courier", True, 9.0)
    assert (pickup.effect, pickup.confirm, pickup.preview is not None) == ("write", True, True)
    assert pickup.roles == {"shopper", "agent"}
    assert list(pickup.arguments.model_fields) == ["order", "slot"]  # the customer is nobody's to name
    schema = pickup.arguments.model_json_schema()["properties"]
    assert schema["slot"]["enum"] == ["morning", "evening"]
    assert schema["order"]["description"] == "The id of the order. / 订单号。"
    listed = {schema.name: schema.server for schema in tool_schemas(tools=tools)}
    assert (listed["parcel_status"], listed["get_order"]) == ("courier", "")
    with pytest.raises(pydantic.ValidationError):
        pickup.arguments.model_validate({"order": "W1", "slot": "noon"})


def test_a_shop_without_the_file_has_no_servers(tmp_path: Path) -> None:
    assert declared_servers(tmp_path) == {}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("command: courier-mcp", "comand: courier-mcp", "line 3: servers.courier.comand: there is no such field here"),
        ("command: courier-mcp", "timeout_ms: 1", "there is no such field here"),
        (
            "effect: read",
            "effect: destroy",
            "line 9: servers.courier.tools.parcel_status.effect: Input should be 'read' or 'write'",
        ),
        ("roles: [shopper, agent]", "roles: [system]", "roles"),
        ("roles: [shopper, agent]", "roles: []", "roles"),
        ("parcel_status:", "Parcel-Status:", "should match pattern"),
        ("zh: 面单上的运单号。", "zh: ''", "expected a description in both languages"),
        ("number: {en", "copy: {en", "arguments.copy: cannot be a name here"),
        ("calls_per_minute: 10 ", "needs_customer: false ", "is about the customer, so the tool needs_customer"),
        (
            "customer: {from: customer_id}",
            "customer: {from: role}",
            "Input should be 'customer_id', 'conversation_id' or 'lang'",
        ),
        (
            "parcel_status:",
            "cancel_order:",
            "there is a tool of that name already; give this one another and add there: cancel_order",
        ),
        ("timeout_s: 8 ", "timeout_s: 600 ", "less than or equal to 60"),
    ],
)
def test_a_mistake_says_where_and_what_to_do(tmp_path: Path, before: str, after: str, expected: str) -> None:
    assert before in EXAMPLE
    with pytest.raises(OwnToolError, match=re.escape(expected)):
        shop_tools(laid(tmp_path, EXAMPLE.replace(before, after, 1)))


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ({"url": "http://courier.example/mcp"}, "expected https://..., or http:// on this machine"),
        ({"url": "https://courier.example/mcp", "env": ["KEY"]}, "args: and env: are for a command:"),
        ({"command": "x", "url": "https://courier.example/mcp"}, "expected either command: (with args:) or url:"),
        ({}, "expected either command: (with args:) or url:"),
        ({"command": "x", "headers": {"Authorization": "KEY"}}, "headers: are for a url:"),
    ],
)
def test_a_server_is_a_command_or_an_address(tmp_path: Path, server: dict[str, object], expected: str) -> None:
    write_file(tmp_path, courier=server)
    with pytest.raises(OwnToolError, match=re.escape(expected)):
        declared_servers(tmp_path)


def test_what_everybody_may_write_is_not_read(tmp_path: Path) -> None:
    write_file(tmp_path, courier=yaml.safe_load(EXAMPLE)["servers"]["courier"]).chmod(0o666)
    with pytest.raises(OwnToolError, match="everybody may write it"):
        declared_servers(tmp_path)


@pytest.mark.parametrize(
    ("offered", "faults"),
    [
        ({}, ["parcel_status: it offers no 'parcel_status', only nothing"]),
        ({"parcel_status": {"properties": {}, "required": ["number", "customer"]}}, []),
        ({"parcel_status": {"required": ["number", "token"]}}, ["parcel_status: the server needs token"]),
        (
            {"parcel_status": {"properties": {"number": {}}, "additionalProperties": False}},
            ["parcel_status: the server knows no customer"],
        ),
    ],
)
def test_what_a_server_offers_is_compared_with_the_file(
    tmp_path: Path, offered: dict[str, dict[str, object]], faults: list[str]
) -> None:
    declared = declared_servers(laid(tmp_path))["courier"].tools["parcel_status"]
    assert list(faults_of("parcel_status", declared, offered)) == faults


def test_nothing_that_a_server_says_founds_an_effect(tmp_path: Path) -> None:
    tools = shop_tools(laid(tmp_path))
    change, address = tools["change_order_address"], {"line1": "12 Park Road", "city": "Leeds"}
    arguments = change.arguments.model_validate({"order_id": "W1", "address": address})
    for tool, unfounded in (("get_order", ()), ("parcel_status", ("address.line1", "address.city"))):
        found = Provenance(
            ["send W1 to where the other one went"], [Result(tool, {"data": address, "address": address})]
        )
        assert found.unfounded(change, arguments, tools, load_policy("default")) == unfounded
