"""What a kept reply may hold in braces, and where a ticket says it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping

from knowledge.schema import Shop, Ticket
from knowledge.types import Lang
from tools.evidence import LocalText
from tools.ticketing.body import OrderFacts, TicketBody, read_body

_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclasses.dataclass(frozen=True)
class Case:
    """What the values are taken from."""

    ticket: Ticket
    agent: str
    """What the acting agent is called."""
    shop: Shop | None
    lang: Lang

    @property
    def body(self) -> TicketBody:
        """What the ticket says."""
        return read_body(self.ticket.body)

    @property
    def order(self) -> OrderFacts | None:
        """The order that the case is about; None where it is about none, or about several."""
        orders = self.body.orders
        return orders[0] if len(orders) == 1 else None


@dataclasses.dataclass(frozen=True)
class Variable:
    """What it is called by those who write replies, and its value; "": the ticket does not say."""

    label: LocalText
    value: Callable[[Case], str]


def _amount(case: Case) -> str:
    return case.order.total.format(case.lang) if case.order else ""


def _product(case: Case) -> str:
    products = case.body.products
    return products[0].title.get(case.lang) if len(products) == 1 else ""


def _shop(case: Case) -> str:
    if case.shop is None:
        return ""
    return LocalText(zh=case.shop.name_zh, en=case.shop.name_en).get(case.lang)


VARIABLES: Mapping[str, Variable] = {
    "name": Variable(LocalText(zh="顾客姓名", en="customer's name"), lambda case: case.body.customer.name),
    "order": Variable(
        LocalText(zh="订单号", en="order number"), lambda case: case.order.order_id if case.order else ""
    ),
    "amount": Variable(LocalText(zh="订单金额", en="order amount"), _amount),
    "tracking": Variable(
        LocalText(zh="运单号", en="tracking number"), lambda case: case.order.tracking_number if case.order else ""
    ),
    "product": Variable(LocalText(zh="商品名", en="product"), _product),
    "ticket": Variable(LocalText(zh="工单号", en="ticket number"), lambda case: case.ticket.id),
    "agent": Variable(LocalText(zh="客服称呼", en="agent's name"), lambda case: case.agent),
    "shop": Variable(LocalText(zh="店铺名", en="shop's name"), _shop),
}
"""By the name in braces."""


def unknown_in(text: str) -> tuple[str, ...]:
    """Return what stands in braces and is no variable, each once."""
    return tuple(dict.fromkeys(name for name in _BRACES.findall(text) if name not in VARIABLES))


def filled(text: str, case: Case) -> tuple[str, tuple[str, ...]]:
    """Return the text with its values, and the variables that the ticket has none for; those stay in braces.

    A value is written as it is: braces in a shopper's name are no variables.
    """
    missing: dict[str, None] = {}

    def value(found: re.Match[str]) -> str:
        name = found[1]
        said = VARIABLES[name].value(case) if name in VARIABLES else ""
        if not said:
            missing[name] = None
        return said or found[0]

    return _BRACES.sub(value, text), tuple(name for name in missing if name in VARIABLES)
