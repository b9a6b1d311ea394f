"""Chatwoot: a shopper is a contact, a ticket a conversation of an inbox of the kind "API".

https://developers.chatwoot.com/api-reference. What the shopper writes are its incoming messages, what only people there see are private
notes. Its webhook must be signed, and subscribe to ``message_created`` and ``conversation_status_changed``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import httpx
import pydantic

from channels.outward.inboxes.calling import Answer, JsonCaller, in_path
from channels.outward.inboxes.types import Case, Contact, Ended, Happened, Place, Said
from channels.outward.signing import is_fresh
from dialogue.outward.inboxes import ChatwootInbox

TICKET = "xiaoer_ticket"
"""The custom attribute by which a conversation of ours is known."""
_PRIORITIES = {"low", "medium", "high", "urgent"}


class _InboxRef(Answer):
    id: int


class _ContactInbox(Answer):
    source_id: str
    inbox: _InboxRef


class _Contact(Answer):
    id: int
    identifier: str | None = None
    contact_inboxes: tuple[_ContactInbox, ...] = ()


class _Found(Answer):
    payload: tuple[_Contact, ...]


class _NewContact(Answer):
    contact: _Contact
    contact_inbox: _ContactInbox


class _Created(Answer):
    payload: _NewContact


class _Conversation(Answer):
    id: int
    custom_attributes: dict[str, Any] = {}


class _Conversations(Answer):
    payload: tuple[_Conversation, ...]


class _Message(Answer):
    id: int


class _Sender(Answer):
    type: str = ""


class _Event(Answer):
    """A webhook's body: of a message, or of a conversation whose status changed."""

    event: str
    id: int | None = None
    content: str | None = None
    message_type: Literal["incoming", "outgoing", "activity", "template"] | int | None = None
    private: bool = False
    sender: _Sender = _Sender()
    conversation: _Conversation | None = None
    status: str | None = None

    @pydantic.field_validator("sender", mode="before")
    @classmethod
    def _somebody(cls, given: object) -> object:
        return given or {}


class Chatwoot:
    """Talks to one inbox of one account."""

    def __init__(
        self, inbox: ChatwootInbox, http: httpx.AsyncClient | None, *, token: str, webhook_secret: str
    ) -> None:
        self._inbox = inbox
        self._secret = webhook_secret.encode()
        base = f"{inbox.url}/api/v1/accounts/{inbox.account_id}"
        self._call = JsonCaller(http, base, {"api_access_token": token}, timeout_s=inbox.timeout_s)

    async def open(self, case: Case, key: str) -> Place:
        """See `ExternalInbox`: a conversation that has the ticket already is taken up."""
        contact, source = await self._contact(case.contact)
        there = await self._call("GET", f"/contacts/{contact}/conversations", None, _Conversations)
        known = next((each for each in there.payload if each.custom_attributes.get(TICKET) == case.ticket_id), None)
        conversation = known or await self._call(
            "POST",
            "/conversations",
            {"source_id": source, "inbox_id": self._inbox.inbox_id, "contact_id": contact, "status": "open"},
            _Conversation,
        )
        place = Place(str(conversation.id), str(contact))
        attributes = {
            TICKET: case.ticket_id,
            "xiaoer_queue": case.queue,
            "xiaoer_priority": case.priority,
            "xiaoer_lang": case.lang,
        }
        await self._call(
            "POST",
            f"/conversations/{in_path(place.external_id)}/custom_attributes",
            {"custom_attributes": attributes},
            Answer,
        )
        priority = "medium" if case.priority not in _PRIORITIES else case.priority
        await self._call(
            "POST", f"/conversations/{in_path(place.external_id)}/toggle_priority", {"priority": priority}, Answer
        )
        return place

    async def say(self, place: Place, text: str) -> None:
        """See `ExternalInbox`."""
        await self._message(place, {"content": text, "message_type": "incoming", "private": False})

    async def note(self, place: Place, text: str) -> None:
        """See `ExternalInbox`."""
        await self._message(place, {"content": text, "message_type": "outgoing", "private": True})

    async def resolve(self, place: Place) -> None:
        """See `ExternalInbox`."""
        path = f"/conversations/{in_path(place.external_id)}/toggle_status"
        await self._call("POST", path, {"status": "resolved"}, Answer)

    def is_theirs(self, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> bool:
        """See `ExternalInbox`: ``X-Chatwoot-Signature`` over the timestamp, a dot and the body."""
        stamp = headers.get("x-chatwoot-timestamp", "")
        expected = "sha256=" + hmac.new(self._secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        given = headers.get("x-chatwoot-signature", "")
        return is_fresh(stamp, now) and hmac.compare_digest(expected.encode(), given.encode())

    def read(self, body: bytes) -> Sequence[Happened]:
        """See `ExternalInbox`: public outgoing messages of a user; what we write is incoming or private."""
        event = _Event.model_validate_json(body)
        if event.event == "conversation_status_changed":
            return [Ended(str(event.id))] if event.status == "resolved" and event.id is not None else []
        by_person = event.message_type in ("outgoing", 1) and not event.private and event.sender.type.lower() == "user"
        if event.event != "message_created" or not by_person or event.conversation is None or event.id is None:
            return []
        return [Said(str(event.conversation.id), str(event.id), event.content)] if event.content else []

    async def _contact(self, contact: Contact) -> tuple[int, str]:
        """Return the shopper's id there and their source id in the inbox; they are made where they are not known."""
        search = urllib.parse.urlencode({"q": contact.id})
        found = await self._call("GET", f"/contacts/search?{search}", None, _Found)
        known = next((each for each in found.payload if each.identifier == contact.id), None)
        if known is None:
            new = {"inbox_id": self._inbox.inbox_id, "name": contact.name, "identifier": contact.id}
            email = {"email": contact.email} if contact.email else {}
            created = (await self._call("POST", "/contacts", {**new, **email}, _Created)).payload
            return created.contact.id, created.contact_inbox.source_id
        mine = next((each for each in known.contact_inboxes if each.inbox.id == self._inbox.inbox_id), None)
        if mine is None:
            path = f"/contacts/{known.id}/contact_inboxes"
            mine = await self._call("POST", path, {"inbox_id": self._inbox.inbox_id}, _ContactInbox)
        return known.id, mine.source_id

    async def _message(self, place: Place, message: Mapping[str, Any]) -> None:
        await self._call("POST", f"/conversations/{in_path(place.external_id)}/messages", message, _Message)
