"""The real command, driven by the official client over its stdin and stdout."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.client import ClientRequestContext
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult, InputResponses
from sqlmodel import select
from typer.testing import CliRunner

from channels.auth import caller_for
from channels.cli import app
from channels.mcp.door import Door
from channels.mcp.opening import Counter, NotYoursError, Opening
from channels.mcp.seat import Seat
from channels.settings import Settings
from dialogue.build import Config, OpenShop, open_shop
from dialogue.replies.templates import Templates
from knowledge.schema import AuditRow, Conversation, Order, Proposal, Receipt
from knowledge.types import utc_now
from tests.docs import blocks
from tools.base import Identity, ToolCall

pytestmark = pytest.mark.slow
ME, MINE, SECOND = "C1001", "D1001000001", "D1001000002"
THEIRS, THEM = "D1002000001", Identity("shopper", "C1002", "C1002")
REASON = {"reason": "no_longer_needed"}
Answer = tuple[Literal["accept", "decline", "cancel"], dict[str, Any] | None]


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("mcp") / "data"

    async def lay() -> None:
        opened = await open_shop(Config(data=data, demo_scale=0.02))
        await opened.close()

    asyncio.run(lay())
    return data


@pytest.fixture
def data(laid: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(laid, tmp_path / "data"))


def command(data: Path, *arguments: str) -> list[str]:
    return ["-m", "channels", "mcp", *arguments, "--lang", "en", "--data", str(data)]


@contextlib.asynccontextmanager
async def connected(
    data: Path,
    *arguments: str,
    mode: str = "auto",
    answers: Sequence[Answer] | None = None,
    asked: list[str] | None = None,
) -> AsyncIterator[Client]:
    """Start the command and greet it. With `answers` the client can ask its person, who gives them in turn."""
    given = list(answers or ())

    async def elicit(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        del context
        if asked is not None:
            asked.append(params.message)
        action, content = given.pop(0)
        return ElicitResult(action=action, content=content)

    passed = {name: os.environ[name] for name in ("XDG_CACHE_HOME", "OMP_NUM_THREADS") if name in os.environ}
    process = StdioServerParameters(command=sys.executable, args=command(data, *arguments), env=passed)
    transport = stdio_client(process, errlog=sys.__stderr__ or sys.stderr)
    async with Client(transport, mode=mode, elicitation_callback=elicit if answers is not None else None) as client:
        yield client


@contextlib.asynccontextmanager
async def beside(data: Path, seat: Seat) -> AsyncIterator[Client]:
    """Greet the same door in this process, without the command around it."""
    opening = Opening(Settings(data=data))
    opening.begin()
    try:
        async with Client(Door(seat, opening).server()) as client:
            yield client
    finally:
        await opening.close()


@contextlib.asynccontextmanager
async def looking_at(data: Path) -> AsyncIterator[OpenShop]:
    """Open the same shop in this process."""
    opened = await open_shop(Config(data=data, demo=False))
    try:
        yield opened
    finally:
        await opened.close()


async def rows(opened: OpenShop, table: type[Any], **fields: Any) -> list[Any]:
    async with opened.database.read() as session:
        return list((await session.exec(select(table).filter_by(**fields))).all())


def told(result: CallToolResult) -> dict[str, Any]:
    """The structure of a result, which its last text repeats."""
    assert isinstance(result.structured_content, dict)
    assert json.loads(getattr(result.content[-1], "text", "")) == result.structured_content
    return result.structured_content


async def test_a_shopper_reads_is_refused_proposes_and_confirms(data: Path) -> None:
    async with looking_at(data) as shop, connected(data, "--as", ME) as client:
        theirs = await shop.executor.call(
            ToolCall("cancel_order", {"order_id": THEIRS, **REASON}), THEM, idempotency_key="k"
        )

        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {"get_order", "cancel_order", "list_proposals", "confirm_proposal", "reject_proposal"} <= set(tools)
        assert not {"claim_ticket", "change_price", "verify_customer", "hand_over"} & set(tools)
        for tool in tools.values():
            assert any("\u4e00" <= letter <= "\u9fff" for letter in str(tool.description)), tool.name
            assert any("a" <= letter <= "z" for letter in str(tool.description)), tool.name
        hints = {name: tool.annotations for name, tool in tools.items()}
        for name, reads, destroys in (
            ("get_order", True, False),
            ("cancel_order", False, False),  # this client cannot ask: the call only proposes
            ("confirm_proposal", False, True),
        ):
            hint = hints[name]
            assert hint is not None
            assert (hint.read_only_hint, hint.destructive_hint) == (reads, destroys), name

        mine = told(await client.call_tool("get_order", {"order_id": MINE}))
        assert (mine["status"], mine["result"]["order_id"]) == ("ok", MINE)
        for name, arguments, code in (
            ("get_order", {"order_id": THEIRS}, "order_not_found"),
            ("get_order", {"order_id": MINE, "customer_id": "C1002"}, "bad_arguments"),
            ("claim_ticket", {"ticket_id": "x"}, "not_allowed"),
            ("drop_tables", {}, "unknown_tool"),
            ("confirm_proposal", {"proposal_id": theirs.proposal_id}, "proposal_not_found"),
            ("reject_proposal", {"proposal_id": theirs.proposal_id}, "proposal_not_found"),
            ("confirm_proposal", {"proposal": "x"}, "bad_arguments"),
        ):
            refused = await client.call_tool(name, arguments)
            assert refused.is_error, name
            assert told(refused)["code"] == code
            assert told(refused)["sentence"]

        waiting = await client.call_tool("cancel_order", {"order_id": MINE, **REASON})
        assert not waiting.is_error
        assert "confirm_proposal" in getattr(waiting.content[0], "text", "")
        proposal = told(waiting)["proposal"]
        assert told(waiting)["status"] == "needs_confirmation"
        assert (await rows(shop, Order, id=MINE))[0].status == "pending"
        [listed] = told(await client.call_tool("list_proposals", {}))["result"]["proposals"]
        assert (listed["id"], listed["tool"], listed["arguments"]["order_id"]) == (proposal, "cancel_order", MINE)
        done = told(await client.call_tool("confirm_proposal", {"proposal_id": proposal}))
        again = told(await client.call_tool("confirm_proposal", {"proposal_id": proposal}))
        assert (done["status"], again["status"], again["replayed"]) == ("ok", "ok", True)
        assert done["receipt"] == again["receipt"] == (await rows(shop, Receipt))[0].id
        assert (await rows(shop, Order, id=MINE))[0].status == "cancelled"

        second = told(await client.call_tool("cancel_order", {"order_id": SECOND, **REASON}))
        dropped = told(await client.call_tool("reject_proposal", {"proposal_id": second["proposal"]}))
        assert (dropped["status"], dropped["code"]) == ("refused", "declined")
        late = told(await client.call_tool("confirm_proposal", {"proposal_id": second["proposal"]}))
        assert late["code"] == "proposal_rejected"
        assert (await rows(shop, Order, id=SECOND))[0].status == "pending"

        documents = (await client.list_resources()).resources
        assert {"zh", "en"} == {document.name[-2:] for document in documents}
        read = await client.read_resource(documents[0].uri)
        assert getattr(read.contents[0], "text", "")
        with pytest.raises(MCPError, match="no help document"):
            await client.read_resource("xiaoer://help/../secret")
    async with looking_at(data) as shop:
        audited = {(row.tool, row.outcome) for row in await rows(shop, AuditRow, actor=ME)}
    assert {
        ("get_order", "ok"),
        ("get_order", "refused"),
        ("cancel_order", "needs_confirmation"),
        ("cancel_order", "ok"),
    } <= audited


@pytest.mark.parametrize(("mode", "version"), [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
async def test_a_client_that_can_ask_asks_its_person(data: Path, mode: str, version: str) -> None:
    answers: list[Answer] = [
        ("decline", None),
        ("accept", {"confirm": False}),
        ("cancel", None),
        ("accept", {"confirm": True}),
        ("cancel", None),
    ]
    asked: list[str] = []
    call = ("cancel_order", {"order_id": MINE, **REASON})
    async with (
        looking_at(data) as shop,
        connected(data, "--as", ME, mode=mode, answers=answers, asked=asked) as client,
    ):
        assert client.protocol_version == version
        hint = next(tool.annotations for tool in (await client.list_tools()).tools if tool.name == "cancel_order")
        assert hint is not None
        assert hint.destructive_hint is True
        for expected in ("declined", "declined", None):
            unchanged = told(await client.call_tool(*call))
            assert unchanged["code"] == expected
            assert (await rows(shop, Order, id=MINE))[0].status == "pending"
        open_still = unchanged["proposal"]
        assert unchanged["status"] == "needs_confirmation"
        # The model cannot confirm by itself what its person was not asked about: that call asks too.
        done = told(await client.call_tool("confirm_proposal", {"proposal_id": open_still}))
        assert (done["status"], (await rows(shop, Order, id=MINE))[0].status) == ("ok", "cancelled")
        second = told(await client.call_tool("cancel_order", {"order_id": SECOND, **REASON}))
        assert second["status"] == "needs_confirmation"
        assert [row.status for row in await rows(shop, Proposal)].count("executed") == 1
    assert len(asked) == 5
    assert all(MINE in question and "Shall I go ahead?" in question for question in asked[:4])


async def test_an_answer_that_nobody_asked_for_is_none(data: Path) -> None:
    yes: InputResponses = {"consent": ElicitResult(action="accept", content={"confirm": True})}
    call = ("cancel_order", {"order_id": MINE, **REASON})
    async with looking_at(data) as shop, connected(data, "--as", ME) as client:
        waiting = told(await client.call_tool(*call))
        with pytest.raises(MCPError, match="requestState"):
            await client.call_tool(*call, input_responses=yes, request_state=waiting["proposal"])
        assert told(await client.call_tool(*call, input_responses=yes))["status"] == "needs_confirmation"
        assert (await rows(shop, Order, id=MINE))[0].status == "pending"


async def test_a_role_has_its_own_tools(data: Path) -> None:
    async with beside(data, Seat(caller_for("shopper", None))) as visitor:
        names = {tool.name for tool in (await visitor.list_tools()).tools}
        assert "search_products" in names
        assert not {"get_order", "list_orders", "cancel_order"} & names
        assert told(await visitor.call_tool("list_orders", {}))["code"] == "identify_first"
    async with beside(data, Seat(caller_for("merchant", None))) as merchant:
        names = {tool.name for tool in (await merchant.list_tools()).tools}
        assert "change_price" in names
        assert not {"cancel_order", "get_profile", "claim_ticket"} & names


async def test_an_agent_acts_for_the_customer_of_a_conversation_while_holding_it(data: Path) -> None:
    seat = Seat(caller_for("agent", "amy"), "cnv-1")
    async with looking_at(data) as shop:
        counter = Counter(shop, {}, Templates(), "en")
        with pytest.raises(NotYoursError):
            await counter.identity_of(seat)
        async with shop.database.write() as session:
            now = utc_now()
            conversation = Conversation(id="cnv-1", customer_id=ME, created_at=now, updated_at=now)
            conversation.owner, conversation.agent_id = "human", "amy"
            session.add(conversation)
        assert await counter.identity_of(seat) == Identity("agent", "amy", ME, "cnv-1")
        assert await counter.identity_of(Seat(caller_for("agent", "bob"))) == Identity("agent", "bob")
        with pytest.raises(NotYoursError, match="claim its ticket first"):
            await counter.identity_of(Seat(caller_for("agent", "bob"), "cnv-1"))


async def test_the_documented_program_works(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    asked: list[str] = []

    def type_y(question: str) -> str:
        asked.append(question)
        return "y"

    monkeypatch.setattr("builtins.input", type_y)
    [program] = blocks("use-mcp", "python")
    names: dict[str, Any] = {"__name__": "documented"}
    exec(compile(program, "use-mcp.md", "exec"), names)
    await names["main"]("--as", ME, "--lang", "en", "--data", str(data))
    assert "ok rcp_" in capsys.readouterr().out
    assert "Shall I go ahead? [y/n]" in asked[0]


async def ended(process: asyncio.subprocess.Process) -> tuple[int, bytes, bytes]:
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode is not None
    return process.returncode, out, err


async def started(data: Path, *arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, *command(data, *arguments), stdin=pipe, stdout=pipe, stderr=pipe
    )


def closed_by_client(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()


def told_to_stop(process: asyncio.subprocess.Process) -> None:
    process.send_signal(signal.SIGTERM)


@pytest.mark.parametrize("end", [closed_by_client, told_to_stop])
async def test_it_ends_cleanly_and_stdout_is_protocol(
    data: Path, end: Callable[[asyncio.subprocess.Process], None]
) -> None:
    process = await started(data, "--as", ME)
    assert process.stdin is not None
    assert process.stdout is not None
    hello = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    for message in (
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "list_orders", "arguments": {}}},
    ):
        process.stdin.write(json.dumps(message).encode() + b"\n")
    lines = [json.loads(await asyncio.wait_for(process.stdout.readline(), 60)) for _ in range(2)]
    assert [line["id"] for line in lines] == [1, 2]
    assert lines[0]["result"]["serverInfo"]["name"] == "xiaoer"
    end(process)
    code, rest, _ = await ended(process)
    assert (code, rest) == (0, b"")


async def test_a_shop_that_cannot_be_opened_is_told_and_ends_it(data: Path) -> None:
    (data / "mcp.yaml").write_text("servers: {courier: {url: 'http://courier.example/mcp'}}", encoding="utf-8")
    code, out, err = await ended(await started(data))
    assert (code, out) == (1, b"")
    assert b"mcp.yaml, line 1: servers.courier: url: expected https://" in err


@pytest.mark.parametrize(
    "wrong",
    [
        ["--role", "system"],
        ["--conversation", "x"],
        ["--role", "agent", "--conversation", "x"],
        ["--as", " "],
    ],
)
def test_a_wrong_call_ends_with_2(tmp_path: Path, wrong: list[str]) -> None:
    ended = CliRunner().invoke(app, ["mcp", *wrong, "--data", str(tmp_path / "data")])
    assert (ended.exit_code, ended.stdout) == (2, "")
    assert not (tmp_path / "data").exists()
