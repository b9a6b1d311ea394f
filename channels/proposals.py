"""Staged writes that wait for a merchant's or an agent's yes. The executor alone executes and drops them."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import pydantic
from fastapi import APIRouter, Query, Request

from channels.auth import Caller
from channels.context import CallerDep, Context, ContextDep
from channels.problems import ProblemError, language_of, refusal_problem
from channels.turns import known_form
from dialogue.errors import NotOwnerError, UnknownConversationError
from knowledge.db import Database
from knowledge.schema import Conversation
from knowledge.types import Lang, new_id
from tools.base import Identity, Outcome, ToolCall
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


class Edited(pydantic.BaseModel):
    """Other arguments for a call that waits: all of them, not only those that differ."""

    model_config = pydantic.ConfigDict(extra="forbid")

    arguments: dict[str, Any]


@router.post("/{proposal_id}/approve")
async def approve(
    request: Request, context: ContextDep, caller: CallerDep, proposal_id: str, conversation_id: InConversation = None
) -> dict[str, Any]:
    """Execute the stored call, once; a second approval gives the first one's receipt.

    Where the shop's caps ask for several people, an approval that is not the last is recorded: ``needs_confirmation``.
    """
    caller.must_be("merchant", "agent")
    identity = await acting(context.platform.database, caller, conversation_id)
    outcome = await context.platform.executor.confirm(proposal_id, identity, lang=language_of(request))
    if outcome.status not in _GOOD:
        raise _problem(context, outcome, language_of(request))
    return outcome_json(outcome)


@router.post("/{proposal_id}/reject")
async def reject(
    request: Request, context: ContextDep, caller: CallerDep, proposal_id: str, conversation_id: InConversation = None
) -> dict[str, Any]:
    """Drop the stored call for good."""
    caller.must_be("merchant", "agent")
    identity = await acting(context.platform.database, caller, conversation_id)
    outcome = await context.platform.executor.reject(proposal_id, identity)
    if outcome.code != "proposal_rejected":
        raise _problem(context, outcome, language_of(request))
    return {"id": proposal_id, "status": "rejected"}


@router.post("/{proposal_id}/edit")
async def edit(
    request: Request,
    context: ContextDep,
    caller: CallerDep,
    proposal_id: str,
    edited: Edited,
    conversation_id: InConversation = None,
) -> dict[str, Any]:
    """Put other arguments in the place of those that wait; they are checked, and shown anew, under a new id."""
    caller.must_be("merchant", "agent")
    identity = await acting(context.platform.database, caller, conversation_id)
    executor = context.platform.executor
    outcome = await executor.edit(proposal_id, edited.arguments, identity, lang=language_of(request))
    if outcome.status not in _GOOD:
        raise _problem(context, outcome, language_of(request), mendable=outcome.mendable)
    return outcome_json(outcome)


@router.post("/{proposal_id}/roll_back")
async def roll_back(request: Request, context: ContextDep, caller: CallerDep, proposal_id: str) -> dict[str, Any]:
    """Put back what stood before a change that was made, unless something else changed it since."""
    caller.must_be("merchant")
    identity, executor, lang = caller.identity(), context.platform.executor, language_of(request)
    call = ToolCall("roll_back", {"proposal_id": proposal_id})
    outcome = await executor.call(call, identity, lang=lang, idempotency_key=new_id("key"))
    if outcome.proposal_id is not None:
        outcome = await executor.confirm(outcome.proposal_id, identity, lang=lang)
    if outcome.status not in _GOOD:
        raise _problem(context, outcome, lang)
    return outcome_json(outcome)


_GOOD = {"ok", "needs_confirmation"}


def _problem(context: Context, outcome: Outcome, lang: Lang, *, mendable: bool = False) -> ProblemError:
    """Return why nothing was done, in the sentence that a chat would say. The arguments of a stored call nobody can mend."""
    templates, sentence = context.platform.conversations.templates, f"refused.{outcome.code}"
    said = templates.say(sentence, lang, **outcome.facts) if templates.has(sentence) else ""
    return refusal_problem(outcome.code, outcome.facts, mendable=mendable, detail=said)


async def acting(database: Database, caller: Caller, conversation_id: str | None) -> Identity:
    """Return who decides. An agent who holds a conversation acts for its customer, in that conversation alone.

    Raises:
        UnknownConversationError: there is none of that id.
        NotOwnerError: the agent does not hold it.
    """
    identity = caller.identity()
    if caller.role != "agent" or conversation_id is None:
        return identity
    async with database.read() as session:
        head = await session.get(Conversation, known_form(conversation_id))
    if head is None:
        raise UnknownConversationError(conversation_id)
    if head.owner != "human" or head.agent_id != caller.subject:
        raise NotOwnerError("this conversation is not yours; claim its ticket first")
    return dataclasses.replace(identity, customer_id=head.customer_id, conversation_id=conversation_id)


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
