"""What the bot says: looked up, and other words staged as proposals, which `channels.proposals` decides."""

from __future__ import annotations

from typing import Annotated, Any

import pydantic
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from channels.auth import Caller
from channels.context import CallerDep, Context, ContextDep
from channels.problems import language_of, refusal_problem
from channels.proposals import outcome_json
from channels.wire import printable
from knowledge.types import Lang, new_id
from tools.base import Outcome, ToolCall
from tools.wording.types import TextList

router = APIRouter(prefix="/v1/texts", tags=["texts"])


Spoken = Annotated[Lang | None, Query(alias="lang")]
"""The language of the query and of what is told; else that which the client prefers."""


class NewWords(pydantic.BaseModel):
    """Other words at a place, in one language or both."""

    model_config = pydantic.ConfigDict(extra="forbid")

    place: Annotated[str, pydantic.Field(max_length=120)]
    zh: Annotated[str | None, pydantic.Field(max_length=2000)] = None
    en: Annotated[str | None, pydantic.Field(max_length=2000)] = None


class Restored(pydantic.BaseModel):
    """Where the words that ship shall be said again; without `lang` in both languages."""

    model_config = pydantic.ConfigDict(extra="forbid")

    place: Annotated[str, pydantic.Field(max_length=120)]
    lang: Lang | None = None


@router.get("", response_model=TextList)
async def find_texts(
    request: Request,
    context: ContextDep,
    caller: CallerDep,
    q: Annotated[str, Query(max_length=500)] = "",
    limit: Annotated[int, Query(ge=1, le=400)] = 20,
    spoken: Spoken = None,
) -> JSONResponse:
    """Find texts by when they are said or by their words, best first; without `q`, those that the shop says in its own words."""
    lang = spoken or language_of(request)
    arguments = {"query": printable(q), "lang": lang, "limit": limit}
    outcome = await _called(context, caller, "find_texts", arguments, lang)
    evidence = outcome.evidence
    return JSONResponse(evidence.model_dump(mode="json") if evidence is not None else {})


@router.post("", status_code=201)
async def change_text(
    request: Request, context: ContextDep, caller: CallerDep, body: NewWords, spoken: Spoken = None
) -> dict[str, Any]:
    """Stage other words; they wait among the proposals."""
    words = {lang: printable(text) for lang in ("zh", "en") if (text := getattr(body, lang)) is not None}
    call = {"place": printable(body.place), **words}
    return outcome_json(await _called(context, caller, "change_text", call, spoken or language_of(request)))


@router.post("/restore", status_code=201)
async def restore_text(
    request: Request, context: ContextDep, caller: CallerDep, body: Restored, spoken: Spoken = None
) -> dict[str, Any]:
    """Stage the way back to the words that ship."""
    call = {"place": printable(body.place), "lang": body.lang}
    return outcome_json(await _called(context, caller, "restore_text", call, spoken or language_of(request)))


async def _called(context: Context, caller: Caller, tool: str, arguments: dict[str, Any], lang: Lang) -> Outcome:
    caller.must_be("merchant")
    executor = context.platform.executor
    outcome = await executor.call(
        ToolCall(tool, arguments), caller.identity(), lang=lang, idempotency_key=new_id("key")
    )
    if outcome.status not in ("ok", "needs_confirmation"):
        templates, sentence = context.platform.conversations.templates, f"refused.{outcome.code}"
        said = templates.say(sentence, lang, **outcome.facts) if templates.has(sentence) else ""
        raise refusal_problem(outcome.code, outcome.facts, mendable=outcome.mendable, detail=said)
    return outcome
