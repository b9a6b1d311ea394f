"""What an agent does from a ticket beside talking: offered calls for the shopper, and corrections of what kind of case it is."""

from __future__ import annotations

from typing import Self

import pydantic
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from channels.context import CallerDep, Context, ContextDep
from channels.problems import language_of, refusal_problem
from dialogue.tickets.details import about
from knowledge.types import JsonObject, Lang
from tools.base import Outcome
from tools.desk_rules import Priority
from tools.evidence import LocalText
from tools.ticketing.triage.labels import Category, Queue, Skill
from tools.ticketing.types import TicketView

router = APIRouter(tags=["desk"])


class _Body(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")


class ActionBody(_Body):
    """The key of an offered action, or the proposal that it led to."""

    key: str | None = pydantic.Field(default=None, max_length=16)
    proposal_id: str | None = pydantic.Field(default=None, max_length=64)

    @pydantic.model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.key is None) == (self.proposal_id is None):
            raise ValueError("expected either key or proposal_id")
        return self


class ActedView(_Body):
    """What came of an action: ``needs_confirmation`` with the proposal and its preview, or ``ok`` with the receipt."""

    tool: str
    arguments: JsonObject
    status: str
    proposal_id: str | None = None
    receipt: str | None = None
    result: JsonObject = {}
    about: LocalText = LocalText()
    """What it does, or did, in words."""


class CorrectionBody(_Body):
    """What is wrong of these, as it should be."""

    category: Category | None = None
    priority: Priority | None = None
    queue: Queue | None = None
    skill: Skill | None = None


@router.post("/v1/tickets/{ticket_id}/actions", response_model=ActedView)
async def act(
    request: Request, context: ContextDep, caller: CallerDep, ticket_id: str, body: ActionBody
) -> JSONResponse:
    """Make a call that the ticket offers. One that needs consent is shown first, and done when its proposal is sent back."""
    caller.must_be("agent")
    lang = language_of(request)
    outcome = await context.platform.conversations.act_for_shopper(
        ticket_id, caller.identity(), key=body.key, proposal_id=body.proposal_id, lang=lang
    )
    if outcome.status in ("refused", "failed"):
        why = _why(context, outcome, lang)
        raise refusal_problem(outcome.code, outcome.facts, mendable=outcome.mendable, detail=why)
    return JSONResponse(_view(context, outcome).model_dump(mode="json"))


@router.post("/v1/tickets/{ticket_id}/correction", response_model=TicketView)
async def correct(context: ContextDep, caller: CallerDep, ticket_id: str, body: CorrectionBody) -> JSONResponse:
    """Say what kind of case it is where the model was wrong; it is learned from at the next fit."""
    caller.must_be("agent")
    given = body.model_dump(exclude_none=True)
    view = await context.platform.conversations.correct_ticket(ticket_id, caller.identity(), given)
    return JSONResponse(view.model_dump(mode="json"))


def _view(context: Context, outcome: Outcome) -> ActedView:
    result = outcome.evidence.model_dump(mode="json") if outcome.evidence is not None else {}
    arguments = outcome.call.arguments
    return ActedView(
        tool=outcome.call.tool,
        arguments=arguments,
        status=outcome.status,
        proposal_id=outcome.proposal_id,
        receipt=outcome.receipt_id,
        result=result,
        about=about(result, arguments, context.platform.conversations.templates),
    )


def _why(context: Context, outcome: Outcome, lang: Lang) -> str:
    templates = context.platform.conversations.templates
    known = (f"refused.{outcome.code}", f"failed.{outcome.code}", f"failed.{outcome.status}")
    sentence = next(filter(templates.has, known), "")
    return templates.say(sentence, lang, **outcome.facts) if sentence else ""
