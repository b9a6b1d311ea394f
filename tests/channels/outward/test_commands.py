"""``xiaoer webhooks``, and what is sent beside ``serve``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from sqlmodel import select
from typer.testing import CliRunner, Result

from channels.cli import app
from channels.outward.assembly import outbox_sent
from channels.outward.checks import complaints, declared_outwards
from channels.settings import Settings
from channels.testing import TEST_SECRET
from dialogue.outward.build import declared_outbox
from dialogue.outward.notices import Notice
from knowledge.db import Database, sqlite_url
from knowledge.schema import Conversation, Delivery
from tests.channels.outward.receiving import Receiver, receiving
from tests.channels.outward.test_signing import SECRET
from tools.testing import NOW, make_shop


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def data(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop that tells one webhook and one whose secret is missing; each has a message to come."""
    monkeypatch.setenv("HOOK", SECRET)
    monkeypatch.setenv("XIAOER_ALLOW_PRIVATE_TARGETS", "1")
    hooks = {
        name: {"url": receiver.url, "events": "all", "secret": {"env": variable}}
        for name, variable in (("crm", "HOOK"), ("bi", "NONE"))
    }
    (tmp_path / "webhooks.yaml").write_text(yaml.safe_dump({"webhooks": hooks}))

    async def lay() -> None:
        database = Database(sqlite_url(tmp_path / "shop.db"))
        await database.create_tables()
        outbox = declared_outbox(tmp_path)
        assert outbox is not None
        async with database.write() as session:
            shop = await make_shop(session)
            await shop.conversation("conv", await shop.customer("C1"))
            await session.flush()
            head = await session.get_one(Conversation, "conv")
            await outbox.announce(session, head, Notice("conversation.started", 1, NOW, {"role": "shopper"}))
        await database.close()

    asyncio.run(lay())
    return tmp_path


def xiaoer(data: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["webhooks", *words, "--data", str(data)])


def rows(data: Path) -> dict[str, Delivery]:
    async def read() -> dict[str, Delivery]:
        database = Database(sqlite_url(data / "shop.db"))
        async with database.read() as session:
            found = {row.destination: row for row in (await session.exec(select(Delivery))).all()}
        await database.close()
        return found

    return asyncio.run(read())


def served(data: Path, until: int, receiver: Receiver) -> None:
    """Send beside a server until so many requests came."""

    async def serve() -> None:
        database = Database(sqlite_url(data / "shop.db"))
        async with outbox_sent(Settings(data=data, secret=TEST_SECRET), database):
            for _ in range(500):
                await asyncio.sleep(0.01)
                async with database.read() as session:
                    tried = (await session.exec(select(Delivery).where(Delivery.attempts > 0))).all()
                if len(receiver.requests) >= until and len(tried) == 2 and all(row.leased_by is None for row in tried):
                    break
        await database.close()

    asyncio.run(serve())


def test_what_waits_is_sent_beside_the_server_and_what_cannot_is_given_up_and_repeated(
    data: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    served(data, 1, receiver)
    [request] = receiver.requests
    assert json.loads(request.body)["type"] == "conversation.started"
    found = rows(data)
    assert found["webhook:crm"].status == "sent"
    assert (found["webhook:bi"].status, found["webhook:bi"].attempts) == ("pending", 1)
    assert "NONE is not set" in found["webhook:bi"].last_error
    listed = json.loads(xiaoer(data, "list", "--json").stdout)["webhooks"]
    counted = {each["name"]: (each["pending"], each["sent"], each["dead"]) for each in listed}
    assert counted == {"crm": (0, 1, 0), "bi": (1, 0, 0)}
    assert SECRET not in xiaoer(data, "list").stdout

    async def give_up() -> None:
        database = Database(sqlite_url(data / "shop.db"))
        async with database.write() as session:
            row = (await session.exec(select(Delivery).where(Delivery.status == "pending"))).one()
            row.status = "dead"
            session.add(row)
        await database.close()

    asyncio.run(give_up())
    [dead] = json.loads(xiaoer(data, "dead", "--json").stdout)["dead"]
    assert (dead["destination"], dead["event"]) == ("webhook:bi", "conversation.started")
    assert dead["message_id"] in xiaoer(data, "dead").stdout
    monkeypatch.setenv("NONE", SECRET)
    assert xiaoer(data, "retry").exit_code == 2
    assert xiaoer(data, "retry", "msg_unknown").exit_code == 1
    assert json.loads(xiaoer(data, "retry", dead["message_id"], "--json").stdout) == {"retried": 1}
    assert "0 will be sent" in xiaoer(data, "retry", "--all").stdout
    served(data, 2, receiver)
    assert {row.status for row in rows(data).values()} == {"sent"}


def test_a_test_message_says_whether_it_arrives(data: Path, receiver: Receiver) -> None:
    assert json.loads(xiaoer(data, "test", "crm", "--json").stdout)["arrived"] is True
    assert json.loads(receiver.requests[-1].body)["type"] == "webhook.test"
    receiver.answer = lambda _: (500, {}, b"boom")
    for words, said in (
        (("test", "crm"), "answered 500 boom"),
        (("test", "bi"), "NONE is not set"),
        (("test", "x"), "there is no webhook"),
    ):
        failed = xiaoer(data, *words)
        assert failed.exit_code == 1
        assert said in failed.output


def test_without_a_declaration_the_list_says_how(data: Path) -> None:
    (data / "webhooks.yaml").unlink()
    assert "docs/send-webhooks.md" in xiaoer(data, "list").stdout


def test_the_doctor_says_whose_secret_is_missing(data: Path) -> None:
    assert [line.partition(": ")[0] for line in complaints(data, {"HOOK": SECRET})] == ["webhook bi"]
    assert list(complaints(data, {"HOOK": SECRET, "NONE": SECRET})) == []
    assert declared_outwards(data) == ["webhook bi", "webhook crm"]
    text = "smtp: {host: a, user: x, password: {env: P}}\nsender: a@b.example\nsite: https://b.example\n"
    (data / "mail.yaml").write_text(text)
    inbox = "{kind: zendesk, url: 'https://a.example', email: a@b.c, token: {env: T}, webhook_secret: {env: W}}"
    (data / "inboxes.yaml").write_text(f"inboxes: {{help: {inbox}}}\n")
    found = list(complaints(data, {"HOOK": SECRET, "NONE": SECRET}))
    assert [line.partition(": ")[0] for line in found] == ["inbox help", "e-mail"]
