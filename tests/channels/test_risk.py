"""Cases of risk over HTTP: seen by people with their reasons, decided once, never by a shopper."""

from __future__ import annotations

import httpx
import pytest

from channels.testing import LiveServer
from knowledge.schema import Conversation, RiskCase
from knowledge.types import new_id
from tests.channels.conftest import Person
from tests.channels.test_desk import waiting
from tests.channels.test_rest import problem_code

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def held(client: httpx.AsyncClient, server: LiveServer, person: Person) -> RiskCase:
    """Lay a case of the person's conversation into the shop."""
    conversation = (await waiting(client, server, person)).conversation
    platform = server.context.platform
    case = RiskCase(
        id=new_id("rsk"),
        conversation_id=conversation,
        customer_id=person.id,
        tool="return_items",
        subject=person.order.lower(),
        order_id=person.order.lower(),
        kind="refund",
        chance=0.83,
        held_from=0.5,
        model="risk 1",
        reasons=[{"feature": "linked", "value": 4.0, "share": 1.25}],
        created_at=platform.executor.clock(),
    )
    kept = case.model_copy()
    async with platform.database.write() as session:
        session.add(case)
    return kept


async def test_an_agent_sees_the_score_and_each_reason_of_what_was_held_back(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await held(client, server, person)
    agent = server.headers("agent", "A1")
    listed = await client.get("/v1/risk/cases", params={"conversation_id": case.conversation_id}, headers=agent)
    [found] = listed.json()["cases"]
    assert (found["case_id"], found["status"], found["chance"], found["held_from"]) == (case.id, "open", 0.83, 0.5)
    [reason] = found["reasons"]
    assert (reason["feature"], reason["share"]) == ("linked", 1.25)
    assert "4" in reason["words"]["zh"]
    assert "4 other accounts" in reason["words"]["en"]


async def test_a_decision_is_recorded_with_who_made_it_and_made_once(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await held(client, server, person)
    url, agent = f"/v1/risk/cases/{case.id}/decision", server.headers("agent", "A7")
    decided = await client.post(url, json={"decision": "allow", "note": "phoned"}, headers=agent)
    assert decided.status_code == 200
    assert (decided.json()["status"], decided.json()["note"]) == ("allowed", "phoned")
    assert "A7" in decided.json()["decided_by"]
    again = await client.post(url, json={"decision": "allow"}, headers=agent)
    assert problem_code(again)[1] == "risk_case_decided"
    open_ones = await client.get(
        "/v1/risk/cases", params={"conversation_id": case.conversation_id, "status": "open"}, headers=agent
    )
    assert open_ones.json() == {"cases": []}


async def test_rings_are_those_of_the_account_that_is_asked_for(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    merchant = server.headers("merchant", "M1")
    found = await client.get("/v1/risk/rings", params={"account": person.id, "pictures": 1}, headers=merchant)
    assert (found.status_code, found.json()) == (200, {"rings": []})


async def test_no_shopper_and_no_visitor_sees_a_risk(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await held(client, server, person)
    own = server.headers("shopper", person.id)
    for path in ("/v1/risk/cases", f"/v1/risk/orders/{person.order}", "/v1/risk/rings"):
        assert (await client.get(path, headers=own)).status_code == 403
        assert (await client.get(path)).status_code == 401
    decided = await client.post(f"/v1/risk/cases/{case.id}/decision", json={"decision": "allow"}, headers=own)
    assert decided.status_code == 403


async def test_an_unknown_case_and_an_unknown_decision_get_a_clear_answer(
    client: httpx.AsyncClient, server: LiveServer
) -> None:
    agent = server.headers("agent", "A1")
    missing = await client.post("/v1/risk/cases/rsk_none/decision", json={"decision": "fraud"}, headers=agent)
    assert problem_code(missing)[1] == "risk_case_not_found"
    wrong = await client.post("/v1/risk/cases/rsk_none/decision", json={"decision": "maybe"}, headers=agent)
    assert wrong.status_code == 422


async def test_what_a_device_says_is_kept_with_the_conversation(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    body = {"device": {"id": "dev-1", "emulator": True, "automated": False, "colour": "red"}}
    opened = await client.post("/v1/conversations", json=body, headers=server.headers("shopper", person.id))
    assert opened.status_code == 201
    async with server.context.platform.database.read() as session:
        kept = await session.get_one(Conversation, opened.json()["id"])
    assert kept.device == {"id": "dev-1", "emulator": True, "automated": False}
    wrong = await client.post(
        "/v1/conversations", json={"device": {"emulator": "perhaps"}}, headers=server.headers("shopper", person.id)
    )
    assert wrong.status_code == 422
