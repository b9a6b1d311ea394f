"""The knowledge loop over HTTP: what the documents could not answer, and a person's answer as the draft of an article."""

from __future__ import annotations

from typing import Annotated

import pydantic
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from channels.auth import Caller
from channels.context import CallerDep, Context, ContextDep
from channels.problems import language_of, refusal_problem
from knowledge.types import JsonObject, Lang, new_id
from tools.base import Evidence, ToolCall
from tools.content.articles import ArticleDraft
from tools.content.gaps import KnowledgeGaps

router = APIRouter(prefix="/v1/knowledge", tags=["knowledge"])


class ArticleBody(pydantic.BaseModel):
    """The event in which a person answered; `question` None: what the shopper asked last before it."""

    model_config = pydantic.ConfigDict(extra="forbid")

    conversation_id: str
    seq: int
    question: str | None = None


@router.get("/gaps", response_model=KnowledgeGaps)
async def gaps(
    request: Request,
    context: ContextDep,
    caller: CallerDep,
    *,
    days: Annotated[int, Query(ge=1, le=365)] = 30,
    lang: Lang | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
) -> JSONResponse:
    """List what shoppers asked and no document could answer, by how often."""
    arguments = {"days": days, "lang": lang, "limit": limit}
    found = await _done(context, caller, "knowledge_gaps", arguments, language_of(request))
    return JSONResponse(found.model_dump(mode="json"))


@router.post("/articles", response_model=ArticleDraft, status_code=201)
async def draft(request: Request, context: ContextDep, caller: CallerDep, body: ArticleBody) -> JSONResponse:
    """Make a draft of an article from an answer; it waits among the merchants' proposals."""
    found = await _done(context, caller, "draft_article", body.model_dump(), language_of(request))
    return JSONResponse(found.model_dump(mode="json"), 201)


async def _done(context: Context, caller: Caller, tool: str, arguments: JsonObject, lang: Lang) -> Evidence:
    caller.must_be("merchant", "agent")
    outcome = await context.platform.executor.call(
        ToolCall(tool, arguments), caller.identity(), lang=lang, idempotency_key=new_id("key")
    )
    if outcome.status != "ok" or outcome.evidence is None:
        templates, sentence = context.platform.conversations.templates, f"refused.{outcome.code}"
        said = templates.say(sentence, lang, **outcome.facts) if templates.has(sentence) else ""
        raise refusal_problem(outcome.code, outcome.facts, mendable=outcome.mendable, detail=said)
    return outcome.evidence
