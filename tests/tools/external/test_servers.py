"""Real servers in processes of their own: what they do is bounded, done once, and told as it is."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlmodel import select

from knowledge.db import Database
from knowledge.schema import AuditRow, Proposal, Receipt
from tests.tools.external.courier import ME, SCRIPT, Courier, connected
from tools.base import Outcome
from tools.external.declared import declared_servers
from tools.external.servers import FIRST_REST_S, ExternalServers
from tools.external.tools import ExternalCall, ExternalResult
from tools.testing import NOW, shopper

pytestmark = pytest.mark.slow


@pytest_asyncio.fixture
async def courier(shop: Database, tmp_path: Path) -> AsyncIterator[Courier]:
    found = connected(shop, tmp_path)
    yield found
    await found.close()


def told(outcome: Outcome) -> ExternalResult:
    assert isinstance(outcome.evidence, ExternalResult), outcome
    return outcome.evidence


async def status_of(database: Database, proposal_id: str | None) -> str:
    async with database.read() as session:
        return (await session.get_one(Proposal, proposal_id)).status


async def test_only_what_is_declared_is_a_tool_and_the_session_says_whose_it_is(courier: Courier) -> None:
    found = told(await courier.ask("courier_status", number="SF1"))
    assert (found.data["status"], found.data["days"], found.text) == ("in transit", 2, "")
    assert courier.reached() == [{"tool": "parcel_status", "number": "SF1", "customer": "C1"}]
    refusals = {
        (await courier.ask("wipe")).code,
        (await courier.ask("parcel_status", number="SF1")).code,
        (await courier.ask("courier_status", number="SF1", customer="C2")).code,
        (await courier.ask("courier_status", shopper(None), number="SF1")).code,
    }
    assert refusals == {"unknown_tool", "bad_arguments", "identify_first"}
    said_no = await courier.ask("courier_status", number="WRONG")
    assert (said_no.status, said_no.code, said_no.mendable) == ("refused", "external_refused", True)
    assert "no parcel of that number" in said_no.facts["said"]
    assert len(courier.reached()) == 2


async def test_a_write_is_shown_first_and_done_once(courier: Courier, shop: Database) -> None:
    strangers = await courier.ask("book_pickup", order="W2", slot="morning")
    assert strangers.code == "order_not_found"
    outcome = await courier.ask("book_pickup", order="#w1", slot="morning")
    assert outcome.status == "needs_confirmation"
    shown = {"order": "W1", "slot": "morning", "customer": "C1"}
    assert outcome.evidence == ExternalCall(server="courier", tool="book_pickup", arguments=shown)
    assert courier.reached() == []
    done = await courier.executor.confirm(str(outcome.proposal_id), ME)
    again = await courier.executor.confirm(str(outcome.proposal_id), ME)
    assert told(done).data == {"pickup": "PU-W1", "slot": "morning"}
    assert (done.status, again.status, again.replayed, again.receipt_id) == ("ok", "ok", True, done.receipt_id)
    assert courier.reached() == [{"tool": "book_pickup", **shown}]
    async with shop.read() as session:
        [receipt] = (await session.exec(select(Receipt))).all()
        outcomes = [row.outcome for row in (await session.exec(select(AuditRow).order_by(AuditRow.id))).all()]  # type: ignore[arg-type]
    assert (receipt.tool, receipt.result["data"]["pickup"]) == ("book_pickup", "PU-W1")
    assert outcomes == ["refused", "needs_confirmation", "ok", "ok"]


async def test_what_may_have_been_done_is_never_sent_again(shop: Database, tmp_path: Path) -> None:
    courier = connected(shop, tmp_path, timeout_s=60)
    try:
        await courier.ask("courier_status", number="SF1")  # its start is not what is timed here
        connection = courier.executor.services.external.connection("courier")
        connection.server = connection.server.model_copy(update={"timeout_s": 1.5})
        outcome = await courier.ask("book_pickup", order="W1", slot="slow")
        started = time.monotonic()
        unsure = await courier.executor.confirm(str(outcome.proposal_id), ME)
        assert time.monotonic() - started < 4
        again = await courier.executor.confirm(str(outcome.proposal_id), ME)
        for each in (unsure, again):
            assert (each.status, each.code, each.facts["needs_person"]) == ("refused", "outcome_unknown", True)
        assert await status_of(shop, outcome.proposal_id) == "sent"
        assert [call["tool"] for call in courier.reached()] == ["parcel_status", "book_pickup"]
        async with shop.read() as session:
            assert (await session.exec(select(Receipt))).all() == []
    finally:
        await courier.close()


async def test_nobodys_write_waits_while_a_server_works(shop: Database, tmp_path: Path) -> None:
    courier = connected(shop, tmp_path)
    try:
        outcome = await courier.ask("book_pickup", order="W1", slot="slow")
        confirming = asyncio.create_task(courier.executor.confirm(str(outcome.proposal_id), ME))
        while not courier.reached():
            assert not confirming.done(), confirming
            await asyncio.sleep(0.05)
        assert await status_of(shop, outcome.proposal_id) == "sent"
        async with asyncio.timeout(2), shop.write() as session:
            session.add(AuditRow(at=NOW, actor="x", role="system", tool="x", outcome="ok"))
        confirming.cancel()
        await asyncio.gather(confirming, return_exceptions=True)
    finally:
        await courier.close()
    assert (await courier.executor.confirm(str(outcome.proposal_id), ME)).code == "outcome_unknown"


async def test_a_server_that_died_is_started_again(courier: Courier) -> None:
    assert (await courier.ask("courier_status", number="SF1")).status == "ok"
    [first] = courier.lines()
    os.kill(first["pid"], signal.SIGKILL)
    assert (await courier.ask("courier_status", number="SF2")).status == "ok"
    outcome = await courier.ask("book_pickup", order="W1", slot="evening")
    os.kill(courier.lines()[-1]["pid"], signal.SIGKILL)
    assert (await courier.executor.confirm(str(outcome.proposal_id), ME)).status == "ok"
    dead = await courier.ask("die")
    assert (dead.status, dead.code) == ("refused", "external_unavailable")
    assert len({line["pid"] for line in courier.lines()}) >= 3
    resting = await courier.ask("courier_status", number="SF3")
    assert resting.code == "external_unavailable"
    courier.clock.now += 2 * FIRST_REST_S
    assert (await courier.ask("courier_status", number="SF4")).status == "ok"
    assert [line["number"] for line in courier.lines() if line["tool"] == "parcel_status"] == ["SF1", "SF2", "SF4"]


async def test_results_are_bounded_and_calls_counted(courier: Courier) -> None:
    big = told(await courier.ask("big", characters=5000))
    assert (big.data, len(big.text), big.cut) == ({}, 2000, True)
    text = told(await courier.ask("parcel_text", number="1"))
    assert "\0" not in text.text
    assert text.text.startswith("Parcel 1 \ufffd is on its way.")
    assert (await courier.ask("parcel_text", number="2")).status == "ok"
    assert (await courier.ask("parcel_text", number="3")).code == "external_too_often"
    assert (await courier.ask("parcel_text", shopper("C2", "conv-2"), number="4")).status == "ok"


async def test_a_server_that_is_not_there_is_refused_at_once_while_it_rests(shop: Database, tmp_path: Path) -> None:
    courier = connected(shop, tmp_path, command=str(tmp_path / "nowhere"), args=[])
    for rest in (FIRST_REST_S, 2 * FIRST_REST_S):
        assert (await courier.ask("slow")).code == "external_unavailable"
        (tmp_path / "nowhere").write_text(f"#!/bin/sh\necho x >> {tmp_path}/starts\n")
        (tmp_path / "nowhere").chmod(0o755)
        assert (await courier.ask("slow")).code == "external_unavailable"
        assert not (tmp_path / "starts").exists(), "it was started while it should rest"
        courier.clock.now += rest / 2
        assert (await courier.ask("slow")).code == "external_unavailable"
        assert not (tmp_path / "starts").exists()
        (tmp_path / "nowhere").unlink()
        courier.clock.now += rest
    await courier.close()


async def test_a_hanging_server_costs_no_more_than_its_time(shop: Database, tmp_path: Path) -> None:
    courier = connected(shop, tmp_path, command="sleep", args=["60"], timeout_s=0.5)
    started = time.monotonic()
    assert (await courier.ask("slow")).code == "external_unavailable"
    assert time.monotonic() - started < 2
    assert (await courier.ask("slow")).code == "external_unavailable"  # rests: not even that long
    await courier.close()


async def test_a_server_at_an_address_is_called_with_the_named_header(shop: Database, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    calls = tmp_path / "calls.jsonl"
    process = await asyncio.create_subprocess_exec(sys.executable, SCRIPT, str(calls), "--http", str(port))
    found = connected(
        shop, tmp_path, command=None, args=[], url=f"http://127.0.0.1:{port}/mcp", headers={"Authorization": "KEY"}
    )
    unset = await found.ask("courier_status", number="SF1")
    assert unset.code == "external_unavailable"
    servers = ExternalServers(declared_servers(tmp_path), environment={"KEY": "Bearer abc"}, folder=tmp_path)
    found.executor.services = dataclasses.replace(found.executor.services, external=servers)
    try:
        for _ in range(600):
            if await answers(port):
                break
            await asyncio.sleep(0.1)
        assert told(await found.ask("courier_status", number="SF1")).data["status"] == "in transit"
        process.kill()
        await process.wait()
        assert (await found.ask("courier_status", number="SF1")).code == "external_unavailable"
        assert found.lines()[0]["authorization"] == "Bearer abc"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await found.close()


async def answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
