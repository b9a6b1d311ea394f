"""The desk's statistics over HTTP: a supervisor's of all, an agent's own, nobody else's; each figure with its words, its tickets and its file."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlmodel import select

from channels.testing import LiveServer
from knowledge.schema import AuditRow
from tests.channels.conftest import Person
from tests.channels.test_rating import rated, resolved
from tests.channels.test_rest import problem_code

pytestmark = pytest.mark.asyncio(loop_scope="session")
URL = "/v1/desk/statistics"
SLOW_S = 60.0
"""Some fifty questions are asked of the shop; the machine may be busy."""


def card(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in found["cards"] if each["id"] == name)


async def test_a_supervisor_sees_everybodys_figures_and_what_they_mean(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await resolved(client, server, person)
    await rated(client, case, case.headers, score=5)
    found = (await client.get(URL, params={"show": "en"}, headers=server.supervisor(), timeout=SLOW_S)).json()
    assert found["everybody"] is True
    csat = card(found, "csat")
    assert (csat["name"], csat["total"].endswith("%"), "4 or 5 stars" in csat["definition"]) == (
        "customer satisfaction",
        True,
        True,
    )
    assert card(found, "resolved_tickets.agent")["part"] == "agents"
    assert any(each["dimension"] == "served_by" and each["share"]["of"] >= 1 for each in found["rated"])
    drawn = card(found, "conversations.hour")["reply"]
    assert (drawn["type"], drawn["svg"].startswith("<svg"), len(drawn["table"])) == ("chart", True, 25)
    zh = (await client.get(URL, params={"show": "zh"}, headers=server.supervisor(), timeout=SLOW_S)).json()
    assert card(zh, "csat")["name"] == "服务满意度"


async def test_an_agent_sees_their_own_and_a_shopper_nothing(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    await resolved(client, server, person)
    mine = (
        await client.get(URL, params={"agent": "A1"}, headers=server.headers("agent", "nobody"), timeout=SLOW_S)
    ).json()
    assert (mine["everybody"], mine["agents"], card(mine, "tickets")["figures"]["total"]) == (False, [], 0)
    own = (await client.get(URL, headers=server.headers("agent", "A1"), timeout=SLOW_S)).json()
    assert card(own, "tickets")["figures"]["total"] >= 1
    assert problem_code(await client.get(URL, headers=server.headers("shopper", person.id))) == (403, "forbidden")
    export = await client.get(f"{URL}/export", params={"card": "csat.agent"}, headers=server.headers("agent", "A1"))
    assert problem_code(export) == (403, "forbidden")


async def test_a_figure_leads_to_its_tickets_and_the_look_is_written_down(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await resolved(client, server, person)
    behind = await client.get(f"{URL}/tickets", params={"card": "tickets"}, headers=server.supervisor(), timeout=SLOW_S)
    ids = [each["ticket_id"] for each in behind.json()["records"]]
    assert case.ticket["ticket_id"] in ids
    await server.context.platform.executor.audit.flush()
    async with server.context.platform.database.read() as session:
        seen = select(AuditRow).where(AuditRow.actor == "boss", AuditRow.object == f"ticket:{case.ticket['ticket_id']}")
        assert (await session.exec(seen)).first() is not None


async def test_a_figure_is_saved_as_a_table_of_numbers(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    await resolved(client, server, person)
    saved = await client.get(
        f"{URL}/export", params={"card": "tickets.queue", "show": "zh"}, headers=server.supervisor(), timeout=SLOW_S
    )
    head, *rows = saved.content.decode("utf-8-sig").splitlines()
    assert (saved.headers["content-type"], head.split(",")[0]) == ("text/csv; charset=utf-8", "工单队列")
    assert sum(int(row.split(",")[1]) for row in rows) >= 1


@pytest.mark.parametrize(
    "params",
    [
        {"from": "2026-01-01"},
        {"from": "2026-02-01", "to": "2026-01-01"},
        {"from": "x", "to": "y"},
        {"by": "century"},
        {"lang": "fr"},
    ],
)
async def test_what_cannot_be_counted_is_refused(
    client: httpx.AsyncClient, server: LiveServer, params: dict[str, str]
) -> None:
    assert (await client.get(URL, params=params, headers=server.supervisor(), timeout=SLOW_S)).status_code == 422


async def test_an_unknown_figure_is_refused(client: httpx.AsyncClient, server: LiveServer) -> None:
    for path in ("tickets", "export"):
        answer = await client.get(
            f"{URL}/{path}", params={"card": "nothing"}, headers=server.supervisor(), timeout=SLOW_S
        )
        assert answer.status_code == 422
