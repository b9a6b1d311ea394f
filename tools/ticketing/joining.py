"""Two tickets that are one matter, and one ticket that is two."""

from __future__ import annotations

from sqlalchemy import update
from sqlmodel import col, select

from knowledge.schema import ConversationEvent, Ticket
from knowledge.types import new_id
from tools.base import ToolContext, tool
from tools.errors import ArgumentError, RefusedError
from tools.ticketing.body import Ending, Said, TicketBody, read_body
from tools.ticketing.case_types import MergeTickets, SplitTicket
from tools.ticketing.history import note
from tools.ticketing.routing import place_of
from tools.ticketing.rows import NO_OFFER, NO_SNOOZE, as_view, change, check_version, found_ticket, must_hold
from tools.ticketing.search import copy_words, index
from tools.ticketing.triage.labels import USUAL
from tools.ticketing.types import TicketView


@tool(
    "write",
    roles=("agent",),
    needs_customer=False,
    confirm=False,
    en=(
        "Make a ticket part of another of the same customer (`into`): it is closed as merged, both stories stay readable, and what its shopper "
        "writes from now on reaches whoever has the other. Not for tickets that other agents hold. It cannot be undone."
    ),
    zh=(
        "把一张工单并入同一顾客的另一张工单（`into`）：前者以“已合并”关闭，双方的经过都可继续查看，之后该顾客发来的消息由另一张工单的客服"
        "接收。其他客服手上的工单不能合并。此操作不可撤销。"
    ),
)
async def merge_tickets(context: ToolContext, arguments: MergeTickets) -> TicketView:
    """Close the ticket as merged and return the one that is kept."""
    if arguments.ticket_id.strip() == arguments.into.strip():
        raise ArgumentError("same_ticket", "expected two tickets", ticket_id=arguments.into[:64])
    kept = await found_ticket(context, arguments.into, lock=True)
    ticket = await found_ticket(context, arguments.ticket_id, lock=True)
    for each, version in ((ticket, arguments.version), (kept, arguments.into_version)):
        _must_be_ours(context, each)
        check_version(each, version)
    _must_belong_together(ticket, kept)
    actor, now = context.identity.actor, context.now
    moved = update(Ticket).where(col(Ticket.merged_into) == ticket.id)
    await context.session.exec(moved.values(merged_into=kept.id))
    note(context.session, ticket, "merged_into", actor, now, other=kept.id)
    note(context.session, kept, "merged", actor, now, other=ticket.id, conversation=ticket.conversation_id)
    ending = Ending(outcome="merged", agent=actor, at=now)
    change(ticket, status="resolved", resolved_at=now, merged_into=kept.id, **NO_OFFER, **NO_SNOOZE)
    ticket.body = {**ticket.body, "ending": ending.model_dump(mode="json")}
    change(kept, status=kept.status)
    context.session.add_all([ticket, kept])
    await copy_words(context.session, ticket.id, kept.id)
    await context.session.flush()
    return await as_view(context, kept)


def _must_be_ours(context: ToolContext, ticket: Ticket) -> None:
    if ticket.status != "open":
        must_hold(context, ticket)


def _must_belong_together(ticket: Ticket, kept: Ticket) -> None:
    same_talk = ticket.conversation_id == kept.conversation_id
    if not same_talk and (ticket.customer_id is None or ticket.customer_id != kept.customer_id):
        raise RefusedError("other_customer", "the tickets are of different customers", ticket_id=ticket.id)
    if ticket.split_from is None and kept.split_from is not None:
        raise RefusedError(
            "kept_is_split_off", "a ticket that talks to the shopper is not merged into one that does not", into=kept.id
        )


@tool(
    "write",
    roles=("agent",),
    needs_customer=False,
    confirm=False,
    en=(
        "Make one matter of a ticket that you hold a ticket of its own, with the messages (`seqs`) and orders that belong to it. It waits in its "
        "queue for a colleague, who works on it behind the scenes: the conversation stays yours, and so does telling the shopper the answer."
    ),
    zh=(
        "把自己手上工单里的一件事拆成单独的工单，并带上相关的消息（`seqs`）和订单。新工单进入所属队列，由同事在后台处理：对话仍由您负责，"
        "处理结果也由您告知顾客。"
    ),
)
async def split_ticket(context: ToolContext, arguments: SplitTicket) -> TicketView:
    """Open the ticket of the one matter and return it."""
    ticket = await found_ticket(context, arguments.ticket_id, lock=True)
    must_hold(context, ticket)
    check_version(ticket, arguments.version)
    actor, now = context.identity.actor, context.now
    queue, skill = USUAL[arguments.category]
    priority = arguments.priority or ticket.priority
    part = Ticket(
        id=new_id("tkt"),
        conversation_id=ticket.conversation_id,
        customer_id=ticket.customer_id,
        created_at=now,
        queue_at=place_of(priority, now, context.policy.desk),
        reason=ticket.reason,
        lang=ticket.lang,
        subject=arguments.subject,
        category=arguments.category,
        priority=priority,
        queue=arguments.queue or queue,
        skill=skill,
        body=(await _part_of(context, ticket, arguments)).model_dump(mode="json"),
        split_from=ticket.id,
    )
    context.session.add(part)
    await context.session.flush()
    note(context.session, part, "split_from", actor, now, other=ticket.id, seqs=list(arguments.seqs))
    note(context.session, ticket, "split_off", actor, now, other=part.id, subject=arguments.subject)
    change(ticket, status=ticket.status)
    context.session.add(ticket)
    await index(context.session, [part])
    await context.session.flush()
    return await as_view(context, part)


async def _part_of(context: ToolContext, ticket: Ticket, arguments: SplitTicket) -> TicketBody:
    """Return what is known of the one matter: who asks, the orders that were chosen, and the words that belong to it."""
    body = read_body(ticket.body)
    orders = {order.order_id: order for order in body.orders}
    if unknown := [name for name in arguments.orders if name not in orders]:
        raise ArgumentError("unknown_order", "expected orders that the ticket is about", order=unknown[0][:64])
    said = await _messages(context, ticket, arguments.seqs)
    return TicketBody(
        customer=body.customer,
        value=body.value,
        orders=tuple(orders[name] for name in dict.fromkeys(arguments.orders)),
        said=said,
        told=tuple(told for told in body.told if told.seq in arguments.seqs),
        agreed=body.agreed,
    )


async def _messages(context: ToolContext, ticket: Ticket, seqs: tuple[int, ...]) -> tuple[Said, ...]:
    """Return the shopper's messages of those numbers.

    Raises:
        ArgumentError: one is none of theirs.
    """
    statement = select(ConversationEvent.seq, col(ConversationEvent.payload)).where(
        ConversationEvent.conversation_id == ticket.conversation_id,
        col(ConversationEvent.seq).in_(seqs),
        ConversationEvent.type == "message_received",
    )
    rows = (await context.session.exec(statement.order_by(col(ConversationEvent.seq)))).all() if seqs else ()
    if missing := set(seqs) - {seq for seq, _ in rows}:
        raise ArgumentError("unknown_message", "expected messages of the shopper", seq=min(missing))
    return tuple(Said(seq=seq, text=str(payload.get("text", ""))) for seq, payload in rows)


TOOLS = (merge_tickets, split_ticket)
