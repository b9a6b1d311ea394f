"""What goes on right now: every shopper's conversation with whoever has it, who is at the desk, and how long each queue is."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.schema import Conversation, ConversationEvent, Customer, Ticket
from tools.base import Evidence, ToolContext, tool
from tools.errors import RefusedError
from tools.policy import Policy
from tools.ticketing.calendars import is_open
from tools.ticketing.desk_tools import agent_view
from tools.ticketing.desk_types import DeskAgentView, NoFilter
from tools.ticketing.duty import Board, read_board
from tools.ticketing.history import calendar_of, clocks_of
from tools.ticketing.routing import RATE_MINUTES, expected_wait
from tools.ticketing.service_levels import Clock

QUIET = dt.timedelta(minutes=15)
"""With the bot a conversation goes on until it was quiet for so long."""
LAST_WORDS = 160
_SPOKEN = ("message_received", "replied")
_LOOKED_AT = (*_SPOKEN, "understood", "turn_ended")


class LiveConversation(Evidence):
    """A conversation as the live view shows it."""

    conversation_id: str
    customer_id: str | None
    name: str
    """The customer's; "" for a visitor."""
    lang: str
    channel: str
    owner: Literal["bot", "queued", "human"]
    agent: str | None
    """Who has it, of the agents."""
    version: int
    """Of its ownership: what `take_over` is given."""
    began_at: dt.datetime
    since: dt.datetime
    """Since when it is with whom it is with: in the queue, with the agent, or with the bot at all."""
    changed_at: dt.datetime
    speaker: str = ""
    """``shopper``, ``bot``, ``agent`` or ``shop``: who spoke last."""
    last_words: str = ""
    mood: str = "calm"
    trend: str = "steady"
    ticket_id: str | None = None
    queue: str | None = None
    priority: str | None = None
    subject: str = ""
    position: int | None = None
    """In its queue, 1 for the next to be taken."""
    clocks: tuple[Clock, ...] = ()


class LiveQueue(Evidence):
    """A queue: how many wait in it, since when, and how long somebody who comes now would."""

    queue: str
    waiting: int
    oldest_at: dt.datetime | None
    expected_s: float | None
    """None: nothing says how long."""


class LiveBoard(Evidence):
    """Everything at one moment: conversations that wait for a person come first, the longest waiting in front."""

    conversations: tuple[LiveConversation, ...]
    agents: tuple[DeskAgentView, ...]
    queues: tuple[LiveQueue, ...]
    at: dt.datetime


class _Last(NamedTuple):
    """The newest event of a kind."""

    seq: int
    payload: Mapping[str, Any]


@tool(
    "read",
    roles=("agent",),
    needs_customer=False,
    en="For supervisors: show every conversation that goes on now, with the bot, in the queue and with agents, who is at the desk, and the queues.",
    zh="主管专用：查看正在进行的所有对话（机器人、排队、人工）、在岗客服和各队列情况。",
)
async def live_board(context: ToolContext, arguments: NoFilter) -> LiveBoard:
    """Return what goes on."""
    if not context.identity.supervisor:
        raise RefusedError("supervisors_only", "only a supervisor may see that")
    return await read_live(context.session, context.policy, context.now)


async def read_live(
    session: AsyncSession, policy: Policy, now: dt.datetime, only: Collection[str] | None = None
) -> LiveBoard:
    """Return the live view of a moment, with all conversations that go on or with those of `only` that do."""
    board = await read_board(session, now)
    return LiveBoard(
        conversations=await _conversations(session, policy, now, board, only),
        agents=tuple(agent_view(row, board.loads[row.subject], now) for row in board.agents),
        queues=await _queues(session, policy, now, board),
        at=now,
    )


async def _conversations(
    session: AsyncSession, policy: Policy, now: dt.datetime, board: Board, only: Collection[str] | None
) -> tuple[LiveConversation, ...]:
    statement = select(Conversation).where(
        Conversation.role == "shopper",
        col(Conversation.owner).in_(("queued", "human"))
        | (col(Conversation.owner) == "bot") & (col(Conversation.updated_at) >= now - QUIET),
    )
    if only is not None:
        statement = statement.where(col(Conversation.id).in_(only))
    heads = (await session.exec(statement)).all()
    said = await _last_events(session, [head.id for head in heads])
    customers = {head.customer_id for head in heads if head.customer_id}
    found = (await session.exec(select(Customer).where(col(Customer.id).in_(customers)))).all() if customers else ()
    names = {customer.id: customer.full_name() for customer in found}
    tickets = {ticket.conversation_id: ticket for ticket in board.tickets}
    places = _places(board)
    shown = [
        _shown(head, said[head.id], tickets.get(head.id), board, policy, now).model_copy(
            update={
                "name": names.get(head.customer_id or "", ""),
                "position": places.get(tickets[head.id].id) if head.id in tickets else None,
            }
        )
        for head in heads
        if "message_received" in said[head.id] or head.owner != "bot"  # who was only greeted has not come yet
    ]
    return tuple(sorted(shown, key=_order))


def _order(row: LiveConversation) -> tuple[int, dt.datetime, str]:
    rank = {"queued": 0, "human": 1, "bot": 2}
    return rank[row.owner], row.since, row.conversation_id


async def _last_events(session: AsyncSession, ids: Sequence[str]) -> dict[str, dict[str, _Last]]:
    """Return the newest event of each kind that is looked at, by conversation."""
    found: defaultdict[str, dict[str, _Last]] = defaultdict(dict)
    if not ids:
        return found
    newest = (
        select(
            col(ConversationEvent.conversation_id).label("conversation_id"),
            func.max(col(ConversationEvent.seq)).label("seq"),
        )
        .where(col(ConversationEvent.conversation_id).in_(ids), col(ConversationEvent.type).in_(_LOOKED_AT))
        .group_by(col(ConversationEvent.conversation_id), col(ConversationEvent.type))
        .subquery()
    )
    statement = select(
        ConversationEvent.conversation_id, ConversationEvent.type, ConversationEvent.seq, ConversationEvent.payload
    ).join(
        newest,
        (col(ConversationEvent.conversation_id) == newest.c.conversation_id)
        & (col(ConversationEvent.seq) == newest.c.seq),
    )
    for conversation_id, kind, seq, payload in (await session.exec(statement)).all():
        found[conversation_id][kind] = _Last(seq, dict(payload))
    return found


def _shown(
    head: Conversation,
    said: dict[str, _Last],
    ticket: Ticket | None,
    board: Board,
    policy: Policy,
    now: dt.datetime,
) -> LiveConversation:
    owner: Literal["bot", "queued", "human"] = (
        "queued" if head.owner == "queued" else "human" if head.owner == "human" else "bot"
    )
    speaker, words = _spoken_last(said)
    felt = said.get("understood")
    ended = said.get("turn_ended")
    since = head.created_at
    if ticket is not None and owner != "bot":
        since = ticket.claimed_at or ticket.created_at if owner == "human" else ticket.created_at
    row = LiveConversation(
        conversation_id=head.id,
        customer_id=head.customer_id,
        name="",
        lang=head.lang,
        channel=head.channel,
        owner=owner,
        agent=head.agent_id,
        version=head.ownership_version,
        began_at=head.created_at,
        since=since,
        changed_at=head.updated_at,
        speaker=speaker,
        last_words=words,
        mood=str(felt.payload["understanding"]["emotion"]["label"]) if felt else "calm",
        trend=str(ended.payload.get("trend", "steady")) if ended else "steady",
    )
    if ticket is None:
        return row
    return row.model_copy(
        update={
            "ticket_id": ticket.id,
            "queue": ticket.queue,
            "priority": ticket.priority,
            "subject": ticket.subject,
            "clocks": clocks_of(ticket, board.steps[ticket.id], policy, now),
        }
    )


def _spoken_last(said: dict[str, _Last]) -> tuple[str, str]:
    spoken = [said[kind] for kind in _SPOKEN if kind in said]
    if not spoken:
        return "", ""
    last = max(spoken, key=lambda each: each.seq).payload
    if last["type"] == "message_received":
        return str(last["author"]), str(last["text"])[:LAST_WORDS]
    texts = [str(reply.get("text") or "") for reply in last["replies"]]
    return str(last["author"]), " ".join(filter(None, texts))[:LAST_WORDS]


def _places(board: Board) -> dict[str, int]:
    """Return the place in line of each waiting ticket, as `tools.ticketing.rows.waiting_line` numbers them."""
    line: defaultdict[str, list[Ticket]] = defaultdict(list)
    for ticket in board.tickets:
        if ticket.status == "open":
            line[ticket.queue].append(ticket)
    return {
        ticket.id: place
        for waiting in line.values()
        for place, ticket in enumerate(sorted(waiting, key=lambda each: (each.queue_at or each.created_at, each.id)), 1)
    }


async def _queues(session: AsyncSession, policy: Policy, now: dt.datetime, board: Board) -> tuple[LiveQueue, ...]:
    """Return the queues that somebody waits in or that an agent works for."""
    waiting: defaultdict[str, list[Ticket]] = defaultdict(list)
    for ticket in board.tickets:
        if ticket.status == "open":
            waiting[ticket.queue].append(ticket)
    duty = board.on_duty(now)
    names = sorted({*waiting, *(name for agent in duty for name in agent.queues)})
    since = now - dt.timedelta(minutes=RATE_MINUTES)
    statement = select(Ticket.queue, Ticket.claimed_at).where(col(Ticket.claimed_at) > since)
    taken: defaultdict[str, list[dt.datetime]] = defaultdict(list)
    for queue, moment in (await session.exec(statement)).all():
        if moment is not None:
            taken[queue].append(moment)
    opened = is_open(calendar_of(policy), now)
    found = []
    for name in names:
        able = [agent for agent in duty if not agent.queues or name in agent.queues]
        free = sum(max(0, agent.capacity - agent.load) for agent in able)
        wait = expected_wait(len(waiting[name]) + 1, taken[name], now, present=len(able), free=free) if opened else None
        oldest = min((ticket.created_at for ticket in waiting[name]), default=None)
        expected = None if wait is None else wait.total_seconds()
        found.append(LiveQueue(queue=name, waiting=len(waiting[name]), oldest_at=oldest, expected_s=expected))
    return tuple(found)


TOOLS = (live_board,)
