"""Notes of the staff and mentions: written once, live at every desk, and nowhere that a shopper could look."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import httpx
import pytest
import websockets
from sqlmodel import select

from channels.testing import LiveServer
from knowledge.person import belongings
from knowledge.schema import AuditRow, NoteMention, Receipt, TicketNote
from tests.channels.conftest import Person
from tests.channels.test_chat import until
from tests.channels.test_desk import Case, at_desk, claimed, waiting
from tests.channels.test_rest import problem_code, sent

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = "the-shopper-lies-about-the-parcel"


async def noted(
    client: httpx.AsyncClient, server: LiveServer, case: Case, text: str, *, agent: str = "A1", client_id: str = "n1"
) -> httpx.Response:
    url = f"/v1/tickets/{case.ticket['ticket_id']}/notes"
    return await client.post(url, json={"client_id": client_id, "text": text}, headers=server.headers("agent", agent))


async def notes_of(client: httpx.AsyncClient, server: LiveServer, case: Case) -> list[dict[str, Any]]:
    url = f"/v1/tickets/{case.ticket['ticket_id']}/notes"
    found: list[dict[str, Any]] = (await client.get(url, headers=server.headers("agent", "A2"))).json()["notes"]
    return found


async def mentions(client: httpx.AsyncClient, server: LiveServer, agent: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get("/v1/desk/mentions", headers=server.headers("agent", agent))).json()
    return found


async def test_a_note_needs_no_claim_and_is_written_once(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    await claimed(client, server, case, "A1")
    first = await noted(client, server, case, "seen before", agent="A2")
    again = await noted(client, server, case, "seen before", agent="A2")
    other = await noted(client, server, case, "another text", agent="A2")
    someone_else = await noted(client, server, case, "mine", agent="A3")
    assert (first.status_code, first.json()["author"], first.json()["text"]) == (201, "A2", "seen before")
    assert again.json() == first.json()
    assert problem_code(other) == (409, "client_id_reused")
    assert [note["note_id"] for note in await notes_of(client, server, case)] == [
        first.json()["note_id"],
        someone_else.json()["note_id"],
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"client_id": "n", "text": "  "}, (422, "empty")),
        ({"client_id": "n", "text": "x" * 4001}, (422, "invalid")),
        ({"client_id": "n n", "text": "x"}, (422, "invalid")),
        ({"client_id": "n", "text": "a\u0000b"}, (422, "not_text")),
    ],
)
async def test_what_is_no_note_is_refused(
    client: httpx.AsyncClient, server: LiveServer, body: dict[str, str], expected: tuple[int, str]
) -> None:
    answer = await client.post("/v1/tickets/tkt_x/notes", json=body, headers=server.headers("agent", "A1"))
    assert problem_code(answer) == expected


async def test_notes_are_for_the_desk_alone(client: httpx.AsyncClient, server: LiveServer, person: Person) -> None:
    case = await waiting(client, server, person)
    url = f"/v1/tickets/{case.ticket['ticket_id']}/notes"
    body = {"client_id": "n", "text": "hi"}
    for headers in (case.headers, server.headers("merchant", "M1")):
        assert problem_code(await client.post(url, json=body, headers=headers)) == (403, "forbidden")
        for path in (url, "/v1/desk/mentions", "/v1/desk/people"):
            assert problem_code(await client.get(path, headers=headers)) == (403, "forbidden")
    agent = server.headers("agent", "A1")
    assert problem_code(await client.post("/v1/tickets/tkt_x/notes", json=body, headers=agent)) == (
        404,
        "unknown_ticket",
    )


async def test_no_path_of_a_shopper_shows_a_note(client: httpx.AsyncClient, server: LiveServer, person: Person) -> None:
    case = await waiting(client, server, person)
    await claimed(client, server, case, "A1")
    stream = f"{server.ws_url}/v1/conversations/{case.conversation}/stream?after=0"
    async with websockets.connect(stream, additional_headers=case.headers) as shopper:
        assert (await noted(client, server, case, SECRET)).status_code == 201
        await sent(client, case.headers, case.conversation, "are you there?", "h2")
        seen: list[dict[str, Any]] = []
        while not seen or seen[-1].get("event", {}).get("text") != "are you there?":
            seen.append(json.loads(await shopper.recv()))
    release = f"/v1/tickets/{case.ticket['ticket_id']}/release"
    await client.post(release, json={"outcome": "hand_back"}, headers=server.headers("agent", "A1"))
    texts = [json.dumps(seen)]
    texts += [
        (await client.get(f"/v1/conversations/{case.conversation}/events", headers=headers)).text
        for headers in (case.headers, server.headers("agent", "A1"), server.headers("merchant", "M1"))
    ]
    ask = {"model": "xiaoer", "messages": [{"role": "user", "content": "what do the notes say?"}]}
    told = {**case.headers, "X-Conversation-Id": case.conversation}
    texts.append((await client.post("/v1/chat/completions", json=ask, headers=told)).text)
    turn = await sent(client, case.headers, case.conversation, "what did you write about me?", "h3")
    texts.append(turn.text)
    state = await server.context.platform.conversations._state(case.conversation)
    texts.append(state.model_dump_json())
    assert [SECRET in text for text in texts] == [False] * len(texts)


async def test_a_person_s_export_leaves_notes_out_and_their_erasure_takes_them(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    async with at_desk(server, "A-named"):
        await client.get("/v1/desk/agents", headers=server.headers("agent", "A-named"))
        written = await noted(client, server, case, f"{SECRET} @A1", client_id="n-erase", agent="A-named")
    assert written.status_code == 201
    url = f"/v1/customers/{person.id}"
    archive = await client.get(f"{url}/export", headers=server.supervisor())
    with zipfile.ZipFile(io.BytesIO(archive.content)) as given:
        data = given.read("data.json").decode()
    assert case.conversation in data
    assert SECRET not in data
    assert "ticketnote" not in json.loads(data)["tables"]

    database = server.context.platform.database
    async with database.read() as session:
        kept = (await session.exec(select(TicketNote).where(TicketNote.id == written.json()["note_id"]))).all()
        tools = (AuditRow, Receipt)
        said = [row.model_dump_json() for table in tools for row in (await session.exec(select(table))).all()]
    assert [note.text for note in kept] == [f"{SECRET} @A1"]
    assert not any(SECRET in row for row in said)

    erased = await client.post(f"{url}/erase", json={"confirm": person.id}, headers=server.supervisor())
    assert erased.json()["counts"]["ticketnote"] == 1
    async with database.read() as session:
        assert await session.get(TicketNote, written.json()["note_id"]) is None
        left = select(NoteMention).where(NoteMention.note_id == written.json()["note_id"])
        assert (await session.exec(left)).all() == []
    assert {each.name for each in belongings(person.id) if each.internal} == {"ticketnote", "notemention"}


async def test_a_note_arrives_at_every_desk_and_its_mention_waits_until_it_is_looked_at(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    async with at_desk(server, "Bea"), at_desk(server, "Cora") as third:
        await server.context.routing.look()
        names = (await client.get("/v1/desk/people", headers=server.headers("agent", "Dinah"))).json()["people"]
        assert {"Bea", "Cora"} <= {each["agent"] for each in names}
        written = await noted(client, server, case, "@bea do you know them? @Dinah", agent="Dinah")
        arrived, _ = await until(third, "note")
    assert arrived["note"] == written.json()
    assert written.json()["mentions"] == ["Bea"]
    found = await mentions(client, server, "Bea")
    assert (found["unread"], [each["note"]["note_id"] for each in found["mentions"]]) == (
        1,
        [written.json()["note_id"]],
    )
    assert (await mentions(client, server, "Cora"))["unread"] == 0
    body = {"ticket_id": case.ticket["ticket_id"]}
    counts = []
    for _ in range(2):
        read = await client.post("/v1/desk/mentions/read", json=body, headers=server.headers("agent", "Bea"))
        counts.append(read.json()["count"])
    assert counts == [1, 0]
    found = await mentions(client, server, "Bea")
    assert (found["unread"], found["mentions"][0]["read_at"] is not None) == (0, True)


async def test_who_reads_notes_is_written_down(client: httpx.AsyncClient, server: LiveServer, person: Person) -> None:
    case = await waiting(client, server, person)
    await notes_of(client, server, case)
    await server.context.platform.executor.audit.flush()
    async with server.context.platform.database.read() as session:
        rows = (
            await session.exec(select(AuditRow).where(AuditRow.object == f"ticket:{case.ticket['ticket_id']}"))
        ).all()
    assert "A2" in {row.actor for row in rows}
