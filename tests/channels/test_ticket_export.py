"""Tickets as files: filters, personal data only for who may have it, and no formulas."""

from __future__ import annotations

import asyncio
import csv
import datetime as dt
import io
import json
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from channels import ticket_export
from channels.cli import app
from channels.testing import LiveServer
from channels.ticket_export import columns, safe_cell, tickets
from knowledge.db import Database, sqlite_url
from knowledge.schema import Ticket
from tests.channels.conftest import Person
from tests.channels.test_desk import claimed, waiting
from tools.testing import NOW, make_shop


@given(st.text(max_size=30))
def test_no_cell_is_a_formula_and_nothing_is_lost(text: str) -> None:
    cell = safe_cell(text)
    assert cell in (text, "'" + text)
    assert not cell.lstrip().startswith(("=", "+", "-", "@"))


@pytest.mark.asyncio(loop_scope="session")
async def test_over_http_with_what_each_role_may_have(
    client: httpx.AsyncClient, server: LiveServer, person: Person
) -> None:
    case = await waiting(client, server, person)
    await claimed(client, server, case, "A1")
    agent, merchant = server.headers("agent", "A1"), server.headers("merchant", "m")
    answer = await client.get("/v1/tickets/export", params={"status": "claimed", "personal": True}, headers=agent)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    mine = next(row for row in rows if row["ticket_id"] == case.ticket["ticket_id"])
    assert (mine["customer_id"], mine["subject"], mine["assignee"]) == (person.id, "human", "A1")
    plain = await client.get("/v1/tickets/export", params={"format": "json", "since": "2020-01-01"}, headers=merchant)
    assert set(plain.json()[0]) == set(columns(personal=False))
    assert person.id not in plain.text
    later = await client.get("/v1/tickets/export", params={"format": "json", "since": "2999-01-01"}, headers=merchant)
    assert later.json() == []
    for headers, params, status in (
        (merchant, {"personal": "1"}, 403),
        (server.headers("shopper", person.id), {}, 403),
        (agent, {"status": "eaten"}, 422),
        ({}, {}, 401),
    ):
        assert (await client.get("/v1/tickets/export", params=params, headers=headers)).status_code == status


async def _lay(path: Path) -> None:
    database = Database(sqlite_url(path))
    await database.create_tables()
    async with database.write() as session:
        shop = await make_shop(session)
        customer = await shop.customer("C1")
        await shop.conversation("conv", customer)
        await session.flush()
        for number in range(5):
            session.add(
                Ticket(
                    id=f"tkt_{number}", conversation_id="conv", status="resolved" if number else "open", reason="asked",
                    customer_id="C1", subject="=HYPERLINK(1)", created_at=NOW + dt.timedelta(days=number // 2),
                    body={"ending": {"outcome": "resolve", "note": "-done"}} if number else {},
                )
            )  # fmt: skip
    await database.close()


async def test_batches_neither_miss_nor_repeat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticket_export, "BATCH", 2)  # several batches, two tickets of the same time
    await _lay(tmp_path / "shop.db")
    database = Database(sqlite_url(tmp_path / "shop.db"))
    found = [ticket.id async for ticket in tickets(database, since=None, status=None)]
    await database.close()
    assert found == [f"tkt_{number}" for number in range(5)]


def test_the_command_filters_and_keeps_personal_data_back(tmp_path: Path) -> None:
    asyncio.run(_lay(tmp_path / "shop.db"))
    runner, file = CliRunner(), tmp_path / "out.csv"
    base = ["tickets", "export", str(file), "--data", str(tmp_path)]
    done = runner.invoke(app, [*base, "--status", "resolved", "--since", "2026-03-11", "--personal", "--json"])
    assert json.loads(done.stdout) == {"path": str(file), "tickets": 3}, done.output
    rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"))))
    assert [(row["subject"], row["note"], row["outcome"]) for row in rows] == 3 * [
        ("'=HYPERLINK(1)", "'-done", "resolve")
    ]
    assert runner.invoke(app, base).exit_code == 0
    assert "C1" not in file.read_text()
    assert runner.invoke(app, ["tickets", "export", str(tmp_path / "out.xml"), "--data", str(tmp_path)]).exit_code == 2
    assert runner.invoke(app, ["tickets", "export", str(file), "--data", str(tmp_path / "none")]).exit_code == 1
    assert not list(tmp_path.glob(".*.part"))
