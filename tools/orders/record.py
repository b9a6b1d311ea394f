"""An order with all that happened to it, in five statements; and what its lines are still worth."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, literal, union_all
from sqlmodel import col, select

from knowledge.schema import (
    Exchange,
    ExchangeLine,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Refund,
    Return,
    ReturnLine,
)
from tools.base import ToolContext
from tools.errors import ArgumentError
from tools.evidence import MethodView, Money, OrderSummary
from tools.orders.rules import OrderFacts, permit
from tools.orders.views import method_view, order_summary
from tools.ownership import order_lines, own_order, own_payment_methods, plain_id

_DROPPED = ("rejected", "cancelled")
"""Statuses in which a return or an exchange did not take place."""

_ORDER_ID: BindParameter[str] = bindparam("order_id")
_PAYMENTS = (
    select(Payment).where(Payment.order_id == _ORDER_ID).order_by(col(Payment.position), col(Payment.created_at))
)


def _gone(head: type[Return] | type[Exchange], row: type[ReturnLine] | type[ExchangeLine], joined: Any) -> Any:
    return (
        select(
            literal("gone").label("kind"), col(row.order_line_id).label("line_id"), col(row.quantity).label("amount")
        )
        .join(head, joined)
        .where(col(head.order_id) == _ORDER_ID, col(head.status).not_in(_DROPPED))
    )


def _history() -> Any:
    """Make a statement of ``(gone, line, pieces)``, ``(protected, line, minor a piece)`` and ``(pending, "", minor)``."""
    history = union_all(
        _gone(Return, ReturnLine, col(ReturnLine.return_id) == col(Return.id)),
        _gone(Exchange, ExchangeLine, col(ExchangeLine.exchange_id) == col(Exchange.id)),
        select(
            literal("protected"), Refund.order_line_id, col(Refund.amount_minor) // func.coalesce(Refund.quantity, 1)
        ).where(
            Refund.order_id == _ORDER_ID, Refund.kind == "price_protection", col(Refund.order_line_id).is_not(None)
        ),
        select(literal("pending"), literal(""), Refund.amount_minor).where(
            Refund.order_id == _ORDER_ID, Refund.status == "pending"
        ),
    ).subquery()
    return select(*history.c)


_HISTORY = _history()


@dataclasses.dataclass(frozen=True)
class OrderRecord:
    """An order, its lines and its money.

    Args:
        methods: the person's payment methods by id.
        gone: pieces of each line that are under return or exchange, or were.
        protected: minor units a piece of each line that price protection gave back.
        pending_minor: refunds that are promised but wait for the goods.
    """

    order: Order
    lines: Sequence[OrderLine]
    payments: list[Payment]
    methods: Mapping[str, PaymentMethod]
    gone: Mapping[str, int]
    protected: Mapping[str, int]
    pending_minor: int

    @property
    def currency(self) -> str:
        """The currency of the order."""
        return self.order.currency

    def money(self, minor: int) -> Money:
        """Return an amount in the order's currency."""
        return Money(minor, self.order.currency)

    def facts(self) -> OrderFacts:
        """Return what the rules look at."""
        return OrderFacts.of(self.order, requested=bool(self.gone))

    def summary(self) -> OrderSummary:
        """Show the order as it is now."""
        return order_summary(self.order, self.lines)

    def line(self, line_id: str) -> OrderLine:
        """Return a line by its id.

        Raises:
            ArgumentError: ``line_not_found``.
        """
        for line in self.lines:
            if line.id == line_id.strip():
                return line
        raise ArgumentError(
            "line_not_found", "expected the id of a line of this order", line_id=line_id[:64], order_id=self.order.id
        )

    def method(self, method_id: str) -> PaymentMethod:
        """Return a payment method of the person.

        Raises:
            ArgumentError: ``payment_method_not_found``.
        """
        wanted = plain_id(method_id)
        for method in self.methods.values():
            if plain_id(method.id) == wanted:
                return method
        raise ArgumentError(
            "payment_method_not_found",
            "expected the id of a payment method on the person's file",
            payment_method_id=method_id[:64],
            available=[self.view(entry).model_dump(mode="json") for entry in self.methods],
        )

    def view(self, method_id: str) -> MethodView:
        """Show a payment method, also one that is no longer on file."""
        return method_view(self.methods.get(method_id), method_id, self.order.currency)

    def paid_by_method(self) -> dict[str, int]:
        """Return what each method paid less what went back to it, in the order of payment."""
        net: dict[str, int] = {}
        for payment in self.payments:
            sign = -1 if payment.kind == "refund" else 1
            net[payment.payment_method_id] = net.get(payment.payment_method_id, 0) + sign * payment.amount_minor
        if not net and self.order.payment_method_id:  # an imported order without payments
            net[self.order.payment_method_id] = self.order.total_minor
        return net

    def paid_minor(self) -> int:
        """Return what the shopper has paid less what already went back and what is promised."""
        return sum(self.paid_by_method().values()) - self.pending_minor

    def remaining(self, line: OrderLine) -> int:
        """Return how many pieces of the line the shopper still has."""
        return max(0, line.quantity - self.gone.get(line.id, 0))

    def unit_minor(self, line: OrderLine) -> int:
        """Return the price of a piece, less price protection."""
        return line.unit_price_minor - self.protected.get(line.id, 0)

    def value_minor(self, line: OrderLine, pieces: int) -> int:
        """Return what the shopper paid for the next `pieces` of the line that leave the order."""
        return max(0, pieces * self.unit_minor(line) - self.discount_minor(line, pieces))

    def discount_minor(self, line: OrderLine, pieces: int) -> int:
        """Return the part of the order's discount that lies on the next `pieces` of the line (below 0: a tax).

        The order's discount is spread over its lines by price, and over a line's pieces one by one, so that all
        parts add up to it exactly.
        """
        share = self._line_discount(line)
        gone = self.gone.get(line.id, 0)
        whole = max(1, line.quantity)
        return share * (gone + pieces) // whole - share * gone // whole

    def _line_discount(self, wanted: OrderLine) -> int:
        gross = [line.unit_price_minor * line.quantity for line in self.lines]
        if (total := sum(gross)) <= 0:
            return 0
        discount = min(total, total - (self.order.total_minor - self.order.shipping_minor))
        index = [line.id for line in self.lines].index(wanted.id)
        before = sum(gross[:index])
        return discount * (before + gross[index]) // total - discount * before // total


async def load(context: ToolContext, order_id: str, *, lock: bool = False) -> OrderRecord:
    """Return the person's order with all about it. `lock` keeps other writers out until the transaction ends.

    Raises:
        ArgumentError: ``order_not_found``.
    """
    order = await own_order(context, order_id)
    if lock:
        await context.session.refresh(order, with_for_update=True)
    lines = await order_lines(context, order)
    payments = list((await context.session.exec(_PAYMENTS, params={"order_id": order.id})).all())
    methods = {method.id: method for method in await own_payment_methods(context)}
    gone: dict[str, int] = {}
    protected: dict[str, int] = {}
    pending = 0
    for kind, line_id, amount in (await context.session.exec(_HISTORY, params={"order_id": order.id})).all():
        if kind == "gone":
            gone[line_id] = gone.get(line_id, 0) + amount
        elif kind == "protected":
            protected[line_id] = protected.get(line_id, 0) + amount
        else:
            pending += amount
    return OrderRecord(order, lines, payments, methods, gone, protected, pending)


async def load_for(
    context: ToolContext, action: str, order_id: str, *, lock: bool = False, faulty: bool = False
) -> OrderRecord:
    """Return the person's order if the policy allows the tool `action` on it now.

    Raises:
        ArgumentError: ``order_not_found``. RefusedError, NeedsPersonError: see `tools.orders.rules.permit`.
    """
    record = await load(context, order_id, lock=lock)
    permit(action, record.facts(), context.policy, context.now, faulty=faulty)
    return record
