"""A locked database and a full disk: a clear answer, nothing lost, nothing done twice, and life goes on."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import websockets
from sqlalchemy import event

from channels.settings import Settings
from channels.testing import LiveServer, live, small_platform
from dialogue.build import Platform
from tests.channels.conftest import Person
from tests.channels.test_chat import chatting, say, until
from tests.channels.test_desk import Case, claimed, waiting
from tests.channels.test_media import picture
from tests.channels.test_rest import opened, problem_code, sent
from tools.base import Identity, ToolCall

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@contextlib.asynccontextmanager
async def locked(path: Path) -> AsyncIterator[None]:
    """Another process holds the database's write lock."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLD, str(path), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"held\n"
        yield
    finally:
        process.stdin.close()
        await process.wait()


@contextlib.asynccontextmanager
async def serving(data: Path, settings: Settings) -> AsyncIterator[tuple[Platform, LiveServer, httpx.AsyncClient]]:
    settings = settings.model_copy(update={"data": data})
    async with (
        small_platform(data, busy_timeout_s=0.2) as platform,
        live(settings, platform) as server,
        httpx.AsyncClient(base_url=server.url, timeout=20) as client,
    ):
        yield platform, server, client


async def test_a_database_locked_by_another_process_is_busy_and_the_message_can_be_repeated(settings: Settings) -> None:
    async with serving(settings.data, settings) as (_, server, client):
        headers = server.headers("shopper", "C1")
        conversation = await opened(client, headers)
        await sent(client, headers, conversation, "cancel W1", "m1")
        async with locked(settings.data / "shop.db"):
            refused = [
                await sent(client, headers, conversation, "yes", "m2"),
                await client.post("/v1/conversations", json={}, headers=headers),
                await client.post("/v1/attachments", files={"file": picture("PNG")}, headers=headers),
            ]
            read = await client.get(f"/v1/conversations/{conversation}/events", headers=headers)
        assert [problem_code(answer) for answer in refused] == [(503, "busy")] * 3
        assert all(answer.headers["retry-after"] == "1" for answer in refused)
        assert read.status_code == 200
        done = await sent(client, headers, conversation, "yes", "m2")
        assert len([r for reply in done.json()["replies"] for r in reply.get("receipts", [])]) == 1


@dataclasses.dataclass
class Desk:
    """Two shoppers who wait, one of them claimed, and a staged cancellation: everything that the desk's doors need."""

    client: httpx.AsyncClient
    server: LiveServer
    open: Case
    held: Case
    proposal: str

    @classmethod
    async def laid(cls, platform: Platform, server: LiveServer, client: httpx.AsyncClient) -> Desk:
        cases = [await waiting(client, server, Person(f"C{number}", f"W{number}")) for number in (5, 6)]
        await claimed(client, server, cases[1], "A1")
        call, conversation = ToolCall("cancel_order", {"order_id": "W6"}), cases[1].conversation
        outcome = await platform.executor.call(
            call, Identity("agent", "A1", "C6", conversation), idempotency_key="test:desk"
        )
        return cls(client, server, cases[0], cases[1], str(outcome.proposal_id))

    async def answers(self) -> dict[str, httpx.Response]:
        """Write through every door but the shopper's own."""
        agent = self.server.headers("agent", "A1")
        writes = {
            "claim": (f"/v1/tickets/{self.open.ticket['ticket_id']}/claim", {"version": self.open.ticket["version"]}),
            "say": (f"/v1/conversations/{self.held.conversation}/agent-messages", {"client_id": "a1", "text": "Hi."}),
            "tag": (f"/v1/tickets/{self.open.ticket['ticket_id']}/tags", {"add": ["vip"]}),
            "split": (
                f"/v1/tickets/{self.held.ticket['ticket_id']}/split",
                {"version": self.held.ticket["version"] + 1, "subject": "The invoice", "category": "payment"},
            ),
            "snooze": (f"/v1/tickets/{self.held.ticket['ticket_id']}/snooze", {}),
            "wake": (f"/v1/tickets/{self.held.ticket['ticket_id']}/wake", {}),
            "approve": (f"/v1/proposals/{self.proposal}/approve?conversation_id={self.held.conversation}", {}),
            "release": (f"/v1/tickets/{self.held.ticket['ticket_id']}/release", {"outcome": "hand_back"}),
        }
        found = {name: await self.client.post(url, json=body, headers=agent) for name, (url, body) in writes.items()}
        body = {"messages": [{"role": "user", "content": "hello"}]}
        found["openai"] = await self.client.post(
            "/v1/chat/completions", json=body, headers=self.server.headers("shopper", "C7")
        )
        return found


async def test_a_database_locked_by_another_process_is_busy_at_every_other_door_too(settings: Settings) -> None:
    async with serving(settings.data, settings) as (platform, server, client):
        desk = await Desk.laid(platform, server, client)
        async with locked(settings.data / "shop.db"):
            refused = await desk.answers()
        done = await desk.answers()
    assert {name: problem_code(answer) for name, answer in refused.items()} == dict.fromkeys(refused, (503, "busy"))
    assert {answer.is_success for answer in done.values()} == {True}
    assert done["approve"].json()["replayed"] is False


async def test_a_locked_database_is_an_error_frame_and_the_socket_goes_on(settings: Settings) -> None:
    async with serving(settings.data, settings) as (_, server, client):
        token = server.token()
        conversation = await opened(client, {"Authorization": f"Bearer {token}"})
        async with chatting(server, token, conversation) as socket:
            async with locked(settings.data / "shop.db"):
                await say(socket, "hello", "m1")
                error, _ = await until(socket, "error")
            await say(socket, "hello", "m1")
            turn, _ = await until(socket, "turn")
    assert (error["problem"]["code"], error["client_id"], turn["client_id"]) == ("busy", "m1", "m1")


def limit_pages(platform: Platform, pages: int) -> None:
    """Let the database file grow no further: what SQLite says then is what a full disk makes it say."""

    @event.listens_for(platform.database.engine.sync_engine, "begin")
    def limit(connection: object) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")  # type: ignore[attr-defined]


async def test_a_full_disk_is_told_and_the_message_can_be_repeated_when_there_is_room(settings: Settings) -> None:
    async with serving(settings.data, settings) as (platform, server, client):
        headers = server.headers("shopper", "C1")
        conversation = await opened(client, headers)
        await sent(client, headers, conversation, "cancel W1", "m1")
        limit_pages(platform, 1)
        long = "x" * 4000
        answers = [
            await sent(client, headers, conversation, f"{number} {long[:3900]}", f"f{number}") for number in range(8)
        ]
        assert problem_code(answers[-1]) == (507, "disk_full")
        limit_pages(platform, 1_000_000)
        assert (await sent(client, headers, conversation, f"7 {long[:3900]}", "f7")).status_code == 200
        events = (await client.get(f"/v1/conversations/{conversation}/events", headers=headers)).json()
        ids = [e["event"]["client_id"] for e in events if e["event"]["type"] == "message_received"]
        assert len(ids) == len(set(ids))


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes."""
    path = tmp_path / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("may not mount a small disk here")
    yield path
    subprocess.run(["umount", str(path)], check=True)


async def test_a_disk_that_is_really_full_stops_nothing_but_writing(settings: Settings, tiny_disk: Path) -> None:
    data = tiny_disk / "data"
    async with serving(data, settings) as (platform, server, client):
        desk = await Desk.laid(platform, server, client)
        headers = server.headers("shopper", "C1")
        conversation = await opened(client, headers)
        await sent(client, headers, conversation, "cancel W1", "m1")
        ballast = data / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        upload = await client.post("/v1/attachments", files={"file": picture("PNG", (300, 300))}, headers=headers)
        answers = [await sent(client, headers, conversation, f"{n} " + "x" * 3000, f"f{n}") for n in range(40)]
        refused = await desk.answers()
        async with chatting(server, server.token("shopper", "C1"), conversation) as socket:
            await say(socket, "x" * 3000, "w1")
            error, _ = await until(socket, "error")
        health = await client.get("/healthz")
        read = await client.get(f"/v1/conversations/{conversation}/events", headers=headers)
        assert problem_code(upload) == (507, "disk_full")
        assert problem_code(answers[-1]) == (507, "disk_full")
        assert {answer.status_code for answer in answers} <= {200, 507}
        assert (health.status_code, read.status_code) == (200, 200)
        assert not [path for path in (data / "attachments").rglob("*") if path.is_file()]
        assert {problem_code(answer) for answer in refused.values()} == {(507, "disk_full")}
        assert (error["problem"]["code"], error["client_id"]) == ("disk_full", "w1")
        ballast.unlink()
        assert {answer.is_success for answer in (await desk.answers()).values()} == {True}
        again = await sent(client, headers, conversation, "39 " + "x" * 3000, "f39")
        assert again.status_code == 200
        events = (await client.get(f"/v1/conversations/{conversation}/events", headers=headers)).json()
        stored = [e["event"]["client_id"] for e in events if e["event"]["type"] == "message_received"]
        assert len(stored) == len(set(stored))
        assert set(stored) >= {f"f{n}" for n, answer in enumerate(answers) if answer.status_code == 200} | {"f39"}


async def test_a_socket_that_is_cut_off_in_mid_handshake_harms_nobody(server: LiveServer) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    for start in (
        b"GET /v1/desk HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n",
        b"\x16\x03\x01\x02\x00",
        b"\x00" * 100,
    ):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(start)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    headers = server.headers("agent", "A1")
    async with websockets.connect(f"{server.ws_url}/v1/desk", additional_headers=headers) as socket:
        assert json.loads(await socket.recv())["type"] == "ready"


async def test_while_writers_wait_too_long_new_work_is_refused_and_what_came_before_is_answered(
    settings: Settings,
) -> None:
    async with serving(settings.data, settings.model_copy(update={"max_write_wait_s": 0.05})) as (
        platform,
        server,
        client,
    ):
        headers = server.headers("shopper", "C1")
        conversation, other = await opened(client, headers), await opened(client, headers)
        async with chatting(server, server.token("shopper", "C1"), other) as socket:
            async with platform.database.write():
                before = asyncio.create_task(sent(client, headers, conversation, "hello", "m1"))
                while platform.database.write_wait_s < 0.06:  # noqa: ASYNC110 (nothing tells of it)
                    await asyncio.sleep(0.01)
                body = {"messages": [{"role": "user", "content": "hello"}]}
                refused = [
                    await sent(client, headers, other, "hello", "m2"),
                    await client.post("/v1/conversations", json={}, headers=headers),
                    await client.post("/v1/chat/completions", json=body, headers=headers),
                ]
                await say(socket, "hello", "m3")
                frame, _ = await until(socket, "error")
            assert (await before).is_success
            await say(socket, "hello", "m3")
            assert (await until(socket, "turn"))[0]["client_id"] == "m3"
    assert [problem_code(answer) for answer in refused] == [(503, "busy")] * 3
    assert all(answer.headers["retry-after"] == "1" for answer in refused)
    assert (frame["client_id"], frame["problem"]["code"]) == ("m3", "busy")
