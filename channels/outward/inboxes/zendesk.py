"""Zendesk: a shopper is an end user, a ticket a ticket with comments.

https://developer.zendesk.com/api-reference. Its webhook must subscribe to the events ``ticket.comment_added`` and
``ticket.status_changed``.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from channels.outward.inboxes.calling import Answer, JsonCaller, in_path
from channels.outward.inboxes.types import Case, Ended, Happened, Place, Said
from channels.outward.signing import TOLERANCE
from dialogue.outward.inboxes import ZendeskInbox

_ENDED = {"solved", "closed"}
_PRIORITIES = {"low", "normal", "high", "urgent"}


class _User(Answer):
    id: int


class _UserAnswer(Answer):
    user: _User


class _Ticket(Answer):
    id: int


class _TicketAnswer(Answer):
    ticket: _Ticket


class _Author(Answer):
    is_staff: bool = False


class _Comment(Answer):
    id: str | int
    body: str = ""
    is_public: bool = False
    author: _Author = _Author()


class _What(Answer):
    comment: _Comment | None = None
    current: str | None = None


class _Detail(Answer):
    id: str | int


class _Event(Answer):
    type: str
    detail: _Detail
    event: _What


class Zendesk:
    """Talks to one account."""

    def __init__(self, inbox: ZendeskInbox, http: httpx.AsyncClient | None, *, token: str, webhook_secret: str) -> None:
        self._secret = webhook_secret.encode()
        auth = (f"{inbox.email}/token", token)
        self._call = JsonCaller(http, f"{inbox.url}/api/v2", {}, timeout_s=inbox.timeout_s, auth=auth)

    async def open(self, case: Case, key: str) -> Place:
        """See `ExternalInbox`: the key goes along as ``Idempotency-Key``, which Zendesk keeps for two hours."""
        user: dict[str, Any] = {"name": case.contact.name, "external_id": case.contact.id, "skip_verify_email": True}
        if case.contact.email:
            user["email"] = case.contact.email
        requester = (await self._call("POST", "/users/create_or_update", {"user": user}, _UserAnswer)).user.id
        ticket = {
            "subject": case.subject,
            "requester_id": requester,
            "external_id": case.ticket_id,
            "priority": case.priority if case.priority in _PRIORITIES else "normal",
            "tags": ["xiaoer", _tag(f"xiaoer_queue_{case.queue}"), f"xiaoer_lang_{case.lang}"],
            "comment": {"body": case.words, "public": True, "author_id": requester},
        }
        made = await self._call("POST", "/tickets", {"ticket": ticket}, _TicketAnswer, idempotency_key=key)
        return Place(str(made.ticket.id), str(requester))

    async def say(self, place: Place, text: str) -> None:
        """See `ExternalInbox`."""
        await self._update(place, {"comment": {"body": text, "public": True, "author_id": int(place.contact_id)}})

    async def note(self, place: Place, text: str) -> None:
        """See `ExternalInbox`."""
        await self._update(place, {"comment": {"body": text, "public": False}})

    async def resolve(self, place: Place) -> None:
        """See `ExternalInbox`."""
        await self._update(place, {"status": "solved"})

    def is_theirs(self, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> bool:
        """See `ExternalInbox`: ``X-Zendesk-Webhook-Signature`` over the timestamp and the body."""
        stamp = headers.get("x-zendesk-webhook-signature-timestamp", "")
        try:
            at = dt.datetime.fromisoformat(stamp)
        except ValueError:
            return False
        expected = base64.b64encode(hmac.new(self._secret, stamp.encode() + body, hashlib.sha256).digest())
        fresh = abs(now - at.replace(tzinfo=at.tzinfo or dt.UTC)) <= TOLERANCE
        return fresh and hmac.compare_digest(expected, headers.get("x-zendesk-webhook-signature", "").encode())

    def read(self, body: bytes) -> Sequence[Happened]:
        """See `ExternalInbox`: public comments of staff; what we write is the shopper's or private."""
        event = _Event.model_validate_json(body)
        ticket, comment = str(event.detail.id), event.event.comment
        if event.type.endswith("ticket.status_changed"):
            return [Ended(ticket)] if (event.event.current or "").lower() in _ENDED else []
        if not event.type.endswith("ticket.comment_added") or comment is None:
            return []
        by_person = comment.is_public and comment.author.is_staff
        return [Said(ticket, str(comment.id), comment.body)] if by_person and comment.body else []

    async def _update(self, place: Place, ticket: Mapping[str, Any]) -> None:
        await self._call("PUT", f"/tickets/{in_path(place.external_id)}", {"ticket": ticket}, _TicketAnswer)


def _tag(text: str) -> str:
    """Return a text as a tag can be written."""
    return re.sub(r"[^\w-]+", "_", text.lower())
