"""What goes on right now, for supervisors: ``GET /v1/desk/live``, the same live over ``WS /v1/desk``; taking over, and whispering."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from channels.context import CallerDep, ContextDep
from channels.desk import read_tool
from channels.live_feed import saw_all
from channels.turns import known_form
from channels.wire import TakeOverBody, WhisperBody, event_json, printable
from dialogue.supervising import Supervising
from tools.ticketing.live import LiveBoard
from tools.ticketing.types import TicketView

router = APIRouter(tags=["desk"])


@router.get("/v1/desk/live", response_model=LiveBoard)
async def live_view(context: ContextDep, caller: CallerDep) -> JSONResponse:
    """Return every conversation that goes on, who is at the desk, and the queues. For supervisors."""
    caller.must_supervise()
    board = await read_tool(context, caller, "live_board", {})
    if isinstance(board, LiveBoard):
        saw_all(context, caller, board.conversations)
    return JSONResponse(board.model_dump(mode="json"))


@router.post("/v1/conversations/{conversation_id}/take-over", response_model=TicketView)
async def take_over(context: ContextDep, caller: CallerDep, conversation_id: str, body: TakeOverBody) -> JSONResponse:
    """Take a conversation from the bot, the queue or another agent: from this instant only the caller speaks in it. For supervisors."""
    caller.must_supervise()
    view = await Supervising(context.platform.conversations).take_over(
        known_form(conversation_id), caller.identity(), version=body.version, because=printable(body.because).strip()
    )
    return JSONResponse(view.model_dump(mode="json"))


@router.post("/v1/conversations/{conversation_id}/whispers", status_code=201)
async def whisper(context: ContextDep, caller: CallerDep, conversation_id: str, body: WhisperBody) -> dict[str, Any]:
    """Say something to the agent who holds a conversation; no shopper sees it. For supervisors."""
    caller.must_supervise()
    stored = await Supervising(context.platform.conversations).whisper(
        known_form(conversation_id), caller.identity(), client_id=body.client_id, text=printable(body.text)
    )
    return event_json(stored, caller.role)
