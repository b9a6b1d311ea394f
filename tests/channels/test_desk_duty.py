"""The desk's state over HTTP: who is there, cases that wait for the shopper, the story of a ticket."""

from __future__ import annotations

import httpx
import pytest

from channels.settings import Settings
from channels.testing import LiveServer, live, small_platform
from tests.channels.conftest import Person
from tests.channels.test_chat import until
from tests.channels.test_desk import at_desk, claimed, waiting
from tests.channels.test_rest import opened, problem_code, sent

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


async def test_where_tickets_are_assigned_the_agent_at_the_desk_has_them_at_once(settings: Settings) -> None:
    assigning = settings.model_copy(update={"desk_routing": "assign"})
    async with (
        small_platform(settings.data) as platform,
        live(assigning, platform) as server,
        httpx.AsyncClient(base_url=server.url, timeout=10) as client,
        at_desk(server, "A1") as desk,
    ):
        headers = server.headers("shopper", "C1")
        conversation = await opened(client, headers)
        await sent(client, headers, conversation, "human", "h1")
        ticket: dict[str, object] = {}
        while ticket.get("status") != "claimed":
            ticket = (await until(desk, "ticket"))[0]["ticket"]
        assert ticket["assignee"] == "A1"
        assert (await sent(client, headers, conversation, "hello?", "h2")).json()["handled_by"] == "human"
