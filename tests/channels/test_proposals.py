"""Staged writes: listed for their approver, executed once, or dropped."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from sqlmodel import select

from channels.testing import LiveServer
from knowledge.schema import Variant
from tests.channels.conftest import Person
from tests.channels.test_desk import claimed, waiting
from tests.channels.test_rest import opened, problem_code, sent
from tools.base import Identity, ToolCall
from tools.policy import Cap, ChangeRules

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def staged(client: httpx.AsyncClient, server: LiveServer, person: Person) -> tuple[str, dict[str, str]]:
    """An agent who holds the person's conversation proposes to cancel the order; returns its id and where it was made."""
    case = await waiting(client, server, person)
    assert (await claimed(client, server, case, "A1")).status_code == 200
    call = ToolCall("cancel_order", {"order_id": person.order})
    agent = Identity("agent", "A1", person.id, case.conversation)
    outcome = await server.context.platform.executor.call(call, agent, idempotency_key=f"test:{case.conversation}")
    assert outcome.proposal_id, outcome
    return outcome.proposal_id, {"conversation_id": case.conversation}


async def test_an_approved_proposal_is_executed_once(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    proposal, where = await staged(client, server, person)
    url, agent = f"/v1/proposals/{proposal}/approve", server.headers("agent", "A1")
    first, second = [(await client.post(url, params=where, headers=agent)).json() for _ in range(2)]
    assert (first["status"], first["replayed"], second["replayed"]) == ("ok", False, True)
    assert first["receipt"]
    assert first["receipt"] == second["receipt"]


async def test_an_agent_who_does_not_hold_the_conversation_decides_nothing(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    proposal, where = await staged(client, server, person)
    for verb in ("approve", "reject"):
        url, other = f"/v1/proposals/{proposal}/{verb}", server.headers("agent", "A2")
        assert problem_code(await client.post(url, params=where, headers=other)) == (409, "not_owner")
        unknown = await client.post(url, params={"conversation_id": "cnv_unknown"}, headers=other)
        assert problem_code(unknown) == (404, "unknown_conversation")


async def test_a_proposal_is_listed_only_for_its_approver(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    proposal, where = await staged(client, server, person)
    listed = (await client.get("/v1/proposals", params=where, headers=server.headers("agent", "A1"))).json()
    assert [(each["id"], each["tool"], each["status"]) for each in listed["proposals"]] == [
        (proposal, "cancel_order", "pending")
    ]
    merchant = (await client.get("/v1/proposals", params=where, headers=server.headers("merchant", "M1"))).json()
    assert merchant == {"proposals": []}


async def test_a_rejected_proposal_cannot_be_approved(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    proposal, where = await staged(client, server, person)
    agent = server.headers("agent", "A1")
    answer = await client.post(f"/v1/proposals/{proposal}/reject", params=where, headers=agent)
    assert (answer.status_code, answer.json()) == (200, {"id": proposal, "status": "rejected"})
    for lang, said in (("en", "That was declined already."), ("zh", "这个操作已经被拒绝。")):
        url, headers = f"/v1/proposals/{proposal}/approve", {**agent, "Accept-Language": lang}
        refused = await client.post(url, params=where, headers=headers)
        assert (problem_code(refused), refused.json()["detail"]) == ((409, "proposal_rejected"), said)


async def test_of_many_approvals_at_once_one_executes(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    proposal, where = await staged(client, server, person)
    url, agent = f"/v1/proposals/{proposal}/approve", server.headers("agent", "A1")
    answers = await asyncio.gather(*(client.post(url, params=where, headers=agent) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert sorted(answer.json()["replayed"] for answer in answers) == [False, True, True, True, True]
    late = await client.post(f"/v1/proposals/{proposal}/reject", params=where, headers=agent)
    assert problem_code(late) == (409, "proposal_executed")


async def test_what_the_shopper_did_meanwhile_leaves_nothing_to_approve(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    proposal, where = await staged(client, server, person)
    shopper, agent = server.headers("shopper", person.id), server.headers("agent", "A1")
    conversation = await opened(client, shopper)
    for number, text in enumerate((f"cancel {person.order}", "yes")):
        await sent(client, shopper, conversation, text, f"m{number}")
    refused = await client.post(f"/v1/proposals/{proposal}/approve", params=where, headers=agent)
    assert problem_code(refused)[0] == 409
    assert person.order in refused.json()["detail"]


@pytest.mark.parametrize("verb", ["approve", "reject"])
async def test_an_unknown_proposal_and_one_of_another_role_are_told_apart_from_nothing(
    client: httpx.AsyncClient, server: LiveServer, person: Person, verb: str
) -> None:
    proposal, where = await staged(client, server, person)
    agent, merchant = server.headers("agent", "A1"), server.headers("merchant", "M1")
    unknown = await client.post(f"/v1/proposals/prp_unknown/{verb}", params=where, headers=agent)
    assert problem_code(unknown) == (404, "unknown_proposal")
    foreign = await client.post(f"/v1/proposals/{proposal}/{verb}", params=where, headers=merchant)
    assert problem_code(foreign)[0] in (403, 404)
    shopper = server.headers("shopper", person.id)
    assert problem_code(await client.post(f"/v1/proposals/{proposal}/{verb}", params=where, headers=shopper))[0] == 403


async def priced(server: LiveServer, price: str, who: str = "M1") -> str:
    """A merchant proposes a price for the shop's first product; returns the proposal's id."""
    async with server.context.platform.database.read() as session:
        variant = (await session.exec(select(Variant).order_by(Variant.sku))).first()
    assert variant is not None
    call = ToolCall("change_price", {"product_id": variant.product_id, "sku": variant.sku, "price": price})
    outcome = await server.context.platform.executor.call(call, Identity("merchant", who), idempotency_key=price)
    assert outcome.proposal_id, outcome
    return outcome.proposal_id


async def test_a_merchants_change_is_listed_edited_approved_and_rolled_back_once(
    client: httpx.AsyncClient, server: LiveServer
) -> None:
    owner = server.headers("merchant", "M1")
    old = await priced(server, "301")
    [listed] = (await client.get("/v1/proposals", headers=owner)).json()["proposals"]
    assert (listed["id"], listed["can"], listed["approvals"]) == (
        old, ["approve", "reject", "edit"], {"needed": 1, "given": []},
    )  # fmt: skip
    [change] = listed["changes"]
    assert set(change["what"]) == set(listed["effect"]) == {"zh", "en"}
    assert change["after"].endswith("301.00")
    arguments = {**listed["arguments"], "price": "302"}
    wrong = await client.post(f"/v1/proposals/{old}/edit", json={"arguments": {"price": "x"}}, headers=owner)
    assert problem_code(wrong) == (422, "invalid")
    edited = await client.post(f"/v1/proposals/{old}/edit", json={"arguments": arguments}, headers=owner)
    assert (edited.status_code, edited.json()["status"]) == (200, "needs_confirmation")
    assert problem_code(await client.post(f"/v1/proposals/{old}/approve", headers=owner)) == (409, "proposal_void")
    new = edited.json()["proposal"]
    assert (await client.post(f"/v1/proposals/{new}/approve", headers=owner)).json()["status"] == "ok"
    done = (await client.get("/v1/proposals", params={"status": "executed"}, headers=owner)).json()["proposals"]
    assert next(each for each in done if each["id"] == new)["can"] == ["roll_back"]
    undone = (await client.post(f"/v1/proposals/{new}/roll_back", headers=owner)).json()
    assert (undone["status"], undone["result"]["restored"][0]["after"]) == ("ok", change["before"])
    again = await client.post(f"/v1/proposals/{new}/roll_back", headers={**owner, "Accept-Language": "zh"})
    assert (problem_code(again), again.json()["detail"]) == ((409, "rolled_back_already"), "这次改动已经撤销过了。")
    done = (await client.get("/v1/proposals", params={"status": "executed"}, headers=owner)).json()["proposals"]
    assert next(each for each in done if each["id"] == new)["can"] == []


async def test_only_merchants_roll_back_and_only_what_was_made(client: httpx.AsyncClient, server: LiveServer) -> None:
    waiting = await priced(server, "303")
    tokens = {
        403: (server.headers("agent", "A1"), server.headers("shopper", "C1")),
        409: (server.headers("merchant", "M1"),),
    }
    for code, headers in ((code, each) for code, those in tokens.items() for each in those):
        refused = await client.post(f"/v1/proposals/{waiting}/roll_back", headers=headers)
        assert refused.status_code == code
    owner = server.headers("merchant", "M1")
    assert (await client.post(f"/v1/proposals/{waiting}/reject", headers=owner)).status_code == 200


async def test_beyond_the_shops_cap_two_others_must_approve(
    client: httpx.AsyncClient, server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    executor = server.context.platform.executor
    rules = ChangeRules(caps={"merchant": {"price_change": Cap(most=0.01)}})
    monkeypatch.setattr(executor, "policy", executor.policy.model_copy(update={"changes": rules}))
    url = f"/v1/proposals/{await priced(server, '304')}/approve"
    assert problem_code(await client.post(url, headers=server.headers("merchant", "M1"))) == (409, "own_proposal")
    first = (await client.post(url, headers=server.headers("merchant", "M2"))).json()
    assert (first["status"], first["code"], first["facts"]["left"]) == ("needs_confirmation", "awaits_approval", 1)
    second = (await client.post(url, headers=server.headers("merchant", "M3"))).json()
    assert second["status"] == "ok"
    assert second["receipt"]
