"""Pictures from an agent: checked as the shopper's are, the shopper's to see once sent, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from channels.testing import LiveServer
from tests.channels.conftest import Person
from tests.channels.test_attachments import uploaded
from tests.channels.test_desk import Case, claimed, waiting
from tests.channels.test_media import picture
from tests.channels.test_rest import problem_code

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def said(
    client: httpx.AsyncClient, server: LiveServer, case: Case, client_id: str, *attachments: str, text: str = ""
) -> httpx.Response:
    url = f"/v1/conversations/{case.conversation}/agent-messages"
    body = {"client_id": client_id, "text": text, "attachments": attachments}
    return await client.post(url, json=body, headers=server.headers("agent", "A1"))


async def test_the_shopper_sees_what_the_agent_sent_and_nobody_else_does(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    await claimed(client, server, case, "A1")
    agent = server.headers("agent", "A1")
    content = picture("PNG")
    mine = (await uploaded(client, agent, content)).json()["id"]
    url = f"/v1/attachments/{mine}"
    assert problem_code(await client.get(url, headers=case.headers)) == (404, "unknown_attachment")
    first = await said(client, server, case, "p1", mine)
    again = await said(client, server, case, "p1", mine)
    assert (first.status_code, again.json()["seq"]) == (201, first.json()["seq"])
    events = (await client.get(f"/v1/conversations/{case.conversation}/events", headers=case.headers)).json()
    replied = [entry["event"] for entry in events if entry["event"].get("author") == "agent"]
    assert [(each["replies"], each["attachments"]) for each in replied] == [
        ([], [{"id": mine, "kind": "image", "media_type": "image/png"}])
    ]
    assert (await client.get(url, headers=case.headers)).content == content
    assert problem_code(await client.get(url, headers=server.headers("shopper", "C1"))) == (404, "unknown_attachment")
    assert problem_code(await client.get(url, headers=server.headers())) == (404, "unknown_attachment")


async def test_an_agent_sends_only_what_is_theirs_and_not_what_another_shopper_got(
    client: httpx.AsyncClient, server: LiveServer, person: Person, people: Iterator[Person]
) -> None:
    case = await waiting(client, server, person)
    agent = server.headers("agent", "A1")
    mine = (await uploaded(client, agent, picture("PNG"))).json()["id"]
    assert problem_code(await said(client, server, case, "p0", mine)) == (409, "not_owner")
    assert problem_code(await client.get(f"/v1/attachments/{mine}", headers=case.headers))[0] == 404
    await claimed(client, server, case, "A1")
    shoppers = (await uploaded(client, case.headers, picture("PNG"))).json()["id"]
    colleague = (await uploaded(client, server.headers("agent", "A2"), picture("PNG"))).json()["id"]
    for number, foreign in enumerate((shoppers, colleague, "att_unknown")):
        assert problem_code(await said(client, server, case, f"f{number}", foreign)) == (422, "attachment_refused")
    assert problem_code(await said(client, server, case, "p1")) == (422, "empty")
    assert (await said(client, server, case, "p2", mine, text="Here it is")).status_code == 201
    other = await waiting(client, server, next(people))
    await claimed(client, server, other, "A1")
    assert problem_code(await said(client, server, other, "p1", mine)) == (422, "attachment_refused")
    assert problem_code(await client.get(f"/v1/attachments/{mine}", headers=other.headers))[0] == 404


async def test_an_erased_person_s_pictures_from_the_desk_are_erased_too(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    await claimed(client, server, case, "A1")
    mine = (await uploaded(client, server.headers("agent", "A1"), picture("PNG"))).json()["id"]
    await said(client, server, case, "p1", mine)
    await client.post(f"/v1/customers/{person.id}/erase", json={"confirm": person.id}, headers=server.supervisor())
    gone = await client.get(f"/v1/attachments/{mine}", headers=server.headers("agent", "A1"))
    assert problem_code(gone) == (404, "unknown_attachment")
