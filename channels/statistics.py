"""The desk's statistics over HTTP: figures with their drawings, the tickets behind each, and each as a file."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Annotated, Any

import pydantic
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from channels.auth import Caller
from channels.context import CallerDep, Context, ContextDep
from channels.desk import read_tool
from channels.exports import MEDIA, as_csv, disposition, file_name
from channels.problems import ProblemError, language_of
from dialogue.replies import templates as words
from dialogue.replies.figures import amount, asked_card
from dialogue.replies.sheets import sheet_of
from knowledge.types import JsonObject, Lang
from tools.analytics.statistics import RecordsView, Statistics, Step

router = APIRouter(prefix="/v1/desk/statistics", tags=["desk"])
Name = Annotated[str | None, pydantic.Field(max_length=64)]


class Asked(pydantic.BaseModel):
    """Which conversations and tickets are counted. Days are the shop's; without them the last 30 up to today."""

    first: Annotated[dt.date | None, pydantic.Field(alias="from")] = None
    last: Annotated[dt.date | None, pydantic.Field(alias="to")] = None
    queue: Name = None
    lang: Lang | None = None
    agent: Name = None
    by: Step = "day"
    show: Lang | None = None
    """The language of names and definitions; without it that of ``Accept-Language``."""

    def arguments(self) -> JsonObject:
        """Return the tool's arguments.

        Raises:
            ProblemError: ``invalid``: one day without the other, or the last before the first.
        """
        given: JsonObject = {"by": self.by}
        given |= {name: value for name in ("queue", "lang", "agent") if (value := getattr(self, name))}
        if (self.first is None) != (self.last is None):
            raise ProblemError("invalid", detail="expected both from and to, or neither")
        if self.first is not None and self.last is not None:
            if self.last < self.first:
                raise ProblemError("invalid", detail="expected the last day not before the first")
            given["period"] = {"first": self.first.isoformat(), "last": self.last.isoformat()}
        return given


class OneCard(Asked):
    """One figure of them."""

    card: Annotated[str, pydantic.Field(max_length=64)]


class Behind(OneCard):
    """One figure, or one row of it."""

    key: Annotated[str | None, pydantic.Field(max_length=200)] = None


@router.get("")
async def statistics(
    request: Request, context: ContextDep, caller: CallerDep, asked: Annotated[Asked, Query()]
) -> JSONResponse:
    """Return every figure of the period beside the period before, each with its definition, table and drawing; an agent's own, a supervisor's of all."""
    found = await counted(context, caller, asked.arguments())
    return JSONResponse(shown(found, asked.show or language_of(request)))


@router.get("/tickets")
async def tickets_behind(context: ContextDep, caller: CallerDep, asked: Annotated[Behind, Query()]) -> JSONResponse:
    """Return the tickets behind a figure, or a row of it; a conversation that the bot had alone has none."""
    given = {**asked.arguments(), "card": asked.card, "key": asked.key}
    found = await _asked(context, caller, "statistics_records", given)
    if isinstance(found, RecordsView):
        for record in found.records:
            kind, name = ("ticket", record.ticket_id) if record.ticket_id else ("conversation", record.conversation_id)
            context.looks.saw(caller, kind, name, listed=True)
    return JSONResponse(found.model_dump(mode="json"))


@router.get("/export", response_class=Response)
async def export(
    request: Request, context: ContextDep, caller: CallerDep, asked: Annotated[OneCard, Query()]
) -> Response:
    """Return one figure as CSV."""
    found = await counted(context, caller, {**asked.arguments(), "cards": [asked.card]})
    if not found.cards:
        raise ProblemError("forbidden")
    lang, figures = asked.show or language_of(request), found.cards[0].figures.model_dump(mode="json")
    content = as_csv(sheet_of(figures, "shop_figures", lang))
    name = file_name(figures["metric"]["name"][lang], "csv", context.platform.executor.clock().date())
    return Response(content, media_type=MEDIA["csv"], headers={"Content-Disposition": disposition(name)})


async def counted(context: Context, caller: Caller, arguments: JsonObject) -> Statistics:
    """Count what is new and return the figures."""
    found = await _asked(context, caller, "desk_statistics", arguments)
    if not isinstance(found, Statistics):
        raise TypeError(f"expected statistics, got {type(found).__name__}")
    return found


async def _asked(context: Context, caller: Caller, tool: str, arguments: JsonObject) -> Any:
    caller.must_be("agent", "merchant")
    context.rates.spend(f"figures:{caller.subject}")
    context.admit()
    await context.platform.conversations.counting.catch_up()
    return await read_tool(context, caller, tool, arguments)


def shown(found: Statistics, lang: Lang) -> JsonObject:
    """Return the figures as JSON, each with what a page shows of it in this language."""
    given = found.model_dump(mode="json")
    amounts = functools.partial(amount, lang=lang)
    for card in given["cards"]:
        figures = card["figures"]
        reply = asked_card(figures, "shop_figures", lang)
        card["reply"] = reply.model_dump(mode="json")
        card["name"] = words.text(figures["metric"]["name"], lang)
        card["definition"] = words.text(figures["metric"]["definition"], lang)
        card["total"] = amounts(figures["total"], figures["metric"])
        card["before"] = amounts(figures["total_before"], figures["metric"])
    return given
