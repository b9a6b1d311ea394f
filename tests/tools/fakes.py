"""Tools with an effect that can be counted, for tests of the executor."""

from __future__ import annotations

import asyncio

from sqlmodel import col, select

from knowledge.schema import Order
from tools.base import Arguments, Evidence, Tool, ToolContext, tool
from tools.errors import RefusedError
from tools.evidence import LocalText
from tools.ownership import own_order
from tools.policy import Measure
from tools.staging import Difference, Restoration, Staged, untouched


class Tag(Arguments):
    """Write a word on an order."""

    order_id: str
    word: str = "x"


class Tagged(Evidence):
    """The note before and after."""

    order_id: str
    before: str
    after: str


class Nothing(Arguments):
    """No arguments."""


class Count(Evidence):
    """How many."""

    orders: int


class Switches:
    """What the tools of `make_tools` do wrong, and how often they ran."""

    def __init__(self) -> None:
        self.runs = 0
        self.sleep_s = 0.0
        self.refuse = False
        self.broken = False
        self.secret = "secret@example.com"

    async def misbehave(self) -> None:
        """Do what was switched on."""
        await asyncio.sleep(self.sleep_s)
        if self.refuse:
            raise RefusedError("too_late", "too late")
        if self.broken:
            raise ValueError(self.secret)


def make_tools(switches: Switches) -> list[Tool]:
    """Return a read, a write with consent (``tag``) and one without (``stamp``)."""

    async def plan(context: ToolContext, arguments: Tag) -> Tagged:
        order = await own_order(context, arguments.order_id)
        return Tagged(order_id=order.id, before=order.note, after=order.note + arguments.word)

    async def write(context: ToolContext, arguments: Tag) -> Tagged:
        planned = await plan(context, arguments)
        order = await own_order(context, arguments.order_id)
        order.note = planned.after
        context.session.add(order)
        await context.session.flush()
        switches.runs += 1
        await switches.misbehave()
        return planned

    @tool("write", roles=("shopper", "agent"), en="Tag an order.", zh="给订单做标记。", preview=plan, timeout_s=2.0)
    async def tag(context: ToolContext, arguments: Tag) -> Tagged:
        return await write(context, arguments)

    @tool("write", roles=("shopper",), en="Stamp an order.", zh="给订单盖章。", confirm=False, timeout_s=2.0)
    async def stamp(context: ToolContext, arguments: Tag) -> Tagged:
        return await write(context, arguments)

    @tool("read", roles=("shopper", "agent"), en="Count orders.", zh="数订单。", timeout_s=2.0)
    async def count(context: ToolContext, arguments: Nothing) -> Count:
        await switches.misbehave()
        rows = await context.session.exec(select(Order).where(col(Order.customer_id) == context.customer_id()))
        return Count(orders=len(rows.all()))

    return [tag, stamp, count]


class SetNote(Arguments):
    """Put a note on an order; `reach` is how far that goes, for the shop's caps."""

    order_id: str
    note: str
    reach: float = 0.0


class NoteSet(Staged):
    """The note before and after."""

    order_id: str
    before: str
    after: str
    reach: float

    def about(self) -> str:
        return f"order:{self.order_id}"

    def differences(self) -> tuple[Difference, ...]:
        return (Difference(what=NOTE, before=self.before, after=self.after),)

    def measures(self) -> dict[Measure, float]:
        return {"price_change": self.reach}


NOTE = LocalText(zh="备注", en="Note")


def make_staged_tool() -> Tool:
    """Return a change that waits for a merchant, ``set_note``."""

    async def preview(context: ToolContext, arguments: SetNote) -> NoteSet:
        order = await context.session.get_one(Order, arguments.order_id)
        return NoteSet(order_id=order.id, before=order.note, after=arguments.note, reach=arguments.reach)

    async def undo(context: ToolContext, done: NoteSet) -> Restoration:
        order = await context.session.get_one(Order, done.order_id)
        untouched({"note": (NOTE, done.after, order.note)})

        def apply() -> None:
            order.note = done.before
            context.session.add(order)

        return Restoration((Difference(what=NOTE, before=done.after, after=done.before),), apply)

    @tool(
        "write", roles=("merchant",), needs_customer=False, preview=preview, undo=undo, en="Set a note.", zh="写备注。"
    )
    async def set_note(context: ToolContext, arguments: SetNote) -> NoteSet:
        done = await preview(context, arguments)
        order = await context.session.get_one(Order, arguments.order_id)
        order.note = arguments.note
        context.session.add(order)
        return done

    return set_note
