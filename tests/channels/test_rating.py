"""Rating how one was served, over HTTP: only by the shopper who was asked, one to five, kept beside the conversation."""

from __future__ import annotations

import httpx
import pytest

from channels.testing import LiveServer
from tests.channels.conftest import Person
from tests.channels.test_desk import Case, claimed, waiting
from tests.channels.test_rest import opened, problem_code

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def resolved(client: httpx.AsyncClient, server: LiveServer, person: Person) -> Case:
    case = await waiting(client, server, person)
    await claimed(client, server, case, "A1")
    release = f"/v1/tickets/{case.ticket['ticket_id']}/release"
    answer = await client.post(release, json={"outcome": "resolve"}, headers=server.headers("agent", "A1"))
    assert answer.status_code == 200
    return case


async def rated(client: httpx.AsyncClient, case: Case, headers: dict[str, str], **body: object) -> httpx.Response:
    return await client.post(f"/v1/conversations/{case.conversation}/rating", json=body, headers=headers)


async def test_who_was_asked_rates_once_and_changes_their_mind(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await resolved(client, server, person)
    first = await rated(client, case, case.headers, score=2, remark=" slow ")
    again = await rated(client, case, case.headers, score=4)
    assert (first.json()["score"], first.json()["remark"], first.json()["changed"]) == (2, "slow", False)
    assert (again.status_code, again.json()["score"], again.json()["changed"]) == (200, 4, True)
    events = (await client.get(f"/v1/conversations/{case.conversation}/events", headers=case.headers)).json()
    asked = [reply for each in events for reply in each["event"].get("replies", ()) if reply["type"] == "rating"]
    said = [each["event"] for each in events if each["event"]["type"] == "rated"]
    assert ([each["score"] for each in said], {each["rating_id"] for each in said}) == ([2, 4], {asked[0]["rating_id"]})


@pytest.mark.parametrize(
    "body", [{"score": 0}, {"score": 6}, {"score": "5"}, {"score": 4.5}, {}, {"score": 5, "remark": "x" * 1001}]
)
async def test_what_is_no_rating_is_refused(
    client: httpx.AsyncClient, server: LiveServer, person: Person, body: dict[str, object]
) -> None:
    case = await resolved(client, server, person)
    assert (await rated(client, case, case.headers, **body)).status_code == 422


async def test_only_the_shopper_who_was_asked_may_rate(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await resolved(client, server, person)
    assert problem_code(await rated(client, case, server.headers("shopper"), score=1)) == (404, "unknown_conversation")
    assert problem_code(await rated(client, case, server.headers("agent", "A1"), score=5)) == (403, "forbidden")
    fresh = await opened(client, case.headers)
    unasked = Case(case.token, fresh, case.ticket)
    assert problem_code(await rated(client, unasked, case.headers, score=5)) == (409, "rating_not_asked")
