"""Cases for people: hand over, list, claim, release. Who owns the conversation is the dialogue's business, not ours."""

from __future__ import annotations

from knowledge.schema import Conversation, Customer, Ticket
from knowledge.types import new_id
from tools.base import ToolContext, tool
from tools.errors import RefusedError
from tools.ticketing.body import Ending, TicketBody, Triage, read_body
from tools.ticketing.history import note
from tools.ticketing.listing import listed
from tools.ticketing.rating import asked_after
from tools.ticketing.returning import earlier_ticket, running_ticket
from tools.ticketing.routing import place_of
from tools.ticketing.rows import NO_OFFER, NO_SNOOZE, as_view, change, check_version, found_ticket
from tools.ticketing.search import index
from tools.ticketing.triage.deciding import labels_of, triaged
from tools.ticketing.triage.labels import USUAL
from tools.ticketing.types import (
    ClaimTicket,
    CorrectTicket,
    HandOver,
    ListTickets,
    OneTicket,
    ReleaseTicket,
    TicketList,
    TicketView,
)


@tool(
    "write",
    roles=("shopper", "system", "merchant", "agent"),
    needs_customer=False,
    confirm=False,
    en=(
        "Give the conversation to a person: when one is asked for, after repeated failure, in strong anger, for anything "
        "unsafe and for cases that the policy reserves for people. Put everything that is known into `body`. What kind of case it is, "
        "is told from what the shopper said. A conversation that already waits keeps its ticket."
    ),
    zh=(
        "把对话转给人工：顾客要求人工、多次处理失败、情绪激烈、涉及安全，或政策规定必须由人处理时使用。把已知的一切写进 "
        "`body`。工单的类别会根据顾客说的话判断。已在排队的对话沿用原工单。"
    ),
)
async def hand_over(context: ToolContext, arguments: HandOver) -> TicketView:
    """Open a ticket for the conversation, or return the one that is open."""
    conversation_id = context.identity.conversation_id
    if conversation_id is None or await context.session.get(Conversation, conversation_id) is None:
        raise RefusedError("no_conversation", "only a conversation can be handed over; open one first")
    ticket = await running_ticket(context.session, conversation_id)
    if ticket is None:
        ticket = await opened_ticket(context, arguments, conversation_id)
    return (await as_view(context, ticket)).model_copy(update={"body": TicketBody()})


async def opened_ticket(context: ToolContext, arguments: HandOver, conversation_id: str) -> Ticket:
    """Open a ticket, in the transaction of the call that needs one."""
    body = await _with_name(context, arguments.body)
    if body.triage is None:
        triage = await triaged(context.services.models, body, arguments.reason)
        body = body.model_copy(update={"triage": triage})
    ticket = _opened(context, arguments, body, conversation_id)
    await _take_up(context, ticket, body)
    context.session.add(ticket)
    await context.session.flush()
    note(context.session, ticket, "opened", context.identity.actor, context.now, reason=arguments.reason)
    if ticket.reopens is not None:
        note(context.session, ticket, "reopened", context.identity.actor, context.now, of=ticket.reopens, by="shopper")
    await index(context.session, [ticket])
    return ticket


async def _take_up(context: ToolContext, ticket: Ticket, body: TicketBody) -> None:
    """Link the ticket to the one that the shopper comes back with, if there is one, and prefer its agent."""
    earlier = await earlier_ticket(context.session, ticket, body, context.now, context.policy.desk)
    if earlier is not None:
        ticket.sqlmodel_update({"reopens": earlier.id, "prefers": earlier.assignee})


def _opened(context: ToolContext, arguments: HandOver, body: TicketBody, conversation_id: str) -> Ticket:
    labels = labels_of(body.triage, arguments)
    return Ticket(
        id=new_id("tkt"),
        conversation_id=conversation_id,
        customer_id=context.identity.customer_id,
        created_at=context.now,
        queue_at=place_of(labels["priority"], context.now, context.policy.desk),
        reason=arguments.reason,
        lang=arguments.lang,
        subject=arguments.subject,
        category=labels["category"],
        priority=labels["priority"],
        queue=labels["queue"],
        skill=labels["skill"],
        body=body.model_dump(mode="json"),
    )


async def _with_name(context: ToolContext, body: TicketBody) -> TicketBody:
    """Name the customer: one who signed in before never had to say who they are."""
    if body.customer.name:
        return body
    customer = await context.session.get(Customer, context.identity.customer_id or "")
    if customer is None:
        return body
    return body.model_copy(update={"customer": body.customer.model_copy(update={"name": customer.full_name()})})


@tool(
    "read",
    roles=("agent",),
    needs_customer=False,
    en="List tickets with all a desk shows: the next to be taken first, by priority and how long they wait; resolved ones last.",
    zh="列出工单及工作台所需的全部信息：按优先级和等待时间排序，下一个该处理的在前，已解决的在最后。",
)
async def list_tickets(context: ToolContext, arguments: ListTickets) -> TicketList:
    """Return the tickets that the filters let through."""
    found = await listed(context, arguments)
    return TicketList(tickets=found.views, total=found.total)


@tool(
    "read",
    roles=("agent",),
    needs_customer=False,
    en="Show one ticket by its id.",
    zh="按编号查看一张工单。",
)
async def get_ticket(context: ToolContext, arguments: OneTicket) -> TicketView:
    """Return the ticket."""
    return await as_view(context, await found_ticket(context, arguments.ticket_id))


@tool(
    "write",
    roles=("agent",),
    needs_customer=False,
    confirm=False,
    en="Take an open ticket. `version` is the one that the agent saw; of two agents the second is refused.",
    zh="认领一张待处理的工单。`version` 是客服看到的版本号；两人同时认领时，后到者会被拒绝。",
)
async def claim_ticket(context: ToolContext, arguments: ClaimTicket) -> TicketView:
    """Assign the ticket to the acting agent."""
    ticket = await found_ticket(context, arguments.ticket_id, lock=True)
    agent = context.identity.actor
    if ticket.status == "resolved":
        raise RefusedError("ticket_resolved", "the ticket is resolved", ticket_id=ticket.id)
    if ticket.status == "claimed" and ticket.assignee != agent:
        raise RefusedError(
            "already_claimed", "another agent has the ticket", ticket_id=ticket.id, agent=ticket.assignee
        )
    if ticket.status == "open":
        check_version(ticket, arguments.version)
        change(ticket, status="claimed", assignee=agent, claimed_at=context.now, **NO_OFFER)
        note(context.session, ticket, "claimed", agent, context.now)
        context.session.add(ticket)
        await context.session.flush()
    return await as_view(context, ticket)


@tool(
    "write",
    roles=("agent",),
    needs_customer=False,
    confirm=False,
    en=(
        "Finish with a ticket that the agent holds: `hand_back` gives the shopper back to the bot, `resolve` closes the "
        "case. `note` says what was done, for colleagues; `agreed` lists what was agreed with the shopper, who is told it again."
    ),
    zh="结束自己认领的工单：`hand_back` 把顾客交还机器人，`resolve` 结案。`note` 写明处理结果，供同事查看；`agreed` 逐条写明与顾客约定的事项，会再告知顾客。",
)
async def release_ticket(context: ToolContext, arguments: ReleaseTicket) -> TicketView:
    """Resolve the ticket; how it ended stands in its body."""
    ticket = await found_ticket(context, arguments.ticket_id, lock=True)
    agent = context.identity.actor
    if ticket.status == "resolved":
        raise RefusedError("ticket_resolved", "the ticket is resolved already", ticket_id=ticket.id)
    if ticket.assignee != agent:
        raise RefusedError(
            "not_assignee", "only the agent who holds the ticket ends it", ticket_id=ticket.id, agent=ticket.assignee
        )
    ending = Ending(
        outcome=arguments.outcome, note=arguments.note, agreed=arguments.agreed, agent=agent, at=context.now
    )
    change(ticket, status="resolved", resolved_at=context.now, **NO_SNOOZE)
    note(context.session, ticket, "resolved", agent, context.now, outcome=arguments.outcome)
    ticket.body = {**ticket.body, "ending": ending.model_dump(mode="json")}
    context.session.add(ticket)
    if ticket.split_from is not None:
        await _answer(context, ticket.split_from, ticket, arguments.agreed)
    await context.session.flush()
    asked = await asked_after(context, ticket) if arguments.outcome == "resolve" and ticket.split_from is None else None
    return (await as_view(context, ticket)).model_copy(update={"rating_id": asked})


async def _answer(context: ToolContext, whole_id: str, part: Ticket, answer: tuple[str, ...]) -> None:
    """Tell the ticket that a matter was split off from what came of it."""
    whole = await found_ticket(context, whole_id, lock=True)
    if whole.merged_into is not None:
        whole = await found_ticket(context, whole.merged_into, lock=True)
    facts = {"other": part.id, "answer": list(answer)}
    note(context.session, whole, "answered", context.identity.actor, context.now, **facts)
    change(whole, status=whole.status)
    context.session.add(whole)


@tool(
    "write",
    roles=("agent",),
    needs_customer=False,
    confirm=False,
    en=(
        "Correct what kind of case a ticket is: category, priority, queue, skill, each only where it is wrong. Recorded with who said so, and "
        "learned from at the next fit."
    ),
    zh="更正工单的类别、优先级、队列或所需技能，只填有误的项。会记录更正人，并在下次训练时学习。",
)
async def correct_ticket(context: ToolContext, arguments: CorrectTicket) -> TicketView:
    """Write the correction down; what the model had said stays beside it."""
    ticket = await found_ticket(context, arguments.ticket_id, lock=True)
    given = arguments.model_dump(exclude={"ticket_id"}, exclude_none=True)
    if arguments.category is not None:
        queue, skill = USUAL[arguments.category]
        given = {"queue": queue, "skill": skill, **given}
    if all(getattr(ticket, name) == value for name, value in given.items()):
        raise RefusedError("already_so", "the ticket says so already", ticket_id=ticket.id)
    triage = read_body(ticket.body).triage or Triage()
    noted = triage.model_copy(update={"corrected_by": context.identity.actor, "corrected_at": context.now})
    change(ticket, status=ticket.status, corrected_at=context.now, **given)
    if ticket.status == "open":
        ticket.queue_at = place_of(ticket.priority, ticket.created_at, context.policy.desk)
    note(context.session, ticket, "corrected", context.identity.actor, context.now, **given)
    ticket.body = {**ticket.body, "triage": noted.model_dump(mode="json")}
    context.session.add(ticket)
    await context.session.flush()
    return await as_view(context, ticket)


TOOLS = (hand_over, list_tickets, get_ticket, claim_ticket, release_ticket, correct_ticket)
