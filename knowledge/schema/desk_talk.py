"""What the people of the desk write to each other, and the replies that they keep at hand. Nothing of it is a shopper's to read."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from knowledge.types import UtcDateTime


class TicketNote(SQLModel, table=True):
    """A private note of the staff on a ticket. It is no event of the conversation: no reader of those can come upon it."""

    __table_args__ = (UniqueConstraint("ticket_id", "author", "client_id", name="uq_ticketnote_client"),)

    id: str = Field(primary_key=True)
    ticket_id: str = Field(foreign_key="ticket.id", index=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    author: str
    """As in their token."""
    client_id: str
    """The author's name for it, which makes writing it idempotent."""
    text: str
    at: dt.datetime = Field(sa_type=UtcDateTime, index=True)


class NoteMention(SQLModel, table=True):
    """Somebody of the desk whom a note names."""

    note_id: str = Field(primary_key=True, foreign_key="ticketnote.id")
    agent: str = Field(primary_key=True, index=True)
    """As in their token."""
    read_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When they looked at the ticket; None: not yet."""


class CannedReply(SQLModel, table=True):
    """A reply that is kept at hand, with variables in braces: ``Dear {name}, your order {order} ...``."""

    __table_args__ = (UniqueConstraint("owner", "name", name="uq_cannedreply_name"),)

    id: str = Field(primary_key=True)
    owner: str = Field(default="", index=True)
    """The agent whose own it is; "" for the shop's, which the whole desk uses."""
    name: str
    """What it is found by."""
    zh: str = ""
    en: str = ""
    updated_by: str
    updated_at: dt.datetime = Field(sa_type=UtcDateTime)
