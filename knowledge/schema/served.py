"""How shoppers were served: what they said of it, and what is reckoned from the events of their conversations.

A rating is a record. Sittings and ticket clocks are reckoned: they can be made again from the events at any time.
"""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field, SQLModel

from knowledge.types import UtcDateTime

IDLE = dt.timedelta(hours=1)
"""Silence after which a sitting is over, unless a ticket of it is open."""


class Rating(SQLModel, table=True):
    """A shopper was asked how they were served, and what they answered."""

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    ticket_id: str | None = Field(default=None, foreign_key="ticket.id", index=True)
    """The case that a person had resolved; None: the bot was alone."""
    customer_id: str | None = Field(default=None, foreign_key="customer.id", index=True)
    served_by: str
    """``bot`` or ``agent``."""
    agent_id: str | None = None
    """The person who resolved the case."""
    lang: str
    score: int | None = None
    """1 to 5; None: not answered."""
    remark: str = ""
    asked_at: dt.datetime = Field(sa_type=UtcDateTime, index=True)
    answered_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was answered first; a later change of mind moves nothing."""


class Sitting(SQLModel, table=True):
    """A stretch of a shopper's conversation, from what they wrote first until nobody wrote any more; see `dialogue.sittings`."""

    conversation_id: str = Field(primary_key=True, foreign_key="conversation.id")
    number: int = Field(primary_key=True)
    person: str = Field(index=True)
    """Who came: customer or visitor; by it is told who came back."""
    channel: str
    lang: str
    started_at: dt.datetime = Field(sa_type=UtcDateTime, index=True)
    ended_at: dt.datetime = Field(sa_type=UtcDateTime)
    """When something was said last."""
    ending: str
    """How it ends if nothing more is said: ``autonomous``, ``assisted``, ``handed_over`` or ``abandoned``."""
    ticket_id: str | None = Field(default=None, foreign_key="ticket.id", index=True)
    """Its last ticket."""
    agent_id: str | None = None
    """The person who had it last."""
    messages: int = 0
    """What the shopper wrote."""
    first_mood: str = ""
    """As the shopper sounded first, by words and voice; "": nothing was understood."""
    last_mood: str = ""
    first_displeasure: float | None = None
    """In [-0.5, 1]; see `dialogue.state.displeasure`."""
    last_displeasure: float | None = None
    first_voice: str = ""
    """By voice alone; "": nothing was spoken."""
    last_voice: str = ""
    next_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the same person came back."""


class TicketClock(SQLModel, table=True):
    """How long a ticket's shopper waited for an answer, or for the end, in the desk's open hours."""

    ticket_id: str = Field(primary_key=True, foreign_key="ticket.id")
    goal: str = Field(primary_key=True)
    """``first_response``, ``next_response`` or ``resolution``."""
    number: int = Field(primary_key=True)
    """Of several waits for a next response; else 1."""
    began_at: dt.datetime = Field(sa_type=UtcDateTime, index=True)
    open_s: float
    ended: bool
    kept: bool | None = None
    """Whether the promise was kept; None: there was none, or it is not told yet."""
