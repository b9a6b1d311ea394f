"""Translations for agents, where a model is configured for them."""

from __future__ import annotations

from typing import Annotated, Self

import pydantic
from fastapi import APIRouter
from fastapi.responses import JSONResponse

from channels.context import CallerDep, ContextDep
from channels.turns import known_form
from channels.wire import MAX_SEQ, printable
from dialogue.messages import MAX_TEXT
from knowledge.types import Lang

router = APIRouter(tags=["desk"])


class DeskAids(pydantic.BaseModel):
    """What of the desk depends on how this shop is set up."""

    translate: bool
    """Whether a model translates."""


class WantedTranslation(pydantic.BaseModel):
    """Either words of the shopper, by the event's `seq`, or the `text` of the caller's own draft."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    seq: Annotated[int | None, pydantic.Field(ge=1, le=MAX_SEQ)] = None
    text: Annotated[str | None, pydantic.Field(min_length=1, max_length=MAX_TEXT)] = None
    to: Lang

    @pydantic.model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.seq is None) == (self.text is None):
            raise ValueError("expected either seq or text")
        return self


class TranslationView(pydantic.BaseModel):
    """A machine's translation: nobody has read it, and nothing was sent."""

    text: str
    to: Lang
    model: str
    machine: bool = True


@router.get("/v1/desk/aids", response_model=DeskAids)
async def aids(context: ContextDep, caller: CallerDep) -> DeskAids:
    """Say what the desk can offer here."""
    caller.must_be("agent")
    return DeskAids(translate=context.translation.available)


@router.post("/v1/conversations/{conversation_id}/translations", response_model=TranslationView)
async def translate(
    context: ContextDep, caller: CallerDep, conversation_id: str, body: WantedTranslation
) -> JSONResponse:
    """Return words of the shopper in another language, or the draft of the agent who holds the conversation."""
    caller.must_be("agent")
    place, identity = known_form(conversation_id), caller.identity(conversation_id)
    if body.seq is not None:
        said = await context.translation.message(place, body.seq, identity, body.to)
        context.looks.saw(caller, "conversation", conversation_id)
    else:
        said = await context.translation.draft(place, printable(body.text or ""), identity, body.to)
    view = TranslationView(text=said.text, to=said.to, model=said.model)
    return JSONResponse(view.model_dump(mode="json"))
