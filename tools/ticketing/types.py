"""Arguments and evidence of the ticket tools."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, Self

import pydantic

from knowledge.types import Lang
from tools.base import Arguments, Evidence
from tools.desk_rules import Priority
from tools.ticketing.body import Body, StoredBody, TicketBody
from tools.ticketing.service_levels import Clock
from tools.ticketing.triage.labels import Category, Queue, Skill

Reason = Literal["asked", "failures", "anger", "discontent", "policy", "safety", "legal", "knowledge_gap"]
"""Why the bot hands over."""
Cause = Reason | Literal["taken_over"]
"""Why a ticket is opened: the bot hands over, or a supervisor takes over."""


AgreedText = Annotated[str, pydantic.StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class HandOver(Arguments):
    """Give the conversation to a person, with all that is known."""

    reason: Cause
    priority: Priority = "normal"
    queue: str = "general"
    lang: Lang
    subject: str
    body: Body = TicketBody()
    """Everything that is known of the case."""


class TicketView(Evidence):
    """A ticket as lists and the hand-over sentence need it."""

    ticket_id: str
    conversation_id: str
    status: str
    reason: str
    priority: str
    queue: str
    category: str = "other"
    skill: str = "general"
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
    corrected_at: dt.datetime | None = None
    body: StoredBody = TicketBody()
    """Empty where a ticket was just opened: who hands over is told which ticket it is, and no more."""
    clocks: tuple[Clock, ...] = ()
    """First response, next response and resolution as they stand; lists leave out those of resolved tickets."""
    offered_to: str | None = None
    offered_until: dt.datetime | None = None
    call_back: dict[str, Any] = {}
    """The shopper's wish to be called back; empty: none."""
    tags: tuple[str, ...] = ()
    moved: dict[str, Any] = {}
    """The last transfer: ``by``, ``to``, ``reason``, ``at``; empty: none."""
    snoozed_at: dt.datetime | None = None
    """Since when its agent has put it aside; None: they have not."""
    snoozed_until: dt.datetime | None = None
    """When it comes back by itself; None while it is put aside: when the shopper writes."""
    reopens: str | None = None
    """The earlier ticket of the same matter, which the shopper came back with."""
    merged_into: str | None = None
    split_from: str | None = None
    """The ticket that it was a matter of: its conversation is that one's, and who answers the shopper."""
    conversations: tuple[str, ...] = ()
    """Those that go with the ticket, its own first, then those of tickets merged into it; none of a merged or split-off one."""
    links: tuple[TicketLink, ...] = ()
    """Tickets that belong to it; lists leave them out."""
    rating_id: str | None = None
    """Only of a case that was just resolved: the question how it went that the shopper is asked now; None: they are not asked."""


LinkKind = Literal["reopens", "reopened_by", "merged_into", "merged", "split_from", "split_off"]


class TicketLink(pydantic.BaseModel):
    """Another ticket of the same matter, and what it is to this one."""

    model_config = pydantic.ConfigDict(frozen=True)

    how: LinkKind
    ticket_id: str
    conversation_id: str
    status: str
    subject: str
    assignee: str | None
    answer: tuple[str, ...] = ()
    """Of a split-off ticket that is done: what the shopper may be told."""


class ListTickets(Arguments):
    """Tickets that every filter lets through, the next to be taken first; resolved ones last, those of late before others."""

    status: Literal["open", "claimed", "resolved"] | None = None
    queue: str | None = None
    category: str | None = None
    skill: str | None = None
    assignee: str | None = None
    priority: Priority | None = None
    lang: Lang | None = None
    tag: str | None = None
    snoozed: bool | None = None
    waits_for: Literal["desk", "agent", "shopper"] | None = None
    """Of tickets that are not resolved: nobody has it, its agent has the word, or the shopper has."""
    breached: bool | None = None
    """Of tickets that are not resolved: whether a promise that still stands was broken."""
    q: str | None = None
    """Words of the subject, the shopper's name, ids of orders, of the ticket itself, and of what was said; all of them."""
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
    agreed: tuple[AgreedText, ...] = pydantic.Field(default=(), max_length=10)
    """What the agent and the shopper agreed to, each a sentence that the shopper may read."""


class CorrectTicket(Arguments):
    """Say what kind of case it is. A corrected category moves queue and skill to what it usually needs, unless they are given."""

    ticket_id: str
    category: Category | None = None
    priority: Priority | None = None
    queue: Queue | None = None
    skill: Skill | None = None

    @pydantic.model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.category or self.priority or self.queue or self.skill):
            raise ValueError("expected a category, priority, queue or skill")
        return self


TicketView.model_rebuild()
