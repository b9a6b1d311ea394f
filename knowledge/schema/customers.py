"""Customers, their addresses and payment methods."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from knowledge.types import UtcDateTime


class Customer(SQLModel, table=True):
    """A person with an account."""

    __table_args__ = (Index("ix_customer_name", "last_name", "first_name"),)

    id: str = Field(primary_key=True)
    first_name: str
    """Given name; for a Chinese name the characters after the family name."""
    last_name: str
    email: str = Field(index=True)
    """Lower case; ``""`` when unknown."""
    phone: str = Field(default="", index=True)
    """Digits, with a leading ``+`` and country code where known."""
    lang: str = "en"
    tier: str = "regular"
    """``new``, ``regular``, ``silver`` or ``gold``."""
    region: str = ""
    device_id: str = ""
    """The device of the sign-up, for risk."""
    created_at: dt.datetime = Field(sa_type=UtcDateTime)

    def full_name(self) -> str:
        """Return the name as its language writes it: 王小明, Yusuf Rossi."""
        if self.last_name and "\u4e00" <= self.last_name[0] <= "\u9fff":
            return self.last_name + self.first_name
        return f"{self.first_name} {self.last_name}".strip()


class Address(SQLModel, table=True):
    """A customer's address book entry; orders keep a copy of their own (`Order.address`)."""

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customer.id", index=True)
    recipient: str = ""
    phone: str = ""
    line1: str
    line2: str = ""
    district: str = ""
    city: str = ""
    state: str = ""
    """State or province."""
    postcode: str = Field(default="", index=True)
    country: str = ""
    is_default: bool = False


class PaymentMethod(SQLModel, table=True):
    """A way to pay that a customer has on file. Full card numbers are never stored."""

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customer.id", index=True)
    kind: str
    """``credit_card``, ``gift_card``, ``paypal``, ``alipay``, ``wechat_pay`` or ``bank_card``."""
    brand: str = ""
    last_four: str = ""
    balance_minor: int | None = None
    """What a gift card still holds; None for every other kind."""
    currency: str = ""
    fingerprint: str = Field(default="", index=True)
    """Equal for the same card on two accounts; for risk."""
