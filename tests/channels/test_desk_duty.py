"""The desk's state over HTTP: who is there, cases that wait for the shopper, the story of a ticket."""

from __future__ import annotations

import httpx
import pytest

from channels.testing import LiveServer
from tests.channels.conftest import Person
from tests.channels.test_desk import at_desk, claimed, waiting
from tests.channels.test_rest import problem_code

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_agent_with_the_desk_open_is_there_until_they_say_that_they_are_away(
    client: httpx.AsyncClient, server: LiveServer
) -> None:
    agent = server.headers("agent", "duty-1")
    async with at_desk(server, "duty-1"):
        await server.context.routing.look()
        before = (await client.get("/v1/desk/agents", headers=server.headers("merchant", "M1"))).json()
        mine = next(each for each in before["agents"] if each["agent"] == "duty-1")
        assert (mine["connected"], mine["state"], mine["load"]) == (True, "available", 0)
        after = await client.post("/v1/desk/presence", json={"state": "away"}, headers=agent)
        assert (after.status_code, after.json()["state"]) == (200, "away")
    wrong = await client.post("/v1/desk/presence", json={"state": "asleep"}, headers=agent)
    assert problem_code(wrong) == (422, "invalid")
    foreign = await client.post("/v1/desk/presence", json={"state": "away"}, headers=server.headers("merchant", "M1"))
    assert problem_code(foreign) == (403, "forbidden")


async def test_a_ticket_has_clocks_waits_for_the_shopper_and_tells_its_story(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    assert [clock["goal"] for clock in case.ticket["clocks"]] == ["first_response", "resolution"]
    await claimed(client, server, case, "A1")
    url = f"/v1/tickets/{case.ticket['ticket_id']}"
    other = await client.post(f"{url}/await", json={}, headers=server.headers("agent", "A2"))
    assert problem_code(other) == (409, "not_assignee")
    paused = (await client.post(f"{url}/await", json={}, headers=server.headers("agent", "A1"))).json()
    assert [clock["paused_by"] for clock in paused["clocks"]] == [None, "shopper"]
    story = (await client.get(f"{url}/history", headers=server.headers("agent", "A1"))).json()
    assert [event["what"] for event in story["events"]] == ["opened", "claimed", "waiting"]
