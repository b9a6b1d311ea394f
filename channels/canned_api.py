"""Replies kept at hand: listed, kept and removed, and filled with the facts of a ticket."""

from __future__ import annotations

from typing import Any

import pydantic
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from channels.auth import Caller
from channels.context import CallerDep, Context, ContextDep
from channels.desk import read_tool
from channels.problems import refusal_problem
from channels.wire import printable
from knowledge.types import Lang, new_id
from tools.base import ToolCall
from tools.ticketing.canned_types import (
    CannedReplies,
    CannedReplyRemoved,
    CannedReplyView,
    FilledReply,
    Name,
    Text,
)

router = APIRouter(tags=["desk"])


class _Body(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class KeptReply(_Body):
    """A reply with variables in braces. `private`: the calling agent's own."""

    name: Name
    zh: Text = ""
    en: Text = ""
    private: bool = False


class UnneededReply(_Body):
    """Which reply is removed."""

    name: Name
    private: bool = False


class WantedReply(_Body):
    """Which reply is wanted for a ticket, and in which language."""

    reply_id: str = pydantic.Field(max_length=64)
    lang: Lang


@router.get("/v1/desk/canned-replies", response_model=CannedReplies)
async def canned_replies(context: ContextDep, caller: CallerDep) -> JSONResponse:
    """List the shop's replies and the caller's own, and what they may hold in braces."""
    caller.must_be("agent", "merchant")
    return JSONResponse((await read_tool(context, caller, "list_canned_replies", {})).model_dump(mode="json"))


@router.post("/v1/desk/canned-replies", response_model=CannedReplyView)
async def keep_reply(context: ContextDep, caller: CallerDep, body: KeptReply) -> JSONResponse:
    """Keep a reply, or change the one of that name. The shop's: supervisors and merchants; private ones: agents."""
    arguments = {
        "name": printable(body.name),
        "zh": printable(body.zh),
        "en": printable(body.en),
        "private": body.private,
    }
    return await _write(context, caller, "set_canned_reply", arguments)


@router.post("/v1/desk/canned-replies/remove", response_model=CannedReplyRemoved)
async def remove_reply(context: ContextDep, caller: CallerDep, body: UnneededReply) -> JSONResponse:
    """Remove a reply."""
    return await _write(context, caller, "remove_canned_reply", body.model_dump())


@router.post("/v1/tickets/{ticket_id}/canned-reply", response_model=FilledReply)
async def fill_reply(context: ContextDep, caller: CallerDep, ticket_id: str, body: WantedReply) -> JSONResponse:
    """Return a reply with what the ticket says in the place of its variables; nothing is sent."""
    caller.must_be("agent")
    arguments = {"ticket_id": ticket_id, **body.model_dump()}
    found = await read_tool(context, caller, "fill_canned_reply", arguments)
    context.looks.saw(caller, "ticket", ticket_id)
    return JSONResponse(found.model_dump(mode="json"))


async def _write(context: Context, caller: Caller, tool: str, arguments: dict[str, Any]) -> JSONResponse:
    caller.must_be("agent", "merchant")
    outcome = await context.platform.executor.call(
        ToolCall(tool, arguments), caller.identity(), idempotency_key=new_id("desk")
    )
    if outcome.status != "ok" or outcome.evidence is None:
        raise refusal_problem(outcome.code, outcome.facts, mendable=outcome.mendable)
    return JSONResponse(outcome.evidence.model_dump(mode="json"))
