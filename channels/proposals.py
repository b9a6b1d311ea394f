"""Staged writes that wait for a merchant's or an agent's yes. The executor alone executes and drops them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from channels.context import CallerDep, ContextDep
from channels.problems import refusal_problem
from tools.base import Outcome
from tools.proposals import ProposalStatus

router = APIRouter(prefix="/v1/proposals", tags=["proposals"])

InConversation = Annotated[str | None, Query(max_length=64)]
"""Where the proposal was made: agents name it, merchants share one list."""


@router.get("")
async def list_proposals(
    context: ContextDep, caller: CallerDep, status: ProposalStatus = "pending", conversation_id: InConversation = None
) -> dict[str, Any]:
    """List the proposals that this caller decides about, newest first."""
    caller.must_be("merchant", "agent")
    found = await context.platform.executor.proposals(caller.identity(conversation_id), status=status)
    return {"proposals": [proposal.model_dump(mode="json") for proposal in found]}


@router.post("/{proposal_id}/approve")
async def approve(
    context: ContextDep, caller: CallerDep, proposal_id: str, conversation_id: InConversation = None
) -> dict[str, Any]:
    """Execute the stored call, once; a second approval gives the first one's receipt."""
    caller.must_be("merchant", "agent")
    outcome = await context.platform.executor.confirm(proposal_id, caller.identity(conversation_id))
    if outcome.status != "ok":
        raise refusal_problem(outcome.code, mendable=outcome.mendable)
    return outcome_json(outcome)


@router.post("/{proposal_id}/reject")
async def reject(
    context: ContextDep, caller: CallerDep, proposal_id: str, conversation_id: InConversation = None
) -> dict[str, Any]:
    """Drop the stored call for good."""
    caller.must_be("merchant", "agent")
    outcome = await context.platform.executor.reject(proposal_id, caller.identity(conversation_id))
    if outcome.code != "proposal_rejected":
        raise refusal_problem(outcome.code, mendable=outcome.mendable)
    return {"id": proposal_id, "status": "rejected"}


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """Return what came of a call, as the command line and the endpoints show it."""
    return {
        "tool": outcome.call.tool,
        "arguments": outcome.call.arguments,
        "status": outcome.status,
        "receipt": outcome.receipt_id,
        "proposal": outcome.proposal_id,
        "code": outcome.code or None,
        "facts": outcome.facts,
        "result": outcome.evidence.model_dump(mode="json") if outcome.evidence else {},
        "replayed": outcome.replayed,
        "ms": round(outcome.duration_ms, 3),
    }
