"""The agents' desk: tickets, one claim, silence of the bot, words both ways, hand-back, and all of it live."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from channels.testing import LiveServer
from tests.channels.conftest import Person
from tests.channels.test_chat import chatting, closed, frame, say, until
from tests.channels.test_rest import opened, problem_code, sent

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclasses.dataclass
class Case:
    """A shopper who waits for a person."""

    token: str
    conversation: str
    ticket: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def waiting(client: httpx.AsyncClient, server: LiveServer, person: Person) -> Case:
    token = server.token("shopper", person.id)
    headers = {"Authorization": f"Bearer {token}"}
    conversation = await opened(client, headers)
    turn = (await sent(client, headers, conversation, "human", "h1")).json()
    assert turn["handled_by"] == "queue"
    ticket = (await client.get(f"/v1/tickets/{turn['ticket']['id']}", headers=server.headers("agent", "A1"))).json()
    return Case(token, conversation, ticket)


async def claimed(
    client: httpx.AsyncClient, server: LiveServer, case: Case, agent: str, version: int | None = None
) -> httpx.Response:
    return await client.post(
        f"/v1/tickets/{case.ticket['ticket_id']}/claim",
        json={"version": case.ticket["version"] if version is None else version},
        headers=server.headers("agent", agent),
    )


@contextlib.asynccontextmanager
async def at_desk(server: LiveServer, agent: str) -> AsyncIterator[ClientConnection]:
    headers = server.headers("agent", agent)
    async with websockets.connect(f"{server.ws_url}/v1/desk", additional_headers=headers) as socket:
        assert (await frame(socket))["type"] == "ready"
        yield socket


async def test_a_ticket_is_listed_with_what_an_agent_needs(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    listed = (await client.get("/v1/tickets", params={"status": "open"}, headers=server.headers("agent", "A1"))).json()
    mine = next(each for each in listed["tickets"] if each["ticket_id"] == case.ticket["ticket_id"])
    assert (mine["conversation_id"], mine["customer_id"], mine["status"]) == (case.conversation, person.id, "open")
    assert mine["body"]


async def test_the_second_of_two_agents_is_refused(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    answers = await asyncio.gather(*(claimed(client, server, case, agent) for agent in ("A1", "A2", "A3")))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert {problem_code(answer)[0] for answer in answers if answer.status_code != 200} == {409}


async def test_a_claim_of_a_ticket_that_has_changed_is_a_conflict_and_changes_nothing(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    for version in (0, case.ticket["version"] + 1, 99):
        assert problem_code(await claimed(client, server, case, "A1", version)) == (409, "ticket_changed")
    assert (await claimed(client, server, case, "A1")).status_code == 200
    second = await claimed(client, server, case, "A2")
    release = f"/v1/tickets/{case.ticket['ticket_id']}/release"
    foreign = await client.post(release, json={"outcome": "resolve"}, headers=server.headers("agent", "A2"))
    mine = [
        await client.post(release, json={"outcome": "resolve"}, headers=server.headers("agent", "A1")) for _ in range(2)
    ]
    late = await claimed(client, server, case, "A2")
    assert (problem_code(second), second.json()["detail"]) == ((409, "already_claimed"), "A1 has this ticket already.")
    assert problem_code(foreign) == (409, "not_assignee")
    assert (mine[0].status_code, problem_code(mine[1])) == (200, (409, "ticket_resolved"))
    assert problem_code(late) == (409, "ticket_resolved")


async def test_the_bot_is_silent_from_the_claim_to_the_hand_back(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    agent = server.headers("agent", "A1")
    await claimed(client, server, case, "A1")
    turn, again = [(await sent(client, case.headers, case.conversation, "hello?", "h2")).json() for _ in range(2)]
    assert (turn["handled_by"], turn["replies"]) == ("human", [])
    assert turn["ticket"]["id"] == case.ticket["ticket_id"]
    assert again == turn
    url = f"/v1/conversations/{case.conversation}/agent-messages"
    said = await client.post(url, json={"client_id": "a1", "text": "Lin here."}, headers=agent)
    assert said.status_code == 201
    again = await client.post(url, json={"client_id": "a1", "text": "Lin here."}, headers=agent)
    assert again.json()["seq"] == said.json()["seq"]
    events = (await client.get(f"/v1/conversations/{case.conversation}/events", headers=case.headers)).json()
    replied = [event["event"] for event in events if event["event"]["type"] == "replied"][-1]
    assert (replied["author"], replied["author_id"], replied["replies"][0]["text"]) == ("agent", None, "Lin here.")
    release = f"/v1/tickets/{case.ticket['ticket_id']}/release"
    back = await client.post(release, json={"outcome": "hand_back", "note": "solved"}, headers=agent)
    assert (back.status_code, back.json()["status"]) == (200, "resolved")
    assert (await sent(client, case.headers, case.conversation, "hello", "h3")).json()["handled_by"] == "bot"


async def test_a_resolved_case_is_told_so_and_the_bot_goes_on(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    await claimed(client, server, case, "A1")
    release = f"/v1/tickets/{case.ticket['ticket_id']}/release"
    await client.post(release, json={"outcome": "resolve"}, headers=server.headers("agent", "A1"))
    events = (await client.get(f"/v1/conversations/{case.conversation}/events", headers=case.headers)).json()
    told = [event["event"] for event in events if event["event"]["type"] == "replied"][-1]
    assert (told["author"], "has been dealt with" in told["replies"][0]["text"]) == ("bot", True)
    assert (await sent(client, case.headers, case.conversation, "hello", "h2")).json()["handled_by"] == "bot"


async def test_an_agent_without_the_claim_cannot_speak(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    url = f"/v1/conversations/{case.conversation}/agent-messages"
    body = {"client_id": "a1", "text": "hi"}
    answers = [
        await client.post(url, json=body, headers=server.headers("agent", "A1")),
        await client.post(url, json=body, headers=case.headers),
        await client.post(url, json=body, headers=server.headers("merchant", "M1")),
    ]
    assert [problem_code(answer) for answer in answers] == [
        (409, "not_owner"),
        (403, "forbidden"),
        (403, "forbidden"),
    ]


async def test_why_a_case_changed_hands_and_to_whom_is_not_told_to_the_shopper(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    await claimed(client, server, case, "A1")
    url = f"/v1/conversations/{case.conversation}/events"
    seen = [
        [
            (event["event"]["owner"], event["event"]["agent_id"], event["event"]["reason"])
            for event in (await client.get(url, headers=headers)).json()
            if event["event"]["type"] == "ownership_changed"
        ]
        for headers in (case.headers, server.headers("agent", "A1"))
    ]
    assert seen[0] == [("queued", None, ""), ("human", None, "")]
    assert [(owner, agent) for owner, agent, _ in seen[1]] == [("queued", None), ("human", "A1")]
    assert all(reason for _, _, reason in seen[1])


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/v1/tickets/tkt_unknown", None, (404, "unknown_ticket")),
        ("POST", "/v1/tickets/tkt_unknown/claim", {"version": 1}, (404, "unknown_ticket")),
        ("POST", "/v1/tickets/tkt_unknown/release", {"outcome": "resolve"}, (404, "unknown_ticket")),
        ("POST", "/v1/tickets/tkt_unknown/release", {"outcome": "forget"}, (422, "invalid")),
        ("POST", "/v1/tickets/tkt_unknown/claim", {}, (422, "invalid")),
        ("GET", "/v1/tickets?status=lost", None, (422, "invalid")),
        (
            "POST",
            "/v1/conversations/cnv_unknown/agent-messages",
            {"client_id": "a", "text": "hi"},
            (404, "unknown_conversation"),
        ),
    ],
)
async def test_what_is_wrong_at_the_desk_gets_a_problem_document(
    client: httpx.AsyncClient,
    server: LiveServer,
    method: str,
    path: str,
    body: dict[str, Any] | None,
    expected: tuple[int, str],
) -> None:
    answer = await client.request(method, path, json=body, headers=server.headers("agent", "A1"))
    assert problem_code(answer) == expected


@pytest.mark.parametrize("path", ["/v1/tickets", "/v1/tickets/t", "/v1/conversations", "/v1/proposals"])
async def test_shoppers_see_no_lists_of_the_shop_s_people(
    client: httpx.AsyncClient, server: LiveServer, path: str
) -> None:
    assert problem_code(await client.get(path, headers=server.headers())) == (403, "forbidden")
    assert problem_code(await client.get(path)) == (401, "unauthenticated")


async def test_a_ticket_arrives_live_and_its_claim_brings_the_conversation(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    async with at_desk(server, "A-live") as desk:
        case = await waiting(client, server, person)
        arrived, _ = await until(desk, "ticket")
        await claimed(client, server, case, "A-live")
        changed, _ = await until(desk, "ticket")
        async with chatting(server, case.token, case.conversation) as shopper:
            await say(shopper, "my parcel is wet", "h2")
            while (heard := (await until(desk, "event"))[0])["event"]["type"] != "message_received":
                pass
            await shopper.send('{"type":"typing","on":true}')
            typing, _ = await until(desk, "typing")
            answer = {"type": "message", "conversation_id": case.conversation, "client_id": "a1", "text": "Oh no."}
            await desk.send(json.dumps(answer))
            while (said := (await until(shopper, "event"))[0])["event"].get("author") != "agent":
                pass
            note = {"type": "typing", "conversation_id": case.conversation, "on": True}
            await desk.send(json.dumps(note))
            writing, _ = await until(shopper, "typing")
    assert (arrived["ticket"]["ticket_id"], arrived["ticket"]["status"]) == (case.ticket["ticket_id"], "open")
    assert (changed["ticket"]["status"], changed["ticket"]["assignee"]) == ("claimed", "A-live")
    assert (heard["conversation_id"], heard["event"]["text"]) == (case.conversation, "my parcel is wet")
    assert (typing["who"], typing["on"], typing["conversation_id"]) == ("shopper", True, case.conversation)
    assert said["event"]["replies"][0]["text"] == "Oh no."
    assert (writing["who"], writing["on"]) == ("agent", True)


async def test_a_desk_that_reconnects_has_its_conversations_and_can_watch_from_any_number(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    await claimed(client, server, case, "A-back")
    async with at_desk(server, "A-back") as desk:
        await sent(client, case.headers, case.conversation, "still there?", "h2")
        live, _ = await until(desk, "event")
        await desk.send(json.dumps({"type": "watch", "conversation_id": case.conversation, "after": 0}))
        while (first := (await until(desk, "event"))[0])["seq"] != 1:
            pass
    assert live["conversation_id"] == case.conversation
    assert first["event"]["type"] == "replied"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("{", "malformed_frame"),
        ('{"type":"message","conversation_id":"x","client_id":"a"}', "malformed_frame"),
        (b"\x00", "binary_frame"),
        ('{"type":"watch","conversation_id":"cnv_unknown"}', "unknown_conversation"),
        ('{"type":"watch","conversation_id":"\\u0000"}', "unknown_conversation"),
        ('{"type":"message","conversation_id":"cnv_unknown","client_id":"a","text":"hi"}', "unknown_conversation"),
        ('{"type":"message","conversation_id":"cnv_unknown","client_id":"a","text":" "}', "empty"),
    ],
)
async def test_a_wrong_frame_is_answered_and_the_desk_stays_usable(
    server: LiveServer, wrong: str | bytes, code: str
) -> None:
    async with at_desk(server, "A1") as desk:
        await desk.send(wrong)
        error, _ = await until(desk, "error")
        await desk.send('{"type":"ping"}')
        await until(desk, "pong")
    assert error["problem"]["code"] == code


async def test_the_desk_is_closed_to_everyone_else(server: LiveServer) -> None:
    for headers, code in ((server.headers(), 4403), (server.headers("merchant", "M1"), 4403), ({}, 4401)):
        async with websockets.connect(f"{server.ws_url}/v1/desk", additional_headers=headers) as socket:
            if not headers:
                await socket.send('{"type":"auth","token":"nonsense"}')
            assert await closed(socket) == code


async def test_the_inspector_lists_conversations_the_last_touched_first(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    headers = server.headers("shopper", person.id)
    conversation = await opened(client, headers)
    await sent(client, headers, conversation, "the newest words", "m1")
    merchant = server.headers("merchant", "M1")
    listed = (await client.get("/v1/conversations", params={"limit": 5}, headers=merchant)).json()["conversations"]
    head = (await client.get(f"/v1/conversations/{conversation}", headers=merchant)).json()
    assert (listed[0]["id"], listed[0]["preview"], listed[0]["customer_id"]) == (
        conversation,
        "the newest words",
        person.id,
    )
    assert head["last_seq"] == listed[0]["last_seq"]
    before = (
        await client.get("/v1/conversations", params={"before": listed[0]["updated_at"]}, headers=merchant)
    ).json()
    assert conversation not in {each["id"] for each in before["conversations"]}
    unknown = await client.get("/v1/conversations/cnv_unknown", headers=merchant)
    assert problem_code(unknown) == (404, "unknown_conversation")


async def acting_on(client: httpx.AsyncClient, server: LiveServer, person: Person) -> Case:
    """A case with an order in talk, which A1 has claimed."""
    token = server.token("shopper", person.id)
    headers = {"Authorization": f"Bearer {token}"}
    conversation = await opened(client, headers)
    await sent(client, headers, conversation, f"cancel {person.order}", "o1")
    turn = (await sent(client, headers, conversation, "human", "h1")).json()
    url = f"/v1/tickets/{turn['ticket']['id']}"
    ticket = (await client.get(url, headers=server.headers("agent", "A1"))).json()
    case = Case(token, conversation, ticket)
    assert (await claimed(client, server, case, "A1")).status_code == 200
    return case


async def test_an_agent_does_with_two_presses_what_the_ticket_offers(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await acting_on(client, server, person)
    url = f"/v1/tickets/{case.ticket['ticket_id']}/actions"
    agent = server.headers("agent", "A1")
    [action] = [each for each in case.ticket["body"]["actions"] if each["tool"] == "cancel_order"]
    assert action["arguments"]["order_id"] == person.order
    foreign = await client.post(url, json={"key": action["key"]}, headers=server.headers("agent", "A2"))
    assert problem_code(foreign) == (409, "not_owner")
    assert (await client.post(url, json={"key": action["key"]}, headers=case.headers)).status_code == 403
    shown = (await client.post(url, json={"key": action["key"]}, headers=agent)).json()
    assert (shown["status"], shown["receipt"]) == ("needs_confirmation", None)
    assert person.order in shown["about"]["zh"]
    done = (await client.post(url, json={"proposal_id": shown["proposal_id"]}, headers=agent)).json()
    assert done["status"] == "ok"
    assert done["receipt"]
    late = await client.post(url, json={"key": action["key"]}, headers={**agent, "Accept-Language": "zh"})
    assert late.status_code in (409, 422)
    assert "已取消" in late.json()["detail"]
    for bad in ({}, {"key": "a1", "proposal_id": "p"}, {"key": "a99"}):
        assert (await client.post(url, json=bad, headers=agent)).status_code == 422


async def test_a_correction_reaches_every_desk(client: httpx.AsyncClient, server: LiveServer, person: Person) -> None:
    case = await waiting(client, server, person)
    url = f"/v1/tickets/{case.ticket['ticket_id']}/correction"
    agent = server.headers("agent", "A2")
    async with at_desk(server, "A1") as socket:
        answer = await client.post(url, json={"category": "payment", "priority": "urgent"}, headers=agent)
        told = (await until(socket, "ticket"))[0]["ticket"]
    wanted = ("payment", "payments", "billing", "urgent")
    for ticket in (answer.json(), told):
        assert tuple(ticket[name] for name in ("category", "queue", "skill", "priority")) == wanted
    assert answer.json()["body"]["triage"]["corrected_by"] == "A2"
    listed = await client.get("/v1/tickets", params={"category": "payment"}, headers=agent)
    assert case.ticket["ticket_id"] in {each["ticket_id"] for each in listed.json()["tickets"]}
    assert problem_code(await client.post(url, json={"category": "payment"}, headers=agent)) == (409, "already_so")
    for bad in ({}, {"category": "weather"}, {"colour": "red"}):
        assert (await client.post(url, json=bad, headers=agent)).status_code == 422
    assert (await client.post(url, json={"category": "other"}, headers=case.headers)).status_code == 403
