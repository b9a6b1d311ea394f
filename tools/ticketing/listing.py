"""Which tickets a list shows: those that every filter lets through, in the order in which an agent wants them."""

from __future__ import annotations

import dataclasses

from sqlalchemy import ColumnElement, case, func
from sqlmodel import col, select

from knowledge.schema import Ticket
from tools.base import ToolContext
from tools.ticketing.history import clocks_of, conversations_of, steps_of, waits_for_shopper
from tools.ticketing.rows import in_line, view, waiting_line
from tools.ticketing.search import matching, tagged
from tools.ticketing.service_levels import Clock, Step
from tools.ticketing.types import ListTickets, TicketView


@dataclasses.dataclass(frozen=True)
class Listed:
    """The tickets of a list, and how many there are in all."""

    views: tuple[TicketView, ...]
    total: int


async def listed(context: ToolContext, arguments: ListTickets) -> Listed:
    """Return the tickets that the filters let through.

    Who is waited for and what was broken is no column: it follows from what was said, and is worked out for every ticket that is
    not resolved and that the other filters let through.
    """
    wanted = _wanted(arguments)
    if arguments.waits_for is not None or arguments.breached is not None:
        ids = await _standing(context, arguments, wanted)
        wanted = [col(Ticket.id).in_(ids)]
        total = len(ids)
    else:
        total = (await context.session.exec(select(func.count()).select_from(Ticket).where(*wanted))).one()
    return Listed(await _views(context, wanted, arguments.limit), total)


def _wanted(arguments: ListTickets) -> list[ColumnElement[bool]]:
    equal = (
        (col(Ticket.status), arguments.status),
        (col(Ticket.queue), arguments.queue),
        (col(Ticket.category), arguments.category),
        (col(Ticket.skill), arguments.skill),
        (col(Ticket.assignee), arguments.assignee),
        (col(Ticket.priority), arguments.priority),
        (col(Ticket.lang), arguments.lang),
    )
    wanted: list[ColumnElement[bool]] = [column == value for column, value in equal if value is not None]
    if arguments.snoozed is not None:
        wanted.append(col(Ticket.snoozed_at).is_not(None) == arguments.snoozed)
    if arguments.tag is not None:
        wanted.append(tagged(arguments.tag))
    if arguments.q is not None and arguments.q.strip():
        wanted += matching(arguments.q)
    return wanted


async def _standing(context: ToolContext, arguments: ListTickets, wanted: list[ColumnElement[bool]]) -> list[str]:
    """Return the tickets whose standing is as wanted."""
    statement = select(Ticket).where(*wanted, Ticket.status != "resolved")
    tickets = (await context.session.exec(statement)).all()
    steps = await steps_of(context.session, tickets)
    clocks = {ticket.id: clocks_of(ticket, steps[ticket.id], context.policy, context.now) for ticket in tickets}
    return [
        ticket.id
        for ticket in tickets
        if arguments.waits_for in (None, _waits_for(ticket, steps[ticket.id]))
        and arguments.breached in (None, _is_breached(clocks[ticket.id]))
    ]


def _waits_for(ticket: Ticket, steps: list[Step]) -> str:
    if ticket.status == "open":
        return "desk"
    spoken = [step for step in steps if step.kind in ("agent_replied", "shopper_replied")]
    last = max(spoken, key=lambda step: step.at, default=None)
    theirs = waits_for_shopper(steps) or (last is not None and last.kind == "agent_replied")
    return "shopper" if theirs else "agent"


def _is_breached(clocks: tuple[Clock, ...]) -> bool:
    return any(clock.state == "breached" and not clock.ended for clock in clocks)


async def _views(context: ToolContext, wanted: list[ColumnElement[bool]], limit: int) -> tuple[TicketView, ...]:
    """Return the first tickets. Only their ids are sorted: what a ticket says is long."""
    done = col(Ticket.status) == "resolved"
    order = (done, case((done, col(Ticket.resolved_at))).desc(), *in_line())
    first = select(Ticket.id).where(*wanted).order_by(*order).limit(limit)
    ids = (await context.session.exec(first)).all()
    line = waiting_line()
    statement = select(Ticket, line.c.position).join(line, line.c.id == col(Ticket.id), isouter=True)
    rows = (await context.session.exec(statement.where(col(Ticket.id).in_(ids)).order_by(*order))).all()
    tickets = [ticket for ticket, _ in rows]
    live = [ticket for ticket in tickets if ticket.status != "resolved"]
    steps = await steps_of(context.session, live)
    talks = await conversations_of(context.session, tickets)
    clocks = {ticket.id: clocks_of(ticket, steps[ticket.id], context.policy, context.now) for ticket in live}
    return tuple(view(ticket, position, clocks.get(ticket.id, ()), talks[ticket.id]) for ticket, position in rows)
