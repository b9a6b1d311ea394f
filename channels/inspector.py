"""Recent conversations for merchants and agents: the list of the inspector page."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

import sqlmodel
from fastapi import APIRouter, Query
from sqlmodel.ext.asyncio.session import AsyncSession

from channels.context import CallerDep, ContextDep
from channels.turns import known_form
from dialogue.errors import UnknownConversationError
from knowledge.schema import Conversation, ConversationEvent

router = APIRouter(prefix="/v1/conversations", tags=["inspector"])

PREVIEW = 120


@router.get("")
async def list_conversations(
    context: ContextDep,
    caller: CallerDep,
    *,
    owner: Literal["bot", "queued", "human", "closed"] | None = None,
    customer: Annotated[str | None, Query(max_length=64)] = None,
    before: dt.datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """List conversations, the one touched last first; `before` is the last `updated_at` of the page before."""
    caller.must_be("merchant", "agent")
    query = sqlmodel.select(Conversation).order_by(sqlmodel.desc(Conversation.updated_at)).limit(limit)
    if owner is not None:
        query = query.where(Conversation.owner == owner)
    if customer is not None:
        query = query.where(Conversation.customer_id == customer)
    if before is not None:
        query = query.where(Conversation.updated_at < (before if before.tzinfo else before.replace(tzinfo=dt.UTC)))
    async with context.platform.database.read() as session:
        rows = (await session.exec(query)).all()
        last = await _last_messages(session, [row.id for row in rows])
    for row in rows:
        context.looks.saw(caller, "conversation", row.id, listed=True)
    return {"conversations": [{**row.model_dump(mode="json"), "preview": last.get(row.id, "")} for row in rows]}


@router.get("/{conversation_id}")
async def get_conversation(context: ContextDep, caller: CallerDep, conversation_id: str) -> dict[str, Any]:
    """Return the head of a conversation: who, in what language, who owns it, its last sequence number."""
    caller.must_be("merchant", "agent")
    async with context.platform.database.read() as session:
        row = await session.get(Conversation, known_form(conversation_id))
    if row is None:
        raise UnknownConversationError(conversation_id)
    context.looks.saw(caller, "conversation", row.id)
    return row.model_dump(mode="json")


async def _last_messages(session: AsyncSession, ids: list[str]) -> dict[str, str]:
    said = ConversationEvent.__table__.c  # type: ignore[attr-defined]
    newest = (
        sqlmodel.select(said.conversation_id, sqlmodel.func.max(said.seq).label("seq"))
        .where(said.conversation_id.in_(ids), said.type.in_(("message_received", "voice_transcribed")))
        .group_by(said.conversation_id)
        .subquery()
    )
    query = sqlmodel.select(ConversationEvent).join(
        newest, (said.conversation_id == newest.c.conversation_id) & (said.seq == newest.c.seq)
    )
    rows = (await session.exec(query)).all()
    return {row.conversation_id: _words(row.payload)[:PREVIEW] for row in rows}


def _words(payload: dict[str, Any]) -> str:
    """Return what a message says, or what was said in its recording."""
    return str(payload.get("transcript", payload).get("text", ""))
