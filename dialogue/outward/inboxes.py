"""``inboxes.yaml``: systems in which people work on our tickets, and what they are told of them.

A ticket is in one inbox. Whoever works there acts here as one agent, ``NAME@inbox``: a conversation has one owner, there or at the desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic

from dialogue.outward.declared import Declared, Name, Secret, read_declared, web_address
from dialogue.outward.notices import Notice
from knowledge.schema import Conversation
from tools.base import Identity

FILE = "inboxes.yaml"
Deed = Literal["open", "words", "note", "resolve"]
"""What is done there: a case is opened, the shopper's words follow, people are told something, the case ends."""


class _Inbox(Declared):
    """What every kind of inbox has."""

    url: str
    token: Secret
    webhook_secret: Secret
    """What their messages to us are signed with."""
    queues: tuple[str, ...] = ()
    """Of tickets that go there; all of them where it is empty."""
    contact_details: bool = False
    """Whether the customer's name and e-mail address go along; else only an opaque id."""
    timeout_s: float = pydantic.Field(default=10.0, gt=0, le=60)

    @pydantic.field_validator("url")
    @classmethod
    def _address(cls, url: str) -> str:
        return web_address(url).rstrip("/")


class ChatwootInbox(_Inbox):
    """An inbox of the kind "API" in a Chatwoot account."""

    kind: Literal["chatwoot"]
    account_id: int = pydantic.Field(ge=1)
    inbox_id: int = pydantic.Field(ge=1)


class ZendeskInbox(_Inbox):
    """A Zendesk account; `email` is the agent's whose API token it is."""

    kind: Literal["zendesk"]
    email: str = pydantic.Field(min_length=3)


Inbox = Annotated[ChatwootInbox | ZendeskInbox, pydantic.Field(discriminator="kind")]


class _File(Declared):
    inboxes: dict[Name, Inbox] = {}

    @pydantic.model_validator(mode="after")
    def _one_for_each_queue(self) -> _File:
        taken: set[str] = set()
        for name, inbox in self.inboxes.items():
            mine = set(inbox.queues) or {"*"}
            if mine & taken or (("*" in mine or "*" in taken) and taken):
                raise ValueError(f"{name}: another inbox has its queues already; a ticket is in one inbox")
            taken |= mine
        return self


def declared_inboxes(data: Path) -> Mapping[str, Inbox]:
    """Read ``inboxes.yaml`` of a data folder; none where there is no such file.

    Raises:
        OwnToolError: the file cannot be used, or everybody may write it: it says where customers' data goes.
    """
    return read_declared(data / FILE, _File).inboxes if (data / FILE).exists() else {}


def person_of(name: str) -> Identity:
    """Return who acts here for those who work in an inbox."""
    return Identity("agent", subject=f"{name}@inbox")


class InboxAddressee:
    """Tells an inbox of its tickets: when one opens, what the shopper writes then, what the desk does, and the end."""

    def __init__(self, name: str, inbox: Inbox) -> None:
        self._name, self._inbox = name, inbox
        self._person = person_of(name).subject

    @property
    def destination(self) -> str:
        """``inbox:NAME``."""
        return f"inbox:{self._name}"

    def payload(self, notice: Notice, head: Conversation) -> dict[str, Any] | None:
        """Return what is to be done there; nothing for what came from there: no echo."""
        data = notice.data
        match notice.event:
            case "ticket.opened":
                mine = not self._inbox.queues or data.get("queue") in self._inbox.queues
                return self._deed("open", notice, ticket_id=data["ticket_id"]) if mine else None
            case "message.received" if data["author"] == "shopper" and head.owner in ("queued", "human"):
                return self._deed("words", notice, text=notice.personal["text"], attachments=data["attachments"])
            case "message.sent" if data["author"] in ("agent", "shop") and data["agent_id"] != self._person:
                who = data["agent_id"] or "xiaoer"
                words, files = "\n".join(notice.personal["texts"]), data["attachments"]
                return self._deed("note", notice, said_by=who, text=words, attachments=files)
            case "ticket.claimed" if data.get("agent_id") != self._person:
                return self._deed("note", notice, claimed_by=data.get("agent_id"), text="")
            case "ticket.resolved" if data.get("assignee") != self._person:
                return self._deed("resolve", notice)
        return None

    def _deed(self, deed: Deed, notice: Notice, **more: object) -> dict[str, Any]:
        return {"do": deed, "seq": notice.seq, **more}


def addressees(inboxes: Mapping[str, Inbox]) -> list[InboxAddressee]:
    """Return the inboxes as the outbox knows them."""
    return [InboxAddressee(name, inbox) for name, inbox in inboxes.items()]
