"""Giving tickets to agents, taking them back from those who vanished, and warning. The platform alone does this, for reasons that it writes down."""

from __future__ import annotations

import datetime as dt

from sqlmodel import select

from knowledge.schema import DeskAgent, TicketEvent
from tools.base import ToolContext, tool
from tools.desk_rules import priority_of
from tools.errors import RefusedError
from tools.ticketing.desk_types import AssignTicket, RequeueTicket, WarnOfBreach
from tools.ticketing.duty import is_offered, read_board
from tools.ticketing.history import note
from tools.ticketing.routing import front_of
from tools.ticketing.rows import NO_OFFER, NO_SNOOZE, as_view, change, check_version, found_ticket
from tools.ticketing.types import TicketView


@tool(
    "write",
    roles=("system",),
    needs_customer=False,
    confirm=False,
    en="Give a waiting ticket to an agent, or with `offer_s` offer it to them for so many seconds; `because` says why to them.",
    zh="把排队中的工单分给一位客服；给出 `offer_s` 时只向其推送这么多秒。`because` 写明原因。",
)
async def assign_ticket(context: ToolContext, arguments: AssignTicket) -> TicketView:
    """Assign or offer the ticket, unless it changed meanwhile, or the agent has no room or went away."""
    ticket = await found_ticket(context, arguments.ticket_id, lock=True)
    if ticket.status != "open" or is_offered(ticket, context.now):
        raise RefusedError("ticket_taken", "the ticket waits no longer", ticket_id=ticket.id, agent=ticket.assignee)
    check_version(ticket, arguments.version)
    await _check_room(context, arguments, ticket.priority)
    offer = arguments.offer_s is not None
    if arguments.offer_s is not None:
        until = context.now + dt.timedelta(seconds=arguments.offer_s)
        change(ticket, status="open", offered_to=arguments.assignee, offered_until=until)
    else:
        change(ticket, status="claimed", assignee=arguments.assignee, claimed_at=context.now, **NO_OFFER)
    note(
        context.session,
        ticket,
        "offered" if offer else "assigned",
        context.identity.actor,
        context.now,
        agent=arguments.assignee,
        because=list(arguments.because),
    )
    context.session.add(ticket)
    await context.session.flush()
    return await as_view(context, ticket)


async def _check_room(context: ToolContext, arguments: AssignTicket, priority: str) -> None:
    statement = select(DeskAgent).where(DeskAgent.subject == arguments.assignee).with_for_update()
    agent = (await context.session.exec(statement)).first()
    extra = context.policy.desk.over_capacity
    room = 0 if agent is None else agent.capacity + extra.get(priority_of(priority), 0)
    load = (await read_board(context.session, context.now)).loads[arguments.assignee]
    if agent is None or agent.state != "available" or load >= room:
        raise RefusedError("no_room", "the agent takes no more tickets now", agent=arguments.assignee)


@tool(
    "write",
    roles=("system",),
    needs_customer=False,
    confirm=False,
    en="Put a ticket back: `vanished` to the front of the queue because its agent is gone, `lapsed` because an offer was not taken.",
    zh="把工单退回队列：`vanished` 表示客服已断线，工单排到最前；`lapsed` 表示推送后未被接单。",
)
async def requeue_ticket(context: ToolContext, arguments: RequeueTicket) -> TicketView:
    """Take a ticket from the agent who has it, or the offer of it, unless it changed meanwhile."""
    ticket = await found_ticket(context, arguments.ticket_id, lock=True)
    check_version(ticket, arguments.version)
    if arguments.because == "lapsed":
        if ticket.status != "open" or ticket.offered_to is None or is_offered(ticket, context.now):
            raise RefusedError("ticket_taken", "no offer of the ticket has lapsed", ticket_id=ticket.id)
        note(context.session, ticket, "lapsed", context.identity.actor, context.now, agent=ticket.offered_to)
        change(ticket, status="open", **NO_OFFER)
    else:
        if ticket.status != "claimed":
            raise RefusedError("ticket_taken", "nobody has the ticket", ticket_id=ticket.id)
        note(
            context.session,
            ticket,
            "requeued",
            context.identity.actor,
            context.now,
            agent=ticket.assignee,
            because="vanished",
        )
        place = front_of(ticket.queue_at or ticket.created_at)
        change(ticket, status="open", assignee=None, claimed_at=None, queue_at=place, **NO_OFFER, **NO_SNOOZE)
    context.session.add(ticket)
    await context.session.flush()
    return await as_view(context, ticket)


@tool(
    "write",
    roles=("system",),
    needs_customer=False,
    confirm=False,
    en="Write down that a promise of a ticket is about to be broken; refused where that was written down before.",
    zh="记录工单的某项时限即将超时；已记录过的会被拒绝。",
)
async def warn_of_breach(context: ToolContext, arguments: WarnOfBreach) -> TicketView:
    """Note the warning once for each promise and time, whoever looks first."""
    ticket = await found_ticket(context, arguments.ticket_id, lock=True)
    facts = {"goal": arguments.goal, "due_at": arguments.due_at.isoformat()}
    noted = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind == "warned")
    if any(event.facts == facts for event in (await context.session.exec(noted)).all()):
        raise RefusedError("already_warned", "it was warned of before", ticket_id=ticket.id)
    note(context.session, ticket, "warned", context.identity.actor, context.now, **facts)
    await context.session.flush()
    return await as_view(context, ticket)


TOOLS = (assign_ticket, requeue_ticket, warn_of_breach)
"""Roles: ``system`` alone; no token can be had for it."""
