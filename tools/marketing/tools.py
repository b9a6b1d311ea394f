"""Coupon tools: the wallet, what may be claimed, and claiming."""

from __future__ import annotations

from sqlmodel import col, func, select

from knowledge.money import Money
from knowledge.schema import Coupon, CouponGrant, Customer
from knowledge.types import new_id
from tools.base import Tool, ToolContext
from tools.errors import ArgumentError, RefusedError
from tools.evidence import LocalText
from tools.marketing.types import ClaimCoupon, ClaimedCoupon, CouponList, CouponView, ListCoupons

_USABLE = ("unused", "claimable")


async def list_coupons(context: ToolContext, _arguments: ListCoupons) -> CouponList:
    """Return the wallet and what may be claimed now; a visitor sees what everybody may claim."""
    customer_id = context.identity.customer_id
    customer = await context.session.get(Customer, customer_id) if customer_id is not None else None
    wallet = await _wallet(context, customer) if customer is not None else []
    held = {view.code for view in wallet}
    offered = [coupon for coupon in await _running(context) if coupon.code not in held]
    claimable = [_view(coupon, "claimable") for coupon in offered if _meant_for(coupon, customer)]
    coupons = sorted(wallet + claimable, key=lambda view: (view.state not in _USABLE, view.ends_at, view.code))
    return CouponList(coupons=tuple(coupons))


async def preview_claim(context: ToolContext, arguments: ClaimCoupon) -> ClaimedCoupon:
    """Return what would lie in the wallet.

    Raises:
        ArgumentError: ``coupon_not_found``.
        RefusedError: ``coupon_already_claimed``, ``coupon_expired``, ``coupon_not_started``, ``coupon_not_yours`` (another
            tier's), ``coupon_exhausted``.
    """
    return ClaimedCoupon(coupon=_view(await _claimable(context, arguments.code), "unused"))


async def claim_coupon(context: ToolContext, arguments: ClaimCoupon) -> ClaimedCoupon:
    """Put the coupon into the wallet; refuses as `preview_claim` does."""
    coupon = await _claimable(context, arguments.code, lock=True)
    grant = CouponGrant(
        id=new_id("cpn"), coupon_code=coupon.code, customer_id=context.customer_id(), granted_at=context.now
    )
    context.session.add(grant)
    return ClaimedCoupon(coupon=_view(coupon, "unused"))


async def _claimable(context: ToolContext, code: str, *, lock: bool = False) -> Coupon:
    statement = select(Coupon).where(func.upper(Coupon.code) == code.strip().upper())
    statement = statement.with_for_update() if lock else statement  # two claims of the last one; SQLite has one writer
    coupon = (await context.session.exec(statement)).first()
    if coupon is None:
        raise ArgumentError("coupon_not_found", "expected the code of a coupon", coupon_code=code[:64])
    title = LocalText(zh=coupon.title_zh, en=coupon.title_en).model_dump()
    mine = select(CouponGrant).where(
        CouponGrant.coupon_code == coupon.code, CouponGrant.customer_id == context.customer_id()
    )
    if (grant := (await context.session.exec(mine)).first()) is not None:
        raise RefusedError(
            "coupon_already_claimed",
            "one a person",
            coupon_code=coupon.code,
            title=title,
            state=_state(grant, coupon, context),
        )
    if coupon.ends_at <= context.now:
        raise RefusedError(
            "coupon_expired",
            "the coupon has ended",
            coupon_code=coupon.code,
            title=title,
            ended_at=coupon.ends_at.isoformat(),
        )
    if coupon.starts_at > context.now:
        starts_at = coupon.starts_at.isoformat()
        raise RefusedError(
            "coupon_not_started", "it comes later", coupon_code=coupon.code, title=title, starts_at=starts_at
        )
    customer = await context.session.get(Customer, context.customer_id())
    if not _meant_for(coupon, customer):
        tier = customer.tier if customer is not None else ""
        raise RefusedError(
            "coupon_not_yours", "for other tiers", coupon_code=coupon.code, title=title, tiers=coupon.tiers, tier=tier
        )
    if not await _left(context, coupon):
        raise RefusedError(
            "coupon_exhausted", "all were claimed", coupon_code=coupon.code, title=title, limit=coupon.limit_total
        )
    return coupon


async def _wallet(context: ToolContext, customer: Customer) -> list[CouponView]:
    statement = (
        select(CouponGrant, Coupon)
        .join(Coupon, col(Coupon.code) == CouponGrant.coupon_code)
        .where(CouponGrant.customer_id == customer.id)
    )
    return [_view(coupon, _state(grant, coupon, context)) for grant, coupon in await context.session.exec(statement)]


async def _running(context: ToolContext) -> list[Coupon]:
    statement = select(Coupon).where(Coupon.starts_at <= context.now, Coupon.ends_at > context.now)
    coupons = list(await context.session.exec(statement))
    return [coupon for coupon in coupons if await _left(context, coupon)]


async def _left(context: ToolContext, coupon: Coupon) -> bool:
    if coupon.limit_total is None:
        return True
    claimed = select(func.count()).where(CouponGrant.coupon_code == coupon.code)
    return (await context.session.exec(claimed)).one() < coupon.limit_total


def _meant_for(coupon: Coupon, customer: Customer | None) -> bool:
    """A visitor is shown only what everybody may have."""
    return not coupon.tiers or (customer is not None and customer.tier in coupon.tiers)


def _state(grant: CouponGrant, coupon: Coupon, context: ToolContext) -> str:
    return "expired" if grant.status == "unused" and coupon.ends_at <= context.now else grant.status


def _view(coupon: Coupon, state: str) -> CouponView:
    minimum = coupon.minimum_spend_minor
    return CouponView(
        code=coupon.code,
        title=LocalText(zh=coupon.title_zh, en=coupon.title_en),
        kind=coupon.kind,
        value=coupon.value,
        minimum_spend=Money(minimum, coupon.currency) if minimum else None,
        ends_at=coupon.ends_at,
        state=state,
    )


TOOLS: tuple[Tool, ...] = (
    Tool(
        name="list_coupons",
        effect="read",
        roles=frozenset({"shopper", "merchant", "agent", "system"}),
        needs_customer=False,
        arguments=ListCoupons,
        run=list_coupons,
        description_en=(
            "The person's coupons (unused, used, expired) and those they may claim now; a visitor sees the public ones. Use it "
            "for 'do you have any coupons', 'what vouchers do I have', 'any discounts'. Not to claim one (claim_coupon). No arguments."
        ),
        description_zh=(
            "顾客钱包里的优惠券（未用、已用、过期）和现在可领的券；访客只看到人人可领的。顾客问“有什么优惠券”“我的券”“有没有优惠”时使用；领券用 claim_coupon。无参数。"
        ),
    ),
    Tool(
        name="claim_coupon",
        effect="write",
        roles=frozenset({"shopper", "agent"}),
        confirm=False,
        arguments=ClaimCoupon,
        preview=preview_claim,
        run=claim_coupon,
        description_en=(
            "Put a coupon into the person's wallet, once a person. Use it when they ask for a certain coupon. Not to apply one "
            "to an order that was already placed. code: the coupon's code as list_coupons gives it; capitals do not matter."
        ),
        description_zh=(
            "把一张优惠券领到顾客的钱包，每人一次。顾客要领某张券时使用；不能给已下的订单补用。code：list_coupons 给出的券码，大小写均可。"
        ),
    ),
)
