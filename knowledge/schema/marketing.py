"""Coupons and who holds them."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field, SQLModel

from knowledge.types import JsonColumn, UtcDateTime


class Coupon(SQLModel, table=True):
    """A coupon that anyone can read about; differences between people are coupons, never list prices."""

    code: str = Field(primary_key=True)
    title_zh: str
    title_en: str
    kind: str
    """``amount`` (minor units off) or ``percent`` (whole percent off)."""
    value: int
    minimum_spend_minor: int = 0
    currency: str
    category_ids: list[str] = Field(default_factory=list, sa_type=JsonColumn)
    """Empty: every category."""
    tiers: list[str] = Field(default_factory=list, sa_type=JsonColumn)
    """Customer tiers that may claim it; empty: everybody."""
    starts_at: dt.datetime = Field(sa_type=UtcDateTime)
    ends_at: dt.datetime = Field(sa_type=UtcDateTime)
    limit_total: int | None = None


class CouponGrant(SQLModel, table=True):
    """A coupon in a customer's wallet."""

    id: str = Field(primary_key=True)
    coupon_code: str = Field(foreign_key="coupon.code", index=True)
    customer_id: str = Field(foreign_key="customer.id", index=True)
    status: str = "unused"
    """``unused``, ``used`` or ``expired``."""
    order_id: str | None = Field(default=None, foreign_key="order.id")
    granted_at: dt.datetime = Field(sa_type=UtcDateTime)
