"""What a customer is to the shop: how lately, how often and for how much they bought, among all buyers (RFM, Hughes 1994)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Subquery, func, select
from sqlmodel import col

from knowledge.money import Money
from knowledge.schema import Customer, Order, Shop
from tools.base import Arguments, Evidence, Tool, ToolContext, tool
from tools.evidence import LocalText


class CustomerValueOf(Arguments):
    """No arguments: the session says whose."""


class CustomerValue(Evidence):
    """Scores are 1 to 5 by the share of buyers who are below, 5 the best; 0 where nothing was bought. Cancelled orders do not count."""

    tier: str
    orders: int
    spent: Money
    last_order_days: int | None
    recency: int
    frequency: int
    money: int
    segment: LocalText


_SEGMENTS = {
    "champions": LocalText(zh="核心顾客", en="champion"),
    "loyal": LocalText(zh="忠诚顾客", en="loyal"),
    "promising": LocalText(zh="新近顾客", en="recent, not frequent yet"),
    "slipping": LocalText(zh="需要关注", en="needing attention"),
    "at_risk": LocalText(zh="有流失风险", en="at risk of leaving"),
    "asleep": LocalText(zh="沉睡顾客", en="asleep"),
    "none": LocalText(zh="还没有买过", en="has not bought yet"),
}


@tool(
    "read",
    roles=("agent", "system"),
    en=(
        "What the customer is to the shop: number of orders, money spent, days since the last one, scores of 1 to 5 among all buyers, segment "
        "and tier. For people at the desk; it never changes a price. No arguments."
    ),
    zh="顾客价值：订单数、消费金额、距上次下单天数、在全部买家中的 1 到 5 分评分、分层和会员等级。仅供客服参考，不影响价格。无参数。",
)
async def customer_value(context: ToolContext, arguments: CustomerValueOf) -> CustomerValue:
    """Compare one customer with all buyers, in one statement."""
    del arguments
    customer = await context.session.get_one(Customer, context.customer_id())
    currency = (await context.session.exec(select(col(Shop.currency)))).scalars().first() or "CNY"  # type: ignore[call-overload]
    buyers = _buyers(context.now)
    own = (await context.session.exec(select(buyers).where(buyers.c.id == customer.id))).first()  # type: ignore[call-overload]
    if own is None:
        return CustomerValue(
            tier=customer.tier, orders=0, spent=Money(0, currency), last_order_days=None, recency=0, frequency=0, money=0,
            segment=_SEGMENTS["none"],
        )  # fmt: skip
    below = select(
        func.count(),
        *(func.count().filter(buyers.c[name] < own._mapping[name]) for name in ("last", "orders", "minor")),
    )
    every, *smaller = (await context.session.exec(below)).one()  # type: ignore[call-overload]
    recency, frequency, money = (min(5 * count // every + 1, 5) for count in smaller)
    last = _aware(own._mapping["last"])
    return CustomerValue(
        tier=customer.tier,
        orders=int(own._mapping["orders"]),
        spent=Money(int(own._mapping["minor"]), currency),
        last_order_days=(context.now - last).days,
        recency=recency,
        frequency=frequency,
        money=money,
        segment=_SEGMENTS[_segment(recency, frequency)],
    )


def _buyers(now: dt.datetime) -> Subquery:
    return (
        select(
            col(Order.customer_id).label("id"),
            func.max(Order.placed_at).label("last"),
            func.count().label("orders"),
            func.sum(Order.total_minor).label("minor"),
        )
        .where(col(Order.status) != "cancelled", col(Order.placed_at) <= now)
        .group_by(col(Order.customer_id))
        .subquery()
    )


def _aware(at: dt.datetime | str) -> dt.datetime:
    found = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _segment(recency: int, frequency: int) -> str:
    if recency >= 4:
        return "champions" if frequency >= 4 else "loyal" if frequency == 3 else "promising"
    if frequency >= 3:
        return "loyal" if recency == 3 else "at_risk"
    return "slipping" if recency == 3 else "asleep"


TOOLS: tuple[Tool, ...] = (customer_value,)
