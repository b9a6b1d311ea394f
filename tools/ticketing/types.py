"""Arguments and evidence of the ticket tools."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from knowledge.types import Lang
from tools.base import Arguments, Evidence
from tools.desk_rules import Priority
from tools.ticketing.service_levels import Clock

Reason = Literal["asked", "failures", "anger", "discontent", "policy", "safety", "knowledge_gap"]


class HandOver(Arguments):
    """Give the conversation to a person, with all that is known."""

    reason: Reason
    priority: Priority = "normal"
    queue: str = "general"
    lang: Lang
    subject: str
    body: dict[str, Any] = {}
    """Summary, facts, attempts with receipts, emotion: see `dialogue.escalation`."""


class TicketView(Evidence):
    """A ticket as lists and the hand-over sentence need it."""

    ticket_id: str
    conversation_id: str
    status: str
    reason: str
    priority: str
    queue: str
    lang: str
    subject: str
    customer_id: str | None
    assignee: str | None
    version: int
    created_at: dt.datetime
    claimed_at: dt.datetime | None = None
    resolved_at: dt.datetime | None = None
    position: int | None = None
    """How many open tickets of the queue come before it, plus one."""
    clocks: tuple[Clock, ...] = ()
    """First response, next response and resolution as they stand; lists leave out those of resolved tickets."""
    offered_to: str | None = None
    offered_until: dt.datetime | None = None
    call_back: dict[str, Any] = {}
    """The shopper's wish to be called back; empty: none."""
    body: dict[str, Any] = {}


class ListTickets(Arguments):
    """Tickets, the next to be taken first; resolved ones last."""

    status: Literal["open", "claimed", "resolved"] | None = None
    queue: str | None = None
    assignee: str | None = None
    limit: int = 100


class TicketList(Evidence):
    """Tickets and how many there are in all."""

    tickets: tuple[TicketView, ...]
    total: int


class OneTicket(Arguments):
    """A ticket by its id."""

    ticket_id: str


class ClaimTicket(Arguments):
    """Take an open ticket. `version` is the one the agent saw: the second of two agents is refused."""

    ticket_id: str
    version: int


class ReleaseTicket(Arguments):
    """Finish with a ticket: ``hand_back`` gives the shopper back to the bot, ``resolve`` closes the case."""

    ticket_id: str
    outcome: Literal["hand_back", "resolve"]
    note: str = ""
