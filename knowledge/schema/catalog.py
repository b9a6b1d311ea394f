"""Products, variants, prices, stock, competitors, suppliers."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from knowledge.types import JsonColumn, JsonObject, Options, UtcDateTime


class Shop(SQLModel, table=True):
    """The one shop of this database: its name, currency and which policy set it runs under."""

    id: str = Field(primary_key=True)
    name_zh: str
    name_en: str
    currency: str
    default_lang: str = "zh"
    timezone: str = "Asia/Shanghai"
    policy: str = "default"
    """Name of the policy set (see `tools.policy`)."""
    settings: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)


class Category(SQLModel, table=True):
    """A node of the category tree."""

    id: str = Field(primary_key=True)
    parent_id: str | None = Field(default=None, foreign_key="category.id")
    name_zh: str = ""
    name_en: str = ""


class Product(SQLModel, table=True):
    """A thing the shop sells; what differs by colour or size is a `Variant`. A text in a language the shop lacks is ``""``."""

    id: str = Field(primary_key=True)
    category_id: str | None = Field(default=None, foreign_key="category.id", index=True)
    title_zh: str = ""
    title_en: str = ""
    description_zh: str = ""
    description_en: str = ""
    brand: str = ""
    attributes: JsonObject = Field(default_factory=dict, sa_type=JsonColumn)
    """Facts such as ``{"material": "cotton", "battery_h": "12"}``; keys and values in English."""
    tags: list[str] = Field(default_factory=list, sa_type=JsonColumn)
    status: str = "active"
    """``active``, ``draft`` or ``archived``."""
    created_at: dt.datetime = Field(sa_type=UtcDateTime)


class Variant(SQLModel, table=True):
    """What a shopper actually buys, named by its SKU."""

    sku: str = Field(primary_key=True)
    product_id: str = Field(foreign_key="product.id", index=True)
    options: Options = Field(default_factory=dict, sa_type=JsonColumn)
    price_minor: int
    list_price_minor: int | None = None
    """The struck-through price, if any."""
    cost_minor: int | None = None
    currency: str
    available: bool = True
    """False takes the variant off sale whatever its stock."""
    position: int = 0


class ProductImage(SQLModel, table=True):
    """A picture of a product, a file below the data folder's ``media/``."""

    id: str = Field(primary_key=True)
    product_id: str = Field(foreign_key="product.id", index=True)
    path: str
    """Relative to ``media/``, with forward slashes; or an ``https://`` address of an imported shop."""
    alt_zh: str = ""
    alt_en: str = ""
    position: int = 0


class Stock(SQLModel, table=True):
    """Pieces of a variant in the warehouse. A variant without a row is not counted: `Variant.available` alone decides."""

    sku: str = Field(primary_key=True, foreign_key="variant.sku")
    on_hand: int
    reserved: int = 0
    reorder_point: int = 0
    restock_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime)


class PriceRecord(SQLModel, table=True):
    """The price history: what a variant cost from `valid_from` on, until the next record."""

    __table_args__ = (Index("ix_pricerecord_sku_from", "sku", "valid_from"),)

    id: int | None = Field(default=None, primary_key=True)
    sku: str = Field(foreign_key="variant.sku")
    price_minor: int
    currency: str
    valid_from: dt.datetime = Field(sa_type=UtcDateTime)
    reason: str = ""
    """``list``, ``promotion:NAME``, ``manual``, ..."""


class CompetitorPrice(SQLModel, table=True):
    """A price that another shop asked for the same product."""

    __table_args__ = (Index("ix_competitorprice_product_at", "product_id", "observed_at"),)

    id: int | None = Field(default=None, primary_key=True)
    product_id: str = Field(foreign_key="product.id")
    competitor: str
    price_minor: int
    currency: str
    kind: str = "list"
    """``list``, ``promotion``, or ``claimed``: a shopper sent a picture of it."""
    observed_at: dt.datetime = Field(sa_type=UtcDateTime)


class Supplier(SQLModel, table=True):
    """Who the shop buys from."""

    id: str = Field(primary_key=True)
    name: str
    region: str = ""
    lead_time_days: int
    on_time_rate: float = 1.0
    """Share of past deliveries that came on time, in [0, 1]."""


class SupplierOffer(SQLModel, table=True):
    """A supplier's cost for a product."""

    id: int | None = Field(default=None, primary_key=True)
    supplier_id: str = Field(foreign_key="supplier.id", index=True)
    product_id: str = Field(foreign_key="product.id", index=True)
    cost_minor: int
    currency: str
    minimum_quantity: int = 1
