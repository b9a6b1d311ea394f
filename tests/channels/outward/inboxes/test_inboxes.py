"""A ticket lives in another system's inbox: opened there, answered from there, one owner, no echo; the contract is checked by real servers."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
import yaml
from sqlmodel import col, delete, select

from channels.outward.addresses import client as outward_client
from channels.outward.inboxes.assembly import inbox_of
from channels.outward.inboxes.carrier import InboxCarrier
from channels.outward.sending import Sender
from channels.testing import LiveServer
from dialogue.outward.inboxes import addressees, declared_inboxes
from dialogue.outward.outbox import outbox_of
from knowledge.schema import Conversation, ConversationEvent, Delivery, ExternalCase
from knowledge.types import utc_now
from tests.channels.outward.inboxes.checking import Call, ChatwootServer, Checking, chatwoot, zendesk
from tests.channels.test_rest import opened, problem_code, sent
from tests.docs import blocks
from tools.own import OwnToolError

pytestmark = pytest.mark.asyncio(loop_scope="session")
TOKENS = {"chatwoot": "cw-token", "zendesk": "zd-token"}
MORE: dict[str, dict[str, Any]] = {
    "chatwoot": {"account_id": 1, "inbox_id": 3},
    "zendesk": {"email": "bot@acme.example"},
}


@dataclasses.dataclass
class Elsewhere:
    """Our platform, the other system, and what passes between them."""

    kind: str
    server: LiveServer
    client: httpx.AsyncClient
    checking: Checking
    sender: Sender
    conversation: str = ""
    ticket: str = ""

    @property
    def shopper(self) -> dict[str, str]:
        return self.server.headers("shopper", "C1")

    async def asked_for_a_person(self) -> None:
        self.conversation = await opened(self.client, self.shopper)
        await sent(self.client, self.shopper, self.conversation, "my mug is broken", "m1")
        turn = (await sent(self.client, self.shopper, self.conversation, "human", "m2")).json()
        self.ticket = turn["ticket"]["id"]
        await self.send_all()

    async def send_all(self) -> None:
        while await self.sender.send_due():
            pass

    # -- what the other system holds

    def external_id(self) -> int:
        system = self.checking.system
        [one] = system.conversations.values() if isinstance(system, ChatwootServer) else system.tickets.values()
        return int(one["id"])

    def _texts(self, *, private: bool) -> list[str]:
        if self.kind == "chatwoot":
            return [
                call.body["content"]
                for call in self.checking.named("create_message")
                if call.body["private"] is private
            ]
        calls: list[Call] = [*self.checking.named("create_ticket"), *self.checking.named("update_ticket")]
        comments = [call.body["ticket"].get("comment") for call in calls]
        return [each["body"] for each in comments if each and each["public"] is not private]

    def notes(self) -> list[str]:
        return self._texts(private=True)

    def words(self) -> list[str]:
        return self._texts(private=False)

    def ended(self) -> bool:
        if self.kind == "chatwoot":
            return [call.body["status"] for call in self.checking.named("toggle_status")] == ["resolved"]
        return [call.body["ticket"].get("status") for call in self.checking.named("update_ticket")].count("solved") == 1

    # -- what the other system tells us

    def said(self, text: str, number: int = 7, *, by: str = "user", private: bool = False) -> dict[str, Any]:
        if self.kind == "chatwoot":
            return {
                "event": "message_created", "id": number, "content": text, "private": private, "created_at": "2026-03-10",
                "message_type": "outgoing" if by == "user" else "incoming", "sender": {"id": 1, "name": "Ann", "type": by},
                "conversation": {"id": self.external_id(), "status": "open"}, "account": {"id": 1, "name": "x"},
            }  # fmt: skip
        comment = {
            "id": str(number),
            "body": text,
            "is_public": not private,
            "author": {"id": "1", "is_staff": by == "user", "name": "Ann"},
        }
        return self._zendesk("ticket.comment_added", {"comment": comment})

    def _zendesk(self, kind: str, event: dict[str, Any]) -> dict[str, Any]:
        return {
            "account_id": 1, "id": "e-1", "subject": f"zen:ticket:{self.external_id()}", "type": f"zen:event-type:{kind}",
            "detail": {"id": str(self.external_id()), "status": "OPEN"}, "event": event, "zendesk_event_version": "2022-11-06",
        }  # fmt: skip

    def resolved(self) -> dict[str, Any]:
        if self.kind == "chatwoot":
            return {
                "event": "conversation_status_changed",
                "id": self.external_id(),
                "status": "resolved",
                "account": {"id": 1},
            }
        return self._zendesk("ticket.status_changed", {"current": "SOLVED", "previous": "OPEN"})

    async def told(
        self,
        event: object,
        *,
        secret: str = "their-webhook-secret",
        at: dt.datetime | None = None,
        name: str = "support",
    ) -> httpx.Response:
        body, when = json.dumps(event).encode(), at or utc_now()
        if self.kind == "chatwoot":
            stamp = str(int(when.timestamp()))
            digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
            headers = {"X-Chatwoot-Signature": f"sha256={digest}", "X-Chatwoot-Timestamp": stamp}
        else:
            stamp = when.strftime("%Y-%m-%dT%H:%M:%SZ")
            signed = base64.b64encode(hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest())
            headers = {
                "X-Zendesk-Webhook-Signature": signed.decode(),
                "X-Zendesk-Webhook-Signature-Timestamp": stamp,
            }
        headers["Content-Type"] = "application/json"
        return await self.client.post(f"/v1/inboxes/{name}/events", content=body, headers=headers)

    # -- what stands here

    async def replies(self) -> list[tuple[str, str]]:
        async with self.server.context.platform.database.read() as session:
            query = select(ConversationEvent).where(
                ConversationEvent.conversation_id == self.conversation, ConversationEvent.type == "replied"
            )
            rows = (await session.exec(query.order_by(col(ConversationEvent.seq)))).all()
        return [
            (row.payload["author_id"], row.payload["replies"][0]["text"])
            for row in rows
            if row.payload["author"] == "agent"
        ]

    async def owner(self) -> tuple[str, str | None]:
        async with self.server.context.platform.database.read() as session:
            head = await session.get_one(Conversation, self.conversation)
        return head.owner, head.agent_id


@pytest_asyncio.fixture(params=["chatwoot", "zendesk"], loop_scope="session")
async def elsewhere(
    request: pytest.FixtureRequest, own_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Elsewhere]:
    kind: str = request.param
    environment = {"INBOX_TOKEN": TOKENS[kind], "INBOX_SECRET": "their-webhook-secret"}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with (chatwoot if kind == "chatwoot" else zendesk)() as (checking, receiver):
        declared = {
            "kind": kind, "url": receiver.url, "token": {"env": "INBOX_TOKEN"}, "webhook_secret": {"env": "INBOX_SECRET"},
            "contact_details": True, **MORE[kind],
        }  # fmt: skip
        data = own_server.context.settings.data
        (data / "inboxes.yaml").write_text(yaml.safe_dump({"inboxes": {"support": declared}}))
        inboxes = declared_inboxes(data)
        platform = own_server.context.platform
        platform.conversations.store.outbox = outbox_of({}, addressees(inboxes))
        async with outward_client(allow_private=True) as http, httpx.AsyncClient(base_url=own_server.url) as ours:
            carrier = InboxCarrier(platform.database, inboxes, lambda each: inbox_of(each, http, environment, data))
            sender = Sender(platform.database, {"inbox": carrier}, jitter=lambda: 0.0)
            yield Elsewhere(kind, own_server, ours, checking, sender)
        assert checking.broken == []


async def test_a_ticket_is_opened_answered_and_ended_from_elsewhere(elsewhere: Elsewhere) -> None:
    await elsewhere.asked_for_a_person()
    [summary] = elsewhere.notes()
    assert elsewhere.ticket in summary
    assert "Shopper: my mug is broken" in summary
    assert elsewhere.words() == ["human"]

    assert (await elsewhere.told(elsewhere.said("Hello, Ann here"))).json() == {"taken": 1}
    assert (await elsewhere.told(elsewhere.said("Hello, Ann here"))).json() == {"taken": 1}  # delivered twice
    assert await elsewhere.replies() == [("support@inbox", "Hello, Ann here")]
    assert await elsewhere.owner() == ("human", "support@inbox")

    await sent(elsewhere.client, elsewhere.shopper, elsewhere.conversation, "thank you, Ann", "m3")
    await elsewhere.send_all()
    assert elsewhere.words() == ["human", "thank you, Ann"]
    assert elsewhere.notes() == [summary]  # what came from there is not told there again
    for echo in (elsewhere.said("thank you, Ann", 8, by="contact"), elsewhere.said(summary, 9, private=True)):
        assert (await elsewhere.told(echo)).json() == {"taken": 0}
    assert len(await elsewhere.replies()) == 1

    assert (await elsewhere.told(elsewhere.resolved())).json() == {"taken": 1}
    assert await elsewhere.owner() == ("bot", None)
    await elsewhere.told(elsewhere.resolved())
    await elsewhere.send_all()
    assert not elsewhere.ended()  # they ended it themselves
    await sent(elsewhere.client, elsewhere.shopper, elsewhere.conversation, "hi again", "m4")
    await elsewhere.send_all()
    assert elsewhere.words() == ["human", "thank you, Ann"]  # the bot's again


async def test_a_ticket_that_the_desk_holds_stays_the_desks(elsewhere: Elsewhere) -> None:
    await elsewhere.asked_for_a_person()
    agent = elsewhere.server.headers("agent", "Li")
    version = (await elsewhere.client.get(f"/v1/tickets/{elsewhere.ticket}", headers=agent)).json()["version"]
    await elsewhere.client.post(f"/v1/tickets/{elsewhere.ticket}/claim", json={"version": version}, headers=agent)
    await elsewhere.client.post(
        f"/v1/conversations/{elsewhere.conversation}/agent-messages",
        json={"client_id": "a1", "text": "Li here"},
        headers=agent,
    )
    await elsewhere.told(elsewhere.said("Ann too!"))
    await elsewhere.send_all()
    assert await elsewhere.replies() == [("Li", "Li here")]
    _, took, said, not_passed_on = elsewhere.notes()
    assert "Li took this ticket" in took
    assert "Li here" in said
    assert "Not passed on" in not_passed_on
    assert "Li works on" in not_passed_on
    release = {"outcome": "resolve", "note": ""}
    await elsewhere.client.post(f"/v1/tickets/{elsewhere.ticket}/release", json=release, headers=agent)
    await elsewhere.send_all()
    assert elsewhere.ended()
    assert (await elsewhere.told(elsewhere.resolved())).json() == {"taken": 1}  # their echo of it
    assert await elsewhere.owner() == ("bot", None)
    await elsewhere.told(elsewhere.said("one more thing", 11))
    await elsewhere.send_all()
    assert "closed" in elsewhere.notes()[-1]


async def test_a_crash_between_opening_and_writing_it_down_opens_no_second_case(elsewhere: Elsewhere) -> None:
    elsewhere.checking.failing = 1  # busy at first
    await elsewhere.asked_for_a_person()
    database = elsewhere.server.context.platform.database
    async with database.write() as session:
        row = (await session.exec(select(Delivery).order_by(col(Delivery.id)))).first()
        assert row is not None
        assert (row.status, row.attempts, row.last_error) == ("pending", 1, "answered 503 busy")
        row.due_at = utc_now()
        session.add(row)
    await elsewhere.send_all()
    first = elsewhere.external_id()
    async with database.write() as session:  # as if it had died before it wrote down where the case is
        await session.exec(delete(ExternalCase))
        row = (await session.exec(select(Delivery).order_by(col(Delivery.id)))).first()
        assert row is not None
        assert row.status == "sent"
        row.status = "pending"
        session.add(row)
    await elsewhere.send_all()
    assert elsewhere.external_id() == first


async def test_only_signed_and_fresh_messages_of_a_known_inbox_are_taken(elsewhere: Elsewhere) -> None:
    await elsewhere.asked_for_a_person()
    event = elsewhere.said("Hello")
    for answer, expected in (
        (await elsewhere.told(event, secret="guessed"), (401, "unauthenticated")),
        (await elsewhere.told(event, at=utc_now() - dt.timedelta(hours=1)), (401, "unauthenticated")),
        (await elsewhere.told(event, name="nowhere"), (404, "not_found")),
        (await elsewhere.told(["nonsense"]), (422, "invalid")),
        (await elsewhere.client.post("/v1/inboxes/support/events", json=event), (401, "unauthenticated")),
    ):
        assert problem_code(answer) == expected
    assert await elsewhere.replies() == []
    async with elsewhere.server.context.platform.database.write() as session:
        await session.exec(delete(ExternalCase))
    assert (await elsewhere.told(event)).json() == {"taken": 0}


@pytest.mark.parametrize(
    ("inboxes", "why"),
    [
        ("{a: {kind: zendesk, url: 'https://a', email: a@b.c}}", "token"),
        ("{a: {kind: front, url: 'https://a', token: {env: A}, webhook_secret: {env: B}}}", "kind"),
        (
            "{a: &a {kind: zendesk, url: 'https://a', email: a@b.c, token: {env: A}, webhook_secret: {env: B}}, b: *a}",
            "a ticket is in one inbox",
        ),
    ],
)
async def test_a_wrong_declaration_says_what_is_wrong(tmp_path: Any, inboxes: str, why: str) -> None:
    (tmp_path / "inboxes.yaml").write_text(f"inboxes: {inboxes}")
    with pytest.raises(OwnToolError, match=why):
        declared_inboxes(tmp_path)


async def test_the_documented_declaration_can_be_used(tmp_path: Any) -> None:
    (tmp_path / "inboxes.yaml").write_text(blocks("use-an-inbox", "yaml")[0])
    found = declared_inboxes(tmp_path)
    assert {name: (inbox.kind, inbox.queues) for name, inbox in found.items()} == {
        "support": ("chatwoot", ("general",)),
        "returns": ("zendesk", ("returns",)),
    }
