"""Keeps sittings and ticket clocks in step with the events: what was not counted yet is counted before figures are asked for.

Nothing of it stands in the way of a turn. What is kept can be made again from the events at any time; conversations of before
the tables were there are counted when somebody asks first.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence

from sqlalchemy import func, update
from sqlalchemy.orm import aliased
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from dialogue.events import StoredEvent
from dialogue.sittings import COUNTED, sittings
from knowledge.db import Database
from knowledge.schema import Conversation, ConversationEvent, Sitting, Ticket, TicketClock
from tools.policy import Policy
from tools.ticketing.history import steps_of
from tools.ticketing.served import served

BATCH = 50
"""Conversations that are counted in one transaction: others want to write as well."""


class Counting:
    """Counts the conversations that went on since they were counted last."""

    def __init__(self, database: Database, policy: Callable[[], Policy], clock: Callable[[], dt.datetime]) -> None:
        self._database = database
        self._policy = policy
        self._clock = clock
        self._lock = asyncio.Lock()

    async def catch_up(self, *, most: int | None = None) -> int:
        """Count what is new, at most so many conversations; returns how many were counted."""
        done = 0
        async with self._lock:
            while most is None or done < most:
                counted = await self._batch() if await self._is_behind() else 0
                done += counted
                if counted < BATCH:
                    break
        return done

    async def _is_behind(self) -> bool:
        async with self._database.read() as session:
            behind = select(Conversation.id).where(col(Conversation.last_seq) > col(Conversation.counted_seq)).limit(1)
            return (await session.exec(behind)).first() is not None

    async def _batch(self) -> int:
        async with self._database.write() as session:
            behind = select(Conversation).where(col(Conversation.last_seq) > col(Conversation.counted_seq))
            heads = (await session.exec(behind.limit(BATCH).with_for_update(skip_locked=True))).all()
            shoppers = [head for head in heads if head.role == "shopper"]
            rows = await self._counted(session, shoppers) if shoppers else []
            ids = [head.id for head in shoppers]
            await session.exec(delete(Sitting).where(col(Sitting.conversation_id).in_(ids)))
            session.add_all(rows)
            for head in heads:
                head.counted_seq = head.last_seq
                session.add(head)
            await session.flush()
            await _link(session, {row.person for row in rows if isinstance(row, Sitting)})
        return len(heads)

    async def _counted(self, session: AsyncSession, heads: Sequence[Conversation]) -> list[Sitting | TicketClock]:
        ids = [head.id for head in heads]
        tickets = (await session.exec(select(Ticket).where(col(Ticket.conversation_id).in_(ids)))).all()
        events = await _events(session, ids)
        steps = await steps_of(session, tickets)
        await session.exec(delete(TicketClock).where(col(TicketClock.ticket_id).in_([each.id for each in tickets])))
        resolved = {ticket.id: ticket.resolved_at for ticket in tickets}
        rows: list[Sitting | TicketClock] = []
        for head in heads:
            rows += sittings(head, events[head.id], resolved)
        for ticket in tickets:
            rows += served(ticket, steps[ticket.id], self._policy(), self._clock())
        return rows


async def _events(session: AsyncSession, ids: Sequence[str]) -> dict[str, list[StoredEvent]]:
    statement = (
        select(
            ConversationEvent.conversation_id, ConversationEvent.seq, ConversationEvent.at, ConversationEvent.payload
        )
        .where(col(ConversationEvent.conversation_id).in_(ids), col(ConversationEvent.type).in_(COUNTED))
        .order_by(col(ConversationEvent.conversation_id), col(ConversationEvent.seq))
    )
    found: defaultdict[str, list[StoredEvent]] = defaultdict(list)
    for conversation_id, seq, at, payload in (await session.exec(statement)).all():
        stored = {"conversation_id": conversation_id, "seq": seq, "at": at, "event": payload}
        found[conversation_id].append(StoredEvent.model_validate(stored))
    return found


async def _link(session: AsyncSession, people: set[str]) -> None:
    """Write beside each sitting of these people when they came back."""
    later = aliased(Sitting)
    next_at = (
        select(func.min(col(later.started_at)))
        .where(col(later.person) == col(Sitting.person), col(later.started_at) > col(Sitting.started_at))
        .correlate(Sitting)
        .scalar_subquery()
    )
    changed = update(Sitting).where(col(Sitting.person).in_(people)).values(next_at=next_at)
    await session.exec(changed.execution_options(synchronize_session=False))
