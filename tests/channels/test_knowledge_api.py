"""The knowledge loop over HTTP: an answer at the desk becomes a merchant's proposal; gaps are for merchants and agents."""

from __future__ import annotations

import httpx
import pytest

from channels.testing import LiveServer
from tests.channels.conftest import Person
from tests.channels.test_desk import claimed, waiting

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_answer_at_the_desk_waits_for_the_merchant(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    await claimed(client, server, case, "A1")
    agent, owner = server.headers("agent", "A1"), server.headers("merchant", "owner")
    said = await client.post(
        f"/v1/conversations/{case.conversation}/agent-messages",
        json={"client_id": "k1", "text": f"Gift wrapping costs nothing. Your order {person.order} has it."},
        headers=agent,
    )
    body = {"conversation_id": case.conversation, "seq": said.json()["seq"]}
    refused = await client.post("/v1/knowledge/articles", json=body, headers=agent)
    assert (refused.status_code, refused.json()["code"]) == (422, "question_needed")
    assert "which question" in refused.json()["detail"]
    body["question"] = "Do you wrap gifts?"
    made = await client.post("/v1/knowledge/articles", json=body, headers=agent)
    assert made.status_code == 201, made.text
    assert made.json()["answer"] == "Gift wrapping costs nothing. Your order [order number] has it."
    waits = (await client.get("/v1/proposals", headers=owner)).json()["proposals"]
    [mine] = [each for each in waits if each["id"] == made.json()["proposal_id"]]
    assert (mine["tool"], mine["proposed_by"], mine["arguments"]["title"]) == (
        "save_document",
        "A1",
        "Do you wrap gifts",
    )
    done = await client.post(f"/v1/proposals/{mine['id']}/approve", headers=owner)
    assert done.json()["receipt"]


async def test_gaps_are_for_the_shops_people(client: httpx.AsyncClient, server: LiveServer, person: Person) -> None:
    for role, status in (("merchant", 200), ("agent", 200), ("shopper", 403)):
        answer = await client.get("/v1/knowledge/gaps", headers=server.headers(role, person.id))  # type: ignore[arg-type]
        assert answer.status_code == status
    assert (await client.get("/v1/knowledge/gaps?days=0", headers=server.headers("merchant", "m"))).status_code == 422
