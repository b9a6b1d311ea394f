"""Swap variants in an order that is not packed yet."""

from __future__ import annotations

import dataclasses

from sqlmodel import col, update

from knowledge.schema import PaymentMethod, Refund
from tools.base import ToolContext, tool
from tools.errors import ArgumentError
from tools.orders import stock
from tools.orders.money import (
    charge,
    check_balance,
    check_person,
    pay_back,
    paying_method,
    record_nothing,
    refund_part,
    touched,
)
from tools.orders.record import OrderRecord, load_for
from tools.orders.swaps import PlannedSwap, Swaps, plan_swaps, swap_view
from tools.orders.types import ChangeOrderItems, ItemsChange
from tools.orders.views import title_fact


@dataclasses.dataclass(frozen=True)
class _Plan:
    record: OrderRecord
    method: PaymentMethod
    swaps: Swaps
    new_total_minor: int
    evidence: ItemsChange


async def preview_items(context: ToolContext, arguments: ChangeOrderItems) -> ItemsChange:
    """Work out the swaps and the money between."""
    return (await _plan(context, arguments)).evidence


@tool(
    "write",
    roles=("shopper", "agent"),
    preview=preview_items,
    en=(
        "Swap items of an order that is not packed yet for other variants (colour, size, ...) of the same products. All "
        "swaps in one call: some shops allow it once and then lock the order. Not for delivered goods (exchange_items), "
        "nor to add or drop items. order_id: such as W2378156. swaps: a list of {line_id, new_sku}, line ids from "
        "get_order, SKUs from get_product. payment_method_id: pays the difference or gets it back."
    ),
    zh=(
        "把未打包订单里的商品换成同款的其他规格（颜色、尺码等）。所有更换放在一次调用里：有的商店只允许改一次，改后订单锁定。"
        "已收到的货用 exchange_items；不能增加或减少商品。order_id：订单号，如 W2378156。swaps：{line_id, new_sku} 的列表，"
        "line_id 来自 get_order，new_sku 来自 get_product。payment_method_id：用来补差价或收退款的支付方式编号。"
    ),
)
async def change_order_items(context: ToolContext, arguments: ChangeOrderItems) -> ItemsChange:
    """Swap the lines, move the difference, lock the order if the policy says so."""
    plan = await _plan(context, arguments, lock=True)
    record = plan.record
    difference = plan.evidence.difference.minor
    if difference > 0:
        await charge(context, record, plan.method, difference)
    elif plan.evidence.refund is not None:
        await pay_back(context, record, plan.evidence.refund, "price_difference")
    elif context.policy.modify.record_even_swap:
        record_nothing(context, record, plan.method)
    await _forget_protection(context, record, plan.swaps)
    for swap in plan.swaps.planned:
        _swap_line(swap, plan.swaps)
    record.order.total_minor = plan.new_total_minor
    record.order.items_modified = True
    touched(record)
    return plan.evidence.model_copy(update={"order": record.summary()})


def _check_whole(record: OrderRecord, swaps: Swaps) -> None:
    """A line of an order that has not left is one variant: all its pieces change, or none."""
    for swap in swaps.planned:
        if swap.pieces < swap.line.quantity:
            raise ArgumentError(
                "whole_line_only",
                "expected all pieces of the line",
                line_id=swap.line.id,
                title=title_fact(swap.line),
                order_id=record.order.id,
                left=swap.line.quantity,
            )


async def _plan(context: ToolContext, arguments: ChangeOrderItems, *, lock: bool = False) -> _Plan:
    record = await load_for(context, "change_order_items", arguments.order_id, lock=lock)
    method = paying_method(record, arguments.payment_method_id)
    swaps = await plan_swaps(context, record, arguments.swaps, context.policy.modify, lock=lock)
    _check_whole(record, swaps)
    new_total = _new_total(record, swaps)
    given_back = sum(record.protected.get(swap.line.id, 0) * swap.line.quantity for swap in swaps.planned)
    difference = max(new_total - record.order.total_minor + given_back, -max(0, record.paid_minor()))
    check_balance(record, method, difference)
    check_person(context, record, "price_difference", -difference)
    evidence = ItemsChange(
        order=record.summary(),
        swaps=tuple(swap_view(record, swap, _difference(record, swap)) for swap in swaps.planned),
        difference=record.money(difference),
        method=record.view(method.id),
        refund=refund_part(record, method.id, -difference, context.policy.refunds) if difference < 0 else None,
    )
    return _Plan(record, method, swaps, new_total, evidence)


def _new_total(record: OrderRecord, swaps: Swaps) -> int:
    """Return the order's new total; its discount stays as it was, but is never more than the goods cost."""
    order = record.order
    old = sum(line.unit_price_minor * line.quantity for line in record.lines)
    new = old + sum(
        (swap.variant.price_minor - swap.line.unit_price_minor) * swap.line.quantity for swap in swaps.planned
    )
    discount = old - (order.total_minor - order.shipping_minor)
    return new - min(discount, new) + order.shipping_minor


def _difference(record: OrderRecord, swap: PlannedSwap) -> int:
    return (swap.variant.price_minor - record.unit_minor(swap.line)) * swap.line.quantity


def _swap_line(swap: PlannedSwap, swaps: Swaps) -> None:
    line, variant, product = swap.line, swap.variant, swap.product
    stock.hold(swaps.stock, line.sku, -line.quantity)
    stock.hold(swaps.stock, variant.sku, line.quantity)
    if line.product_id != product.id:
        line.product_id, line.title_zh, line.title_en = product.id, product.title_zh, product.title_en
    line.sku, line.options, line.unit_price_minor = variant.sku, dict(variant.options), variant.price_minor


async def _forget_protection(context: ToolContext, record: OrderRecord, swaps: Swaps) -> None:
    """Detach price protection from the swapped lines: it was for the old variant, and the difference took it back."""
    swapped = [swap.line.id for swap in swaps.planned if swap.line.id in record.protected]
    if swapped:
        statement = update(Refund).where(col(Refund.order_line_id).in_(swapped)).values(order_line_id=None)
        await context.session.exec(statement)
