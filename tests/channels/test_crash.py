"""kill -9 of a real ``xiaoer serve`` between tool call and reply: the effect happened once, the conversation goes on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.testing import TEST_SECRET
from tests.channels.test_rest import opened, sent

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

SERVE = [sys.executable, "-m", "channels"]
DYING = [sys.executable, "-m", "tests.channels.dying_server"]


@contextlib.asynccontextmanager
async def serving(command: list[str], data: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run a server process; yields it and its address once it listens."""
    environment = {**os.environ, "XIAOER_SECRET": TEST_SECRET, "XIAOER_DEBUG": "1", "XIAOER_FIT_MODELS": "0"}
    arguments = [*command, "serve", "--port", "0", "--data", str(data)]
    process = await asyncio.create_subprocess_exec(*arguments, stderr=subprocess.PIPE, env=environment)
    assert process.stderr is not None
    draining: asyncio.Task[bytes] | None = None
    try:
        url = ""
        async with asyncio.timeout(120):
            while not url and (line := await process.stderr.readline()):
                found = re.search(r"open at (http://\S+)", line.decode())
                url = found[1] if found else ""
        assert url, "the server did not start"
        draining = asyncio.create_task(process.stderr.read())
        yield process, url
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()
        if draining is not None:
            await draining


@contextlib.asynccontextmanager
async def reached(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        async with asyncio.timeout(60):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get("/readyz")).status_code == 200:
                        break
                await asyncio.sleep(0.05)
        yield client


def rows(data: Path, query: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(data / "shop.db")) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize(
    ("customer", "order", "request_text", "yes"),
    [
        ("C1002", "D1002000001", "please cancel order D1002000001, I no longer need it", "yes, go ahead"),
        ("C1001", "D1001000001", "帮我取消订单 D1001000001，不想要了", "是的，确认"),
    ],
)
async def test_after_a_kill_between_effect_and_reply_the_effect_stands_once_and_the_answer_comes(
    demo_data: Path, customer: str, order: str, request_text: str, yes: str
) -> None:
    receipts = f"select id from receipt where tool = 'cancel_order' and arguments like '%{order}%'"
    async with serving(DYING, demo_data) as (process, url), reached(url) as client:
        token = (await client.post("/v1/tokens/demo", json={"role": "shopper", "subject": customer})).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        conversation = await opened(client, headers)
        asked = (await sent(client, headers, conversation, request_text, "m1")).json()
        assert [action["status"] for action in asked["actions"]][-1] == "needs_confirmation", asked["replies"]
        with pytest.raises(httpx.TransportError):
            await sent(client, headers, conversation, yes, "m2")
        assert await process.wait() == -signal.SIGKILL
    assert rows(demo_data, f"select status from 'order' where id = '{order}'") == [("cancelled",)]
    assert len(rows(demo_data, receipts)) == 1

    async with serving(SERVE, demo_data) as (_, url), reached(url) as client:
        events = (await client.get(f"/v1/conversations/{conversation}/events", headers=headers)).json()
        again = (await sent(client, headers, conversation, yes, "m2")).json()
        after = (await client.get(f"/v1/conversations/{conversation}/events", headers=headers)).json()
        more = await sent(client, headers, conversation, "谢谢" if customer == "C1001" else "thank you", "m3")
    assert events == after, "the message was answered at the restart, and its repetition adds nothing"
    assert events[-1]["event"]["type"] == "replied"
    assert again["replies"] == events[-1]["event"]["replies"]
    assert order in "".join(reply["text"] for reply in again["replies"])
    claimed = [receipt for reply in again["replies"] for receipt in reply.get("receipts", [])]
    assert [(receipt,) for receipt in claimed] == rows(demo_data, receipts)
    assert more.json()["handled_by"] == "bot"
