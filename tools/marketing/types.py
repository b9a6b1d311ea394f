"""Arguments and evidence of the coupon tools."""

from __future__ import annotations

import datetime as dt

from tools.base import Arguments, Evidence
from tools.evidence import LocalText, Money


class ListCoupons(Arguments):
    """The person's coupons and those they may claim; a visitor sees the public ones."""


class CouponView(Evidence):
    """A coupon in words that a card can show."""

    code: str
    title: LocalText
    kind: str
    value: int
    minimum_spend: Money | None
    ends_at: dt.datetime
    state: str
    """``unused`` (in the wallet), ``used``, ``expired``, ``claimable``."""


class CouponList(Evidence):
    """Usable first, soonest to end first."""

    coupons: tuple[CouponView, ...]


class ClaimCoupon(Arguments):
    """Put a coupon into the person's wallet."""

    code: str


class ClaimedCoupon(Evidence):
    """The coupon, now in the wallet."""

    coupon: CouponView
