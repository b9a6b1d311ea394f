"""Whose record is it: the only way from an id in an argument to a row. Someone else's and an unknown id look alike."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import col, select

from knowledge.schema import Address, Order, OrderLine, PaymentMethod
from tools.base import ToolContext
from tools.errors import ArgumentError


def plain_id(text: str) -> str:
    """Return an id as it is compared: no ``#``, no spaces around, no case."""
    return text.strip().lstrip("#").strip().lower()


async def own_order(context: ToolContext, order_id: str) -> Order:
    """Return the person's order; ``#W2378156`` and ``w2378156`` name the same one.

    Raises:
        ArgumentError: ``order_not_found``: no such order, or somebody else's.
    """
    wanted = plain_id(order_id)
    statement = select(Order).where(
        Order.customer_id == context.customer_id(),
        func.lower(func.ltrim(col(Order.id), "#")) == wanted,
    )
    order = (await context.session.exec(statement)).first() if wanted else None
    if order is None:
        raise ArgumentError(
            "order_not_found", "expected the id of one of the person's own orders", order_id=order_id[:64]
        )
    return order


async def order_lines(context: ToolContext, order: Order) -> Sequence[OrderLine]:
    """Return the lines of an order (one that `own_order` gave), in their order."""
    statement = (
        select(OrderLine).where(OrderLine.order_id == order.id).order_by(col(OrderLine.position), col(OrderLine.id))
    )
    return (await context.session.exec(statement)).all()


async def own_payment_method(context: ToolContext, payment_method_id: str) -> PaymentMethod:
    """Return the person's payment method.

    Raises:
        ArgumentError: ``payment_method_not_found``: no such method, or somebody else's.
    """
    method = await context.session.get(PaymentMethod, payment_method_id.strip())
    if method is None or method.customer_id != context.customer_id():
        raise ArgumentError(
            "payment_method_not_found",
            "expected the id of one of the person's own payment methods",
            payment_method_id=payment_method_id[:64],
        )
    return method


async def own_payment_methods(context: ToolContext) -> Sequence[PaymentMethod]:
    """Return every payment method on the person's file, by id."""
    statement = (
        select(PaymentMethod)
        .where(PaymentMethod.customer_id == context.customer_id())
        .order_by(col(PaymentMethod.kind), col(PaymentMethod.id))
    )
    return (await context.session.exec(statement)).all()


async def own_address(context: ToolContext, address_id: str) -> Address:
    """Return an entry of the person's address book.

    Raises:
        ArgumentError: ``address_not_found``: no such entry, or somebody else's.
    """
    address = await context.session.get(Address, address_id.strip())
    if address is None or address.customer_id != context.customer_id():
        raise ArgumentError(
            "address_not_found", "expected the id of an address of the person's own", address_id=address_id[:64]
        )
    return address


async def own_addresses(context: ToolContext) -> Sequence[Address]:
    """Return the person's address book, the default first."""
    statement = (
        select(Address)
        .where(Address.customer_id == context.customer_id())
        .order_by(col(Address.is_default).desc(), col(Address.id))
    )
    return (await context.session.exec(statement)).all()
