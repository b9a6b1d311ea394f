"""What a merchant changes of the shop's coupons: a new one, other terms, an end; each waits for approval."""

from __future__ import annotations

import functools
from typing import cast

from sqlmodel import col, func, select

from knowledge.money import Money
from knowledge.schema import Coupon, CouponGrant, Shop
from tools.base import Role, ToolContext, tool
from tools.errors import ArgumentError, RefusedError
from tools.evidence import LocalText
from tools.marketing.reach import reach_of
from tools.marketing.terms import (
    ChangeCoupon,
    CouponChange,
    CouponEnd,
    CouponTerms,
    CreateCoupon,
    EndCoupon,
    ListShopCoupons,
    ShopCoupon,
    ShopCoupons,
    check,
    claims_of,
    code_for,
    end_of,
    retitled,
    standard_title,
    value_of,
)
from tools.staging import Restoration, untouched

MERCHANT: tuple[Role, ...] = ("merchant",)


@tool(
    "read",
    roles=MERCHANT,
    needs_customer=False,
    en=(
        "Every coupon of the shop with its terms, how many people have claimed it, and whether it runs. Use it to find the code of a coupon "
        "that is to be changed or ended. No arguments."
    ),
    zh="店铺的全部优惠券：条件、已领张数、是否在进行中。要改或结束某张券、需要券码时使用。无参数。",
)
async def shop_coupons(context: ToolContext, arguments: ListShopCoupons) -> ShopCoupons:
    """Return the shop's coupons, those that run first."""
    rows = (await context.session.exec(select(Coupon).order_by(col(Coupon.ends_at).desc(), col(Coupon.code)))).all()
    counts = select(CouponGrant.coupon_code, func.count()).group_by(col(CouponGrant.coupon_code))
    claimed = dict((await context.session.exec(counts)).all())
    found = [
        ShopCoupon(
            code=row.code,
            title=_title(row),
            terms=await _terms(context, row),
            claimed=claimed.get(row.code, 0),
            running=row.starts_at <= context.now < row.ends_at,
        )
        for row in rows
    ]
    return ShopCoupons(coupons=tuple(sorted(found, key=lambda each: not each.running)))


async def preview_create(context: ToolContext, arguments: CreateCoupon) -> CouponChange:
    """Work out a new coupon.

    Raises:
        ArgumentError: ``coupon_code_taken``; ``coupon_terms_wrong``: names the field and what was expected.
    """
    shop = (await context.session.exec(select(Shop).limit(1))).one()
    terms = CouponTerms(
        kind=arguments.kind,
        value=value_of(arguments.kind, arguments.value, shop.currency),
        minimum_spend=Money.of(arguments.minimum_spend, shop.currency),
        ends_at=end_of(arguments.ends_on, shop.timezone),
        timezone=shop.timezone,
        limit=arguments.limit,
    )
    check(terms, context.now)
    title = standard_title(terms)
    own = LocalText(zh=arguments.title_zh or title.zh, en=arguments.title_en or title.en)
    code = (arguments.code or code_for(terms)).upper()
    if await context.session.get(Coupon, code) is not None:
        raise ArgumentError("coupon_code_taken", "expected a code that no coupon has", coupon_code=code)
    return CouponChange(code=code, title=own, before=None, after=terms, reach=await reach_of(context, None, terms))


async def undo_create(context: ToolContext, done: CouponChange) -> Restoration:
    """Work out how a new coupon goes again: only while nobody holds it."""
    coupon = await context.session.get(Coupon, done.code)
    claimed = await _claimed(context, done.code)
    untouched({**await _standing(context, done, coupon), "claimed": (claims_of(done.code), "0", str(claimed))})
    gone = CouponChange(code=done.code, title=done.title, before=done.after, after=None, reach=None)
    return Restoration(gone.differences(), functools.partial(context.session.sync_session.delete, coupon))


@tool(
    "write",
    roles=MERCHANT,
    needs_customer=False,
    preview=preview_create,
    undo=undo_create,
    en=(
        "Stage a new coupon for everybody; it waits as a proposal. kind: amount (money off) or percent; value: money in the shop's currency "
        "such as 40, or whole percent off; minimum_spend: least order in the shop's currency, 0 for none; ends_on: last day, YYYY-MM-DD; "
        "limit: most that can be claimed, left out for no limit; code, title_zh, title_en: made of the terms where left out."
    ),
    zh=(
        "提交一张新的优惠券（人人可领），先作为提案等待批准。kind：amount（减金额）或 percent（减百分比）；value：金额（本店货币，如 40）或整数百分比；"
        "minimum_spend：使用门槛，0 为无门槛；ends_on：最后一天，YYYY-MM-DD；limit：最多领取张数，不填不限；code、title_zh、title_en：不填则按条件生成。"
    ),
)
async def create_coupon(context: ToolContext, arguments: CreateCoupon) -> CouponChange:
    """Add the coupon; it can be claimed at once."""
    change = await preview_create(context, arguments)
    terms = cast(CouponTerms, change.after)
    context.session.add(
        Coupon(
            code=change.code,
            title_zh=change.title.zh,
            title_en=change.title.en,
            kind=terms.kind,
            value=terms.value,
            minimum_spend_minor=terms.minimum_spend.minor,
            currency=terms.minimum_spend.currency,
            starts_at=context.now,
            ends_at=terms.ends_at,
            limit_total=terms.limit,
        )
    )
    return change


async def preview_change(context: ToolContext, arguments: ChangeCoupon) -> CouponChange:
    """Work out other terms of a coupon; a title that states the old ones states the new ones.

    Raises:
        ArgumentError: ``coupon_not_found``; ``coupon_terms_wrong``.
        RefusedError: ``coupon_unchanged``.
    """
    coupon = await _coupon(context, arguments.code)
    before = await _terms(context, coupon)
    kind = arguments.kind or before.kind
    given = arguments.minimum_spend
    after = CouponTerms(
        kind=kind,
        value=before.value if arguments.value is None else value_of(kind, arguments.value, coupon.currency),
        minimum_spend=before.minimum_spend if given is None else Money.of(given, coupon.currency),
        ends_at=before.ends_at if arguments.ends_on is None else end_of(arguments.ends_on, before.timezone),
        timezone=before.timezone,
        limit=before.limit if arguments.limit is None else arguments.limit,
    )
    if after == before:
        raise RefusedError("coupon_unchanged", "it has these terms already", coupon_code=coupon.code)
    if kind != before.kind and arguments.value is None:
        raise ArgumentError("coupon_terms_wrong", "expected a value with a new kind", field="value")
    check(after, context.now, claimed=await _claimed(context, coupon.code))
    title = _title(coupon)
    return CouponChange(
        code=coupon.code,
        title=retitled(title, before, after),
        title_before=title,
        before=before,
        after=after,
        reach=await reach_of(context, before, after),
    )


async def undo_change(context: ToolContext, done: CouponChange) -> Restoration:
    """Work out the terms before a change."""
    coupon = await context.session.get(Coupon, done.code)
    untouched(await _standing(context, done, coupon))
    row, before = cast(Coupon, coupon), cast(CouponTerms, done.before)
    title = done.title_before or done.title
    undone = CouponChange(
        code=done.code, title=title, title_before=done.title, before=done.after, after=before, reach=None
    )

    def apply() -> None:
        _set(context, row, before, title)

    return Restoration(undone.differences(), apply)


@tool(
    "write",
    roles=MERCHANT,
    needs_customer=False,
    preview=preview_change,
    undo=undo_change,
    en=(
        "Stage other terms of a coupon, also for those who hold it; it waits as a proposal. code: as shop_coupons gives it; what is left out "
        "stays: kind (amount or percent), value, minimum_spend, ends_on (YYYY-MM-DD), limit, as in create_coupon."
    ),
    zh=(
        "提交对某张优惠券条件的修改（已领的也一并生效），先作为提案等待批准。code：shop_coupons 给出的券码；不填的保持不变：kind（amount 或 percent）、value、minimum_spend、"
        "ends_on（YYYY-MM-DD）、limit，写法同 create_coupon。"
    ),
)
async def change_coupon(context: ToolContext, arguments: ChangeCoupon) -> CouponChange:
    """Set the new terms."""
    change = await preview_change(context, arguments)
    _set(context, await _coupon(context, arguments.code), cast(CouponTerms, change.after), change.title)
    return change


async def preview_end(context: ToolContext, arguments: EndCoupon) -> CouponEnd:
    """Work out the end of a coupon.

    Raises:
        ArgumentError: ``coupon_not_found``.
        RefusedError: ``coupon_expired``: it has ended.
    """
    coupon = await _coupon(context, arguments.code)
    before = await _terms(context, coupon)
    if coupon.ends_at <= context.now:
        raise RefusedError("coupon_expired", "the coupon has ended", coupon_code=coupon.code)
    after = before.model_copy(update={"ends_at": context.now})
    return CouponEnd(code=coupon.code, title=_title(coupon), before=before, after=after, reach=None)


@tool(
    "write",
    roles=MERCHANT,
    needs_customer=False,
    preview=preview_end,
    undo=undo_change,
    en=(
        "Stage the end of a coupon: once approved nobody can claim or use it. code: as shop_coupons gives it. To end it on a later day, "
        "change_coupon with ends_on."
    ),
    zh="提交结束某张优惠券：批准后不能再领也不能再用。code：shop_coupons 给出的券码。要改到以后某天结束，用 change_coupon 的 ends_on。",
)
async def end_coupon(context: ToolContext, arguments: EndCoupon) -> CouponEnd:
    """End the coupon now."""
    change = await preview_end(context, arguments)
    _set(context, await _coupon(context, arguments.code), cast(CouponTerms, change.after), change.title)
    return change


async def _coupon(context: ToolContext, code: str) -> Coupon:
    statement = select(Coupon).where(func.upper(Coupon.code) == code.strip().upper())
    coupon = (await context.session.exec(statement)).first()
    if coupon is None:
        raise ArgumentError("coupon_not_found", "expected the code of a coupon", coupon_code=code[:64])
    return coupon


async def _claimed(context: ToolContext, code: str) -> int:
    return (await context.session.exec(select(func.count()).where(CouponGrant.coupon_code == code))).one()


def _set(context: ToolContext, coupon: Coupon, terms: CouponTerms, title: LocalText) -> None:
    coupon.kind, coupon.value, coupon.limit_total = terms.kind, terms.value, terms.limit
    coupon.minimum_spend_minor, coupon.ends_at = terms.minimum_spend.minor, terms.ends_at
    coupon.title_zh, coupon.title_en = title.zh, title.en
    context.session.add(coupon)


async def _standing(
    context: ToolContext, done: CouponChange, coupon: Coupon | None
) -> dict[str, tuple[LocalText, str | None, str | None]]:
    """Return what a change set beside what stands now."""
    now = None
    if coupon is not None:
        terms = await _terms(context, coupon)
        now = CouponChange(code=done.code, title=_title(coupon), before=None, after=terms, reach=None)
    was = CouponChange(code=done.code, title=done.title, before=None, after=done.after, reach=None)
    stand = {} if now is None else {each.what.en: each.after for each in now.differences()}
    return {each.what.en: (each.what, each.after, stand.get(each.what.en)) for each in was.differences()}


async def _terms(context: ToolContext, coupon: Coupon) -> CouponTerms:
    shop = (await context.session.exec(select(Shop).limit(1))).one()
    return CouponTerms(
        kind="percent" if coupon.kind == "percent" else "amount",
        value=coupon.value,
        minimum_spend=Money(coupon.minimum_spend_minor, coupon.currency),
        ends_at=coupon.ends_at,
        timezone=shop.timezone,
        limit=coupon.limit_total,
    )


def _title(coupon: Coupon) -> LocalText:
    return LocalText(zh=coupon.title_zh, en=coupon.title_en)


TOOLS = (shop_coupons, create_coupon, change_coupon, end_coupon)
