"""Whose record is it: the only way from an id in an argument to a row. Someone else's and an unknown id look alike."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BindParameter, bindparam, func
from sqlmodel import col, select

from knowledge.schema import Address, Order, OrderLine, PaymentMethod
from tools.base import ToolContext
from tools.errors import ArgumentError

# Made once, as `dialogue.store` makes its own: every turn that is about orders runs them.
_OF_CUSTOMER: BindParameter[str] = bindparam("customer_id")
_ORDER = select(Order).where(
    Order.customer_id == _OF_CUSTOMER, func.lower(func.ltrim(col(Order.id), "#")) == bindparam("plain_id")
)
_LINES = (
    select(OrderLine)
    .where(OrderLine.order_id == bindparam("order_id"))
    .order_by(col(OrderLine.position), col(OrderLine.id))
)
_METHODS = (
    select(PaymentMethod)
    .where(PaymentMethod.customer_id == _OF_CUSTOMER)
    .order_by(col(PaymentMethod.kind), col(PaymentMethod.id))
)
_ADDRESSES = (
    select(Address).where(Address.customer_id == _OF_CUSTOMER).order_by(col(Address.is_default).desc(), col(Address.id))
)


def plain_id(text: str) -> str:
    """Return an id as it is compared: no ``#``, no spaces around, no case."""
    return text.strip().lstrip("#").strip().lower()


async def own_order(context: ToolContext, order_id: str) -> Order:
    """Return the person's order; ``#W2378156`` and ``w2378156`` name the same one.

    Raises:
        ArgumentError: ``order_not_found``: no such order, or somebody else's.
    """
    wanted = plain_id(order_id)
    params = {"customer_id": context.customer_id(), "plain_id": wanted}
    order = (await context.session.exec(_ORDER, params=params)).first() if wanted else None
    if order is None:
        raise ArgumentError(
            "order_not_found", "expected the id of one of the person's own orders", order_id=order_id[:64]
        )
    return order


async def order_lines(context: ToolContext, order: Order) -> Sequence[OrderLine]:
    """Return the lines of an order (one that `own_order` gave), in their order."""
    return (await context.session.exec(_LINES, params={"order_id": order.id})).all()


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
    return (await context.session.exec(_METHODS, params={"customer_id": context.customer_id()})).all()


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
    return (await context.session.exec(_ADDRESSES, params={"customer_id": context.customer_id()})).all()
