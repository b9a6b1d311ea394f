"""The desk itself: who is there and what they can do, cases that wait for the shopper, and the story of a ticket."""

from __future__ import annotations

import datetime as dt

from sqlmodel import col, select

from knowledge.schema import DeskAgent, Ticket, TicketEvent
from tools.base import ToolContext, tool
from tools.errors import RefusedError
from tools.ticketing.desk_types import (
    AwaitShopper,
    DeskAgents,
    DeskAgentView,
    NoFilter,
    SetDeskAgent,
    SetPresence,
    TicketEventView,
    TicketHistory,
)
from tools.ticketing.duty import is_there, read_board
from tools.ticketing.history import note
from tools.ticketing.rows import as_view, found_ticket
from tools.ticketing.types import OneTicket, TicketView


@tool(
    "write",
    roles=("agent",),
    needs_customer=False,
    confirm=False,
    en="Say whether tickets may be given to you: `available`, or `away` for a break or the end of the shift. What is in hand stays.",
    zh="设置自己是否接新工单：`available`（可接）或 `away`（离开，如休息、下班）。手上的工单不变。",
)
async def set_presence(context: ToolContext, arguments: SetPresence) -> DeskAgentView:
    """Choose a state for the acting agent."""
    row = await _agent(context, context.identity.actor)
    row.state = arguments.state
    return await _kept(context, row)


@tool(
    "write",
    roles=("merchant",),
    needs_customer=False,
    confirm=False,
    en=(
        "Set what an agent of the desk can do: `agent` is the name in their token, `capacity` how many tickets they may have in hand, "
        "`queues` those they work for (an empty list: all), `langs` of zh and en, `skills`. What is not given stays as it is."
    ),
    zh=(
        "设置客服能做什么：`agent` 为令牌里的名字，`capacity` 为可同时处理的工单数，`queues` 为负责的队列（空列表表示全部），"
        "`langs` 从 zh、en 中选，`skills` 为技能。没有给出的保持不变。"
    ),
)
async def set_desk_agent(context: ToolContext, arguments: SetDeskAgent) -> DeskAgentView:
    """Change an agent's abilities; one who is not known yet is added."""
    row = await _agent(context, arguments.agent)
    given = arguments.model_dump(exclude={"agent"}, exclude_none=True)
    row.sqlmodel_update({name: list(value) if isinstance(value, tuple) else value for name, value in given.items()})
    return await _kept(context, row)


@tool(
    "read",
    roles=("agent", "merchant"),
    needs_customer=False,
    en="List who works at the desk: who is there and available, what each can do and has in hand, and how many tickets wait.",
    zh="列出客服：谁在线可接单、各自的能力和手上的工单数，以及有多少工单在等待。",
)
async def list_desk_agents(context: ToolContext, arguments: NoFilter) -> DeskAgents:
    """Return everybody at the desk."""
    board = await read_board(context.session, context.now)
    return DeskAgents(
        agents=tuple(agent_view(row, board.loads[row.subject], context.now) for row in board.agents),
        waiting=sum(ticket.status == "open" for ticket in board.tickets),
    )


@tool(
    "write",
    roles=("agent",),
    needs_customer=False,
    confirm=False,
    en="Say that a ticket you hold waits for the shopper: its clock stands still until they write. `waiting` false takes it back.",
    zh="标记自己手上的工单正在等顾客回复：计时暂停，直到顾客发来消息。`waiting` 为 false 表示取消等待。",
)
async def await_shopper(context: ToolContext, arguments: AwaitShopper) -> TicketView:
    """Stop the clock of the resolution, or let it go on."""
    ticket = await found_ticket(context, arguments.ticket_id, lock=True)
    if ticket.status != "claimed" or ticket.assignee != context.identity.actor:
        raise RefusedError(
            "not_assignee", "only the agent who holds the ticket says so", ticket_id=ticket.id, agent=ticket.assignee
        )
    note(context.session, ticket, "waiting" if arguments.waiting else "resumed", context.identity.actor, context.now)
    ticket.version += 1
    context.session.add(ticket)
    await context.session.flush()
    return await as_view(context, ticket)


@tool(
    "read",
    roles=("agent", "merchant"),
    needs_customer=False,
    en="Show what was done with a ticket, oldest first: offered or assigned to whom and why, put back, resolved.",
    zh="查看工单的经过，按时间先后：分给了谁、为什么、何时退回队列、何时结案。",
)
async def ticket_history(context: ToolContext, arguments: OneTicket) -> TicketHistory:
    """Return the ticket's events with their reasons."""
    ticket: Ticket = await found_ticket(context, arguments.ticket_id)
    statement = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(col(TicketEvent.id))
    events = tuple(
        TicketEventView(what=event.kind, actor=event.actor, at=event.at, facts=event.facts)
        for event in (await context.session.exec(statement)).all()
    )
    return TicketHistory(ticket_id=ticket.id, events=events)


async def _agent(context: ToolContext, subject: str) -> DeskAgent:
    statement = select(DeskAgent).where(DeskAgent.subject == subject).with_for_update()
    return (await context.session.exec(statement)).first() or DeskAgent(subject=subject)


async def _kept(context: ToolContext, row: DeskAgent) -> DeskAgentView:
    context.session.add(row)
    await context.session.flush()
    board = await read_board(context.session, context.now)
    return agent_view(row, board.loads[row.subject], context.now)


def agent_view(row: DeskAgent, load: int, now: dt.datetime) -> DeskAgentView:
    """Return an agent as the desk shows them."""
    return DeskAgentView(
        agent=row.subject,
        state=row.state,
        connected=is_there(row, now),
        load=load,
        capacity=row.capacity,
        queues=tuple(row.queues),
        langs=tuple(row.langs),
        skills=tuple(row.skills),
        seen_at=row.seen_at,
    )


TOOLS = (set_presence, set_desk_agent, list_desk_agents, await_shopper, ticket_history)
