"""What a supervisor sees and does: everything that goes on, live; taking over from whoever has it; whispers that no shopper sees."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import httpx
import openai
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from channels.testing import LiveServer, ScriptedUnderstander
from tests.channels.conftest import Person
from tests.channels.test_chat import chatting, frame, until
from tests.channels.test_desk import Case, at_desk, claimed, waiting
from tests.channels.test_rest import opened, problem_code, sent

pytestmark = pytest.mark.asyncio(loop_scope="session")


@contextlib.asynccontextmanager
async def supervising(server: LiveServer, who: str = "boss") -> AsyncIterator[tuple[ClientConnection, dict[str, Any]]]:
    """A supervisor's desk that is shown what goes on, and the first frame of it."""
    async with websockets.connect(f"{server.ws_url}/v1/desk", additional_headers=server.supervisor(who)) as socket:
        assert (await frame(socket))["type"] == "ready"
        await socket.send('{"type": "supervise"}')
        yield socket, (await until(socket, "live"))[0]["board"]


async def row_of(socket: ClientConnection, conversation: str, **wanted: Any) -> dict[str, Any]:
    """Read on until a conversation is as it is wanted."""
    while True:
        news, _ = await until(socket, "live_changed")
        for row in news["conversations"]:
            if row["conversation_id"] == conversation and wanted.items() <= row.items():
                return dict(row)


async def live_row(client: httpx.AsyncClient, server: LiveServer, conversation: str) -> dict[str, Any]:
    board = (await client.get("/v1/desk/live", headers=server.supervisor())).json()
    return next(dict(row) for row in board["conversations"] if row["conversation_id"] == conversation)


async def taken(
    client: httpx.AsyncClient, server: LiveServer, conversation: str, version: int, because: str = "", who: str = "boss"
) -> httpx.Response:
    url = f"/v1/conversations/{conversation}/take-over"
    body = {"version": version, "because": because}
    return await client.post(url, json=body, headers=server.supervisor(who))


async def whispered(
    client: httpx.AsyncClient, server: LiveServer, conversation: str, text: str, client_id: str = "w1"
) -> httpx.Response:
    body = {"client_id": client_id, "text": text}
    return await client.post(f"/v1/conversations/{conversation}/whispers", json=body, headers=server.supervisor())


async def with_bot(client: httpx.AsyncClient, server: LiveServer, person: Person) -> tuple[str, dict[str, str]]:
    headers = server.headers("shopper", person.id)
    conversation = await opened(client, headers)
    await sent(client, headers, conversation, "hello", "m1")
    return conversation, headers


async def test_only_a_supervisor_sees_what_goes_on_takes_over_and_whispers(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    conversation, shopper = await with_bot(client, server, person)
    for headers in (server.headers("agent", "A1"), server.headers("merchant", "M1"), shopper):
        answers = [
            await client.get("/v1/desk/live", headers=headers),
            await client.post(f"/v1/conversations/{conversation}/take-over", json={"version": 0}, headers=headers),
            await client.post(
                f"/v1/conversations/{conversation}/whispers", json={"client_id": "w", "text": "hi"}, headers=headers
            ),
        ]
        assert [problem_code(answer) for answer in answers] == [(403, "forbidden")] * 3
    async with at_desk(server, "A1") as desk:
        await desk.send('{"type": "supervise"}')
        assert (await until(desk, "error"))[0]["problem"]["code"] == "forbidden"
    assert (await live_row(client, server, conversation))["owner"] == "bot"


async def test_who_was_only_greeted_does_not_show_and_who_wrote_does_with_bot_queue_and_agent(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    async with supervising(server) as (desk, _):
        shopper = server.headers("shopper", person.id)
        conversation = await opened(client, shopper)
        await sent(client, shopper, conversation, "hello", "m1")
        bot = await row_of(desk, conversation, owner="bot", speaker="bot")
        turn = (await sent(client, shopper, conversation, "human", "m2")).json()
        queued = await row_of(desk, conversation, owner="queued")
        headers = server.headers("agent", "live-1")
        ticket = (await client.get(f"/v1/tickets/{turn['ticket']['id']}", headers=headers)).json()
        await claimed(client, server, Case("", conversation, ticket), "live-1")
        await row_of(desk, conversation, owner="human", agent="live-1")
        say = f"/v1/conversations/{conversation}/agent-messages"
        await client.post(say, json={"client_id": "a1", "text": "Lin here."}, headers=headers)
        human = await row_of(desk, conversation, speaker="agent")
    assert (bot["customer_id"], bot["lang"], bot["ticket_id"]) == (person.id, "en", None)
    assert (bot["name"] != "", bot["last_words"] != "", bot["mood"]) == (True, True, "calm")
    assert (queued["ticket_id"], queued["position"] is not None) == (ticket["ticket_id"], True)
    assert [clock["goal"] for clock in queued["clocks"]] == ["first_response", "resolution"]
    assert (human["last_words"], human["clocks"][0]["state"]) == ("Lin here.", "met")


async def test_the_board_has_the_longest_waiting_first_the_agents_and_the_queues(
    client: httpx.AsyncClient, server: LiveServer, people: Any
) -> None:
    cases = [await waiting(client, server, next(people)) for _ in range(2)]
    async with at_desk(server, "live-2"):
        await server.context.routing.look()
        board = (await client.get("/v1/desk/live", headers=server.supervisor())).json()
    order = [row["conversation_id"] for row in board["conversations"]]
    owners = [row["owner"] for row in board["conversations"]]
    assert [name for name in order if name in {case.conversation for case in cases}] == [
        case.conversation for case in cases
    ]
    assert owners == sorted(owners, key=["queued", "human", "bot"].index)
    mine = next(agent for agent in board["agents"] if agent["agent"] == "live-2")
    assert (mine["connected"], mine["load"], mine["capacity"]) == (True, 0, 3)
    queue = next(each for each in board["queues"] if each["queue"] == cases[0].ticket["queue"])
    assert queue["waiting"] >= 2
    assert queue["oldest_at"] <= cases[0].ticket["created_at"]


async def test_what_was_looked_at_stands_in_the_audit_log(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    conversation, _ = await with_bot(client, server, person)
    who = server.supervisor(f"boss of {person.id}")
    await client.get("/v1/desk/live", headers=who)
    await server.context.platform.executor.audit.flush()
    rows = (await client.get("/v1/audit", params={"actor": f"boss of {person.id}"}, headers=who)).json()["rows"]
    seen = {(row["tool"], row["object"]) for row in rows}
    assert {("see_conversation", f"conversation:{conversation}")} <= seen
    assert "live_board" in {row["tool"] for row in rows}


async def test_a_take_over_from_the_bot_in_mid_answer_silences_it_and_writes_the_ticket(
    own_server: LiveServer, understander: ScriptedUnderstander
) -> None:
    async with httpx.AsyncClient(base_url=own_server.url, timeout=10) as client:
        shopper = own_server.headers("shopper", "C1")
        conversation = await opened(client, shopper)
        await sent(client, shopper, conversation, "hello", "m1")
        understander.gate.clear()
        understander.entered.clear()
        answering = asyncio.create_task(sent(client, shopper, conversation, "my parcel is wet", "m2"))
        await understander.entered.wait()
        row = await live_row(client, own_server, conversation)
        ticket = await taken(client, own_server, conversation, row["version"])
        understander.gate.set()
        turn = (await answering).json()
        assert (turn["handled_by"], turn["replies"]) == ("human", [])
        assert (ticket.status_code, ticket.json()["status"], ticket.json()["assignee"]) == (200, "claimed", "boss")
        assert ticket.json()["reason"] == "taken_over"
        assert [each["text"] for each in ticket.json()["body"]["said"]] == ["hello", "my parcel is wet"]
        url = f"/v1/tickets/{ticket.json()['ticket_id']}/history"
        story = (await client.get(url, headers=own_server.supervisor())).json()["events"]
        assert [(event["what"], event["facts"].get("held_by")) for event in story] == [
            ("opened", None),
            ("taken_over", "bot"),
        ]
        later = (await sent(client, shopper, conversation, "hello?", "m3")).json()
        assert (later["handled_by"], later["ticket"]["id"]) == ("human", ticket.json()["ticket_id"])
        await own_server.context.platform.executor.audit.flush()
        rows = (await client.get("/v1/audit", params={"deed": "take_over"}, headers=own_server.supervisor())).json()
        assert [(each["actor"], each["outcome"]) for each in rows["rows"]] == [("boss", "ok")]


async def test_a_take_over_from_the_queue_is_a_claim_and_an_old_version_is_refused(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    row = await live_row(client, server, case.conversation)
    stale = await taken(client, server, case.conversation, row["version"] - 1)
    answers = await asyncio.gather(
        *(taken(client, server, case.conversation, row["version"], who=who) for who in ("boss", "chief"))
    )
    assert problem_code(stale) == (409, "conversation_changed")
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won = next(answer.json() for answer in answers if answer.is_success)
    assert (won["ticket_id"], won["status"]) == (case.ticket["ticket_id"], "claimed")
    again = await taken(client, server, case.conversation, row["version"] + 1, who=won["assignee"])
    assert (again.status_code, again.json()["version"]) == (200, won["version"])


async def test_the_agent_from_whom_it_is_taken_is_told_at_once_and_why_and_the_shopper_is_not(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    async with at_desk(server, "live-3") as desk:
        await claimed(client, server, case, "live-3")
        row = await live_row(client, server, case.conversation)
        silent = await taken(client, server, case.conversation, row["version"])
        done = await taken(client, server, case.conversation, row["version"], "I know this shopper.")
        while (told := (await until(desk, "event"))[0])["event"]["type"] != "whispered":
            pass
        changed, _ = await until(desk, "ticket")
    assert (problem_code(silent), done.status_code) == ((422, "reason_needed"), 200)
    assert told["event"] == {
        "type": "whispered",
        "author_id": "boss",
        "to": "live-3",
        "text": "I know this shopper.",
        "taken_over": True,
    }
    assert changed["ticket"]["assignee"] == "boss"
    body = {"client_id": "a1", "text": "still me"}
    url = f"/v1/conversations/{case.conversation}/agent-messages"
    late = await client.post(url, json=body, headers=server.headers("agent", "live-3"))
    assert problem_code(late) == (409, "not_owner")
    seen = (await client.get(f"/v1/conversations/{case.conversation}/events", headers=case.headers)).json()
    assert "whispered" not in {event["event"]["type"] for event in seen}
    assert "I know this shopper" not in json.dumps(seen)


async def test_a_whisper_reaches_the_agent_once_and_never_the_shopper(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    nobody = await whispered(client, server, case.conversation, "who has this?")
    async with (
        at_desk(server, "live-4") as desk,
        chatting(server, case.token, case.conversation) as chat,
        openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key=case.token) as model,
    ):
        await claimed(client, server, case, "live-4")
        answers = [await whispered(client, server, case.conversation, "offer a LANTERN") for _ in range(2)]
        while (told := (await until(desk, "event"))[0])["event"]["type"] != "whispered":
            pass
        url = f"/v1/conversations/{case.conversation}/agent-messages"
        await client.post(url, json={"client_id": "a1", "text": "Bye."}, headers=server.headers("agent", "live-4"))
        frames: list[dict[str, Any]] = []
        while not frames or frames[-1].get("event", {}).get("author") != "agent":
            frames.append(await frame(chat))
        raw = await model.chat.completions.with_raw_response.create(
            model="xiaoer",
            messages=[{"role": "user", "content": "are you there?"}],
            metadata={"conversation_id": case.conversation},
        )
    assert problem_code(nobody) == (409, "nobody_holds_it")
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["seq"] == answers[1].json()["seq"] == told["seq"]
    assert (told["event"]["to"], told["event"]["text"]) == ("live-4", "offer a LANTERN")
    events = await client.get(f"/v1/conversations/{case.conversation}/events", headers=case.headers)
    copy = await client.get(f"/v1/customers/{person.id}/export", headers=server.supervisor())
    with zipfile.ZipFile(io.BytesIO(copy.content)) as archive:
        exported = archive.read("data.json").decode()
    assert case.conversation in exported
    for given in (events.text, json.dumps(frames), raw.text, exported):
        assert "LANTERN" not in given
        assert "whispered" not in given


async def test_agents_see_who_else_looks_at_a_case_and_writes_in_it_until_they_leave(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    look = json.dumps({"type": "look", "conversation_id": case.conversation})
    async with at_desk(server, "ada") as ada:
        await ada.send(look)
        alone, _ = await until(ada, "viewers")
        async with at_desk(server, "ben") as ben:
            await ben.send(look)
            both, _ = await until(ada, "viewers")
            theirs, _ = await until(ben, "viewers")
            await ben.send(json.dumps({"type": "typing", "conversation_id": case.conversation, "on": True}))
            writing, _ = await until(ada, "writing")
        left, _ = await until(ada, "viewers")
        await ada.send('{"type": "look", "conversation_id": null}')
    assert [each["viewers"] for each in (alone, both, theirs, left)] == [
        ["ada"],
        ["ada", "ben"],
        ["ada", "ben"],
        ["ada"],
    ]
    assert (writing["agent"], writing["on"], writing["conversation_id"]) == ("ben", True, case.conversation)
