"""The desk's own state: who is there and takes tickets, cases that wait for the shopper, and the story of a ticket."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from channels.context import CallerDep, ContextDep
from channels.desk import read_tool
from channels.problems import refusal_problem
from channels.wire import AwaitBody, PresenceBody
from knowledge.types import new_id
from tools.base import ToolCall
from tools.ticketing.desk_types import DeskAgents, DeskAgentView, TicketHistory
from tools.ticketing.types import TicketView

router = APIRouter(tags=["desk"])


@router.get("/v1/desk/agents", response_model=DeskAgents)
async def agents(context: ContextDep, caller: CallerDep) -> JSONResponse:
    """List who works at the desk, what each can do and has in hand."""
    caller.must_be("agent", "merchant")
    return JSONResponse((await read_tool(context, caller, "list_desk_agents", {})).model_dump(mode="json"))


@router.post("/v1/desk/presence", response_model=DeskAgentView)
async def presence(context: ContextDep, caller: CallerDep, body: PresenceBody) -> JSONResponse:
    """Say whether tickets may be given to the caller."""
    caller.must_be("agent")
    outcome = await context.platform.executor.call(
        ToolCall("set_presence", {"state": body.state}), caller.identity(), idempotency_key=new_id("desk")
    )
    if outcome.status != "ok" or outcome.evidence is None:
        raise refusal_problem(outcome.code, outcome.facts, mendable=outcome.mendable)
    context.routing.wake()
    context.platform.conversations.desk_changed()
    return JSONResponse(outcome.evidence.model_dump(mode="json"))


@router.post("/v1/tickets/{ticket_id}/await", response_model=TicketView)
async def await_shopper(context: ContextDep, caller: CallerDep, ticket_id: str, body: AwaitBody) -> JSONResponse:
    """Let a ticket wait for the shopper, or not: only the agent who holds it."""
    caller.must_be("agent")
    view = await context.platform.conversations.await_shopper(ticket_id, caller.identity(), waiting=body.waiting)
    return JSONResponse(view.model_dump(mode="json"))


@router.get("/v1/tickets/{ticket_id}/history", response_model=TicketHistory)
async def history(context: ContextDep, caller: CallerDep, ticket_id: str) -> JSONResponse:
    """Return what was done with a ticket, and why."""
    caller.must_be("agent", "merchant")
    found = await read_tool(context, caller, "ticket_history", {"ticket_id": ticket_id})
    return JSONResponse(found.model_dump(mode="json"))
