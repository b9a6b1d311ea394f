"""Which share of the shop's orders reaches a coupon's least spend: what can be known before people react to it."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

from sqlmodel import col, func, select

from knowledge.schema import Order
from tools.base import Evidence, ToolContext
from tools.evidence import LocalText

if TYPE_CHECKING:
    from tools.marketing.terms import CouponTerms

DAYS = 90
_Z = 1.959963984540054


class Share(Evidence):
    """A share of orders in [0, 1] with its 95 % interval (Wilson)."""

    value: float
    low: float
    high: float


class Reach(Evidence):
    """The orders of the last `DAYS` days that reach the least spend before (None: no coupon) and after."""

    orders: int
    before: Share | None
    after: Share

    def told(self) -> LocalText:
        """Return it in words, with how it was found and what it leaves out."""
        was = f"（原为 {_percent(self.before)}）" if self.before is not None else ""
        was_en = f" (before: {_percent(self.before)})" if self.before is not None else ""
        return LocalText(
            zh=f"近 {DAYS} 天的 {self.orders} 笔订单里 {_percent(self.after)} 达到门槛{was}；因券多出的订单不作估计",
            en=(
                f"Of the {self.orders} orders of the last {DAYS} days {_percent(self.after)} reach the least spend{was_en}; "
                "how many more people order because of it is not estimated"
            ),
        )


async def reach_of(context: ToolContext, before: CouponTerms | None, after: CouponTerms) -> Reach | None:
    """Count recent orders by their total; None where there were none."""
    since = context.now - dt.timedelta(days=DAYS)
    placed = select(func.count()).where(
        Order.placed_at >= since, Order.placed_at <= context.now, Order.status != "cancelled"
    )
    orders = (await context.session.exec(placed)).one()
    if not orders:
        return None

    async def share(terms: CouponTerms) -> Share:
        spent = col(Order.total_minor) + col(Order.discount_minor) - col(Order.shipping_minor)
        return wilson((await context.session.exec(placed.where(spent >= terms.minimum_spend.minor))).one(), orders)

    return Reach(orders=orders, before=await share(before) if before is not None else None, after=await share(after))


def wilson(hits: int, count: int) -> Share:
    """Return a share with its 95 % interval; E. B. Wilson, JASA 22 (1927)."""
    share, square = hits / count, _Z * _Z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = _Z / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    return Share(value=round(share, 4), low=round(max(middle - half, 0.0), 4), high=round(min(middle + half, 1.0), 4))


def _percent(share: Share) -> str:
    return f"{share.value:.0%} [{share.low:.0%}, {share.high:.0%}]"
