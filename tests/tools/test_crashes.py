"""A process that dies, a disk that fills: no half effect, and the next try works."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from knowledge.db import Database, sqlite_url
from knowledge.schema import Order, Proposal, Receipt
from tests.tools.fakes import Switches, make_tools
from tools.base import ToolCall
from tools.testing import make_executor, shopper

ME = shopper("C1")
ROOT = Path(__file__).parents[2]

DIES = """
import asyncio, os, signal, sys
from pathlib import Path
from knowledge.db import Database, sqlite_url
from tests.tools.fakes import Switches, make_tools
from tools.testing import make_executor, shopper

async def die(*anything, **named):
    os.kill(os.getpid(), signal.SIGKILL)

async def main(path, proposal_id, moment):
    switches = Switches()
    executor = make_executor(Database(sqlite_url(Path(path))), make_tools(switches))
    if moment == "in the tool":
        switches.misbehave = die
    elif moment == "before the commit":
        executor.audit.add = die
    await executor.confirm(proposal_id, shopper("C1"))
    await die()

asyncio.run(main(*sys.argv[1:]))
"""


async def state(database: Database) -> tuple[str, str, int]:
    async with database.read() as session:
        note = (await session.get_one(Order, "W1")).note
        proposal = (await session.exec(select(Proposal))).one()
        return note, proposal.status, len((await session.exec(select(Receipt))).all())


@pytest.mark.parametrize(
    ("moment", "left", "replayed"),
    [
        ("before the commit", ("", "pending", 0), False),
        pytest.param("in the tool", ("", "pending", 0), False, marks=pytest.mark.slow),
        pytest.param("before the reply", ("x", "executed", 1), True, marks=pytest.mark.slow),
    ],
)
async def test_a_killed_process_leaves_an_effect_with_its_receipt_or_nothing(
    shop: Database, tmp_path: Path, moment: str, left: tuple[str, str, int], *, replayed: bool
) -> None:
    executor = make_executor(shop, make_tools(Switches()))
    asked = await executor.call(ToolCall("tag", {"order_id": "W1"}), ME, idempotency_key="k")
    command = [sys.executable, "-c", DIES, str(tmp_path / "shop.db"), str(asked.proposal_id), moment]
    died = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, check=False, capture_output=True, timeout=60)
    assert died.returncode == -9, died.stderr.decode()
    assert await state(shop) == left
    again = await executor.confirm(asked.proposal_id or "", ME)
    assert (again.status, again.replayed) == ("ok", replayed)
    assert await state(shop) == ("x", "executed", 1)


async def test_a_full_disk_leaves_nothing_and_is_said(shop: Database, tmp_path: Path) -> None:
    full = Database(sqlite_url(tmp_path / "shop.db"))

    @event.listens_for(full.engine.sync_engine, "connect")
    def _shrink(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA max_page_count=1")  # SQLite takes it as: no page more than there are
        cursor.close()

    executor = make_executor(full, make_tools(Switches()))
    call = ToolCall("stamp", {"order_id": "W1", "word": "x" * 100_000})
    outcome = await executor.call(call, ME, idempotency_key="k")
    assert (outcome.status, outcome.code) == ("failed", "disk_full")
    await full.close()
    async with shop.read() as session:
        assert (await session.get_one(Order, "W1")).note == ""
        assert (await session.exec(select(Receipt))).all() == []
