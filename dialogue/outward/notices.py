"""The events of a conversation as other systems are told of them: fewer kinds, a stable form, personal data apart.

What stands under `Notice.personal` goes only to who may have it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args

from dialogue.events import MessageReceived, OwnershipChanged, Replied, StoredEvent, TicketOpened, ToolReturned
from knowledge.schema import Conversation, Ticket

VERSION = 1
"""Of the payload's form. Fields are only ever added under the same number."""

EventName = Literal[
    "conversation.started",
    "message.received",
    "message.sent",
    "ticket.opened",
    "ticket.claimed",
    "ticket.resolved",
    "ticket.breach_warning",
    "action.done",
]
EVENTS: tuple[EventName, ...] = get_args(EventName)
OF_TICKETS = frozenset({"ticket.opened", "ticket.claimed", "ticket.resolved", "ticket.breach_warning"})


@dataclasses.dataclass(frozen=True)
class Notice:
    """Something that happened in a conversation."""

    event: EventName
    seq: int
    at: dt.datetime
    data: dict[str, Any]
    personal: dict[str, Any] = dataclasses.field(default_factory=dict)
    """What people wrote, and who they are."""

    def payload(self, head: Conversation, *, personal_data: bool) -> dict[str, Any]:
        """Return the body of a message about it."""
        data = {"conversation_id": head.id, "seq": self.seq, "lang": head.lang, **self.data}
        if personal_data:
            data |= {"customer_id": head.customer_id, **self.personal}
        return {"type": self.event, "version": VERSION, "timestamp": self.at.isoformat(), "data": data}


def notices(head: Conversation, stored: Sequence[StoredEvent]) -> Iterator[Notice]:
    """Yield what is told of new events of a conversation; of tickets only that something happened: see `with_ticket`."""
    for entry in stored:
        if entry.seq == 1:
            yield Notice("conversation.started", 1, entry.at, {"role": head.role, "channel": head.channel})
        told = _told(entry)
        if told is not None:
            yield told


def _told(entry: StoredEvent) -> Notice | None:
    event, seq, at = entry.event, entry.seq, entry.at
    match event:
        case MessageReceived():
            data = {"author": event.author, "attachments": len(event.attachments)}
            return Notice("message.received", seq, at, data, {"text": event.text})
        case Replied():
            shown = {
                "author": event.author,
                "agent_id": event.author_id,
                "kinds": [each.type for each in event.replies],
                "attachments": len(event.attachments),
            }
            return Notice("message.sent", seq, at, shown, {"texts": [each.text for each in event.replies]})
        case TicketOpened():
            return Notice("ticket.opened", seq, at, {"ticket_id": event.ticket.id})
        case OwnershipChanged(owner="human"):
            return Notice("ticket.claimed", seq, at, {"agent_id": event.agent_id})
        case OwnershipChanged(owner="bot", reason="resolve" | "hand_back"):
            return Notice("ticket.resolved", seq, at, {"outcome": event.reason})
        case ToolReturned() if event.action.receipt and event.action.status == "ok":
            done = {"tool": event.action.tool, "receipt": event.action.receipt}
            return Notice("action.done", seq, at, done)
    return None


def with_ticket(notice: Notice, ticket: Ticket) -> Notice:
    """Return a notice of a ticket with what the ticket says of itself."""
    plain = {
        "ticket_id": ticket.id,
        "status": ticket.status,
        "priority": ticket.priority,
        "queue": ticket.queue,
        "reason": ticket.reason,
        "assignee": ticket.assignee,
        "tags": list(ticket.tags),
    }
    return dataclasses.replace(notice, data={**notice.data, **plain}, personal={"subject": ticket.subject})
