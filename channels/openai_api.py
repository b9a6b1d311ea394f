"""An OpenAI-compatible endpoint: any OpenAI client is a channel. The API key is a token of this platform.

Which conversation a request belongs to, first that applies: the ``X-Conversation-Id`` header or
``metadata.conversation_id``; the `user` field, one running conversation for each user of a token; else the history
that the client repeats: it is hashed, and the conversation whose last answered history has that hash goes on. A history that
was never seen opens a new conversation. Only the last user message is sent; the server has the rest.

The conversation's id comes back in the ``X-Conversation-Id`` header and in the body's `xiaoer` object, beside the
contract's turn. Sampling options are taken and have no effect. A stream begins once the answer is whole and checked: a delta cannot be
taken back, as a draft at the chat socket can.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header
from fastapi.responses import JSONResponse, Response, StreamingResponse

from channels.auth import Caller
from channels.context import CallerDep, Context, ContextDep
from channels.openai_history import find_by_history, find_by_user, message_id
from channels.openai_types import (
    MODEL,
    ChatRequest,
    chunk,
    completion,
    last_user_message,
    model_card,
    saved_attachments,
    usage_chunk,
)
from channels.problems import ProblemError
from channels.render import plain, plain_all
from channels.rest import open_as
from channels.turns import Incoming, answer, known_form
from channels.wire import turn_json
from dialogue.events import MessageReceived, Replied
from knowledge.types import new_id

router = APIRouter(prefix="/v1", tags=["OpenAI-compatible"])


@router.get("/models")
async def list_models(caller: CallerDep) -> dict[str, Any]:
    """List the one model."""
    caller.must_be("shopper", "merchant")
    return {"object": "list", "data": [model_card()]}


@router.get("/models/{name}")
async def get_model(caller: CallerDep, name: str) -> dict[str, Any]:
    """Describe the model."""
    caller.must_be("shopper", "merchant")
    if name != MODEL:
        raise ProblemError("not_found", detail=f"There is one model, {MODEL!r}.")
    return model_card()


@router.post("/chat/completions", response_model=None)
async def chat_completions(
    context: ContextDep,
    caller: CallerDep,
    body: ChatRequest,
    x_conversation_id: Annotated[str | None, Header(max_length=64)] = None,
    x_stainless_retry_count: Annotated[int, Header(ge=0)] = 0,
) -> Response:
    """Answer the last user message of a chat, streamed or whole."""
    caller.must_be("shopper", "merchant")
    if body.model != MODEL:
        raise ProblemError("not_found", detail=f"There is one model, {MODEL!r}.")
    if body.n not in (None, 1):
        raise ProblemError("invalid", detail="One answer a request: n must be 1.")
    named = x_conversation_id or (body.metadata or {}).get("conversation_id")
    client_id = message_id(body)
    conversation_id = await _conversation(context, caller, body, named, retried=x_stainless_retry_count > 0)
    text, pictures = last_user_message(body)
    attachments = await saved_attachments(context, caller, pictures)
    said_meanwhile = await _said_by_people(context, caller, conversation_id)
    turn = await answer(context, caller, conversation_id, Incoming(client_id, text, attachments), channel="openai")
    pieces = [*said_meanwhile, *(plain(reply) for reply in turn.replies)]
    extra = {"conversation_id": conversation_id, "turn": turn_json(turn, full=context.sees_all(caller))}
    headers = {"X-Conversation-Id": conversation_id, "Cache-Control": "no-store"}
    if body.stream:
        wants_usage = bool(body.stream_options and body.stream_options.include_usage)
        events = _sse(pieces, extra, wants_usage=wants_usage)
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)
    return JSONResponse({**completion("\n\n".join(filter(None, pieces))), "xiaoer": extra}, headers=headers)


async def _conversation(
    context: Context, caller: Caller, body: ChatRequest, named: str | None, *, retried: bool
) -> str:
    """Return the conversation that the request goes on with, or a new one."""
    if named is not None:
        return known_form(named)
    if body.user:
        found = await find_by_user(context.platform.database, caller.subject, body)
    else:
        found = await find_by_history(context.platform.database, caller.subject, body, retried=retried)
    if found is not None:
        return found
    return (await open_as(context, caller, role=None, lang=None, channel="openai")).id


async def _said_by_people(context: Context, caller: Caller, conversation_id: str) -> list[str]:
    """Return what agents wrote since the shopper's last message: an OpenAI client cannot be called back."""
    stored = await context.platform.conversations.events(conversation_id, caller.identity(conversation_id))
    said: list[str] = []
    for entry in stored:
        if isinstance(entry.event, MessageReceived):
            said = []
        elif isinstance(entry.event, Replied) and entry.event.author == "agent":
            said.append(plain_all(entry.event.replies))
    return said


async def _sse(pieces: list[str], extra: dict[str, Any], *, wants_usage: bool) -> AsyncIterator[str]:
    """The turn is complete before the first chunk, so that an error still has its status; replies come one a chunk."""
    answer_id, created = new_id("chatcmpl"), int(time.time())
    yield chunk(answer_id, created, {"role": "assistant", "content": ""}, None)
    first = True
    for piece in filter(None, pieces):
        yield chunk(answer_id, created, {"content": piece if first else f"\n\n{piece}"}, None)
        first = False
    yield chunk(answer_id, created, {}, "stop", extra)
    if wants_usage:
        yield usage_chunk(answer_id, created)
    yield "data: [DONE]\n\n"
