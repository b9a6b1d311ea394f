"""Price protection (价保): the difference back when the price falls soon after the purchase."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from sqlmodel import col, select

from knowledge.schema import OrderLine, Variant
from tools.base import ToolContext, tool
from tools.errors import NeedsPersonError, RefusedError
from tools.orders.money import check_person, original_methods, pay_back, refund_part, touched
from tools.orders.record import OrderRecord, load_for
from tools.orders.types import ClaimPriceProtection, PriceProtection, ProtectedLine
from tools.orders.views import amount_fact, line_view, title_fact


@dataclasses.dataclass(frozen=True)
class _Fall:
    """A line whose price has fallen, by how much a piece, and how many pieces the shopper still has."""

    line: OrderLine
    price_now: int
    fall: int
    pieces: int


@dataclasses.dataclass(frozen=True)
class _Plan:
    record: OrderRecord
    falls: Sequence[_Fall]
    evidence: PriceProtection


async def preview_protection(context: ToolContext, arguments: ClaimPriceProtection) -> PriceProtection:
    """Work out the lines whose price has fallen and the money that goes back."""
    return (await _plan(context, arguments)).evidence


@tool(
    "write",
    roles=("shopper", "agent"),
    preview=preview_protection,
    en=(
        "Price protection: pay back the difference where the shop's own price of a bought item has fallen since the "
        "purchase, to the original payment method, once a line. Not for other shops' prices or for coupons. order_id: such "
        "as W2378156. line_ids: lines from get_order; left out, every line whose price has fallen."
    ),
    zh=(
        "价保：下单后本店同款降价，差价退回原支付方式，每行商品一次。不适用于其他商店的价格或优惠券。order_id：订单号，如 W2378156。"
        "line_ids：get_order 给出的商品行；不填表示所有降价的商品。"
    ),
)
async def claim_price_protection(context: ToolContext, arguments: ClaimPriceProtection) -> PriceProtection:
    """Pay the difference back and remember for which lines."""
    plan = await _plan(context, arguments, lock=True)
    lines = {fall.line.id: (fall.fall * fall.pieces, fall.pieces) for fall in plan.falls}
    await pay_back(context, plan.record, plan.evidence.refund, "price_protection", lines=lines)
    touched(plan.record)
    return plan.evidence


async def _plan(context: ToolContext, arguments: ClaimPriceProtection, *, lock: bool = False) -> _Plan:
    record = await load_for(context, "claim_price_protection", arguments.order_id, lock=lock)
    lines = await _eligible(context, record, arguments.line_ids)
    falls = await _falls(context, record, lines)
    total = sum(fall.fall * fall.pieces for fall in falls)
    check_person(context, record, "price_protection", total)
    evidence = PriceProtection(
        order=record.summary(),
        lines=tuple(
            ProtectedLine(
                line=line_view(fall.line, record.currency, fall.pieces),
                price_now=record.money(fall.price_now),
                difference=record.money(fall.fall * fall.pieces),
            )
            for fall in falls
        ),
        refund=refund_part(record, _original(record), total, context.policy.refunds),
    )
    return _Plan(record, falls, evidence)


async def _eligible(context: ToolContext, record: OrderRecord, line_ids: Sequence[str] | None) -> Sequence[OrderLine]:
    """Return the asked lines, or all, without those that the shopper no longer has or that were protected."""
    asked = record.lines if line_ids is None else [record.line(line_id) for line_id in dict.fromkeys(line_ids)]
    kept = [line for line in asked if record.remaining(line) > 0]
    if not context.policy.price_protection.once_per_line:
        return kept
    fresh = [line for line in kept if line.id not in record.protected]
    if kept and not fresh:
        raise RefusedError(
            "already_protected",
            "the lines were protected once",
            action="claim_price_protection",
            order_id=record.order.id,
        )
    return fresh


async def _falls(context: ToolContext, record: OrderRecord, lines: Sequence[OrderLine]) -> list[_Fall]:
    """Return the lines that cost less now than was paid for them, coupons counted.

    Raises:
        RefusedError: ``price_not_fallen``.
    """
    statement = select(Variant.sku, Variant.price_minor).where(
        col(Variant.sku).in_(sorted({line.sku for line in lines})), Variant.currency == record.currency
    )
    prices = dict((await context.session.exec(statement)).all())
    falls = []
    for line in lines:
        pieces = record.remaining(line)
        now = prices.get(line.sku)
        fall = 0 if now is None else record.value_minor(line, pieces) // pieces - now
        if now is not None and fall > 0:
            falls.append(_Fall(line, now, fall, pieces))
    if sum(fall.fall * fall.pieces for fall in falls) > max(0, record.paid_minor()) or not falls:
        raise RefusedError(
            "price_not_fallen",
            "nothing costs less now than was paid for it",
            action="claim_price_protection",
            order_id=record.order.id,
            lines=[
                {
                    "title": title_fact(line),
                    "paid": amount_fact(record.money(record.value_minor(line, 1))),
                    "now": None if line.sku not in prices else amount_fact(record.money(prices[line.sku])),
                }
                for line in lines
            ],
        )
    return falls


def _original(record: OrderRecord) -> str:
    methods = original_methods(record)
    if not methods:
        raise NeedsPersonError(
            "payment_unknown",
            "nothing on record says how the order was paid",
            action="claim_price_protection",
            order_id=record.order.id,
        )
    return methods[0]
