"""The event store: append in order, read after a sequence number, keep the head row in step."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import sqlalchemy.exc
from sqlalchemy import Table, bindparam, insert, update
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from dialogue.errors import ClientIdReusedError, UnknownConversationError
from dialogue.events import (
    Event,
    LanguageChanged,
    MessageReceived,
    OwnershipChanged,
    Replied,
    StoredEvent,
    VoiceTranscribed,
)
from dialogue.outward.outbox import Outbox
from knowledge.db import Database
from knowledge.schema import Conversation, ConversationEvent
from knowledge.types import utc_now
from tools.ticketing.search import add_words

# What every turn runs is made once: SQLAlchemy takes longer to make a statement than SQLite to run it.
_HEADS: Table = SQLModel.metadata.tables[str(Conversation.__tablename__)]
_EVENTS: Table = SQLModel.metadata.tables[str(ConversationEvent.__tablename__)]
_HEAD = select(Conversation).where(col(Conversation.id) == bindparam("conversation_id"))
_LOCKED_HEAD = _HEAD.with_for_update().execution_options(populate_existing=True)
_EVENTS_AFTER = (
    select(ConversationEvent.seq, ConversationEvent.at, ConversationEvent.payload)
    .where(
        ConversationEvent.conversation_id == bindparam("conversation_id"),
        col(ConversationEvent.seq) > bindparam("after"),
    )
    .order_by(col(ConversationEvent.seq))
)
_TYPES_AFTER = select(ConversationEvent.type).where(
    ConversationEvent.conversation_id == bindparam("conversation_id"), col(ConversationEvent.seq) > bindparam("after")
)
_ADD_EVENTS = insert(_EVENTS)
_MOVE_HEAD = update(_HEADS).where(_HEADS.c.id == bindparam("conversation_id"))


class StaleStateError(Exception):
    """Since the caller looked, the conversation changed hands or went on."""


@dataclasses.dataclass(frozen=True)
class Seen:
    """What a writer went by: its events are stored only while that still holds."""

    ownership_version: int
    seq: int | None = None
    """No turn may have ended after this event; None: any may."""
    latest: bool = False
    """Nor may a message have come after it."""


class EventStore:
    """Reads and appends the events of conversations. The head row is written with them, in one transaction."""

    def __init__(
        self, database: Database, clock: Callable[[], dt.datetime] = utc_now, outbox: Outbox | None = None
    ) -> None:
        self.database = database
        self.clock = clock
        self.outbox = outbox

    async def create(self, conversation: Conversation, events: Sequence[Event]) -> list[StoredEvent]:
        """Store a new conversation's head and its first events."""
        async with self.database.write() as session:
            session.add(conversation)
            await session.flush()
            return await self.append_in(session, conversation, events)

    async def head(self, conversation_id: str) -> Conversation:
        """Return the head row. Raises `UnknownConversationError`."""
        async with self.database.read() as session:
            found = (await session.exec(_HEAD, params={"conversation_id": conversation_id})).first()
        return _known(found, conversation_id)

    async def load(self, conversation_id: str, after: int = 0) -> list[StoredEvent]:
        """Return the events after a sequence number, in order."""
        async with self.database.read() as session:
            rows = await session.exec(_EVENTS_AFTER, params={"conversation_id": conversation_id, "after": after})
            return [_stored(conversation_id, seq, at, payload) for seq, at, payload in rows]

    async def find_client_id(self, conversation_id: str, client_id: str) -> StoredEvent | None:
        """Return the message that came with this client id, if one did."""
        query = select(ConversationEvent).where(
            ConversationEvent.conversation_id == conversation_id, ConversationEvent.client_id == client_id
        )
        async with self.database.read() as session:
            row = (await session.exec(query)).first()
        return _stored(conversation_id, row.seq, row.at, row.payload) if row is not None else None

    async def append(
        self,
        conversation_id: str,
        events: Sequence[Event],
        *,
        client_id: str | None = None,
        seen: Seen | None = None,
        admit: Callable[[Conversation], None] | None = None,
        also: Callable[[AsyncSession], Awaitable[None]] | None = None,
    ) -> list[StoredEvent]:
        """Append events in one transaction; `client_id` goes with the first.

        Args:
            admit: looks at the head first; nothing is stored if it raises.
            also: what else is written in the transaction.

        Raises:
            StaleStateError: `seen` is no longer so.
            ClientIdReusedError: a message with this client id is there already.
        """
        try:
            async with self.database.write() as session:
                head = await self.locked_head(session, conversation_id)
                if admit is not None:
                    admit(head)
                if seen is not None:
                    await self._check(session, head, seen)
                if also is not None:
                    await also(session)
                return await self.append_in(session, head, events, client_id=client_id)
        except sqlalchemy.exc.IntegrityError as error:
            if client_id is not None:
                raise ClientIdReusedError(f"client id {client_id!r} was used before") from error
            raise

    async def locked_head(self, session: AsyncSession, conversation_id: str) -> Conversation:
        """Return the head row; until the transaction ends nobody else writes to the conversation."""
        found = (await session.exec(_LOCKED_HEAD, params={"conversation_id": conversation_id})).first()
        return _known(found, conversation_id)

    async def _check(self, session: AsyncSession, head: Conversation, seen: Seen) -> None:
        if head.ownership_version != seen.ownership_version:
            raise StaleStateError(f"expected version {seen.ownership_version}, is {head.ownership_version}")
        if seen.seq is None or head.last_seq == seen.seq:
            return
        params = {"conversation_id": head.id, "after": seen.seq}
        since = set((await session.exec(_TYPES_AFTER, params=params)).all())
        if "turn_ended" in since or (seen.latest and "message_received" in since):
            raise StaleStateError(f"the conversation went on after event {seen.seq}: {sorted(since)}")

    async def append_in(
        self, session: AsyncSession, head: Conversation, events: Sequence[Event], *, client_id: str | None = None
    ) -> list[StoredEvent]:
        """Append events in the caller's transaction, under a head that it has locked. `head` itself stays as it was."""
        if not events:
            return []
        now = self.clock()
        rows: list[dict[str, Any]] = [
            {
                "conversation_id": head.id,
                "seq": head.last_seq + place,
                "type": event.type,
                "payload": event.model_dump(mode="json"),
                "client_id": client_id if place == 1 else None,
                "at": now,
            }
            for place, event in enumerate(events, start=1)
        ]
        moved: dict[str, Any] = {"last_seq": rows[-1]["seq"], "updated_at": now}
        for event in events:
            if isinstance(event, OwnershipChanged):
                moved |= {"owner": event.owner, "agent_id": event.agent_id, "ownership_version": event.version}
            elif isinstance(event, LanguageChanged):
                moved["lang"] = event.lang
        connection = await session.connection()
        await connection.execute(_ADD_EVENTS, rows)
        await connection.execute(_MOVE_HEAD.values(moved), {"conversation_id": head.id})
        stored = [_stored(head.id, row["seq"], now, row["payload"]) for row in rows]  # as any reader will see them
        if head.owner != "bot" or "owner" in moved:
            await add_words(session, head.id, _words(stored))
        if self.outbox is not None:
            await self.outbox.tell(session, head, stored)
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


def _known(head: Conversation | None, conversation_id: str) -> Conversation:
    if head is None:
        raise UnknownConversationError(f"no conversation {conversation_id!r}")
    return head


def _stored(conversation_id: str, seq: int, at: dt.datetime, payload: Any) -> StoredEvent:
    return StoredEvent.model_validate({"conversation_id": conversation_id, "seq": seq, "at": at, "event": payload})


def _words(stored: Sequence[StoredEvent]) -> Iterator[str]:
    """Yield what persons said: the tickets of a conversation that is with the desk are found by it."""
    for entry in stored:
        match entry.event:
            case MessageReceived(text=text):
                yield text
            case VoiceTranscribed(transcript=transcript):
                yield transcript.text
            case Replied(author="agent", replies=replies):
                yield from (reply.text for reply in replies)


def is_message(stored: StoredEvent) -> bool:
    """Tell whether this is a message that somebody sent to the bot."""
    return isinstance(stored.event, MessageReceived) and stored.event.author != "agent"
