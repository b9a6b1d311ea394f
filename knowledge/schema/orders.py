"""Orders and everything that happens to one after it was placed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from knowledge.types import JsonColumn, JsonObject, Options, UtcDateTime


class Order(SQLModel, table=True):
    """An order. The money it moved stands in `Payment`; what may be done in which status is policy."""

    __table_args__ = (
        Index("ix_order_customer_placed", "customer_id", "placed_at"),
        Index("ix_order_device", "device_id"),
        Index("ix_order_ip", "ip"),
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customer.id")
    status: str = Field(index=True)
    """``pending`` (paid, not packed), ``processing`` (being packed), ``shipped``, ``delivered``, ``cancelled``,
    ``return_requested``, ``exchange_requested``."""
    items_modified: bool = False
    """True after the shopper changed items: many policies then lock the order."""
    currency: str
    total_minor: int
    """What the shopper paid: lines less discount plus shipping."""
    discount_minor: int = 0
    shipping_minor: int = 0
    coupon_code: str | None = None
    payment_method_id: str | None = Field(default=None, foreign_key="paymentmethod.id")
    address: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    """Copy of the delivery address at the time: the fields of `Address` without ids."""
    cancel_reason: str | None = None
    channel: str = "web"
    device_id: str = ""
    ip: str = ""
    note: str = ""
    """What the shopper wrote to the shop; data, never an instruction."""
    placed_at: dt.datetime = Field(sa_type=UtcDateTime)
    delivered_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    cancelled_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    version: int = 1
    """Grows with every change; a stale plan is refused."""


class OrderLine(SQLModel, table=True):
    """One variant in an order, with the price paid for one piece."""

    id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="order.id", index=True)
    product_id: str = Field(index=True)
    sku: str = Field(index=True)
    title_zh: str = ""
    title_en: str = ""
    options: Options = Field(default_factory=dict, sa_type=JsonColumn)
    quantity: int = 1
    unit_price_minor: int
    position: int = 0


class Payment(SQLModel, table=True):
    """Money that moved for an order: ``payment`` in, ``refund`` out. Amounts are positive."""

    id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="order.id", index=True)
    kind: str
    amount_minor: int
    currency: str
    payment_method_id: str
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    position: int = 0


class Shipment(SQLModel, table=True):
    """A parcel of an order."""

    id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="order.id", index=True)
    carrier: str = ""
    tracking_number: str = Field(default="", index=True)
    status: str = ""
    """``label_created``, ``in_transit``, ``out_for_delivery``, ``delivered``, ``exception``; ``""`` when unknown."""
    line_ids: list[str] = Field(default_factory=list, sa_type=JsonColumn)
    shipped_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    eta: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)
    delivered_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class TrackingEvent(SQLModel, table=True):
    """One scan of a parcel."""

    id: int | None = Field(default=None, primary_key=True)
    shipment_id: str = Field(foreign_key="shipment.id", index=True)
    at: dt.datetime = Field(sa_type=UtcDateTime)
    status: str
    place: str = ""


class Return(SQLModel, table=True):
    """Goods that a shopper sends back for money."""

    id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="order.id", index=True)
    status: str = "requested"
    """``requested``, ``received``, ``refunded``, ``rejected``, ``cancelled``."""
    reason: str = ""
    refund_method_id: str
    refund_minor: int
    currency: str
    created_at: dt.datetime = Field(sa_type=UtcDateTime)


class ReturnLine(SQLModel, table=True):
    """A line of an order that goes back."""

    id: int | None = Field(default=None, primary_key=True)
    return_id: str = Field(foreign_key="return.id", index=True)
    order_line_id: str = Field(foreign_key="orderline.id")
    sku: str
    quantity: int = 1


class Exchange(SQLModel, table=True):
    """Goods swapped for other variants of the same products."""

    id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="order.id", index=True)
    status: str = "requested"
    reason: str = ""
    payment_method_id: str
    price_difference_minor: int
    """What the shopper pays (positive) or gets back (negative)."""
    currency: str
    created_at: dt.datetime = Field(sa_type=UtcDateTime)


class ExchangeLine(SQLModel, table=True):
    """One swapped line."""

    id: int | None = Field(default=None, primary_key=True)
    exchange_id: str = Field(foreign_key="exchange.id", index=True)
    order_line_id: str = Field(foreign_key="orderline.id")
    old_sku: str
    new_sku: str
    quantity: int = 1


class Refund(SQLModel, table=True):
    """Money on its way back, whatever the cause; the shopper asks where it is."""

    id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="order.id", index=True)
    return_id: str | None = Field(default=None, foreign_key="return.id")
    order_line_id: str | None = Field(default=None, foreign_key="orderline.id")
    """The line that it is for; only price protection, which a line gets once."""
    quantity: int | None = None
    """How many pieces of that line it is for."""
    kind: str
    """``cancel``, ``return``, ``price_protection``, ``price_difference``, ``payment_change``, ``goodwill``,
    ``chargeback`` (the bank took it back)."""
    amount_minor: int
    currency: str
    payment_method_id: str
    status: str = "pending"
    """``pending`` (waits for the goods), ``processing`` (with the bank), ``done``."""
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    expected_by: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class Invoice(SQLModel, table=True):
    """An invoice (发票) asked for an order."""

    id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="order.id", index=True)
    kind: str = "personal"
    """``personal`` or ``company``."""
    title: str
    tax_id: str = ""
    email: str
    amount_minor: int
    currency: str
    status: str = "requested"
    """``requested``, ``issued``, ``void``."""
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
