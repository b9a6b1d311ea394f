"""Replies kept at hand: who keeps them, what they may hold, and what a ticket makes of them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from channels.testing import LiveServer
from tests.channels.conftest import Person
from tests.channels.test_desk import waiting
from tests.channels.test_rest import problem_code

pytestmark = pytest.mark.asyncio(loop_scope="session")
URL = "/v1/desk/canned-replies"


def greeting(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "zh": "{name}您好，工单 {ticket}", "en": "Dear {name}, about {order} ({ticket})", **more}


async def listed(client: httpx.AsyncClient, headers: dict[str, str]) -> list[str]:
    return [each["name"] for each in (await client.get(URL, headers=headers)).json()["replies"]]


async def test_supervisors_and_merchants_keep_the_shop_s_replies_and_agents_their_own(
    client: httpx.AsyncClient, server: LiveServer
) -> None:
    anna, ben, boss = server.headers("agent", "canned-a"), server.headers("agent", "canned-b"), server.supervisor()
    merchant = server.headers("merchant", "M1")
    assert problem_code(await client.post(URL, json=greeting("g"), headers=anna)) == (403, "forbidden")
    assert problem_code(await client.post(URL, json=greeting("g", private=True), headers=merchant)) == (
        403,
        "forbidden",
    )
    assert problem_code(await client.post(URL, json=greeting("g"), headers=server.headers())) == (403, "forbidden")
    for headers, body in (
        (boss, greeting("c-boss")),
        (merchant, greeting("c-shop")),
        (anna, greeting("c-own", private=True)),
    ):
        assert (await client.post(URL, json=body, headers=headers)).status_code == 200
    assert {"c-boss", "c-shop", "c-own"} <= set(await listed(client, anna))
    assert "c-own" not in await listed(client, ben)
    assert "c-own" not in await listed(client, merchant)
    changed = await client.post(URL, json={**greeting("c-shop"), "en": "Hello"}, headers=boss)
    assert (changed.json()["en"], changed.json()["updated_by"]) == ("Hello", "boss")
    removal = f"{URL}/remove"
    assert problem_code(await client.post(removal, json={"name": "c-shop"}, headers=anna)) == (403, "forbidden")
    assert (await client.post(removal, json={"name": "c-shop"}, headers=merchant)).json()["name"] == "c-shop"
    gone = await client.post(removal, json={"name": "c-own", "private": True}, headers=ben)
    assert problem_code(gone) == (404, "canned_reply_not_found")
    assert "c-shop" not in await listed(client, anna)


async def test_what_cannot_be_filled_is_refused_by_its_name(client: httpx.AsyncClient, server: LiveServer) -> None:
    headers = {**server.supervisor(), "Accept-Language": "zh"}
    wrong = await client.post(URL, json={**greeting("bad"), "en": "Dear {nmae}"}, headers=headers)
    assert problem_code(wrong) == (422, "unknown_variable")
    assert "{nmae}" in wrong.json()["detail"]
    assert "tracking" in wrong.json()["detail"]
    half = await client.post(URL, json={"name": "half", "en": "Hello"}, headers=headers)
    assert problem_code(half) == (422, "canned_text_missing")
    own = await client.post(URL, json={"name": "half", "en": "Hello", "private": True}, headers=headers)
    assert own.status_code == 200
    variables = (await client.get(URL, headers=headers)).json()["variables"]
    assert {"name": "order", "label": {"zh": "订单号", "en": "order number"}} in variables


async def test_a_reply_is_filled_from_the_ticket_and_names_its_gaps(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    kept = (await client.post(URL, json=greeting("fill-me"), headers=server.supervisor())).json()
    agent = server.headers("agent", "A1")
    url = f"/v1/tickets/{case.ticket['ticket_id']}/canned-reply"
    told = (await client.post(url, json={"reply_id": kept["reply_id"], "lang": "en"}, headers=agent)).json()
    name = case.ticket["body"]["customer"]["name"]
    assert told["text"] == f"Dear {name}, about {{order}} ({case.ticket['ticket_id']})"
    assert [gap["name"] for gap in told["gaps"]] == ["order"]
    chinese = (await client.post(url, json={"reply_id": kept["reply_id"], "lang": "zh"}, headers=agent)).json()
    assert (chinese["text"], chinese["gaps"]) == (f"{name}您好，工单 {case.ticket['ticket_id']}", [])
    private = greeting("fill-own", private=True)
    own = (await client.post(URL, json=private, headers=server.headers("agent", "A2"))).json()
    foreign = await client.post(url, json={"reply_id": own["reply_id"], "lang": "en"}, headers=agent)
    assert problem_code(foreign) == (404, "canned_reply_not_found")
