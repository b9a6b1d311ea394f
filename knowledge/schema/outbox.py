"""What is to be told to other systems, written in the transaction of what it tells."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from knowledge.types import JsonColumn, JsonObject, UtcDateTime


class Delivery(SQLModel, table=True):
    """One message to one destination. Of one conversation and destination the next is sent when the one before it is done."""

    __table_args__ = (
        Index("ix_delivery_due", "status", "due_at"),
        Index("ix_delivery_line", "destination", "conversation_id", "id"),
        {"info": {"exported": False}},  # a copy of the shop must not tell everybody everything again
    )

    id: int | None = Field(default=None, primary_key=True)
    """Grows: the order in which things happened."""
    message_id: str = Field(unique=True)
    """What the receiver knows it by; the same at every try."""
    destination: str
    """``webhook:crm``, ``inbox:support`` or ``mail``: see `dialogue.outward`."""
    conversation_id: str | None = None
    event: str
    """What it tells, ``ticket.opened``."""
    payload: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    status: str = "pending"
    """``pending``, ``sent`` or ``dead``: given up, and waiting for a person."""
    attempts: int = 0
    due_at: dt.datetime = Field(sa_type=UtcDateTime)
    """When it is tried next; while somebody sends it, when their lease ends."""
    leased_by: str | None = None
    """Who sends it just now."""
    last_error: str = ""
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    done_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class ExternalCase(SQLModel, table=True):
    """A ticket of ours and the conversation or ticket that stands for it in another system."""

    __table_args__ = (UniqueConstraint("inbox", "external_id", name="uq_externalcase_external"),)

    ticket_id: str = Field(primary_key=True, foreign_key="ticket.id")
    inbox: str
    """Its name in ``inboxes.yaml``."""
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    external_id: str
    contact_id: str = ""
    """The customer there."""
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
