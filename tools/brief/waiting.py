"""What wants a merchant's decision as things stand now, each kind by one question to the shop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from scipy.special import gammaincinv
from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, func, or_
from sqlmodel import col, select

from knowledge.schema import (
    Coupon,
    CouponGrant,
    Order,
    OrderLine,
    Product,
    Proposal,
    RiskCase,
    Stock,
    Supplier,
    SupplierOffer,
    Ticket,
    Variant,
)
from tools.analytics.periods import Period
from tools.analytics.reading import Desk
from tools.base import ToolContext
from tools.brief.types import (
    EndingCoupon,
    LateTicket,
    PriceIdea,
    ShortVariant,
    Waiting,
    WaitingCases,
    WaitingProposal,
)
from tools.errors import ToolError
from tools.evidence import LocalText
from tools.pricing.merchant import suggest_price
from tools.pricing.types import PriceSuggestion, ProductToPrice

SHOWN = 3
"""Of each kind, the most pressing so many are told."""
RATE_DAYS = 28
SOLD_LEAST = 4
"""A variant that sold fewer pieces in `RATE_DAYS` has no rate that could be gone by."""
LEAD_DAYS = 14
"""How long new stock takes where no supplier of the product is known."""
COUPON_DAYS = 3
PRICED = 30
"""The best sellers whose price is looked at: a suggestion for what hardly sells is worth little."""
_DAY = dt.timedelta(days=1)


async def waiting(desk: Desk) -> Waiting:
    """Return what wants a decision now."""
    context = desk.context
    sold_in = Period(first=desk.today - RATE_DAYS * _DAY, last=desk.today - _DAY)
    proposals, proposals_in_all = await _proposals(context)
    late, late_in_all = await _late(context)
    short = await _short(desk, sold_in)
    prices, priced = await _prices(desk, sold_in)
    return Waiting(
        proposals=proposals,
        proposals_in_all=proposals_in_all,
        cases=await _cases(context),
        late=late,
        late_in_all=late_in_all,
        short=tuple(short[:SHOWN]),
        short_in_all=len(short),
        sold_in=sold_in,
        coupons=await _coupons(context),
        prices=prices,
        priced=priced,
    )


async def _proposals(context: ToolContext) -> tuple[tuple[WaitingProposal, ...], int]:
    open_ones = select(Proposal).where(
        Proposal.status == "pending", Proposal.approver == "merchant", Proposal.expires_at > context.now
    )
    rows = (await context.session.exec(open_ones.order_by(col(Proposal.expires_at), col(Proposal.id)))).all()
    shown = [WaitingProposal(proposal_id=row.id, tool=row.tool, expires_at=row.expires_at) for row in rows[:SHOWN]]
    return tuple(shown), len(rows)


async def _cases(context: ToolContext) -> WaitingCases | None:
    statement = select(RiskCase).where(RiskCase.status == "open")
    rows = (await context.session.exec(statement.order_by(col(RiskCase.chance).desc(), col(RiskCase.id)))).all()
    if not rows:
        return None
    return WaitingCases(
        count=len(rows),
        oldest_at=min(row.created_at for row in rows),
        highest=rows[0].chance,
        subjects=tuple(row.subject or row.order_id or row.id for row in rows[:SHOWN]),
    )


async def _late(context: ToolContext) -> tuple[tuple[LateTicket, ...], int]:
    """Return the tickets that are past what the policy allows their priority, the longest overdue first."""
    hours = context.policy.human.resolve_within_h
    past = or_(false(), *(_overdue(priority, hours[priority], context.now) for priority in hours))
    rows = (await context.session.exec(select(Ticket).where(Ticket.status != "resolved", past))).all()
    late = sorted(
        (
            LateTicket(
                ticket_id=row.id,
                subject=row.subject,
                priority=row.priority,
                status=row.status,
                opened_at=row.created_at,
                due_at=row.created_at + dt.timedelta(hours=hours[row.priority]),  # type: ignore[index]  # was selected by it
            )
            for row in rows
        ),
        key=lambda ticket: (ticket.due_at, ticket.ticket_id),
    )
    return tuple(late[:SHOWN]), len(late)


def _overdue(priority: str, hours: float, now: dt.datetime) -> ColumnElement[bool]:
    return and_(col(Ticket.priority) == priority, col(Ticket.created_at) < now - dt.timedelta(hours=hours))


async def _short(desk: Desk, period: Period) -> list[ShortVariant]:
    """Return the variants that run out before new stock can be there, those that nothing is on its way of before the others,
    then the first to run out first."""
    sold = await _sold(desk, period, col(OrderLine.sku))
    statement = (
        select(Stock, Product)
        .join(Variant, col(Variant.sku) == col(Stock.sku))
        .join(Product, col(Product.id) == col(Variant.product_id))
        .where(col(Variant.available), Product.status == "active")
    )
    lead = await _lead_days(desk.context)
    found = []
    for stock, product in await desk.context.session.exec(statement):
        pieces = sold.get(stock.sku, 0)
        if pieces < SOLD_LEAST:
            continue
        left = max(stock.on_hand - stock.reserved, 0)
        days = left * period.days / pieces
        lead_days = lead.get(product.id, LEAD_DAYS)
        if days >= lead_days or _comes_in_time(stock, desk.context.now + dt.timedelta(days=days)):
            continue
        few, many = (float(gammaincinv(*at)) for at in ((pieces, 0.025), (pieces + 1, 0.975)))
        found.append(
            ShortVariant(
                sku=stock.sku,
                product_id=product.id,
                title=LocalText(zh=product.title_zh, en=product.title_en),
                left=left,
                sold=pieces,
                days=round(days, 1),
                days_low=round(left * period.days / many, 1),
                days_high=round(left * period.days / few, 1),
                lead_days=lead_days,
                restock_at=stock.restock_at,
            )
        )
    return sorted(found, key=lambda each: (each.restock_at is not None, each.days, -each.sold, each.sku))


def _comes_in_time(stock: Stock, runs_out: dt.datetime) -> bool:
    return stock.restock_at is not None and stock.restock_at <= runs_out


async def _lead_days(context: ToolContext) -> dict[str, int]:
    """Return how fast the fastest supplier of each product is."""
    statement = (
        select(SupplierOffer.product_id, func.min(Supplier.lead_time_days))
        .join(Supplier, col(Supplier.id) == col(SupplierOffer.supplier_id))
        .group_by(col(SupplierOffer.product_id))
    )
    return dict((await context.session.exec(statement)).all())


async def _sold(desk: Desk, period: Period, by: SQLColumnExpression[str]) -> dict[str, int]:
    start, end = period.bounds(desk.zone)
    statement = (
        select(by, func.sum(OrderLine.quantity))
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .where(col(Order.status) != "cancelled", col(Order.placed_at) >= start, col(Order.placed_at) < end)
        .group_by(by)
    )
    return {key: int(pieces) for key, pieces in await desk.rows(statement)}


async def _coupons(context: ToolContext) -> tuple[EndingCoupon, ...]:
    """Return the coupons that end within `COUPON_DAYS`, the first to end first."""
    statement = (
        select(Coupon)
        .where(
            Coupon.starts_at <= context.now,
            Coupon.ends_at > context.now,
            Coupon.ends_at <= context.now + COUPON_DAYS * _DAY,
        )
        .order_by(col(Coupon.ends_at), col(Coupon.code))
        .limit(SHOWN)
    )
    coupons = (await context.session.exec(statement)).all()
    granted = (
        select(CouponGrant.coupon_code, CouponGrant.status, func.count())
        .where(col(CouponGrant.coupon_code).in_([each.code for each in coupons]))
        .group_by(col(CouponGrant.coupon_code), col(CouponGrant.status))
    )
    counts = {(code, status): count for code, status, count in await context.session.exec(granted)}
    return tuple(
        EndingCoupon(
            code=each.code,
            title=LocalText(zh=each.title_zh, en=each.title_en),
            ends_at=each.ends_at,
            claimed=sum(count for (code, _), count in counts.items() if code == each.code),
            used=counts.get((each.code, "used"), 0),
        )
        for each in coupons
    )


async def _prices(desk: Desk, period: Period) -> tuple[tuple[PriceIdea, ...], int]:
    """Return the suggestions for the best sellers that are worth most; one that may as well lose is none."""
    sold = await _sold(desk, period, col(OrderLine.product_id))
    best = sorted(sold, key=lambda product_id: (-sold[product_id], product_id))[:PRICED]
    ideas, priced = [], 0
    for product_id in best:
        try:
            advice = await suggest_price.run(desk.context, ProductToPrice(product_id=product_id))
        except ToolError:
            continue  # no longer on sale, or the shop's price rules cannot be used
        assert isinstance(advice, PriceSuggestion)  # noqa: S101  (what that tool returns)
        priced += 1
        if advice.suggested != advice.now and advice.profit_change.low.minor > 0:
            ideas.append(advice)
    return tuple(_idea(each) for each in _worth_most(ideas)), priced


def _worth_most(ideas: Sequence[PriceSuggestion]) -> Sequence[PriceSuggestion]:
    return sorted(ideas, key=lambda each: (-each.profit_change.value.minor, each.product_id))[:SHOWN]


def _idea(advice: PriceSuggestion) -> PriceIdea:
    return PriceIdea(
        product_id=advice.product_id,
        title=advice.title,
        now=advice.now,
        suggested=advice.suggested,
        profit_change=advice.profit_change,
        fitted=advice.fitted,
    )
