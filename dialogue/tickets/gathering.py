"""What the shop's records say of a case: orders, goods, risk and the customer's value, read through the executor."""

from __future__ import annotations

import dataclasses
from typing import Any

from dialogue.work import Work
from knowledge.types import JsonObject, new_id
from tools.base import Evidence, ToolCall
from tools.catalog.types import ProductDetails
from tools.customers.types import Profile
from tools.customers.value import CustomerValue
from tools.orders.types import OrderDetails, RefundList, RefundView, Tracking
from tools.risk.types import RiskCases
from tools.ticketing.body import OrderFacts, ProductRef, RiskFacts, RiskReason, Value

ORDERS, PRODUCTS = 3, 4
"""How many of them a ticket shows at most."""


@dataclasses.dataclass(frozen=True)
class Records:
    """What was found."""

    orders: tuple[OrderDetails, ...] = ()
    parcels: tuple[Tracking, ...] = ()
    refunds: tuple[RefundView, ...] = ()
    products: tuple[ProductRef, ...] = ()
    risk: tuple[RiskFacts, ...] = ()
    value: Value | None = None
    name: str = ""
    """The customer's, as it is on file."""

    def facts(self) -> tuple[OrderFacts, ...]:
        """Return the orders as a ticket says them."""
        parcels = {found.order.order_id: found.parcels for found in self.parcels}
        return tuple(_order(order, parcels.get(order.order_id, ())) for order in self.orders)


def _order(order: OrderDetails, parcels: Any) -> OrderFacts:
    first = parcels[0] if parcels else None
    return OrderFacts(
        order_id=order.order_id,
        status=order.status,
        total=order.total,
        placed_at=order.placed_at,
        delivered_at=order.delivered_at,
        lines=order.lines,
        carrier=first.carrier if first else "",
        tracking_number=first.tracking_number if first else "",
        eta=first.eta if first else None,
        allowed=order.allowed,
    )


async def gathered(work: Work) -> Records:
    """Read what the case is about. Personal records are only read of somebody who is known."""
    known = work.identity.customer_id is not None
    orders = await _orders(work) if known else ()
    shipped = [order.order_id for order in orders if order.status in {"shipped", "delivered"}]
    parcels = [await work.read("track_order", {"order_id": order_id}) for order_id in shipped]
    refunds = await work.read("refund_status", {"order_id": None}) if known and orders else None
    profile = await work.read("get_profile", {}) if known else None
    wanted = {order.order_id for order in orders}
    return Records(
        orders=orders,
        parcels=tuple(found for found in parcels if isinstance(found, Tracking)),
        refunds=tuple(each for each in refunds.refunds if each.order_id in wanted)
        if isinstance(refunds, RefundList)
        else (),
        products=await _products(work),
        risk=await _risk(work),
        value=await _value(work) if known else None,
        name=profile.name if isinstance(profile, Profile) else "",
    )


async def _orders(work: Work) -> tuple[OrderDetails, ...]:
    found = [await work.read("get_order", {"order_id": order_id}) for order_id in _order_ids(work)[:ORDERS]]
    return tuple({one.order_id: one for one in found if isinstance(one, OrderDetails)}.values())


def _order_ids(work: Work) -> list[str]:
    """Return the orders of the case: those of what runs or waits, then those in talk, then those of the last calls."""
    ids = [frame.slots.get("order") for frame in [*reversed(work.stack), *work.queue]]
    ids.append(work.memory.focus_order)
    actions = [*(attempt.action for attempt in work.state.attempts), *work.actions]
    ids += [action.arguments.get("order_id") for action in reversed(actions)]
    ids += [heard.entity.value.get("id") for heard in reversed(work.memory.heard) if heard.entity.type == "order_ref"]
    return list(dict.fromkeys(str(each).lstrip("#").upper() for each in ids if each))


async def _products(work: Work) -> tuple[ProductRef, ...]:
    ids: list[Any] = [*work.memory.focus_products]
    ids += [frame.slots.get("product") for frame in [*reversed(work.stack), *work.queue]]
    plain = [each.get("product_id") if isinstance(each, dict) else each for each in ids]
    found = [
        await work.read("get_product", {"product_id": str(each)})
        for each in list(dict.fromkeys(filter(None, plain)))[:PRODUCTS]
    ]
    return tuple(
        ProductRef(product_id=one.product_id, title=one.title, price=one.price_from)
        for one in found
        if isinstance(one, ProductDetails)
    )


async def _risk(work: Work) -> tuple[RiskFacts, ...]:
    conversation = {"conversation_id": work.state.conversation_id, "status": None}
    found = await _as_system(work, "list_risk_cases", conversation)
    if not isinstance(found, RiskCases):
        return ()
    return tuple(
        RiskFacts(
            **case.model_dump(include={"case_id", "tool", "subject", "chance", "held_from", "status"}),
            reasons=tuple(RiskReason(words=reason.words, share=reason.share) for reason in case.reasons),
        )
        for case in found.cases
    )


async def _value(work: Work) -> Value | None:
    found = await _as_system(work, "customer_value", {})
    return Value(**dict(found)) if isinstance(found, CustomerValue) else None


async def _as_system(work: Work, tool: str, arguments: JsonObject) -> Evidence | None:
    """Read what shoppers may not: the platform asks for itself, about the person in this conversation."""
    identity = dataclasses.replace(work.identity, role="system")
    outcome = await work.executor.call(
        ToolCall(tool, arguments), identity, lang=work.lang, idempotency_key=new_id("ticket")
    )
    return outcome.evidence if outcome.status == "ok" else None
