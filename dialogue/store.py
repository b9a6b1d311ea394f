"""The event store: append in order, read after a sequence number, keep the head row in step."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence

import sqlalchemy.exc
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from dialogue.errors import ClientIdReusedError, UnknownConversationError
from dialogue.events import Event, LanguageChanged, MessageReceived, OwnershipChanged, StoredEvent
from knowledge.db import Database
from knowledge.schema import Conversation, ConversationEvent
from knowledge.types import utc_now


class StaleStateError(Exception):
    """Since the caller looked, the conversation changed hands, or another replica answered."""


@dataclasses.dataclass(frozen=True)
class Seen:
    """What a writer went by: its events are stored only while that still holds."""

    ownership_version: int
    seq: int | None = None
    """No turn may have ended after this event; None: any may."""


class EventStore:
    """Reads and appends the events of conversations. The head row is written with them, in one transaction."""

    def __init__(self, database: Database, clock: Callable[[], dt.datetime] = utc_now) -> None:
        self.database = database
        self.clock = clock

    async def create(self, conversation: Conversation) -> None:
        """Store a new conversation's head."""
        async with self.database.write() as session:
            session.add(conversation)

    async def head(self, conversation_id: str) -> Conversation:
        """Return the head row. Raises `UnknownConversationError`."""
        async with self.database.read() as session:
            found = await session.get(Conversation, conversation_id)
        if found is None:
            raise UnknownConversationError(f"no conversation {conversation_id!r}")
        return found

    async def load(self, conversation_id: str, after: int = 0) -> list[StoredEvent]:
        """Return the events after a sequence number, in order."""
        query = (
            select(ConversationEvent)
            .where(ConversationEvent.conversation_id == conversation_id, col(ConversationEvent.seq) > after)
            .order_by(col(ConversationEvent.seq))
        )
        async with self.database.read() as session:
            rows = (await session.exec(query)).all()
        return [_stored(row) for row in rows]

    async def find_client_id(self, conversation_id: str, client_id: str) -> StoredEvent | None:
        """Return the message that came with this client id, if one did."""
        query = select(ConversationEvent).where(
            ConversationEvent.conversation_id == conversation_id, ConversationEvent.client_id == client_id
        )
        async with self.database.read() as session:
            row = (await session.exec(query)).first()
        return _stored(row) if row is not None else None

    async def append(
        self,
        conversation_id: str,
        events: Sequence[Event],
        *,
        client_id: str | None = None,
        seen: Seen | None = None,
    ) -> list[StoredEvent]:
        """Append events in one transaction; `client_id` goes with the first.

        Raises:
            StaleStateError: `seen` is no longer so.
            ClientIdReusedError: a message with this client id is there already.
        """
        try:
            async with self.database.write() as session:
                head = await self.locked_head(session, conversation_id)
                if seen is not None:
                    await self._check(session, head, seen)
                return await self.append_in(session, head, events, client_id=client_id)
        except sqlalchemy.exc.IntegrityError as error:
            if client_id is not None:
                raise ClientIdReusedError(f"client id {client_id!r} was used before") from error
            raise

    async def locked_head(self, session: AsyncSession, conversation_id: str) -> Conversation:
        """Return the head row; until the transaction ends nobody else writes to the conversation."""
        query = (
            select(Conversation)
            .where(Conversation.id == conversation_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        head = (await session.exec(query)).first()
        if head is None:
            raise UnknownConversationError(f"no conversation {conversation_id!r}")
        return head

    async def _check(self, session: AsyncSession, head: Conversation, seen: Seen) -> None:
        if head.ownership_version != seen.ownership_version:
            raise StaleStateError(f"expected version {seen.ownership_version}, is {head.ownership_version}")
        if seen.seq is None or head.last_seq == seen.seq:
            return
        ended = select(ConversationEvent.seq).where(
            ConversationEvent.conversation_id == head.id,
            col(ConversationEvent.seq) > seen.seq,
            ConversationEvent.type == "turn_ended",
        )
        if (found := (await session.exec(ended)).first()) is not None:
            raise StaleStateError(f"expected no turn after {seen.seq}, one ended at {found}")

    async def append_in(
        self, session: AsyncSession, head: Conversation, events: Sequence[Event], *, client_id: str | None = None
    ) -> list[StoredEvent]:
        """Append events in the caller's transaction, under a head that it has locked."""
        now = self.clock()
        rows = [
            ConversationEvent(
                conversation_id=head.id,
                seq=head.last_seq + place,
                type=event.type,
                payload=event.model_dump(mode="json"),
                client_id=client_id if place == 1 else None,
                at=now,
            )
            for place, event in enumerate(events, start=1)
        ]
        stored = list(map(_stored, rows))  # as any reader will see them, not as they were made
        session.add_all(rows)
        head.last_seq += len(rows)
        head.updated_at = now
        for event in events:
            if isinstance(event, OwnershipChanged):
                head.owner, head.agent_id, head.ownership_version = event.owner, event.agent_id, event.version
            elif isinstance(event, LanguageChanged):
                head.lang = event.lang
        session.add(head)
        await session.flush()
        return stored

    async def unanswered(self) -> list[str]:
        """Return open conversations that have a message which no finished turn has answered."""
        received = _greatest(col(ConversationEvent.seq), "message_received")
        answered = _greatest(col(ConversationEvent.payload)["of_seq"].as_integer(), "turn_ended")
        query = select(Conversation.id).where(
            Conversation.owner != "closed", received > sqlalchemy.func.coalesce(answered, 0)
        )
        async with self.database.read() as session:
            return list((await session.exec(query)).all())


def _greatest(value: sqlalchemy.SQLColumnExpression[int], kind: str) -> sqlalchemy.ScalarSelect[int]:
    """Return the greatest value among a conversation's events of one kind."""
    return (
        sqlalchemy.select(sqlalchemy.func.max(value))
        .where(col(ConversationEvent.conversation_id) == col(Conversation.id), col(ConversationEvent.type) == kind)
        .scalar_subquery()
    )


def _stored(row: ConversationEvent) -> StoredEvent:
    return StoredEvent.model_validate(
        {"conversation_id": row.conversation_id, "seq": row.seq, "at": row.at, "event": row.payload}
    )


def is_message(stored: StoredEvent) -> bool:
    """Tell whether this is a message that somebody sent to the bot."""
    return isinstance(stored.event, MessageReceived) and stored.event.author != "agent"
