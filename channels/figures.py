"""Figures by a structured question: asked, saved as a file, pressed in a conversation, pinned to the shop's board. For merchants."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import pydantic
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from channels import exports
from channels.auth import Caller
from channels.context import CallerDep, Context, ContextDep
from channels.problems import ProblemError, language_of, problem_of, refusal_problem
from channels.turns import known_form, log_turn
from channels.wire import ClientId, TurnView, printable, turn_json
from dialogue.conversations import COUNTED_AT_ONCE
from dialogue.replies.figures import asked_card
from knowledge.types import JsonObject, Lang, new_id
from tools.analytics.narrowing import behind, narrower
from tools.analytics.query import Question
from tools.base import Evidence, ToolCall

router = APIRouter(prefix="/v1", tags=["figures"])
_PICTURES = asyncio.Semaphore(1)
"""One picture is drawn at a time: it takes a core."""

Key = Annotated[str, pydantic.Field(max_length=200)]


class _Body(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class AskFigure(_Body):
    """A question, and the language of the answer's words; None: that of ``Accept-Language``."""

    question: Question
    lang: Lang | None = None


class ExportFigure(AskFigure):
    """A question whose answer is saved."""

    format: exports.Format


class PressFigure(_Body):
    """A question asked in a conversation without words.

    `at`: the keys of a row of its answer: asked is the narrower question that the row leads to; `names`: what they are called.
    `records`: asked are the records behind it.
    """

    client_id: ClientId
    question: Question
    at: tuple[Key, ...] = pydantic.Field((), max_length=2)
    names: tuple[Key, ...] = pydantic.Field((), max_length=2)
    records: bool = False

    @property
    def meant(self) -> Question:
        """The question that is asked.

        Raises:
            ArgumentError: ``no_such_row``.
        """
        if self.records:
            return behind(self.question, self.at)
        return narrower(self.question, self.at) if self.at else self.question


class PinBody(_Body):
    """A question to pin; `moves` left out: its period moves on with the days where it ran up to now."""

    question: Question
    title: str = ""
    moves: bool | None = None


class PinChange(_Body):
    """What changes of a pin."""

    title: str | None = None
    moves: bool | None = None
    place: int | None = pydantic.Field(None, ge=0, le=1000)


@router.post("/figures")
async def ask(request: Request, context: ContextDep, caller: CallerDep, body: AskFigure) -> dict[str, Any]:
    """Answer a question: the figures, and the reply that shows them."""
    lang = body.lang or language_of(request)
    found = await _asked(context, caller, body.question, lang)
    return {"figures": found, "reply": asked_card(found, body.question.tool, lang).model_dump(mode="json")}


@router.post("/figures/export", response_class=Response)
async def export(request: Request, context: ContextDep, caller: CallerDep, body: ExportFigure) -> Response:
    """Answer a question with a file: CSV, XLSX or PNG."""
    lang = body.lang or language_of(request)
    found = await _asked(context, caller, body.question, lang)
    if body.format == "png":
        async with _PICTURES:
            content = await asyncio.to_thread(exports.exported, found, body.question.tool, body.format, lang)
    else:
        content = await asyncio.to_thread(exports.exported, found, body.question.tool, body.format, lang)
    title = found["metric"]["name"][lang] if "metric" in found else found["kind"]
    name = exports.file_name(title, body.format, context.platform.executor.clock().date())
    return Response(
        content, media_type=exports.MEDIA[body.format], headers={"Content-Disposition": exports.disposition(name)}
    )


@router.post("/conversations/{conversation_id}/figures", response_model=TurnView)
async def press(context: ContextDep, caller: CallerDep, conversation_id: str, body: PressFigure) -> JSONResponse:
    """Ask in a conversation; what is written next goes on with it. The same `client_id` again gives the same turn."""
    caller.must_be("merchant")
    try:
        context.rates.spend(f"{caller.role}:{caller.subject}")
        context.admit()
        turn = await context.platform.conversations.press(
            known_form(conversation_id),
            caller.identity(conversation_id),
            client_id=body.client_id,
            question=body.meant,
            names=[printable(name) for name in body.names],
        )
    except Exception as error:  # one turn: whatever happens is answered safely
        problem = problem_of(error)
        context.metrics.refused("figures", problem.code)
        raise problem from error
    context.metrics.turn(turn, "figures")
    log_turn(turn, caller)
    return JSONResponse(turn_json(turn, full=context.sees_all(caller)))


@router.get("/board")
async def board(request: Request, context: ContextDep, caller: CallerDep) -> JsonObject:
    """List what is pinned, each as a question with its period as of today."""
    return await _call(context, caller, "list_pins", {}, language_of(request))


@router.post("/board", status_code=201)
async def pin(request: Request, context: ContextDep, caller: CallerDep, body: PinBody) -> JsonObject:
    """Pin a question; returns the board."""
    given = {"question": body.question.model_dump(mode="json"), "title": printable(body.title), "moves": body.moves}
    return await _call(context, caller, "pin_figure", given, language_of(request))


@router.post("/board/{pin_id}")
async def change(request: Request, context: ContextDep, caller: CallerDep, pin_id: str, body: PinChange) -> JsonObject:
    """Rename a pin, move it, or let its period move or stand; returns the board."""
    given = {name: printable(value) if isinstance(value, str) else value for name, value in body.model_dump().items()}
    return await _call(context, caller, "change_pin", {"pin_id": pin_id, **given}, language_of(request))


@router.post("/board/{pin_id}/unpin")
async def unpin(request: Request, context: ContextDep, caller: CallerDep, pin_id: str) -> JsonObject:
    """Take a pin off the board; returns the board."""
    return await _call(context, caller, "unpin_figure", {"pin_id": pin_id}, language_of(request))


async def _asked(context: Context, caller: Caller, question: Question, lang: Lang) -> JsonObject:
    if question.tool == "figure_records":
        raise ProblemError(
            "invalid", detail="expected a figure, got the records behind one; press it in a conversation"
        )
    await context.platform.conversations.counting.catch_up(most=COUNTED_AT_ONCE)
    return await _call(context, caller, question.tool, question.arguments, lang)


async def _call(context: Context, caller: Caller, tool: str, arguments: JsonObject, lang: Lang) -> JsonObject:
    """Call a tool as the merchant; what refuses it is told in the sentence that a chat would say."""
    caller.must_be("merchant")
    context.rates.spend(
        f"figures:{caller.subject}"
    )  # a full board is asked at once; the conversation has its own measure
    context.admit()
    platform = context.platform
    call, key = ToolCall(tool, arguments), new_id("pages")
    outcome = await platform.executor.call(call, caller.identity(), lang=lang, idempotency_key=key)
    if outcome.status == "ok" and isinstance(outcome.evidence, Evidence):
        return outcome.evidence.model_dump(mode="json")
    templates, sentence = platform.conversations.templates, f"refused.{outcome.code}"
    said = templates.say(sentence, lang, **outcome.facts) if templates.has(sentence) else ""
    raise refusal_problem(outcome.code, outcome.facts, mendable=outcome.mendable, detail=said)
