"""Arguments and evidence of the tools that the desk itself is run with."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

import pydantic

from knowledge.types import Lang
from tools.base import Arguments, Evidence
from tools.ticketing.service_levels import Goal

Name = Annotated[str, pydantic.Field(min_length=1, max_length=64)]


class SetPresence(Arguments):
    """Whether tickets may be given to the acting agent."""

    state: Literal["available", "away"]


class SetDeskAgent(Arguments):
    """What an agent can do; what is not given stays."""

    agent: Name
    capacity: Annotated[int, pydantic.Field(ge=0, le=50)] | None = None
    queues: tuple[Name, ...] | None = None
    """Queues that they work for; an empty list: all."""
    langs: Annotated[tuple[Lang, ...], pydantic.Field(min_length=1)] | None = None
    skills: tuple[Name, ...] | None = None


class DeskAgentView(Evidence):
    """Somebody who works at the desk."""

    agent: str
    state: str
    """``available`` or ``away``: what they chose."""
    connected: bool
    """Whether the desk is open at their side."""
    load: int
    """Tickets in hand that do not wait for the shopper."""
    capacity: int
    queues: tuple[str, ...]
    langs: tuple[str, ...]
    skills: tuple[str, ...]
    seen_at: dt.datetime | None


class NoFilter(Arguments):
    """Nothing to choose by."""


class DeskAgents(Evidence):
    """Everybody who works at the desk, and how many tickets wait."""

    agents: tuple[DeskAgentView, ...]
    waiting: int


class AwaitShopper(Arguments):
    """Whether the case waits for the shopper."""

    ticket_id: str
    waiting: bool = True


class TicketHistory(Evidence):
    """What was done with a ticket, oldest first."""

    ticket_id: str
    events: tuple[TicketEventView, ...]


class TicketEventView(Evidence):
    """One thing that was done with a ticket."""

    what: str
    actor: str
    at: dt.datetime
    facts: dict[str, Any]


class AssignTicket(Arguments):
    """A ticket, the version that was looked at, who gets it, and why."""

    ticket_id: str
    version: int
    assignee: Name
    because: tuple[str, ...] = ()
    offer_s: Annotated[float, pydantic.Field(gt=0)] | None = None
    """Seconds for which it is only offered to them; None: it is theirs at once."""


class RequeueTicket(Arguments):
    """A ticket that goes back to the queue, in front."""

    ticket_id: str
    version: int
    because: Literal["vanished", "lapsed"]


class WarnOfBreach(Arguments):
    """A promise that is about to be broken."""

    ticket_id: str
    goal: Goal
    due_at: dt.datetime


class RequestCallBack(Arguments):
    """Where the shopper is to be reached; neither: as it is on record."""

    phone: Annotated[str, pydantic.Field(max_length=40)] | None = None
    email: Annotated[str, pydantic.Field(max_length=250)] | None = None


class CallBack(Evidence):
    """The wish as it stands on the ticket; what stands for the address is shortened."""

    ticket_id: str
    by: Literal["phone", "email"]
    to: str
    """Shortened: ``*1234``, ``m***@example.com``."""
    not_before: dt.datetime | None
    """When the desk opens next; None: it is open."""


class Reachable(Evidence):
    """How the shopper can be reached, as it is on record, shortened; None: it is not on record."""

    phone: str | None = None
    email: str | None = None


class QueueWait(Evidence):
    """How the ticket of a conversation stands in its queue."""

    ticket_id: str
    position: int | None
    """None: somebody has it."""
    expected_s: float | None
    """Seconds until somebody takes it; None: nothing says how long."""
    present: int
    """Agents of its queue and language who are there and available."""
    opens_at: dt.datetime | None
    """When the desk opens; None: it is open."""
    never_opens: bool = False


TicketHistory.model_rebuild()
