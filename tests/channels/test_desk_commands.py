"""``xiaoer desk statistics``: the same figures as at the desk, in lines and as one JSON object."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from channels.cli import app
from knowledge.db import Database, sqlite_url
from knowledge.migrations import migrate
from knowledge.schema import Conversation, Ticket
from knowledge.types import utc_now
from tools.testing import make_shop


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A shop with a ticket that somebody has just claimed."""

    async def laid() -> None:
        database = Database(sqlite_url(tmp_path / "shop.db"))
        await migrate(database)
        now = utc_now()
        async with database.write() as session:
            await make_shop(session, "CNY")
            session.add(Conversation(id="cnv_1", subject="vis_1", created_at=now, updated_at=now))
            await session.flush()
            session.add(
                Ticket(
                    id="tkt_1",
                    conversation_id="cnv_1",
                    reason="asked",
                    status="claimed",
                    created_at=now,
                    claimed_at=now,
                )
            )
        await database.close()

    asyncio.run(laid())
    return tmp_path


def printed(data: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["desk", "statistics", *more, "--data", str(data)])


def test_every_figure_is_printed_in_either_language_or_as_json(data: Path) -> None:
    plain, zh = printed(data), printed(data, "--lang", "zh")
    assert (plain.exit_code, zh.exit_code) == (0, 0), plain.output
    assert "tickets resolved" in plain.stdout
    assert "机器人独立解决率" in zh.stdout
    found = json.loads(printed(data, "--json").stdout)
    totals = {card["id"]: card["figures"]["total"] for card in found["cards"]}
    assert (totals["tickets"], totals["waiting"], totals["solved_alone"]) == (1, 0.0, None)
    assert found["everybody"] is True


@pytest.mark.parametrize(
    "days",
    [("--from", "2026-01-01"), ("--from", "2026-02-01", "--to", "2026-01-01"), ("--from", "soon", "--to", "later")],
)
def test_days_that_cannot_be_are_a_wrong_call(data: Path, days: tuple[str, ...]) -> None:
    assert printed(data, *days).exit_code == 2
