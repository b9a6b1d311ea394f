"""What a shopper in the queue is told, how long it takes and when the desk opens, and their wish to be called back."""

from __future__ import annotations

import datetime as dt
import re

from sqlmodel import col, select

from knowledge.schema import Customer, Ticket
from tools.base import ToolContext, tool
from tools.errors import ArgumentError, RefusedError
from tools.ticketing.calendars import opening
from tools.ticketing.desk_types import CallBack, NoFilter, QueueWait, Reachable, RequestCallBack
from tools.ticketing.duty import read_board
from tools.ticketing.history import calendar_of, note
from tools.ticketing.returning import running_ticket
from tools.ticketing.routing import RATE_MINUTES, OnDuty, expected_wait
from tools.ticketing.rows import as_view

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")
_DIGITS = range(5, 16)


@tool(
    "read",
    roles=("shopper", "agent", "system"),
    needs_customer=False,
    en="Show how this conversation's ticket stands in its queue: position, expected wait if anything tells it, and when the desk opens. No arguments.",
    zh="查看本对话工单的排队情况：位置、预计等待（没有依据时为空）、以及客服何时上线。无参数。",
)
async def queue_wait(context: ToolContext, arguments: NoFilter) -> QueueWait:
    """Return where the ticket stands and how long it will take, by the rate at which tickets of its queue were taken lately."""
    ticket = await _own_ticket(context)
    position = (await as_view(context, ticket)).position
    duty = [
        agent
        for agent in (await read_board(context.session, context.now)).on_duty(context.now)
        if _takes(agent, ticket)
    ]
    opens = opening(calendar_of(context.policy), context.now)
    wait = None
    if position is not None and opens == context.now:
        since = context.now - dt.timedelta(minutes=RATE_MINUTES)
        statement = select(Ticket.claimed_at).where(Ticket.queue == ticket.queue, col(Ticket.claimed_at) > since)
        taken = [moment for moment in (await context.session.exec(statement)).all() if moment is not None]
        free = sum(max(0, agent.capacity - agent.load) for agent in duty)
        wait = expected_wait(position, taken, context.now, present=len(duty), free=free)
    return QueueWait(
        ticket_id=ticket.id,
        position=position,
        expected_s=None if wait is None else wait.total_seconds(),
        present=len(duty),
        opens_at=None if opens == context.now else opens,
        never_opens=opens is None,
    )


def _takes(agent: OnDuty, ticket: Ticket) -> bool:
    return (not agent.queues or ticket.queue in agent.queues) and ticket.lang in agent.langs


@tool(
    "read",
    roles=("shopper",),
    needs_customer=False,
    en="Show, shortened, by which phone number and e-mail address the shopper can be reached, as it is on record. No arguments.",
    zh="查看（已打码）店铺记录里可联系到顾客的手机号和邮箱。无参数。",
)
async def reachable(context: ToolContext, arguments: NoFilter) -> Reachable:
    """Return what is on record of the customer; nothing of a visitor."""
    customer = await context.session.get(Customer, context.identity.customer_id or "")
    if customer is None:
        return Reachable()
    return Reachable(
        phone=shortened(customer.phone) if customer.phone else None,
        email=shortened(customer.email) if customer.email else None,
    )


@tool(
    "write",
    roles=("shopper",),
    needs_customer=False,
    confirm=False,
    en=(
        "Note on the ticket of this conversation that the shopper wants to be called back when the desk opens: at the `phone` number or "
        "`email` address that they gave in their words, or, with neither, as it is on record."
    ),
    zh="在本对话的工单上记下顾客希望客服上线后回电：用顾客说出的 `phone` 或 `email`；都不给则用店铺记录里的联系方式。",
)
async def request_call_back(context: ToolContext, arguments: RequestCallBack) -> CallBack:
    """Store the wish, in place of an earlier one."""
    ticket = await _own_ticket(context)
    if ticket.status == "resolved":
        raise RefusedError("ticket_resolved", "the ticket is resolved already", ticket_id=ticket.id)
    by, to = await _contact(context, arguments)
    opens = opening(calendar_of(context.policy), context.now)
    later = opens if opens is not None and opens > context.now else None
    ticket.call_back = {
        "by": by,
        "to": to,
        "not_before": None if later is None else later.isoformat(),
        "asked_at": context.now.isoformat(),
    }
    ticket.version += 1
    note(context.session, ticket, "call_back", context.identity.actor, context.now, by=by)
    context.session.add(ticket)
    await context.session.flush()
    return CallBack.model_validate({"ticket_id": ticket.id, "by": by, "to": shortened(to), "not_before": later})


async def _own_ticket(context: ToolContext) -> Ticket:
    """Return the newest ticket that the conversation is worked on with."""
    conversation_id = context.identity.conversation_id or ""
    own = select(Ticket).where(Ticket.conversation_id == conversation_id, col(Ticket.split_from).is_(None))
    ticket = await running_ticket(context.session, conversation_id)
    ticket = ticket or (await context.session.exec(own.order_by(col(Ticket.created_at).desc()))).first()
    if ticket is None:
        raise RefusedError("no_ticket", "this conversation was not handed over")
    return ticket


async def _contact(context: ToolContext, arguments: RequestCallBack) -> tuple[str, str]:
    if arguments.phone is not None:
        digits = re.sub(r"[\s().-]", "", arguments.phone)
        if not re.fullmatch(r"\+?\d+", digits) or len(digits.lstrip("+")) not in _DIGITS:
            raise ArgumentError("contact_invalid", "expected a phone number of 5 to 15 digits", contact=arguments.phone)
        return "phone", digits
    if arguments.email is not None:
        if not _EMAIL.fullmatch(arguments.email):
            raise ArgumentError("contact_invalid", "expected an e-mail address", contact=arguments.email)
        return "email", arguments.email
    customer = await context.session.get(Customer, context.identity.customer_id or "")
    if customer is None or not (customer.phone or customer.email):
        raise ArgumentError("contact_needed", "expected a phone number or an e-mail address: none is on record")
    return ("phone", customer.phone) if customer.phone else ("email", customer.email)


def shortened(contact: str) -> str:
    """Return a phone number or address so that its owner knows it and nobody else: ``*1234``, ``m***@example.com``."""
    name, at, host = contact.partition("@")
    return f"{name[:1]}***@{host}" if at else f"*{contact[-4:]}"


TOOLS = (queue_wait, reachable, request_call_back)
