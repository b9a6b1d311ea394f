"""Giving every customer the tier that their orders earn, for coupons that are shown openly."""

from __future__ import annotations

import collections
from collections.abc import Sequence

from sqlmodel import col, func, select

from knowledge.schema import Customer, Order
from tools.base import Arguments, Evidence, Tool, ToolContext, tool
from tools.pricing.tiers import Purchases, Scored, tiers


class UpdateTiers(Arguments):
    """No arguments: everybody is scored against everybody."""


class TierMove(Evidence):
    """How many customers go from one tier to another."""

    before: str
    after: str
    customers: int


class TierUpdate(Evidence):
    """How many customers have each tier then, and who moves."""

    customers: int
    tiers: dict[str, int]
    moves: tuple[TierMove, ...]


async def _scored(context: ToolContext) -> tuple[Sequence[Customer], list[Scored]]:
    """Return all customers with their scores, in one order. Cancelled orders earn nothing."""
    bought = (
        select(
            Order.customer_id,
            func.max(Order.placed_at),
            func.count(),
            func.sum(Order.total_minor),
        )
        .where(Order.status != "cancelled", Order.placed_at <= context.now)
        .group_by(col(Order.customer_id))
    )
    found = {
        person: Purchases(person, last_at, int(orders), int(spent))
        for person, last_at, orders, spent in (await context.session.exec(bought)).all()
    }
    people = (await context.session.exec(select(Customer).order_by(col(Customer.id)))).all()
    purchases = [found.get(person.id) or Purchases(person.id, None, 0, 0) for person in people]
    return people, tiers(purchases, context.now)


async def preview_tiers(context: ToolContext, arguments: UpdateTiers) -> TierUpdate:
    """Count who would move."""
    del arguments
    people, scores = await _scored(context)
    return _told(people, scores)


def _told(people: Sequence[Customer], scores: Sequence[Scored]) -> TierUpdate:
    moves = collections.Counter(
        (person.tier, score.tier) for person, score in zip(people, scores, strict=True) if person.tier != score.tier
    )
    return TierUpdate(
        customers=len(people),
        tiers=dict(sorted(collections.Counter(score.tier for score in scores).items())),
        moves=tuple(
            TierMove(before=before, after=after, customers=count) for (before, after), count in sorted(moves.items())
        ),
    )


@tool(
    "write",
    roles=("merchant",),
    needs_customer=False,
    preview=preview_tiers,
    timeout_s=60.0,
    en=(
        "Give every customer the tier that their orders earn by recency, frequency and money: new, regular, silver or gold. Tiers decide "
        "which coupons a person may claim, and never a price. No arguments."
    ),
    zh=(
        "按最近购买、购买频次和金额重新评定所有顾客的会员等级：新会员、普通、银卡、金卡。等级只决定可领哪些优惠券，不影响价格。没有参数。"
    ),
)
async def update_tiers(context: ToolContext, arguments: UpdateTiers) -> TierUpdate:
    """Write the tiers that changed."""
    del arguments
    people, scores = await _scored(context)
    told = _told(people, scores)
    for person, score in zip(people, scores, strict=True):
        if person.tier != score.tier:
            person.tier = score.tier
            context.session.add(person)
    return told


TOOLS: tuple[Tool, ...] = (update_tiers,)
