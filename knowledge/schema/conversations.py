"""Conversations, their events, and what the executor writes down."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from knowledge.types import JsonColumn, JsonObject, OrderedText, UtcDateTime


class Conversation(SQLModel, table=True):
    """The head of a conversation. Everything else about it is a fold over its events."""

    __table_args__ = (
        Index(
            "ix_conversation_uncounted",
            "id",
            sqlite_where=text("last_seq > counted_seq"),
            postgresql_where=text("last_seq > counted_seq"),
        ),
    )

    id: str = Field(primary_key=True)
    role: str = "shopper"
    """``shopper`` or ``merchant``: who talks to the bot."""
    subject: str | None = Field(default=None, index=True)
    """The signed-in person of the token that opened it; None for an anonymous visitor."""
    customer_id: str | None = Field(default=None, foreign_key="customer.id", index=True)
    """Whose data may be shown: the subject, or who was proven in the chat. Written by the executor alone."""
    verified_by: str | None = None
    """``token``, ``email``, ``name_postcode`` or ``order_phone``."""
    channel: str = "web"
    device: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    """What the device said of itself: ``id``, ``emulator``, ``modified``, ``automated``, as far as it is known."""
    lang: str = "zh"
    owner: str = Field(default="bot", index=True)
    """``bot``, ``queued``, ``human`` or ``closed``."""
    agent_id: str | None = None
    ownership_version: int = 0
    """Grows with every change of owner; a bot reply made under an older one is dropped."""
    last_seq: int = 0
    counted_seq: int = 0
    """The last event that stands in the figures of the desk; see `dialogue.counting`."""
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    updated_at: dt.datetime = Field(sa_type=UtcDateTime, index=True)


class ConversationEvent(SQLModel, table=True):
    """One event; `payload` is one of the event types of `dialogue.events`."""

    __table_args__ = (UniqueConstraint("conversation_id", "client_id", name="uq_conversationevent_client"),)

    conversation_id: str = Field(primary_key=True, foreign_key="conversation.id")
    seq: int = Field(primary_key=True)
    type: str
    payload: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    client_id: str | None = None
    """The sender's message id, which makes delivery idempotent; only on received messages."""
    at: dt.datetime = Field(sa_type=UtcDateTime)


class Ticket(SQLModel, table=True):
    """A case for a person."""

    id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.id", index=True)
    status: str = Field(default="open", index=True)
    """``open``, ``claimed``, ``resolved``."""
    reason: str
    """Why the bot handed over: ``asked``, ``failures``, ``anger``, ``policy``, ``safety``, ..."""
    priority: str = "normal"
    """``low``, ``normal``, ``high`` or ``urgent``."""
    queue: str = "general"
    category: str = Field(default="other", index=True)
    """What the case is about; see `tools.ticketing.triage.labels`."""
    skill: str = "general"
    """What the agent who takes it must be able to do."""
    corrected_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When an agent corrected one of these last; such tickets are learned from."""
    lang: str = "zh"
    customer_id: str | None = Field(default=None, foreign_key="customer.id", index=True)
    subject: str = ""
    body: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    """Everything that is known: `tools.ticketing.body.TicketBody`, or an older form of it."""
    assignee: str | None = None
    queue_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Its place in line, the earliest first: see `tools.ticketing.routing.place_of`; None: when it came."""
    offered_to: str | None = None
    """The agent to whom it is offered until `offered_until`."""
    offered_until: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    call_back: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    """The shopper's wish to be called back: ``by`` phone or email, ``to``, ``not_before``, ``asked_at``; empty: none."""
    tags: list[str] = Field(default_factory=list, sa_type=JsonColumn)
    """In the order in which they were put on."""
    moved: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    """The last transfer: ``by`` whom, ``to`` which ``agent``, ``queue`` or ``skill``, ``reason``, ``at``; empty: none."""
    snoozed_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when its agent has put it aside; None: they have not."""
    snoozed_until: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it comes back by itself; None while it is put aside: when the shopper writes."""
    woken_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it came back last."""
    reopens: str | None = Field(default=None, index=True)
    """The earlier ticket of the same matter, which the shopper came back with."""
    prefers: str | None = None
    """The agent who gets it before others, if they are there and have room."""
    merged_into: str | None = Field(default=None, index=True)
    """The ticket that it is part of now."""
    split_from: str | None = Field(default=None, index=True)
    """The ticket that it was a matter of; its conversation stays with that one."""
    version: int = 1
    created_at: dt.datetime = Field(sa_type=UtcDateTime, index=True)
    claimed_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    resolved_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class TicketTerm(SQLModel, table=True):
    """A word by which a ticket is found: of what it says and of what was said, or ``#tag``. Made anew from these where it is missing."""

    __table_args__ = {"info": {"exported": False}}

    term: str = Field(primary_key=True, sa_type=OrderedText)
    ticket_id: str = Field(primary_key=True, foreign_key="ticket.id", index=True)


class Proposal(SQLModel, table=True):
    """An effect that waits for consent: the exact resolved call, executed at most once."""

    id: str = Field(primary_key=True)
    conversation_id: str | None = Field(default=None, foreign_key="conversation.id", index=True)
    tool: str
    arguments: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    arguments_hash: str
    preview: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    """What the person was shown: amounts, methods, dates."""
    status: str = Field(default="pending", index=True)
    """``pending``, ``sent``, ``executed``, ``void``, ``rejected``, ``expired`` or ``failed``; see `tools.proposals.ProposalStatus`."""
    approver: str = "shopper"
    """The role whose yes executes it: ``shopper``, ``agent`` or ``merchant``."""
    proposed_by: str = ""
    approvals: list[str] = Field(default_factory=list, sa_type=JsonColumn)
    """Who has approved it so far, in order."""
    rolled_back_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str | None = None
    receipt_id: str | None = Field(default=None, foreign_key="receipt.id")
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    expires_at: dt.datetime = Field(sa_type=UtcDateTime)
    decided_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class Receipt(SQLModel, table=True):
    """Proof of an effect; written in the transaction of the effect itself."""

    id: str = Field(primary_key=True)
    idempotency_key: str = Field(unique=True)
    conversation_id: str | None = Field(default=None, index=True)
    tool: str
    arguments: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    arguments_hash: str
    actor: str
    role: str
    result: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    created_at: dt.datetime = Field(sa_type=UtcDateTime)


class AuditRow(SQLModel, table=True):
    """One line for every call that reached the executor, refused ones too; for every sign-in, and for every look at a person's data."""

    __table_args__ = (Index("ix_auditrow_at", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    at: dt.datetime = Field(sa_type=UtcDateTime)
    conversation_id: str | None = Field(default=None, index=True)
    kind: str = Field(default="call", index=True)
    """``call`` (of a tool), ``sign_in`` (and out, and what failed), ``account`` (a change of one) or ``seen``."""
    actor: str
    role: str
    tool: str
    """The tool; or what was done, such as ``sign_in``, ``add_account``, ``see_conversation``."""
    object: str = Field(default="", index=True)
    """What it was about, where that is one thing: ``conversation:ID``, ``ticket:ID``, ``customer:ID``, ``account:NAME``."""
    arguments: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    outcome: str
    """``ok``, ``refused``, ``failed`` or ``needs_confirmation``."""
    reason: str = ""
    receipt_id: str | None = None
    duration_ms: float = 0.0


class Attachment(SQLModel, table=True):
    """A picture or voice file that somebody sent; the bytes lie below the data folder's ``attachments/``."""

    id: str = Field(primary_key=True)
    owner: str
    """Subject of the token that uploaded it, or the visitor's id."""
    conversation_id: str | None = Field(default=None, foreign_key="conversation.id")
    kind: str
    """``image`` or ``audio``."""
    media_type: str
    path: str
    size_bytes: int
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
