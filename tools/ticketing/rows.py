"""Rows of tickets, found, changed and shown, for every tool that works with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Subquery, func
from sqlmodel import col, select

from knowledge.schema import Ticket
from tools.base import ToolContext
from tools.errors import ArgumentError
from tools.ticketing.history import clocks_of, steps_of
from tools.ticketing.service_levels import Clock
from tools.ticketing.types import TicketView


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
    return view(ticket, position, clocks[ticket.id])


async def clocks_for(context: ToolContext, tickets: Sequence[Ticket]) -> dict[str, tuple[Clock, ...]]:
    """Return the clocks of tickets by their ids."""
    steps = await steps_of(context.session, tickets)
    return {ticket.id: clocks_of(ticket, steps[ticket.id], context.policy, context.now) for ticket in tickets}


def view(ticket: Ticket, position: int | None, clocks: tuple[Clock, ...] = ()) -> TicketView:
    """Return a ticket with its place in line and its clocks."""
    fields = ticket.model_dump(exclude={"id", "queue_at"})
    return TicketView(ticket_id=ticket.id, position=position, clocks=clocks, **fields)
