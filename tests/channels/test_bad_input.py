"""What is no message, at every door that takes one: a problem document with the same code, and nothing stored."""

from __future__ import annotations

import json

import httpx
import pytest

from channels.guards import AddressGuard
from channels.testing import LiveServer
from tests.channels.conftest import Person
from tests.channels.test_desk import Case, claimed, waiting
from tests.channels.test_rest import opened, problem_code
from tools.base import Identity, ToolCall

pytestmark = pytest.mark.asyncio(loop_scope="session")

WRONG_TEXTS = (
    ("", (422, "empty")),
    (" \n\t ", (422, "empty")),
    ("长" * 20_000, (422, "too_long")),
    ("\x00\x01\x02", (422, "not_text")),
    ("\x07\x08\x1b", (422, "not_text")),
    ("half a pair \ud83d", (422, "not_text")),
    ("\ufffd\ufffd wrong encoding", (422, "not_text")),
)
WRONG_BODIES = (
    (b"{", (400, "malformed_json")),
    ('{"client_id": "m", "text": "你好"}'.encode("gb18030"), (400, "malformed_json")),
    (b"[" * 100_000, (400, "malformed_json")),
    (b"\x00\x01", (400, "malformed_json")),
    (b"{}", (422, "invalid")),
    (b"[]", (422, "invalid")),
)


def openai_body(text: str) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": text}]}


def own_body(text: str) -> dict[str, object]:
    return {"client_id": "m1", "text": text}


async def said(client: httpx.AsyncClient, case: Case) -> list[str]:
    events = (await client.get(f"/v1/conversations/{case.conversation}/events", headers=case.headers)).json()
    return [event["event"]["type"] for event in events]


@pytest.mark.parametrize("door", ["rest", "openai", "desk"])
async def test_every_door_refuses_what_is_no_message_with_the_same_reason(
    client: httpx.AsyncClient, server: LiveServer, person: Person, door: str
) -> None:
    case = await waiting(client, server, person)
    await claimed(client, server, case, "A1")
    url, headers, body = {
        "rest": (f"/v1/conversations/{case.conversation}/messages", case.headers, own_body),
        "openai": ("/v1/chat/completions", {**case.headers, "X-Conversation-Id": case.conversation}, openai_body),
        "desk": (f"/v1/conversations/{case.conversation}/agent-messages", server.headers("agent", "A1"), own_body),
    }[door]
    before = await said(client, case)
    as_json = {**headers, "Content-Type": "application/json"}
    for text, expected in WRONG_TEXTS:
        answer = await client.post(url, content=json.dumps(body(text)), headers=as_json)
        assert problem_code(answer) == expected, text[:20]
    for content, expected in WRONG_BODIES:
        assert problem_code(await client.post(url, content=content, headers=as_json)) == expected, content[:20]
    assert await said(client, case) == before


async def test_a_note_that_is_no_text_leaves_the_case_where_it_is(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    await claimed(client, server, case, "A1")
    url, agent = f"/v1/tickets/{case.ticket['ticket_id']}", server.headers("agent", "A1")
    for note, code in (("长" * 20_000, "invalid"), ("\x00", "not_text"), ("\x07\x1b", "not_text")):
        answer = await client.post(f"{url}/release", json={"outcome": "resolve", "note": note}, headers=agent)
        assert problem_code(answer) == (422, code)
    assert (await client.get(url, headers=agent)).json()["status"] == "claimed"


@pytest.mark.parametrize("door", ["rest", "openai"])
async def test_another_person_s_order_reads_like_one_that_does_not_exist(
    client: httpx.AsyncClient, server: LiveServer, door: str
) -> None:
    mine, answers = server.headers("shopper", "C2"), []
    for order in ("W1", "W0"):  # C1's, nobody's
        conversation = await opened(client, mine)
        if door == "rest":
            url, headers, body = f"/v1/conversations/{conversation}/messages", mine, own_body(f"cancel {order}")
        else:
            headers = {**mine, "X-Conversation-Id": conversation}
            url, body = "/v1/chat/completions", openai_body(f"cancel {order}")
        said = (await client.post(url, json=body, headers=headers)).json()
        replies = said["replies"] if door == "rest" else said["xiaoer"]["turn"]["replies"]
        answers.append(json.dumps(replies).replace(order, "W?"))
        identity = Identity("shopper", "C2", "C2", conversation)
        assert list(await server.context.platform.executor.proposals(identity)) == []
    assert answers[0] == answers[1]


async def test_a_nul_is_no_text_for_tools_and_reads_like_any_other_byte_that_is_none_in_addresses(
    server: LiveServer,
) -> None:
    call = ToolCall("get_order", {"order_id": "W1\0"})
    outcome = await server.context.platform.executor.call(
        call, Identity("shopper", "C1", "C1"), idempotency_key="test:nul"
    )
    assert (outcome.status, outcome.code) == ("refused", "bad_arguments")
    seen: list[tuple[str, bytes]] = []

    async def app(scope: dict[str, object], receive: object, send: object) -> None:
        seen.append((str(scope["path"]), bytes(scope["query_string"])))  # type: ignore[call-overload]

    scope = {"type": "http", "path": "/v1/tickets/\0", "query_string": b"queue=%00&limit=1"}
    await AddressGuard(app)(scope, None, None)  # type: ignore[arg-type]
    assert seen == [("/v1/tickets/\ufffd", b"queue=%EF%BF%BD&limit=1")]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("products?category=nowhere", (404, "unknown_category")),
        ("products?category=%00", (404, "unknown_category")),
        ("products?limit=0", (422, "invalid")),
        ("products?sort=luck", (422, "invalid")),
        ("products?query=" + "x" * 201, (422, "invalid")),
        ("products/P404", (404, "unknown_product")),
        ("products/%00", (404, "unknown_product")),
        ("products/%ff", (404, "unknown_product")),
    ],
)
async def test_the_catalogue_says_what_is_not_there(
    client: httpx.AsyncClient, path: str, expected: tuple[int, str]
) -> None:
    assert problem_code(await client.get(f"/v1/catalog/{path}")) == expected
