"""Which of the person's own records their words point at: by the shop's own reading, with no language model in it."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator, Sequence

from dialogue import grounding
from dialogue.commands import Entity
from dialogue.work import Work
from tools.customers.types import Profile
from tools.evidence import MethodView, OrderSummary
from tools.orders.types import OrderList


async def ids_meant(work: Work, entities: Sequence[Entity], zone: zoneinfo.ZoneInfo) -> frozenset[str]:
    """Return the ids of orders, their lines and payment methods that a message points at: "my last order", the kettle, 支付宝.

    An order is meant by its number, ending, date or place, or by goods in it; its lines are those goods, or all of them.
    """
    if not work.knows_customer():
        return frozenset()
    listed, profile = await work.read("list_orders", {}), await work.read("get_profile", {})
    orders = listed.orders if isinstance(listed, OrderList) else ()
    methods = profile.payment_methods if isinstance(profile, Profile) else ()
    named = [*entities, *(heard.entity for heard in work.memory.heard)]
    return frozenset((*_of_orders(named, orders, zone), *_of_methods(named, methods)))


def _of_orders(named: Sequence[Entity], orders: Sequence[OrderSummary], zone: zoneinfo.ZoneInfo) -> Iterator[str]:
    goods = [entity for entity in named if entity.type == "product" and not entity.value.get("generic")]
    refs = [entity for entity in named if entity.type == "order_ref"]
    pointed = {
        order.order_id
        for entity in refs
        for order in grounding.resolve_order_ref(entity.value, orders, zone)
        if not entity.value.get("all")
    }
    for order in orders:
        lines = [line for line in order.lines if any(grounding.mentions_line(entity, line) for entity in goods)]
        if order.order_id in pointed or (lines and not pointed):
            yield order.order_id
            yield from (line.line_id for line in lines or order.lines)


def _of_methods(named: Sequence[Entity], methods: Sequence[MethodView]) -> Iterator[str]:
    for entity in named:
        if entity.type == "payment_method" and not entity.value.get("negated"):
            yield from (method.id for method in grounding.methods_meant(entity.value, methods, None))
