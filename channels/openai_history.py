"""From a repeated chat history to the conversation that it is.

Every message that comes in through the OpenAI door is stored under a client id made of two hashes: one of the
`user` field, one of the whole history up to and with the message. So the next request, whose history without its last
user message ends in our answer, finds the conversation by the events themselves, on any replica and after a
restart; and a request that a client repeats is the same message and gets the same turn.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence

import sqlmodel
from sqlalchemy import ColumnElement
from sqlmodel import col

from channels.openai_types import ChatMessage, ChatRequest
from knowledge.db import Database
from knowledge.schema import Conversation, ConversationEvent
from knowledge.types import utc_now

USER_CONVERSATION = dt.timedelta(hours=24)
"""A `user` who was silent for longer starts anew."""
RETRY = dt.timedelta(minutes=10)


def message_id(body: ChatRequest) -> str:
    """Return the client id of the request's last message."""
    return f"{_scope(body.user)}{_digest(body.messages)}"


async def find_by_user(database: Database, subject: str, body: ChatRequest) -> str | None:
    """Return the running conversation of the request's `user`."""
    condition = col(ConversationEvent.client_id).startswith(_scope(body.user))
    return await _newest(database, subject, condition, since=utc_now() - USER_CONVERSATION)


async def find_by_history(database: Database, subject: str, body: ChatRequest, *, retried: bool) -> str | None:
    """Return the conversation whose last message has the history that this request repeats.

    The first message of a chat has none and opens a conversation, unless the client says that it is a retry.
    """
    if retried:
        same = col(ConversationEvent.client_id) == message_id(body)
        found = await _newest(database, subject, same, since=utc_now() - RETRY)
        if found is not None:
            return found
    before = _answered_part(body.messages)
    if not before:
        return None
    condition = col(ConversationEvent.client_id) == f"{_scope(None)}{_digest(before)}"
    return await _newest(database, subject, condition, since=None)


def _answered_part(messages: Sequence[ChatMessage]) -> Sequence[ChatMessage]:
    """Return the history up to the last user message that was answered."""
    for place in range(len(messages) - 2, -1, -1):
        if messages[place].role == "user":
            return messages[: place + 1]
    return ()


def _digest(messages: Sequence[ChatMessage]) -> str:
    """Hash who said what. System prompts are the client's own affair and may change from request to request."""
    said = [(message.role, _content(message)) for message in messages if message.role in ("user", "assistant")]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()[:40]


def _content(message: ChatMessage) -> str:
    if not isinstance(message.content, list):
        return (message.content or "").strip()
    files = [part.model_dump_json() for part in message.content if part.image_url or part.input_audio]
    return "\n".join([message.text().strip(), *(hashlib.sha256(file.encode()).hexdigest() for file in files)])


def _scope(user: str | None) -> str:
    return f"oa-{hashlib.sha256((user or '').encode()).hexdigest()[:16]}-"


async def _newest(
    database: Database,
    subject: str,
    condition: ColumnElement[bool],
    *,
    since: dt.datetime | None,
) -> str | None:
    query = (
        sqlmodel.select(Conversation.id)
        .join(ConversationEvent, col(ConversationEvent.conversation_id) == col(Conversation.id))
        .where(Conversation.subject == subject, Conversation.owner != "closed", condition)
        .order_by(col(ConversationEvent.at).desc())
        .limit(1)
    )
    if since is not None:
        query = query.where(col(ConversationEvent.at) >= since)
    async with database.read() as session:
        return (await session.exec(query)).first()
