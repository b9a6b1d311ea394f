"""A shopper who comes back: with a ticket that still runs, or with a matter that was dealt with before."""

from __future__ import annotations

import datetime as dt

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.schema import Ticket
from tools.desk_rules import DeskRules
from tools.ticketing.body import TicketBody, read_body

_LOOKED_AT = 20
_ORDERS = frozenset({"order", "order_ref"})
"""Names under which a ticket says what order it is about."""


async def running_ticket(session: AsyncSession, conversation_id: str, *, lock: bool = False) -> Ticket | None:
    """Return the ticket that a conversation is worked on with: its own, or the one that its own was merged into."""
    running = select(Ticket).where(Ticket.status != "resolved", col(Ticket.split_from).is_(None))
    running = running.with_for_update() if lock else running
    own = running.where(Ticket.conversation_id == conversation_id).order_by(col(Ticket.created_at))
    found = (await session.exec(own)).first()
    if found is not None:
        return found
    kept = select(Ticket.merged_into).where(
        Ticket.conversation_id == conversation_id, col(Ticket.merged_into).is_not(None)
    )
    return (await session.exec(running.where(col(Ticket.id).in_(kept)))).first()


async def earlier_ticket(
    session: AsyncSession, ticket: Ticket, body: TicketBody, now: dt.datetime, rules: DeskRules
) -> Ticket | None:
    """Return the ticket of the same shopper and matter that was resolved last, not longer ago than the rules say.

    It is the same matter where both are about one order, or, where at least one names none, of one category.
    """
    theirs = Ticket.conversation_id == ticket.conversation_id
    if ticket.customer_id is not None:
        theirs |= Ticket.customer_id == ticket.customer_id
    statement = (
        select(Ticket)
        .where(
            theirs,
            Ticket.status == "resolved",
            col(Ticket.resolved_at) >= now - dt.timedelta(days=rules.reopen_within_days),
            col(Ticket.merged_into).is_(None),
            col(Ticket.split_from).is_(None),
        )
        .order_by(col(Ticket.resolved_at).desc(), col(Ticket.id))
        .limit(_LOOKED_AT)
    )
    rows = (await session.exec(statement)).all()
    return next((row for row in rows if _same_matter(row, ticket, _orders(body))), None)


def _same_matter(earlier: Ticket, ticket: Ticket, orders: set[str]) -> bool:
    before = _orders(read_body(earlier.body))
    return bool(orders & before) if orders and before else earlier.category == ticket.category


def _orders(body: TicketBody) -> set[str]:
    told = {told.value for told in body.told if told.name in _ORDERS}
    wanted = {str(want.slots[name]) for want in body.wants for name in _ORDERS if want.slots.get(name)}
    return told | wanted | {order.order_id for order in body.orders}
