"""The tables that figures are counted in, and what may be joined to each."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, FromClause, and_, case, func, or_, select
from sqlmodel import col

from knowledge.schema import (
    BehaviourEvent,
    Category,
    CompetitorPrice,
    Customer,
    Order,
    OrderLine,
    Product,
    Rating,
    Refund,
    Return,
    ReturnLine,
    Review,
    Sitting,
    Stock,
    Ticket,
    TicketClock,
    TicketEvent,
    Variant,
)
from knowledge.schema.served import IDLE
from tools.analytics.periods import Period, offsets

Root = Literal[
    "line",
    "order",
    "refund",
    "return_line",
    "stock",
    "rival",
    "ticket",
    "open_ticket",
    "sitting",
    "score",
    "clock",
    "review",
    "visit",
]


@dataclasses.dataclass(frozen=True)
class Frame:
    """What an expression may depend on: the period, where and when it is read."""

    period: Period
    zone: ZoneInfo
    now: dt.datetime
    currency: str
    dialect: str

    @property
    def bounds(self) -> tuple[dt.datetime, dt.datetime]:
        """The period's first instant and the first after it, in UTC."""
        return self.period.bounds(self.zone)


def table(model: type[Any]) -> Any:
    """Return the table of a model."""
    return model.__table__


_FIRST = (
    select(col(Order.customer_id).label("customer_id"), func.min(Order.placed_at).label("at"))
    .where(col(Order.status) != "cancelled")
    .group_by(col(Order.customer_id))
    .subquery("first_order")
)
_REFUNDED = select(col(Refund.order_id).label("order_id")).distinct().subquery("refunded")
_RETURNED = (
    select(col(ReturnLine.order_line_id).label("line_id"), func.sum(ReturnLine.quantity).label("pieces"))
    .join(Return, and_(col(Return.id) == col(ReturnLine.return_id), col(Return.status).not_in(("rejected", "cancelled"))))
    .group_by(col(ReturnLine.order_line_id))
    .subquery("returned")
)  # fmt: skip
_ASKED = (
    select(col(Variant.product_id).label("product_id"), func.min(Variant.price_minor).label("minor"))
    .where(col(Variant.available))
    .group_by(col(Variant.product_id))
    .subquery("asked")
)
_REOPENED = (
    select(col(TicketEvent.ticket_id).label("ticket_id"))
    .where(col(TicketEvent.kind) == "reopened")
    .distinct()
    .subquery("reopened")
)
FIRST, REFUNDED, RETURNED, ASKED, REOPENED = _FIRST.c, _REFUNDED.c, _RETURNED.c, _ASKED.c, _REOPENED.c


@functools.lru_cache(maxsize=32)
def sold(frame: Frame) -> Any:
    """Return the pieces that each variant sold in the period, as a table of ``sku`` and ``pieces``."""
    start, end = frame.bounds
    return (
        select(col(OrderLine.sku).label("sku"), func.sum(OrderLine.quantity).label("pieces"))
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .where(col(Order.status) != "cancelled", col(Order.placed_at) >= start, col(Order.placed_at) < end)
        .group_by(col(OrderLine.sku))
        .subquery("sold")
    )


def sitting_over(frame: Frame) -> ColumnElement[bool]:
    """Whether a sitting is over: nobody has written for a while, and its ticket is resolved."""
    resolved = or_(col(Ticket.status).is_(None), col(Ticket.status) == "resolved")
    return and_(col(Sitting.ended_at) <= frame.now - IDLE, resolved)


@dataclasses.dataclass(frozen=True)
class Join:
    """Something that may be joined: after `needs`, and whether rows without it are kept."""

    target: FromClause | Callable[[Frame], Any]
    on: Callable[[Any], ColumnElement[bool]]
    needs: tuple[str, ...] = ()
    outer: bool = True


def _join(target: Any, on: ColumnElement[bool], *needs: str, outer: bool = True) -> Join:
    return Join(target, lambda _target: on, needs, outer)


_CATEGORY = _join(table(Category), col(Product.category_id) == col(Category.id), "product")
_CUSTOMER = _join(table(Customer), col(Order.customer_id) == col(Customer.id), outer=False)
_FIRST_ORDER = _join(_FIRST, _FIRST.c.customer_id == col(Order.customer_id))
_OF_ORDER: dict[str, Join] = {
    "customer": _CUSTOMER,
    "first": _FIRST_ORDER,
    "refunded": _join(_REFUNDED, _REFUNDED.c.order_id == col(Order.id)),
}


@dataclasses.dataclass(frozen=True)
class Source:
    """A table of facts: when each happened, and what may be joined. `at` None: it is a state, not something that happens."""

    base: FromClause
    at: Any = None
    always: tuple[str, ...] = ()
    joins: Mapping[str, Join] = dataclasses.field(default_factory=dict)
    drill: Any = None
    """The column that names the record behind a row."""


SOURCES: Mapping[Root, Source] = {
    "line": Source(
        table(OrderLine), col(Order.placed_at), ("order",),
        {
            "order": _join(table(Order), col(Order.id) == col(OrderLine.order_id), outer=False),
            "product": _join(table(Product), col(Product.id) == col(OrderLine.product_id)),
            "variant": _join(table(Variant), col(Variant.sku) == col(OrderLine.sku)),
            "category": _CATEGORY,
            "returned": _join(_RETURNED, _RETURNED.c.line_id == col(OrderLine.id)),
            **_OF_ORDER,
        },
        col(Order.id),
    ),
    "order": Source(table(Order), col(Order.placed_at), (), _OF_ORDER, col(Order.id)),
    "refund": Source(
        table(Refund), col(Refund.created_at), ("order",),
        {"order": _join(table(Order), col(Order.id) == col(Refund.order_id), outer=False), **_OF_ORDER},
        col(Refund.order_id),
    ),
    "return_line": Source(
        table(ReturnLine), col(Return.created_at), ("return", "line", "order"),
        {
            "return": _join(
                table(Return),
                and_(col(Return.id) == col(ReturnLine.return_id), col(Return.status).not_in(("rejected", "cancelled"))),
                outer=False,
            ),
            "line": _join(table(OrderLine), col(OrderLine.id) == col(ReturnLine.order_line_id), outer=False),
            "order": _join(table(Order), col(Order.id) == col(OrderLine.order_id), "line", outer=False),
            "product": _join(table(Product), col(Product.id) == col(OrderLine.product_id), "line"),
            "category": _CATEGORY,
            **_OF_ORDER,
        },
        col(Return.order_id),
    ),
    "stock": Source(
        table(Stock), None, ("variant", "product"),
        {
            "variant": _join(table(Variant), col(Variant.sku) == col(Stock.sku), outer=False),
            "product": _join(table(Product), col(Product.id) == col(Variant.product_id), "variant", outer=False),
            "category": _CATEGORY,
            "sold": Join(sold, lambda target: target.c.sku == col(Stock.sku)),
        },
        col(Stock.sku),
    ),
    "rival": Source(
        table(CompetitorPrice), col(CompetitorPrice.observed_at), ("product",),
        {
            "product": _join(table(Product), col(Product.id) == col(CompetitorPrice.product_id), outer=False),
            "category": _CATEGORY,
            "asked": _join(_ASKED, _ASKED.c.product_id == col(CompetitorPrice.product_id), outer=False),
        },
        col(CompetitorPrice.product_id),
    ),
    "ticket": Source(
        table(Ticket), col(Ticket.created_at), (),
        {"reopened": _join(_REOPENED, _REOPENED.c.ticket_id == col(Ticket.id))},
        col(Ticket.id),
    ),
    "open_ticket": Source(table(Ticket), None, (), {}, col(Ticket.id)),
    "sitting": Source(
        table(Sitting), col(Sitting.started_at), ("ticket",),
        {"ticket": _join(table(Ticket), col(Ticket.id) == col(Sitting.ticket_id))},
        col(Sitting.conversation_id),
    ),
    "score": Source(
        table(Rating), col(Rating.asked_at), ("ticket",),
        {"ticket": _join(table(Ticket), col(Ticket.id) == col(Rating.ticket_id))},
        col(Rating.conversation_id),
    ),
    "clock": Source(
        table(TicketClock), col(TicketClock.began_at), ("ticket",),
        {"ticket": _join(table(Ticket), col(Ticket.id) == col(TicketClock.ticket_id), outer=False)},
        col(TicketClock.ticket_id),
    ),
    "review": Source(
        table(Review), col(Review.created_at), (),
        {"product": _join(table(Product), col(Product.id) == col(Review.product_id), outer=False), "category": _CATEGORY},
        col(Review.id),
    ),
    "visit": Source(table(BehaviourEvent), col(BehaviourEvent.at), (), {}, col(BehaviourEvent.session_id)),
}  # fmt: skip


def joined(root: Root, wanted: Iterable[str], frame: Frame) -> FromClause:
    """Return the table of a source with what is wanted joined to it, each once and after what it needs."""
    source = SOURCES[root]
    clause, done = source.base, set[str]()

    def add(name: str) -> None:
        nonlocal clause
        if name in done:
            return
        done.add(name)
        join = source.joins[name]
        for need in join.needs:
            add(need)
        target = join.target if isinstance(join.target, FromClause) else join.target(frame)
        clause = clause.join(target, join.on(target), isouter=join.outer)

    for name in (*source.always, *wanted):
        add(name)
    return clause


def local_text(at: Any, sqlite: str, postgresql: str, frame: Frame) -> ColumnElement[Any]:
    """Return an instant as text in the shop's time zone, by the format of each database."""
    if frame.dialect != "sqlite":
        return func.to_char(func.timezone(frame.zone.key, at), postgresql)
    form, *more = sqlite.split("|")
    start, end = frame.bounds
    first, *later = offsets(frame.zone, start, end)
    moved: Any = f"{first[1]:+d} seconds"
    if later:
        cases = [(at >= since, f"{seconds:+d} seconds") for since, seconds in reversed(later)]
        moved = case(*cases, else_=moved)
    return func.strftime(form, at, moved, *more)
