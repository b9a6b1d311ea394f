"""The event store: append in order, read after a sequence number, keep the head row in step."""

from __future__ import annotations

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


class StaleOwnershipError(Exception):
    """The conversation changed hands since the caller looked."""


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
        expected_version: int | None = None,
    ) -> list[StoredEvent]:
        """Append events in one transaction; `client_id` goes with the first.

        Raises:
            StaleOwnershipError: `expected_version` is not the present ownership version.
            ClientIdReusedError: a message with this client id is there already.
        """
        try:
            async with self.database.write() as session:
                return await self._append(session, conversation_id, events, client_id, expected_version)
        except sqlalchemy.exc.IntegrityError as error:
            if client_id is not None:
                raise ClientIdReusedError(f"client id {client_id!r} was used before") from error
            raise

    async def _append(
        self,
        session: AsyncSession,
        conversation_id: str,
        events: Sequence[Event],
        client_id: str | None,
        expected_version: int | None,
    ) -> list[StoredEvent]:
        query = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
        head = (await session.exec(query)).first()
        if head is None:
            raise UnknownConversationError(f"no conversation {conversation_id!r}")
        if expected_version is not None and head.ownership_version != expected_version:
            raise StaleOwnershipError(f"expected version {expected_version}, is {head.ownership_version}")
        now = self.clock()
        rows = [
            ConversationEvent(
                conversation_id=conversation_id,
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
        """Return conversations of the bot whose last received message has no finished turn after it."""
        received = _last_seq_of("message_received")
        ended = _last_seq_of("turn_ended")
        query = (
            select(Conversation.id)
            .where(Conversation.owner == "bot", received > sqlalchemy.func.coalesce(ended, 0))
        )  # fmt: skip
        async with self.database.read() as session:
            return list((await session.exec(query)).all())


def _last_seq_of(kind: str) -> sqlalchemy.ScalarSelect[int]:
    return (
        sqlalchemy.select(sqlalchemy.func.max(ConversationEvent.seq))
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
