"""Finds what is personal in rows of the shop and in what was said and done, and tells it to a mask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import SQLModel

from dialogue.commands import Entity
from dialogue.events import CustomerProven, Understood
from evals.judge.frozen.mask import Mask
from evals.judge.frozen.past import Past
from evals.judge.scenario import Row
from knowledge.schema import (
    Address,
    CouponGrant,
    Customer,
    Exchange,
    Invoice,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Product,
    Refund,
    Return,
    Shipment,
)

_OF_GOODS = frozenset({"shop", "category", "product", "variant", "stock", "pricerecord", "coupon"})
"""Tables in which nobody is."""
_GOODS = frozenset({"title_zh", "title_en", "options", "sku", "old_sku", "new_sku", "product_id", "coupon_code"})
"""Columns about goods: a dress called Rose stays what it is when a Rose buys it."""
_UNSEEN = frozenset({"device_id", "ip", "note", "fingerprint", "region", "cost_minor"})
"""What no shopper sees, and the customer's note: left out."""


def learn(rows: Iterable[SQLModel], past: Past) -> Mask:
    """Return a mask that knows every person, place and number in the rows and in the conversation."""
    titles = [title for row in rows if isinstance(row, Product) for title in (row.title_en, row.title_zh)]
    mask = Mask(spared=" ".join(titles))
    for row in rows:
        _learn_row(mask, row)
    for record in past.records():
        _learn_record(mask, record)
    for event in past.events:
        if isinstance(event, CustomerProven):
            mask.name(event.name)
        if isinstance(event, Understood):
            for entity in event.understanding.entities:
                _learn_entity(mask, entity)
    return mask


def masked(mask: Mask, rows: Mapping[str, Iterable[Row]]) -> dict[str, tuple[Row, ...]]:
    """Return table -> rows without anything personal, and without what is none of a shopper's business."""
    return {
        table: tuple(
            {
                name: value if table in _OF_GOODS or name in _GOODS else mask.of(value)
                for name, value in row.items()
                if name not in _UNSEEN
            }
            for row in found
        )
        for table, found in rows.items()
    }


def _learn_row(mask: Mask, row: SQLModel) -> None:
    match row:
        case Customer():
            mask.person(row.first_name, row.last_name)
            mask.email(row.email)
            mask.phone(row.phone)
            mask.number(row.id)
        case Address():
            _learn_address(mask, row.model_dump())
            mask.key("address", row.id)
        case PaymentMethod():
            mask.number(row.last_four)
            mask.key("method", row.id)
        case Order():
            mask.order(row.id)
            _learn_address(mask, row.address)
        case OrderLine():
            mask.key("line", row.id, f"{mask.text(row.order_id)}-{row.position + 1}")
        case Shipment():
            mask.number(row.tracking_number)
            mask.key("parcel", row.id)
        case Invoice():
            _learn_record(mask, row.model_dump())
            mask.key("invoice", row.id)
        case Payment() | Return() | Exchange() | Refund() | CouponGrant():
            mask.key(type(row).__name__.lower(), row.id)


def _learn_record(mask: Mask, record: Mapping[str, Any]) -> None:
    """Learn from what a tool was given or gave."""
    if "line1" in record:
        _learn_address(mask, record)
    if "title" in record and "tax_id" in record:
        learn_title = mask.firm if record.get("kind") == "company" else mask.name
        learn_title(_text(record, "title"))
        mask.number(_text(record, "tax_id"))
    mask.email(_text(record, "email"))
    mask.phone(_text(record, "phone"))
    mask.postcode(_text(record, "postcode"))
    for name in ("order_id", "tracking_number", "last_four"):
        mask.number(_text(record, name))
    if "email" in record or "proof" in record:  # a proof, or a profile; elsewhere a name is that of goods
        mask.name(_text(record, "name"))


def _learn_entity(mask: Mask, entity: Entity) -> None:
    """Learn from what was read in a message; names only from tools: the words for goods can look like one."""
    match entity.type:
        case "email":
            mask.email(entity.text)
        case "phone":
            mask.phone(entity.text)
        case "postcode":
            mask.postcode(_text(entity.value, "text"))
        case "tax_id":
            mask.number(_text(entity.value, "text"))
        case "company":
            mask.firm(_text(entity.value, "text"))
        case "address":
            _learn_address(mask, entity.value)
        case "order_ref":
            mask.number(_text(entity.value, "id"))


def _learn_address(mask: Mask, fields: Mapping[str, Any]) -> None:
    mask.name(_text(fields, "recipient"))
    mask.phone(_text(fields, "phone"))
    mask.postcode(_text(fields, "postcode"))
    for name in ("line1", "line2"):
        mask.street(_text(fields, name))


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return value.strip() if isinstance(value, str) else ""
