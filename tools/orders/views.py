"""Rows as a person may see them."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.product_words import goods_kinds
from knowledge.schema import Order, OrderLine, PaymentMethod
from knowledge.types import JsonObject
from tools.evidence import AddressFields, LineView, LocalText, MethodView, Money, OrderSummary


def order_summary(order: Order, lines: Sequence[OrderLine]) -> OrderSummary:
    """Show an order with its lines."""
    return OrderSummary(
        order_id=order.id,
        status=order.status,
        items_modified=order.items_modified,
        total=Money(order.total_minor, order.currency),
        paid_with=order.payment_method_id or "",
        placed_at=order.placed_at,
        delivered_at=order.delivered_at,
        lines=tuple(line_view(line, order.currency) for line in lines),
    )


def line_view(line: OrderLine, currency: str, quantity: int | None = None) -> LineView:
    """Show a line, or `quantity` pieces of it."""
    return LineView(
        line_id=line.id,
        sku=line.sku,
        product_id=line.product_id,
        title=LocalText(zh=line.title_zh, en=line.title_en),
        options=line.options,
        quantity=line.quantity if quantity is None else quantity,
        unit_price=Money(line.unit_price_minor, currency),
        kinds=goods_kinds((line.title_zh, line.title_en)),
    )


def method_view(method: PaymentMethod | None, method_id: str, currency: str) -> MethodView:
    """Show a payment method; one that is no longer on file keeps its id alone."""
    if method is None:
        return MethodView(id=method_id, kind="unknown")
    balance = method.balance_minor
    return MethodView(
        id=method.id,
        kind=method.kind,
        brand=method.brand,
        last_four=method.last_four,
        balance=None if balance is None else Money(balance, method.currency or currency),
    )


def address_view(address: JsonObject) -> AddressFields | None:
    """Show the address that an order keeps; None when it has none."""
    known = {name: str(address[name]) for name in AddressFields.model_fields if address.get(name)}
    return AddressFields(**{"line1": "", **known}) if known else None


def amount_fact(amount: Money) -> JsonObject:
    """Write money into the facts of an error, in the form that evidence has as JSON."""
    return {"minor": amount.minor, "currency": amount.currency}


def title_fact(line: OrderLine) -> JsonObject:
    """Write a line's title into the facts of an error."""
    return {"zh": line.title_zh, "en": line.title_en}
