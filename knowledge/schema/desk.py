"""The desk: who works at it, and what happened to each ticket."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field, SQLModel

from knowledge.types import JsonColumn, JsonObject, UtcDateTime


class DeskAgent(SQLModel, table=True):
    """Somebody who works at the desk: what they chose, what they can do, and when they were last seen there."""

    subject: str = Field(primary_key=True)
    """As in their token."""
    state: str = "available"
    """``available`` or ``away``: what they chose."""
    capacity: int = 3
    """Tickets that they can have in hand at once."""
    queues: list[str] = Field(default_factory=list, sa_type=JsonColumn)
    """Those they work for; none: all."""
    langs: list[str] = Field(default_factory=lambda: ["zh", "en"], sa_type=JsonColumn)
    skills: list[str] = Field(default_factory=list, sa_type=JsonColumn)
    seen_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When a socket of theirs was last seen open; None: they never had one."""


class TicketEvent(SQLModel, table=True):
    """Something that was done with a ticket, in order of `id`."""

    id: int | None = Field(default=None, primary_key=True)
    ticket_id: str = Field(foreign_key="ticket.id", index=True)
    kind: str
    """See `tools.ticketing.history.What`."""
    actor: str
    facts: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    """Why: the reasons of an assignment, who vanished, what was promised."""
    at: dt.datetime = Field(sa_type=UtcDateTime)
