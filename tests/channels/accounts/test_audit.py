"""Who did and saw what."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from channels.accounts.store import SYSTEM
from channels.auth import Caller
from channels.looks import LISTED_S, WINDOW_S, Looks
from channels.testing import LiveServer
from knowledge.db import Database
from knowledge.types import new_id
from tests.channels.accounts.test_api import come_in, employ
from tests.channels.conftest import Person
from tools.audit import AuditLog

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def rows(client: httpx.AsyncClient, server: LiveServer, **asked: Any) -> list[tuple[str, str, str, str]]:
    found = await client.get("/v1/audit", params=asked, headers=server.supervisor())
    return [(row["actor"], row["tool"], row["object"], row["outcome"]) for row in found.json()["rows"]]


async def test_who_signed_in_and_who_failed(server: LiveServer, client: httpx.AsyncClient) -> None:
    name, _ = await employ(server, "agent")
    async with httpx.AsyncClient(base_url=server.url) as browser:
        await come_in(browser, name, "wrong password here")
        await come_in(browser, new_id("hunter2hunter2"))
        await come_in(browser, name)
        await browser.post("/v1/session/sign-out")
    me = f"account:{name}"
    assert await rows(client, server, object=me) == [
        (name, "sign_out", me, "ok"),
        (name, "sign_in", me, "ok"),
        (name, "sign_in", me, "refused"),
        ("xiaoer accounts", "add_account", me, "ok"),
    ]
    failed = (await client.get("/v1/audit", params={"actor": "unknown"}, headers=server.supervisor())).text
    assert "sign_in" in failed
    assert "hunter2" not in failed


async def test_who_saw_a_customers_conversation_and_ticket(
    server: LiveServer, client: httpx.AsyncClient, person: Person
) -> None:
    theirs = server.headers("shopper", person.id)
    opened = (await client.post("/v1/conversations", headers=theirs)).json()["id"]
    turn = await client.post(
        f"/v1/conversations/{opened}/messages", json={"client_id": new_id("m"), "text": "human"}, headers=theirs
    )
    ticket = turn.json()["ticket"]["id"]
    agent = new_id("agent")
    for _ in range(3):
        await client.get(f"/v1/conversations/{opened}/events", headers=server.headers("agent", agent))
        await client.get(f"/v1/tickets/{ticket}", headers=server.headers("agent", agent))
    await client.get(f"/v1/conversations/{opened}/events", headers=theirs)
    seen = await rows(client, server, customer=person.id, kind="seen")
    assert seen == [
        (agent, "see_ticket", f"ticket:{ticket}", "ok"),
        (agent, "see_conversation", f"conversation:{opened}", "ok"),
    ]
    done = await rows(client, server, customer=person.id, deed="hand_over")
    assert done == [(person.id, "hand_over", "", "ok")]


async def test_rows_come_in_pages_and_only_to_supervisors(server: LiveServer, client: httpx.AsyncClient) -> None:
    name, _ = await employ(server, "agent")
    for _ in range(3):
        await server.context.sign_in.unlock(name, SYSTEM)
    asked: dict[str, str | int] = {"object": f"account:{name}", "limit": 2}
    first = (await client.get("/v1/audit", params=asked, headers=server.supervisor())).json()
    second = (
        await client.get("/v1/audit", params={**asked, "before": first["next"]}, headers=server.supervisor())
    ).json()
    deeds = [row["tool"] for row in first["rows"] + second["rows"]]
    assert (deeds, second["next"]) == (["unlock_account"] * 3 + ["add_account"], None)
    for role in ("agent", "merchant", "shopper"):
        assert (await client.get("/v1/audit", headers=server.headers(role, "C1"))).status_code == 403


async def test_one_look_is_one_row_until_some_minutes_have_passed(database: Database) -> None:
    audit, time = AuditLog(database), [0.0]
    looks = Looks(audit, clock=lambda: time[0])
    for seconds in (0, 1, WINDOW_S - 1, WINDOW_S, WINDOW_S + 1):
        time[0] = seconds
        looks.saw(Caller("agent", "anna"), "ticket", "tkt_1")
        looks.saw(Caller("shopper", "C1"), "ticket", "tkt_1")
    assert len(audit._waiting) == 2
    for seconds in (2 * WINDOW_S, LISTED_S, LISTED_S + WINDOW_S):
        time[0] = seconds
        looks.saw(Caller("agent", "anna"), "ticket", "tkt_1", listed=True)
    assert len(audit._waiting) == 3
    await audit.close()
