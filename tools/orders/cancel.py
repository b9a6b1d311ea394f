"""Cancel a whole order."""

from __future__ import annotations

import dataclasses

from sqlmodel import col, select

from knowledge.schema import CouponGrant
from tools.base import ToolContext, tool
from tools.errors import NeedsPersonError
from tools.orders import stock
from tools.orders.money import check_person, pay_back, refund_parts, touched
from tools.orders.record import OrderRecord, load_for
from tools.orders.rules import accepted_reason
from tools.orders.types import Cancellation, CancelOrder


@dataclasses.dataclass(frozen=True)
class _Plan:
    record: OrderRecord
    coupon: CouponGrant | None
    evidence: Cancellation


async def preview_cancel(context: ToolContext, arguments: CancelOrder) -> Cancellation:
    """Work out what goes back where."""
    return (await _plan(context, arguments)).evidence


@tool(
    "write",
    roles=("shopper", "agent"),
    preview=preview_cancel,
    en=(
        "Cancel a whole order that is not on its way yet; everything paid goes back to where it came from. Not for part "
        "of an order (change_order_items), nor for goods that arrived (return_items). order_id: such as W2378156, with "
        "or without #. reason: why, in the policy's own words where it lists the accepted reasons."
    ),
    zh=(
        "取消整张尚未发货的订单，已付款项按原支付方式退回。只改其中的商品用 change_order_items，已收到货用 return_items。"
        "order_id：订单号，如 W2378156，前面可带 #。reason：取消原因；政策列出可接受的原因时，填其中之一的原文。"
    ),
)
async def cancel_order(context: ToolContext, arguments: CancelOrder) -> Cancellation:
    """Cancel the order, pay back, let the stock and the coupon go."""
    plan = await _plan(context, arguments, lock=True)
    record, order = plan.record, plan.record.order
    for part in plan.evidence.refunds:
        await pay_back(context, record, part, "cancel")
    held = await stock.counts(context, [line.sku for line in record.lines], lock=True)
    for line in record.lines:
        stock.hold(held, line.sku, -line.quantity)
    if plan.coupon is not None:
        plan.coupon.status, plan.coupon.order_id = "unused", None
    order.status = "cancelled"
    order.cancel_reason = plan.evidence.reason
    order.cancelled_at = context.now
    touched(record)
    return plan.evidence.model_copy(update={"order": record.summary()})


async def _plan(context: ToolContext, arguments: CancelOrder, *, lock: bool = False) -> _Plan:
    record = await load_for(context, "cancel_order", arguments.order_id, lock=lock)
    reason = accepted_reason("cancel_order", arguments.reason or "", context.policy.cancel.reasons)
    parts = refund_parts(record, context.policy.refunds)
    if not parts and not record.payments and record.order.total_minor > 0:
        raise NeedsPersonError(
            "payment_unknown",
            "nothing on record says how the order was paid",
            action="cancel_order",
            order_id=record.order.id,
        )
    check_person(context, record, "cancel", sum(part.amount.minor for part in parts))
    coupon = await _coupon(context, record)
    evidence = Cancellation(
        order=record.summary(),
        reason=reason or None,
        refunds=parts,
        coupon_code=coupon.coupon_code if coupon is not None else None,
    )
    return _Plan(record, coupon, evidence)


async def _coupon(context: ToolContext, record: OrderRecord) -> CouponGrant | None:
    """Return the coupon in the person's wallet that was spent on this order, if it comes back."""
    if not (record.order.coupon_code and context.policy.cancel.return_coupon):
        return None
    statement = select(CouponGrant).where(
        CouponGrant.customer_id == record.order.customer_id,
        CouponGrant.coupon_code == record.order.coupon_code,
        col(CouponGrant.order_id) == record.order.id,
        CouponGrant.status == "used",
    )
    return (await context.session.exec(statement)).first()
