"""The files of the ``csv`` format, their columns, and how the text of a cell becomes a value."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable

from sqlalchemy import JSON, Boolean, Column, Float, Integer
from sqlmodel import SQLModel

from knowledge import schema
from knowledge.importers import values as read
from knowledge.importers.base import table_name
from knowledge.types import UtcDateTime


@dataclasses.dataclass(frozen=True)
class CsvTable:
    """One file of the format.

    Args:
        stem: the file's name without ``.csv``.
        required: columns that the header must have.
        parent: where a row brings no id, it gets ``PARENT:number``, counted within this column.
        dated: a date that a row without one gets from the moment of its first import.
        of_order: its rows are taken or refused together with their order.
    """

    stem: str
    model: type[SQLModel]
    required: tuple[str, ...]
    parent: str = ""
    dated: str = ""
    of_order: bool = False


TABLES: tuple[CsvTable, ...] = (
    CsvTable("categories", schema.Category, ("id",)),
    CsvTable("suppliers", schema.Supplier, ("id", "name", "lead_time_days")),
    CsvTable("products", schema.Product, ("id",), dated="created_at"),
    CsvTable("variants", schema.Variant, ("sku", "product_id", "price")),
    CsvTable("product_images", schema.ProductImage, ("product_id", "path"), parent="product_id"),
    CsvTable("stock", schema.Stock, ("sku", "on_hand")),
    CsvTable("price_history", schema.PriceRecord, ("sku", "price", "valid_from")),
    CsvTable("competitor_prices", schema.CompetitorPrice, ("product_id", "competitor", "price", "observed_at")),
    CsvTable("supplier_offers", schema.SupplierOffer, ("supplier_id", "product_id", "cost")),
    CsvTable("customers", schema.Customer, ("id",), dated="created_at"),
    CsvTable("addresses", schema.Address, ("customer_id", "line1"), parent="customer_id"),
    CsvTable("payment_methods", schema.PaymentMethod, ("id", "customer_id", "kind")),
    CsvTable("coupons", schema.Coupon, ("code", "kind", "value", "starts_at", "ends_at")),
    CsvTable("orders", schema.Order, ("id", "customer_id", "status", "placed_at")),
    CsvTable("order_lines", schema.OrderLine, ("order_id", "sku", "unit_price"), parent="order_id", of_order=True),
    CsvTable("payments", schema.Payment, ("order_id", "amount"), parent="order_id", of_order=True),
    CsvTable("shipments", schema.Shipment, ("order_id",), parent="order_id"),
    CsvTable("tracking_events", schema.TrackingEvent, ("shipment_id", "at", "status")),
    CsvTable(
        "coupon_grants", schema.CouponGrant, ("coupon_code", "customer_id"), parent="customer_id", dated="granted_at"
    ),
    CsvTable("reviews", schema.Review, ("product_id", "rating", "text"), parent="product_id", dated="created_at"),
    CsvTable("behaviour", schema.BehaviourEvent, ("session_id", "kind", "at")),
    CsvTable("documents", schema.Document, ("id", "lang", "title", "body"), dated="updated_at"),
)
"""Every file, parents first."""


@dataclasses.dataclass(frozen=True)
class Reading:
    """What reading a cell needs to know."""

    header: str
    currency: str
    zone: dt.tzinfo
    dates: str | None


Convert = Callable[[str, Reading], object]


@dataclasses.dataclass(frozen=True)
class CsvColumn:
    """A column of a file: the table's column that it fills and how."""

    field: str
    convert: Convert
    nullable: bool
    is_text: bool = False

    def value(self, text: str, reading: Reading) -> object:
        """Return the value of a cell.

        Raises:
            BadValueError: it has another form.
        """
        return self.convert(text, reading)


@functools.cache
def columns(model: type[SQLModel]) -> dict[str, CsvColumn]:
    """Return the columns of a file by their names: an amount in major units stands without ``_minor``."""
    found = {}
    for column in SQLModel.metadata.tables[table_name(model)].columns:
        if column.primary_key and isinstance(column.type, Integer):
            continue
        convert = _converter(model, column)
        name = column.name.removesuffix("_minor")
        found[name] = CsvColumn(column.name, convert, bool(column.nullable), is_text=convert is _as_text)
    return found


def _converter(model: type[SQLModel], column: Column[object]) -> Convert:
    if column.name.endswith("_minor"):
        return _as_amount
    if isinstance(column.type, JSON):
        return _as_json(model, column.name)
    for kind, convert in _CONVERTERS:
        if isinstance(column.type, kind):
            return convert
    return _as_text


def _as_json(model: type[SQLModel], name: str) -> Convert:
    if "list" in str(model.model_fields[name].annotation):
        return lambda text, reading: read.names(text, reading.header)
    return lambda text, reading: read.options(text, reading.header)


def _as_text(text: str, _reading: Reading) -> object:
    return text


def _as_amount(text: str, reading: Reading) -> object:
    return read.amount(text, reading.currency, reading.header)


def _as_whole(text: str, reading: Reading) -> object:
    return read.whole(text, reading.header)


def _as_number(text: str, reading: Reading) -> object:
    return read.number(text, reading.header)


def _as_flag(text: str, reading: Reading) -> object:
    return read.flag(text, reading.header)


def _as_time(text: str, reading: Reading) -> object:
    return read.time(text, reading.header, zone=reading.zone, form=reading.dates)


_CONVERTERS: tuple[tuple[type[object], Convert], ...] = (
    (UtcDateTime, _as_time),
    (Boolean, _as_flag),
    (Integer, _as_whole),
    (Float, _as_number),
)
