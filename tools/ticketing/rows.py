"""Rows of tickets, found, changed and shown, for every tool that works with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Subquery, func, or_
from sqlmodel import col, select

from knowledge.schema import Ticket
from tools.base import ToolContext
from tools.errors import ArgumentError, RefusedError
from tools.ticketing.body import read_body
from tools.ticketing.history import clocks_of, conversations_of, steps_of
from tools.ticketing.service_levels import Clock, Step
from tools.ticketing.types import LinkKind, TicketLink, TicketView

NO_OFFER: dict[str, None] = {"offered_to": None, "offered_until": None}
NO_SNOOZE: dict[str, None] = {"snoozed_at": None, "snoozed_until": None}


async def found_ticket(context: ToolContext, ticket_id: str, *, lock: bool = False) -> Ticket:
    """Return a ticket.

    Raises:
        ArgumentError: there is none of that id.
    """
    statement = select(Ticket).where(Ticket.id == ticket_id.strip())
    ticket = (await context.session.exec(statement.with_for_update() if lock else statement)).first()
    if ticket is None:
        raise ArgumentError("ticket_not_found", "expected the id of a ticket", ticket_id=ticket_id[:64])
    return ticket


def check_version(ticket: Ticket, seen: int) -> None:
    """Refuse a change of a ticket that is no longer as it was seen.

    Raises:
        ArgumentError: it has another version.
    """
    if ticket.version != seen:
        raise ArgumentError(
            "ticket_changed",
            f"expected version {ticket.version}, got {seen}",
            ticket_id=ticket.id,
            version=ticket.version,
        )


def must_hold(context: ToolContext, ticket: Ticket) -> None:
    """Refuse who does not hold the ticket.

    Raises:
        RefusedError: it is resolved, or another agent's, or nobody's.
    """
    if ticket.status == "resolved":
        raise RefusedError("ticket_resolved", "the ticket is resolved", ticket_id=ticket.id)
    if ticket.status != "claimed" or ticket.assignee != context.identity.actor:
        raise RefusedError(
            "not_assignee", "only the agent who holds the ticket may", ticket_id=ticket.id, agent=ticket.assignee
        )


def has_written_since(ticket: Ticket, steps: Sequence[Step]) -> bool:
    """Tell whether the shopper of a ticket that is put aside has written since."""
    since = ticket.snoozed_at
    return since is not None and any(step.kind == "shopper_replied" and step.at > since for step in steps)


def change(ticket: Ticket, *, status: str, **fields: str | dt.datetime | None) -> None:
    """Change a ticket; whoever saw it before sees by its version that it is another now."""
    ticket.sqlmodel_update({"status": status, "version": ticket.version + 1, **fields})


def in_line() -> tuple[ColumnElement[dt.datetime], ColumnElement[str]]:
    """Return what tickets that wait are ordered by, the next to be taken first."""
    return (func.coalesce(col(Ticket.queue_at), col(Ticket.created_at)).asc(), col(Ticket.id).asc())


def waiting_line() -> Subquery:
    """Number the open tickets of each queue, 1 for the next to be taken."""
    position = func.row_number().over(partition_by=col(Ticket.queue), order_by=in_line())
    return select(Ticket.id, position.label("position")).where(Ticket.status == "open").subquery()


async def as_view(context: ToolContext, ticket: Ticket) -> TicketView:
    """Return a ticket as lists and the hand-over sentence need it."""
    position = None
    if ticket.status == "open":
        line = waiting_line()
        position = (await context.session.exec(select(line.c.position).where(line.c.id == ticket.id))).one()
    clocks = await clocks_for(context, [ticket])
    talks = await conversations_of(context.session, [ticket])
    shown = view(ticket, position, clocks[ticket.id], talks[ticket.id])
    return shown.model_copy(update={"links": await _links(context, ticket)})


async def clocks_for(context: ToolContext, tickets: Sequence[Ticket]) -> dict[str, tuple[Clock, ...]]:
    """Return the clocks of tickets by their ids."""
    steps = await steps_of(context.session, tickets)
    return {ticket.id: clocks_of(ticket, steps[ticket.id], context.policy, context.now) for ticket in tickets}


def view(
    ticket: Ticket, position: int | None, clocks: tuple[Clock, ...] = (), conversations: Sequence[str] = ()
) -> TicketView:
    """Return a ticket with its place in line, its clocks and the conversations that go with it."""
    fields = ticket.model_dump(exclude={"id", "queue_at", "woken_at", "prefers"})
    return TicketView(
        ticket_id=ticket.id, position=position, clocks=clocks, conversations=tuple(conversations), **fields
    )


async def _links(context: ToolContext, ticket: Ticket) -> tuple[TicketLink, ...]:
    """Return the tickets that a ticket belongs together with, the older first."""
    ours = [each for each in (ticket.reopens, ticket.merged_into, ticket.split_from) if each is not None]
    theirs = [col(Ticket.reopens), col(Ticket.merged_into), col(Ticket.split_from)]
    found = or_(col(Ticket.id).in_(ours), *(column == ticket.id for column in theirs))
    rows = (await context.session.exec(select(Ticket).where(found).order_by(col(Ticket.created_at), Ticket.id))).all()
    return tuple(_link(ticket, row) for row in rows)


def _link(ticket: Ticket, other: Ticket) -> TicketLink:
    kinds: tuple[tuple[bool, LinkKind], ...] = (
        (other.id == ticket.reopens, "reopens"),
        (other.id == ticket.merged_into, "merged_into"),
        (other.id == ticket.split_from, "split_from"),
        (other.reopens == ticket.id, "reopened_by"),
        (other.merged_into == ticket.id, "merged"),
    )
    ending = read_body(other.body).ending if other.split_from == ticket.id else None
    return TicketLink(
        how=next((kind for fits, kind in kinds if fits), "split_off"),
        ticket_id=other.id,
        conversation_id=other.conversation_id,
        status=other.status,
        subject=other.subject,
        assignee=other.assignee,
        answer=ending.agreed if ending is not None else (),
    )
