"""Tools with an effect that can be counted, for tests of the executor."""

from __future__ import annotations

import asyncio

from sqlmodel import col, select

from knowledge.schema import Order
from tools.base import Arguments, Evidence, Tool, ToolContext, tool
from tools.errors import RefusedError
from tools.ownership import own_order


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
