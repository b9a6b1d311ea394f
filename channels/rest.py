"""The contract's HTTP endpoints for conversations."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from channels.auth import Caller
from channels.context import CallerDep, Context, ContextDep
from channels.problems import ProblemError
from channels.turns import Incoming, answer, known_form, opening_lang
from channels.wire import (
    MAX_SEQ,
    ConversationOpened,
    GiveRating,
    NewMessage,
    OpenConversation,
    TurnView,
    event_json,
    printable,
    turn_json,
)
from dialogue.conversations import Opened
from knowledge.schema import Customer
from knowledge.types import JsonObject, Lang
from tools.ticketing.rating import RatingGiven

router = APIRouter(prefix="/v1", tags=["conversations"])

After = Annotated[int, Query(ge=0, le=MAX_SEQ)]


@router.post("/conversations", status_code=201, response_model=ConversationOpened)
async def open_conversation(
    request: Request, context: ContextDep, caller: CallerDep, body: OpenConversation | None = None
) -> JSONResponse:
    """Start a conversation as the token's shopper or merchant."""
    body = body or OpenConversation()
    lang = opening_lang(body.lang, request.headers.get("accept-language"))
    device = body.device.model_dump(exclude_defaults=True)
    if "id" in device:
        device["id"] = printable(device["id"])
    opened = await open_as(context, caller, role=body.role, lang=lang, channel=body.channel, device=device)
    greeting = [reply.model_dump(mode="json") for reply in opened.greeting]
    return JSONResponse({"id": opened.id, "seq": opened.seq, "greeting": greeting}, 201)


async def open_as(
    context: Context,
    caller: Caller,
    *,
    role: str | None,
    lang: Lang | None,
    channel: str,
    device: JsonObject | None = None,
) -> Opened:
    """Open a conversation for the caller.

    Raises:
        ProblemError: ``forbidden`` for agents and for a role that is not the token's; ``unknown_customer``.
    """
    caller.must_be("shopper", "merchant")
    if role not in (None, caller.role):
        raise ProblemError("forbidden")
    context.rates.spend(f"{caller.role}:{caller.subject}")
    context.admit()
    identity = caller.identity()
    if identity.customer_id is not None:
        async with context.platform.database.read() as session:
            if await session.get(Customer, identity.customer_id) is None:
                raise ProblemError("unknown_customer")
    return await context.platform.conversations.open(identity, lang=lang, channel=channel, device=device)


@router.post("/conversations/{conversation_id}/messages", response_model=TurnView)
async def send_message(context: ContextDep, caller: CallerDep, conversation_id: str, body: NewMessage) -> JSONResponse:
    """Send a message and get its turn. The same `client_id` again gives the same turn, with nothing done twice."""
    caller.must_be("shopper", "merchant")
    message = Incoming(body.client_id, body.text, body.attachments)
    turn = await answer(context, caller, conversation_id, message, channel="rest")
    return JSONResponse(turn_json(turn, full=context.sees_all(caller)))


@router.post("/conversations/{conversation_id}/rating", response_model=RatingGiven)
async def rate(context: ContextDep, caller: CallerDep, conversation_id: str, body: GiveRating) -> JSONResponse:
    """Answer the question how one was served: 1 to 5, and a remark; for a day another answer takes its place."""
    caller.must_be("shopper")
    context.rates.spend(f"{caller.role}:{caller.subject}")
    context.admit()
    given = await context.platform.conversations.rate(
        known_form(conversation_id),
        caller.identity(conversation_id),
        score=body.score,
        remark=printable(body.remark).strip(),
    )
    return JSONResponse(given.model_dump(mode="json"))


@router.get("/conversations/{conversation_id}/events")
async def read_events(
    context: ContextDep, caller: CallerDep, conversation_id: str, after: After = 0
) -> list[dict[str, Any]]:
    """Return every event after `after`, in order; a shopper sees what was said and who answers, no inner workings."""
    identity = caller.identity(known_form(conversation_id))
    stored = await context.platform.conversations.events(conversation_id, identity, after=after)
    context.looks.saw(caller, "conversation", conversation_id)
    return [event_json(event, caller.role) for event in stored]
