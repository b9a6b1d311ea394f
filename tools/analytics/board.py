"""The shop's board: questions about figures that its people keep before their eyes. Whoever is a merchant of the shop shares it."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from typing import Annotated

import pydantic
from sqlmodel import col, select

from knowledge.schema import Pin
from knowledge.types import new_id
from tools.analytics.periods import is_current, moved
from tools.analytics.query import Question
from tools.analytics.reading import Desk, desk_of
from tools.analytics.tools import MERCHANT
from tools.base import Arguments, Evidence, ToolContext, tool
from tools.errors import ArgumentError, RefusedError

MOST_PINS = 24
_MOST_LETTERS = 80
Title = Annotated[str, pydantic.Field(max_length=_MOST_LETTERS)]
_write = functools.partial(tool, "write", roles=MERCHANT, needs_customer=False, confirm=False)


class PinView(Evidence):
    """A pinned question as it is to be asked today."""

    id: str
    title: str
    """Empty where the figure's own name is shown."""
    question: Question
    moves: bool
    has_period: bool
    place: int
    pinned_by: str
    created_at: dt.datetime


class Board(Evidence):
    """The pins in their order."""

    pins: tuple[PinView, ...]


class _Nothing(Arguments):
    """No arguments."""


class PinFigure(Arguments):
    """A question to pin. `moves` left out: the period moves on with the days where it ran up to now."""

    question: Question
    title: Title = ""
    moves: bool | None = None

    @pydantic.model_validator(mode="after")
    def _drawn(self) -> PinFigure:
        if self.question.tool == "figure_records":
            raise ValueError("expected a figure, got a list of records")
        return self


class ChangePin(Arguments):
    """What changes of a pin; what is left out stays. `place`: from 0, beyond the last is the last."""

    pin_id: str
    title: Title | None = None
    moves: bool | None = None
    place: int | None = pydantic.Field(None, ge=0, le=1000)


class OnePin(Arguments):
    """A pin."""

    pin_id: str


@tool(
    "read",
    roles=MERCHANT,
    needs_customer=False,
    en="The figures pinned to the shop's board, in order: each one's question with its period as of today. To get a figure, ask its question.",
    zh="店铺看板上钉住的指标，按顺序列出：每项是一个问题，期间已换算到今天。要得到数值，请再问这个问题。",
)
async def list_pins(context: ToolContext, arguments: _Nothing) -> Board:
    """Return the board."""
    del arguments
    return await _board(context)


@_write(
    en="Pin a question about figures to the shop's board. question: {tool, arguments} of shop_figures, explain_change or customer_groups; title: a name of one's own.",
    zh="把一个指标问题钉到店铺看板。question：shop_figures、explain_change 或 customer_groups 的 {tool, arguments}；title：自定名称。",
)
async def pin_figure(context: ToolContext, arguments: PinFigure) -> Board:
    """Pin a question; one that is pinned already is not pinned twice.

    Raises:
        RefusedError: ``board_full``.
    """
    pins, desk = await _pins(context), await desk_of(context)
    question = arguments.question
    known = [each for each in pins if _today(each, desk).model_dump(mode="json") == question.model_dump(mode="json")]
    if not known and len(pins) >= MOST_PINS:
        raise RefusedError("board_full", f"expected at most {MOST_PINS} pins on a board", limit=MOST_PINS)
    if not known:
        current = question.period is not None and is_current(question.period, desk.today)
        context.session.add(
            Pin(
                id=new_id("pin"),
                title=arguments.title,
                question=question.model_dump(mode="json"),
                asked_on=desk.today.isoformat(),
                moves=current if arguments.moves is None else arguments.moves,
                place=len(pins),
                pinned_by=context.identity.actor,
                created_at=context.now,
            )
        )
    return await _board(context)


@_write(
    en="Rename a pinned figure, move it to another place on the board, or let its period move on with the days or stand still.",
    zh="修改看板上的一项：改名、换位置，或让期间随日期滚动、固定不变。",
)
async def change_pin(context: ToolContext, arguments: ChangePin) -> Board:
    """Change a pin.

    Raises:
        ArgumentError: ``pin_not_found``.
    """
    pins, desk = await _pins(context), await desk_of(context)
    pin = _of(pins, arguments.pin_id)
    if arguments.title is not None:
        pin.title = arguments.title
    if arguments.moves is not None:
        pin.question, pin.asked_on = _today(pin, desk).model_dump(mode="json"), desk.today.isoformat()
        pin.moves = arguments.moves
    if arguments.place is not None:
        pins.remove(pin)
        pins.insert(arguments.place, pin)
    _number(context, pins)
    return await _board(context)


@_write(en="Take a pinned figure off the shop's board.", zh="把一项从店铺看板上取下。")
async def unpin_figure(context: ToolContext, arguments: OnePin) -> Board:
    """Take a pin off the board.

    Raises:
        ArgumentError: ``pin_not_found``.
    """
    pins = await _pins(context)
    pin = _of(pins, arguments.pin_id)
    pins.remove(pin)
    await context.session.delete(pin)
    _number(context, pins)
    return await _board(context)


async def _pins(context: ToolContext) -> list[Pin]:
    statement = select(Pin).order_by(col(Pin.place), col(Pin.created_at), col(Pin.id))
    return list((await context.session.exec(statement)).all())


def _of(pins: Sequence[Pin], pin_id: str) -> Pin:
    for pin in pins:
        if pin.id == pin_id:
            return pin
    raise ArgumentError("pin_not_found", "no such pin on the board")


def _number(context: ToolContext, pins: Sequence[Pin]) -> None:
    for place, pin in enumerate(pins):
        pin.place = place
        context.session.add(pin)


def _today(pin: Pin, desk: Desk) -> Question:
    """Return a pin's question with its period as of today."""
    question = Question.model_validate(pin.question)
    if not pin.moves or question.period is None:
        return question
    return question.over(moved(question.period, dt.date.fromisoformat(pin.asked_on), desk.today))


async def _board(context: ToolContext) -> Board:
    await context.session.flush()
    desk = await desk_of(context)
    return Board(
        pins=tuple(
            PinView(
                id=pin.id,
                title=pin.title,
                question=_today(pin, desk),
                moves=pin.moves,
                has_period=Question.model_validate(pin.question).period is not None,
                place=pin.place,
                pinned_by=pin.pinned_by,
                created_at=pin.created_at,
            )
            for pin in await _pins(context)
        )
    )


TOOLS = (list_pins, pin_figure, change_pin, unpin_figure)
