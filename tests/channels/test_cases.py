"""The doors of what is done with a case: who may pass, what is refused and in which words."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from channels.testing import LiveServer
from tests.channels.conftest import Person
from tests.channels.test_chat import frame
from tests.channels.test_desk import Case, at_desk, claimed, waiting
from tests.channels.test_rest import problem_code

pytestmark = pytest.mark.asyncio(loop_scope="session")

DOORS: dict[str, dict[str, Any]] = {
    "transfer": {"version": 1, "reason": "knows lamps", "queue": "delivery"},
    "tags": {"add": ["vip"]},
    "snooze": {},
    "wake": {},
    "reopen": {"version": 1},
    "merge": {"version": 1, "into": "tkt_other", "into_version": 1},
    "split": {"version": 1, "subject": "The invoice", "category": "payment"},
}


async def done(
    client: httpx.AsyncClient, server: LiveServer, case: Case, verb: str, *, by: str = "A1", **body: Any
) -> httpx.Response:
    url = f"/v1/tickets/{case.ticket['ticket_id']}/{verb}"
    return await client.post(url, json=body, headers=server.headers("agent", by))


async def in_hand(client: httpx.AsyncClient, server: LiveServer, person: Person) -> Case:
    case = await waiting(client, server, person)
    case.ticket = (await claimed(client, server, case, "A1")).json()
    return case


@pytest.mark.parametrize("verb", DOORS)
async def test_only_agents_pass(client: httpx.AsyncClient, server: LiveServer, person: Person, verb: str) -> None:
    case = await waiting(client, server, person)
    url = f"/v1/tickets/{case.ticket['ticket_id']}/{verb}"
    for headers in (case.headers, server.headers("merchant", "owner")):
        assert problem_code(await client.post(url, json=DOORS[verb], headers=headers)) == (403, "forbidden")
    assert (await client.post(url, json=DOORS[verb])).status_code == 401
    nothing = await client.post(f"/v1/tickets/tkt_none/{verb}", json=DOORS[verb], headers=server.headers("agent", "A1"))
    assert problem_code(nothing) == (404, "unknown_ticket")


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("transfer", {"version": 1, "reason": "", "queue": "delivery"}),
        ("transfer", {"version": 1, "reason": "why"}),
        ("transfer", {"version": 1, "reason": "why", "queue": "delivery", "agent": "A2"}),
        ("transfer", {"version": 1, "reason": "why", "queue": "nowhere"}),
        ("tags", {"add": ["<script>"]}),
        ("tags", {"add": ["a" * 41]}),
        ("snooze", {"until": "2030-01-01T10:00:00"}),
        ("split", {"version": 1, "subject": " ", "category": "payment"}),
        ("split", {"version": 1, "subject": "x", "category": "payment", "seqs": [0]}),
    ],
)
async def test_what_is_not_as_it_should_be_is_said_so(
    client: httpx.AsyncClient, server: LiveServer, person: Person, verb: str, body: dict[str, Any]
) -> None:
    case = await in_hand(client, server, person)
    assert problem_code(await done(client, server, case, verb, **body)) == (422, "invalid")


async def test_a_ticket_goes_to_a_colleague_at_the_desk_who_is_told_at_once(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await in_hand(client, server, person)
    to_nobody = await done(
        client, server, case, "transfer", version=case.ticket["version"], reason="why", agent="nobody"
    )
    assert problem_code(to_nobody) == (409, "agent_not_there")
    headers = {**server.headers("agent", "A1"), "Accept-Language": "zh"}
    url = f"/v1/tickets/{case.ticket['ticket_id']}/transfer"
    stale = {"version": 0, "reason": "why", "queue": "delivery"}
    assert problem_code(await client.post(url, json=stale, headers=headers)) == (409, "ticket_changed")
    foreign = {"version": case.ticket["version"], "reason": "why", "queue": "delivery"}
    other = await client.post(url, json=foreign, headers={**headers, **server.headers("agent", "A2")})
    assert other.json()["detail"] == "只有处理该工单的客服才能执行此操作。"
    async with at_desk(server, "A1") as socket:
        passed = await client.post(url, json=foreign, headers=headers)
        assert (passed.status_code, passed.json()["status"]) == (200, "open")
        told = await frame(socket)
        while told["type"] != "ticket" or told["ticket"]["ticket_id"] != case.ticket["ticket_id"]:
            told = await frame(socket)
    assert told["ticket"]["moved"]["reason"] == "why"
    history = (await client.get(f"/v1/tickets/{case.ticket['ticket_id']}/history", headers=headers)).json()
    assert [each["what"] for each in history["events"]][-1] == "transferred"


async def test_tickets_are_listed_by_words_tags_and_whom_they_wait_for(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case, agent = await in_hand(client, server, person), server.headers("agent", "A1")
    tagged = (await done(client, server, case, "tags", add=["Gift Card"])).json()
    assert tagged["tags"] == ["gift card"]
    for filters in (
        {"q": case.ticket["ticket_id"]},
        {"q": case.ticket["ticket_id"], "tag": "gift card", "assignee": "me", "snoozed": "false"},
        {"q": case.ticket["ticket_id"], "waits_for": "agent", "breached": "false"},
    ):
        found = (await client.get("/v1/tickets", params=filters, headers=agent)).json()
        assert [each["ticket_id"] for each in found["tickets"]] == [case.ticket["ticket_id"]]
    none = (await client.get("/v1/tickets", params={"q": "zzzz", "tag": "gift card"}, headers=agent)).json()
    assert none == {**none, "tickets": [], "total": 0}
    tags = (await client.get("/v1/desk/tags", headers=agent)).json()
    assert "gift card" in [each["tag"] for each in tags["tags"]]
    wrong = await client.get("/v1/tickets", params={"waits_for": "godot"}, headers=agent)
    assert problem_code(wrong) == (422, "invalid")


async def test_the_agent_watches_every_conversation_of_a_ticket(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    kept = await in_hand(client, server, person)
    other = await waiting(client, server, person)
    async with at_desk(server, "A1") as socket:
        body = {"version": other.ticket["version"], "into": kept.ticket["ticket_id"]}
        both = await done(client, server, other, "merge", **body, into_version=kept.ticket["version"])
        assert both.json()["conversations"] == [kept.conversation, other.conversation]
        told = await frame(socket)
        while told["type"] != "ticket" or told["ticket"].get("merged_into") != kept.ticket["ticket_id"]:
            told = await frame(socket)
        message = {"client_id": "later", "text": "hello again"}
        url = f"/v1/conversations/{other.conversation}/messages"
        assert (await client.post(url, json=message, headers=other.headers)).json()["handled_by"] == "human"
        told = await frame(socket)
        while told["type"] != "event" or told["event"]["type"] != "message_received":
            told = await frame(socket)
    assert (told["conversation_id"], told["event"]["text"]) == (other.conversation, "hello again")
