"""What happens in conversations reaches a real server: signed, in order, once it commits, retried, given up, sent again."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from channels.outward.addresses import client
from channels.outward.sending import ATTEMPTS, LEASE, LONGEST_RETRY_S, Sender, wait_s
from channels.outward.signing import is_signed, key_of
from channels.outward.webhooks import WebhookCarrier
from dialogue.commands import AskHuman
from dialogue.outward.declared import Webhook, declared_webhooks
from dialogue.outward.outbox import outbox_of
from dialogue.testing import ScriptedUnderstander
from knowledge.db import Database
from knowledge.schema import Delivery
from tests.channels.outward.receiving import Receiver, receiving
from tests.channels.outward.test_signing import SECRET
from tests.dialogue.conftest import Talk, assemble, small_shop
from tests.docs import blocks
from tools.base import Identity
from tools.own import OwnToolError
from tools.testing import NOW, FixedClock

AGENT = Identity("agent", subject="Li")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def webhook(receiver: Receiver, **more: object) -> Webhook:
    return Webhook.model_validate({"url": receiver.url, "events": "all", "secret": {"env": "HOOK"}, **more})


async def talk_of(database: Database, webhooks: dict[str, Webhook]) -> Talk:
    await small_shop(database)
    understander = ScriptedUnderstander({})
    conversations = await assemble(database, understander)
    conversations.store.outbox = outbox_of(webhooks)
    return Talk(conversations, understander, database, Identity("shopper", subject="C1", customer_id="C1"))


class Shop:
    """A shopper's talk and what sends of it."""

    def __init__(self, talk: Talk, webhooks: dict[str, Webhook], http: httpx.AsyncClient, data: Path) -> None:
        self.talk, self.database, self.clock = talk, talk.database, FixedClock()
        self.webhooks, self._http, self._data = webhooks, http, data
        self.sender = self.another_sender()

    def another_sender(self) -> Sender:
        carrier = WebhookCarrier(
            self.webhooks, self._http, environment={"HOOK": SECRET}, data=self._data, clock=self.clock
        )
        return Sender(self.database, {"webhook": carrier}, clock=self.clock, jitter=lambda: 1.0)

    async def send_all(self) -> None:
        while await self.sender.send_due():
            pass

    async def rows(self) -> list[Delivery]:
        async with self.database.read() as session:
            return list((await session.exec(select(Delivery).order_by(col(Delivery.id)))).all())


@contextlib.asynccontextmanager
async def shop_on(database: Database, receiver: Receiver, data: Path) -> AsyncIterator[Shop]:
    webhooks = {"crm": webhook(receiver, personal_data=True)}
    talk = await talk_of(database, webhooks)
    async with client(allow_private=True) as http:
        yield Shop(talk, webhooks, http, data)
    await talk.conversations.executor.close()


@pytest_asyncio.fixture
async def shop(database: Database, receiver: Receiver, tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_on(database, receiver, tmp_path) as shop:
        yield shop


@pytest_asyncio.fixture
async def any_shop(any_database: Database, receiver: Receiver, tmp_path: Path) -> AsyncIterator[Shop]:
    """Once on SQLite and once on PostgreSQL."""
    async with shop_on(any_database, receiver, tmp_path) as shop:
        yield shop


async def handed_over_and_resolved(talk: Talk) -> None:
    await talk.open()
    turn = await talk.say("get me a human", AskHuman())
    assert turn.ticket is not None
    await talk.conversations.claim(turn.ticket.id, AGENT, version=1)
    await talk.conversations.reply_as_agent(talk.id, AGENT, client_id="a1", text="Hello, Li here")
    await talk.conversations.release(turn.ticket.id, AGENT, outcome="resolve")


def bodies(receiver: Receiver) -> list[dict[str, object]]:
    return [json.loads(request.body) for request in receiver.requests]


async def test_a_case_is_told_signed_and_in_order(any_shop: Shop, receiver: Receiver) -> None:
    await handed_over_and_resolved(any_shop.talk)
    await any_shop.send_all()
    told = bodies(receiver)
    assert [body["type"] for body in told] == [
        "conversation.started", "message.sent", "message.received", "action.done", "ticket.opened", "message.sent",
        "ticket.claimed", "message.sent", "ticket.resolved", "message.sent",
    ]  # fmt: skip
    seqs = [body["data"]["seq"] for body in told]  # type: ignore[index]
    assert seqs == sorted(seqs)
    resolved = next(body["data"] for body in told if body["type"] == "ticket.resolved")
    assert isinstance(resolved, dict)
    assert (resolved["outcome"], resolved["status"], resolved["customer_id"]) == ("resolve", "resolved", "C1")
    assert all(is_signed(request.headers, request.body, [key_of(SECRET)], NOW) for request in receiver.requests)
    assert {row.status for row in await any_shop.rows()} == {"sent"}


async def test_words_and_people_go_only_to_who_may_have_them(
    database: Database, receiver: Receiver, tmp_path: Path
) -> None:
    webhooks = {
        "plain": webhook(receiver),
        "chinese": webhook(receiver, languages=["zh"]),
        "tickets": webhook(receiver, events=["ticket.opened"]),
    }
    talk = await talk_of(database, webhooks)
    await handed_over_and_resolved(talk)
    async with database.read() as session:
        rows = (await session.exec(select(Delivery))).all()
    assert {row.destination for row in rows} == {"webhook:plain", "webhook:tickets"}
    assert [row.event for row in rows if row.destination == "webhook:tickets"] == ["ticket.opened"]
    told = json.dumps([row.payload for row in rows])
    assert all(word not in told for word in ("C1", "Hello", "get me", '"text":', '"texts":', "subject"))
    await talk.conversations.executor.close()


async def test_nothing_is_told_of_what_was_rolled_back(shop: Shop) -> None:
    await shop.talk.open()
    before = len(await shop.rows())
    store = shop.talk.conversations.store

    async def dies_before_it_commits() -> None:
        async with shop.database.write() as session:
            head = await store.locked_head(session, shop.talk.id)
            assert await store.append_in(session, head, [(await store.load(shop.talk.id))[0].event])
            await session.flush()
            raise RuntimeError("the process dies here")

    with pytest.raises(RuntimeError):
        await dies_before_it_commits()
    assert len(await shop.rows()) == before


async def test_a_failure_holds_up_its_own_line_only_and_waits_as_long_as_it_is_asked(
    shop: Shop, receiver: Receiver
) -> None:
    await shop.talk.open()
    first = shop.talk.id
    await shop.talk.open()
    receiver.answer = lambda request: (
        (503, {"Retry-After": "60"}, b"")
        if json.loads(request.body)["data"]["conversation_id"] == first
        else (204, {}, b"")
    )
    await shop.send_all()
    rows = await shop.rows()
    mine = [row for row in rows if row.conversation_id == first]
    assert [row.status for row in rows if row.conversation_id != first] == ["sent", "sent"]
    assert [(row.status, row.attempts) for row in mine] == [("pending", 1), ("pending", 0)]
    assert mine[0].due_at == NOW + dt.timedelta(seconds=60)
    assert "503" in mine[0].last_error
    receiver.answer = lambda _: (200, {}, b"")
    await shop.send_all()
    assert [row.attempts for row in await shop.rows() if row.conversation_id == first] == [1, 0]
    shop.clock.advance(seconds=61)
    await shop.send_all()
    assert {row.status for row in await shop.rows()} == {"sent"}
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert len(ids) == len(set(ids)) + 1  # the one that was tried twice kept its id


async def test_what_fails_for_good_is_given_up_and_lets_the_next_pass(shop: Shop, receiver: Receiver) -> None:
    receiver.answer = lambda _: (500, {}, b"boom")
    await shop.talk.open()
    for _ in range(ATTEMPTS):
        await shop.sender.send_due()
        shop.clock.advance(hours=7)
    dead, waiting = await shop.rows()
    assert (dead.status, dead.attempts, waiting.status) == ("dead", ATTEMPTS, "pending")
    receiver.answer = lambda _: (410, {}, b"")
    await shop.sender.send_due()
    assert [row.status for row in await shop.rows()] == ["dead", "dead"]


async def test_two_senders_send_each_message_once_and_one_that_died_is_replaced(
    any_shop: Shop, receiver: Receiver
) -> None:
    await any_shop.talk.open()
    await any_shop.talk.open()
    other = any_shop.another_sender()
    tried = await asyncio.gather(any_shop.sender.send_due(), other.send_due())
    assert sum(tried) >= 2
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert len(ids) == len(set(ids))
    claimed = await any_shop.sender._claimed()  # the first sender dies with these in its hands
    assert claimed
    assert await other.send_due() == 0
    any_shop.clock.advance(seconds=LEASE.total_seconds() + 1)
    assert await other.send_due() == len(claimed)
    await any_shop.sender._settle(claimed[0], status="dead")  # too late: they are another's
    assert {row.status for row in await any_shop.rows()} == {"sent"}
    any_shop.clock.advance(days=8)
    await other.tidy()
    assert await any_shop.rows() == []


@given(st.integers(1, ATTEMPTS), st.floats(0, 1, exclude_max=True), st.none() | st.floats(0, 1e9))
def test_waits_grow_vary_and_obey(attempts: int, jitter: float, asked: float | None) -> None:
    wait = wait_s(attempts, jitter, asked)
    assert 2.5 <= wait_s(attempts, jitter) <= LONGEST_RETRY_S
    assert wait_s(attempts, jitter) <= 2 * wait_s(attempts + 1, jitter)
    assert wait >= min(asked or 0.0, 86400.0)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("webhooks: {crm: {url: 'ftp://x', events: all, secret: {env: A}}}", "expected an address"),
        ("webhooks: {crm: {url: 'https://u:p@x', events: all, secret: {env: A}}}", "without user and password"),
        ("webhooks: {crm: {url: 'https://x', events: [ticket.eaten], secret: {env: A}}}", "events"),
        ("webhooks: {crm: {url: 'https://x', events: all, secret: whsec_abc}}", "secret"),
        ("webhooks: {crm: {url: 'https://x', events: all, secret: {}}}", "either env: NAME or file: PATH"),
        ("webhooks: {crm: {url: 'https://x', events: [], secret: {env: A}}}", "events"),
    ],
)
def test_a_wrong_declaration_says_what_is_wrong(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "webhooks.yaml").write_text(text)
    with pytest.raises(OwnToolError, match=why):
        declared_webhooks(tmp_path)


def test_the_documented_declaration_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "webhooks.yaml").write_text(blocks("send-webhooks", "yaml")[0])
    assert {name: hook.personal_data for name, hook in declared_webhooks(tmp_path).items()} == {
        "crm": False,
        "desk": True,
    }
