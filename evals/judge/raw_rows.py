"""Rows of the shop as they stand in its tables: written into a scenario, and laid into another shop.

A row with a key of its own takes the place of the one that has it. Rows that only have a number (price records, scans of a
parcel) take the place of all others of their article or parcel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pydantic
from sqlmodel import SQLModel, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from evals.judge.scenario import Row
from knowledge.schema import (
    Address,
    Attachment,
    Category,
    Conversation,
    Coupon,
    CouponGrant,
    Customer,
    Document,
    Exchange,
    ExchangeLine,
    Invoice,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    PriceRecord,
    Product,
    Refund,
    Return,
    ReturnLine,
    Shipment,
    Shop,
    Stock,
    Ticket,
    TrackingEvent,
    Variant,
)

_MODELS: tuple[type[SQLModel], ...] = (
    Shop, Category, Product, Variant, Stock, PriceRecord, Customer, Address, PaymentMethod, Coupon, Order, OrderLine, Payment,
    Shipment, TrackingEvent, Return, ReturnLine, Exchange, ExchangeLine, Refund, Invoice, CouponGrant, Document, Conversation,
    Ticket, Attachment,
)  # fmt: skip
"""Those that others refer to come first."""
_NAMED = {str(model.__tablename__): model for model in _MODELS}
_NUMBERED = {PriceRecord: "sku", TrackingEvent: "shipment_id", ReturnLine: "return_id", ExchangeLine: "exchange_id"}
"""Tables whose key is a number, and the column of what they belong to."""


class RawRowError(ValueError):
    """A row does not fit its table; says which and why."""


def written(rows: Iterable[SQLModel]) -> dict[str, list[Row]]:
    """Return rows as a scenario holds them: table -> fields, without what is as by default."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        fields = row.model_dump(mode="json", exclude_defaults=True)
        if type(row) in _NUMBERED:
            del fields["id"]
        found.setdefault(str(row.__tablename__), []).append(fields)
    return found


async def lay_rows(session: AsyncSession, rows: Mapping[str, Sequence[Row]]) -> None:
    """Write rows into the shop.

    Raises:
        RawRowError: there is no such table, or a row is none of its.
    """
    if unknown := sorted(set(rows) - set(_NAMED)):
        raise RawRowError(f"no table {unknown[0]!r}; there are {', '.join(_NAMED)}")
    for name, model in _NAMED.items():
        found = [_row(name, model, fields) for fields in rows.get(name, ())]
        if owner := _NUMBERED.get(model):
            for key in {getattr(row, owner) for row in found}:
                await session.exec(delete(model).where(getattr(model, owner) == key))
        for row in found:
            if isinstance(row, Shop):  # there is one, whatever its id
                row.id = (await session.exec(select(Shop.id))).one()
            await session.merge(row)
            await session.flush()


def _row(name: str, model: type[SQLModel], fields: Row) -> SQLModel:
    if unknown := sorted(set(fields) - set(model.model_fields)):
        raise RawRowError(f"{name}: no field {unknown[0]!r}; there are {', '.join(model.model_fields)}")
    try:
        return model.model_validate(fields)
    except pydantic.ValidationError as error:
        detail = error.errors()[0]
        where = ".".join(map(str, detail["loc"]))
        raise RawRowError(f"{name}: {where}: {detail['msg']}, got {detail['input']!r}") from error
