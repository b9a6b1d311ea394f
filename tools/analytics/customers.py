"""Customers in segments by recency, frequency and money, and in cohorts by the month of their first order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from knowledge.schema import Order
from tools.analytics.periods import Period, month_of, steps
from tools.analytics.query import CustomersQuery, Question, plain
from tools.analytics.reading import Desk
from tools.analytics.sources import FIRST, Frame, joined, local_text
from tools.analytics.types import Cohort, Customers, Segment
from tools.evidence import LocalText

_FIFTHS = 5
_COHORTS = 24
_RFM = LocalText(
    zh="按最近下单（R）、订单数（F）、实付金额（M）把期间内下单的顾客各分五档，5 为最好，同分按编号先后；分层只看 R 和 F，不含已取消订单",
    en="customers who ordered in the period, in fifths by last order (R), number of orders (F) and amount paid (M), 5 the best, equals by id; segments look at R and F; cancelled orders not counted",
)
_COHORT = LocalText(
    zh="按首个未取消订单的月份分组；随后各月中仍有下单的顾客数",
    en="customers by the month of their first order that was not cancelled, and how many of them ordered in each month from then on",
)
_SEGMENTS = {
    "champions": LocalText(zh="核心顾客（近且频）", en="champions (recent and frequent)"),
    "loyal": LocalText(zh="忠诚顾客", en="loyal"),
    "promising": LocalText(zh="新近顾客", en="recent, not frequent yet"),
    "slipping": LocalText(zh="需要关注", en="needing attention"),
    "at_risk": LocalText(zh="有流失风险（曾频繁）", en="at risk (frequent once)"),
    "asleep": LocalText(zh="沉睡顾客", en="asleep"),
}


def segment_of(recency: int, frequency: int) -> str:
    """Return the segment of a customer by two scores from 1 to 5."""
    if recency >= 4:
        return "champions" if frequency >= 4 else "loyal" if frequency == 3 else "promising"
    if frequency >= 3:
        return "loyal" if recency == 3 else "at_risk"
    return "slipping" if recency == 3 else "asleep"


async def customer_groups_of(desk: Desk, query: CustomersQuery) -> Customers:
    """Return the customers of a period in segments or cohorts."""
    period = query.period or await desk.all_time()
    frame = desk.frame(period)
    segments = await _segments(desk, frame) if query.kind == "rfm" else ()
    cohorts = await _cohorts(desk, frame) if query.kind == "cohorts" else ()
    return Customers(
        kind=query.kind,
        period=period,
        timezone=desk.zone.key,
        currency=desk.currency,
        definition=_RFM if query.kind == "rfm" else _COHORT,
        segments=segments,
        cohorts=cohorts,
        read_at=desk.context.now,
        question=Question(tool="customer_groups", arguments=plain(query)),
    )


def _ordered(frame: Frame) -> list[Any]:
    start, end = frame.bounds
    return [col(Order.status) != "cancelled", col(Order.placed_at) >= start, col(Order.placed_at) < end]


async def _segments(desk: Desk, frame: Frame) -> tuple[Segment, ...]:
    each = (
        select(
            col(Order.customer_id).label("id"),
            func.max(Order.placed_at).label("last"),
            func.count().label("orders"),
            func.sum(Order.total_minor).label("minor"),
        )
        .where(*_ordered(frame), col(Order.currency) == frame.currency)
        .group_by(col(Order.customer_id))
        .subquery("each")
    )
    scored = select(
        each.c.last,
        each.c.orders,
        each.c.minor,
        func.ntile(_FIFTHS).over(order_by=(each.c.last, each.c.id)).label("recency"),
        func.ntile(_FIFTHS).over(order_by=(each.c.orders, each.c.id)).label("frequency"),
    )
    grouped: dict[str, list[Any]] = defaultdict(list)
    for row in await desk.rows(scored):
        grouped[segment_of(row.recency, row.frequency)].append(row)
    end = frame.bounds[1]
    return tuple(
        Segment(
            id=name,
            name=title,
            customers=len(rows),
            orders=sum(row.orders for row in rows),
            minor=int(sum(row.minor for row in rows)),
            recency_days=sum((end - _aware(row.last)).total_seconds() for row in rows) / 86_400 / len(rows),
        )
        for name, title in _SEGMENTS.items()
        if (rows := grouped.get(name))
    )


def _aware(at: dt.datetime | str) -> dt.datetime:
    found = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


async def _cohorts(desk: Desk, frame: Frame) -> tuple[Cohort, ...]:
    """Count, by the month of the first order and the month of an order; both in the period."""
    start, _ = frame.bounds
    began = local_text(FIRST.at, "%Y-%m", "YYYY-MM", frame)
    ordered = local_text(col(Order.placed_at), "%Y-%m", "YYYY-MM", frame)
    statement = (
        select(
            began.label("began"), ordered.label("ordered"), func.count(func.distinct(col(Order.customer_id))).label("n")
        )
        .select_from(joined("order", ("first",), frame))
        .where(*_ordered(frame), FIRST.at >= start)
        .group_by(began, ordered)
    )
    counts = {(row.began, row.ordered): int(row.n) for row in await desk.rows(statement)}
    every = steps(Period(first=month_of(frame.period.first).first, last=frame.period.last), "month")[-_COHORTS:]
    return tuple(
        Cohort(
            month=month,
            customers=counts.get((month, month), 0),
            active=tuple(counts.get((month, later), 0) for later in every[number:]),
        )
        for number, month in enumerate(every)
        if counts.get((month, month))
    )
