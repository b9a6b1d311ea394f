"""Swap delivered goods for other variants."""

from __future__ import annotations

import dataclasses

from knowledge.schema import Exchange, ExchangeLine, PaymentMethod
from knowledge.types import new_id
from tools.base import ToolContext, tool
from tools.orders import stock
from tools.orders.money import check_balance, check_person, paying_method, promise, refund_part, touched
from tools.orders.record import OrderRecord, load_for
from tools.orders.returns import check_reason
from tools.orders.rules import is_faulty
from tools.orders.swaps import PlannedSwap, Swaps, plan_swaps, swap_view
from tools.orders.types import ExchangeItems, ItemsChange
from tools.policy import ExchangeRules, Policy


@dataclasses.dataclass(frozen=True)
class _Plan:
    record: OrderRecord
    method: PaymentMethod
    swaps: Swaps
    evidence: ItemsChange


async def preview_exchange(context: ToolContext, arguments: ExchangeItems) -> ItemsChange:
    """Work out the swaps and the money between."""
    return (await _plan(context, arguments)).evidence


@tool(
    "write",
    roles=("shopper", "agent"),
    preview=preview_exchange,
    en=(
        "Exchange delivered goods for other variants (colour, size, ...) of the same products. All swaps in one call: some "
        "shops allow one exchange an order. The difference is settled when the goods have come back. Not for an order "
        "still in the shop (change_order_items), nor for money back (return_items). order_id: such as W2378156. swaps: a "
        "list of {line_id, new_sku}, line ids from get_order, SKUs from get_product; quantity left out for all "
        "pieces. payment_method_id: pays the difference or gets it back. reason: why, may be empty."
    ),
    zh=(
        "把已收到的商品换成同款的其他规格（颜色、尺码等）。所有更换放在一次调用里：有的商店每张订单只能换一次。差价在收到退回商品后结算。"
        "未发货的订单用 change_order_items，要退款用 return_items。order_id：订单号，如 W2378156。swaps：{line_id, new_sku} 的列表，"
        "line_id 来自 get_order，new_sku 来自 get_product，quantity 不填表示整行更换。payment_method_id：用来补差价或收退款的支付方式编号。"
        "reason：原因，可为空。"
    ),
)
async def exchange_items(context: ToolContext, arguments: ExchangeItems) -> ItemsChange:
    """Write the exchange down and keep the new goods; money waits for the old goods."""
    plan = await _plan(context, arguments, lock=True)
    record = plan.record
    exchange = Exchange(
        id=new_id("exc"),
        order_id=record.order.id,
        reason=arguments.reason,
        payment_method_id=plan.method.id,
        price_difference_minor=plan.evidence.difference.minor,
        currency=record.currency,
        created_at=context.now,
    )
    context.session.add(exchange)
    await context.session.flush()
    for swap in plan.swaps.planned:
        context.session.add(_line(exchange, swap))
        stock.hold(plan.swaps.stock, swap.variant.sku, swap.pieces)
    if plan.evidence.refund is not None:
        promise(context, record, plan.evidence.refund, "price_difference")
    record.order.status = "exchange_requested"
    touched(record)
    return plan.evidence.model_copy(update={"order": record.summary(), "change_id": exchange.id})


async def _plan(context: ToolContext, arguments: ExchangeItems, *, lock: bool = False) -> _Plan:
    record = await load_for(context, "exchange_items", arguments.order_id, lock=lock)
    check_reason(context, record, "exchange_items", arguments.reason)
    method = paying_method(record, arguments.payment_method_id)
    swaps = await plan_swaps(context, record, arguments.swaps, _rules(context.policy, arguments.reason), lock=lock)
    differences = [_difference(record, swap) for swap in swaps.planned]
    difference = max(sum(differences), -max(0, record.paid_minor()))
    check_balance(record, method, difference)
    check_person(context, record, "price_difference", -difference)
    evidence = ItemsChange(
        order=record.summary(),
        swaps=tuple(swap_view(record, swap, minor) for swap, minor in zip(swaps.planned, differences, strict=True)),
        difference=record.money(difference),
        method=record.view(method.id),
        refund=refund_part(record, method.id, -difference, context.policy.refunds) if difference < 0 else None,
    )
    return _Plan(record, method, swaps, evidence)


def _rules(policy: Policy, reason: str) -> ExchangeRules:
    """Return the rules for an exchange for this reason: what is faulty may come once more as it was ordered."""
    if policy.exchanges.same_if_faulty and is_faulty(reason, policy.returns):
        return policy.exchanges.model_copy(update={"different_variant": False})
    return policy.exchanges


def _difference(record: OrderRecord, swap: PlannedSwap) -> int:
    """Return the new goods' price under the old goods' discount, less what was paid for the old goods; the same once more is even."""
    if swap.variant.sku == swap.line.sku:
        return 0
    discount = record.discount_minor(swap.line, swap.pieces)
    return max(0, swap.variant.price_minor * swap.pieces - discount) - record.value_minor(swap.line, swap.pieces)


def _line(exchange: Exchange, swap: PlannedSwap) -> ExchangeLine:
    return ExchangeLine(
        exchange_id=exchange.id,
        order_line_id=swap.line.id,
        old_sku=swap.line.sku,
        new_sku=swap.variant.sku,
        quantity=swap.pieces,
    )
