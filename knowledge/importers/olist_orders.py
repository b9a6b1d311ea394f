"""Orders of the ``olist`` format: an order with its items, payments and parcel stands or falls as one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

from knowledge.importers.base import BadValueError, Refusal, Row, Unit, Values
from knowledge.importers.files import Record
from knowledge.importers.olist_data import CURRENCY, Sales, cents, optional_time, sold_time
from knowledge.importers.values import whole
from knowledge.schema import Order, OrderLine, Payment, PaymentMethod, Shipment

_STATUSES = {
    "created": "pending",
    "approved": "pending",
    "invoiced": "processing",
    "processing": "processing",
    "shipped": "shipped",
    "delivered": "delivered",
    "canceled": "cancelled",
    "unavailable": "cancelled",
}
_METHODS = {
    "credit_card": "credit_card",
    "debit_card": "bank_card",
    "boleto": "bank_card",
    "voucher": "gift_card",
    "not_defined": "bank_card",
}


def order_units(record: Record, data: Sales) -> Iterator[Unit]:
    """Yield an order with items, payments and parcel as one unit; before it ways to pay that are new."""
    order_id = record.text("order_id")
    rows: list[Row] = []
    faults: list[Refusal] = []
    person = data.people.get(record.text("customer_id"), record.text("customer_id"))
    payments = data.payments.get(order_id, [])
    yield from _methods(person, payments, data)
    try:
        if record.fault:
            raise BadValueError("", record.fault)
        rows += _order(record, person, data)
    except BadValueError as error:
        faults.append(record.refusal("order", error.column, error.reason, key=order_id))
    for number, item in enumerate(data.items.get(order_id, [])):
        _collect(rows, faults, item, "orderline", functools.partial(_line, number=number, data=data))
    placed = rows[0].values["placed_at"] if rows else None
    for number, payment in enumerate(payments):
        _collect(
            rows, faults, payment, "payment", functools.partial(_payment, number=number, person=person, placed=placed)
        )
    yield Unit(tuple(rows), tuple(faults))


def _collect(rows: list[Row], faults: list[Refusal], record: Record, table: str, read: Callable[[Record], Row]) -> None:
    try:
        if record.fault:
            raise BadValueError("", record.fault)
        rows.append(read(record))
    except BadValueError as error:
        faults.append(record.refusal(table, error.column, error.reason))


def _order(record: Record, person: str, data: Sales) -> list[Row]:
    order_id, said = record.required("order_id"), record.required("order_status")
    if said not in _STATUSES:
        raise BadValueError("order_status", f"expected one of {', '.join(_STATUSES)}, got {said!r:.60}")
    placed = sold_time(record, "order_purchase_timestamp")
    sent, arrived = (
        optional_time(record, "order_delivered_carrier_date"),
        optional_time(record, "order_delivered_customer_date"),
    )
    items = data.items.get(order_id, [])
    freight = sum(cents(item, "freight_value") for item in items)
    payments = data.payments.get(order_id, [])
    values: Values = {
        "id": order_id,
        "customer_id": person,
        "status": _STATUSES[said],
        "currency": CURRENCY,
        "total_minor": sum(cents(item, "price") for item in items) + freight,
        "shipping_minor": freight,
        "payment_method_id": _method_id(person, payments[0]) if payments else None,
        "address": data.addresses.get(record.text("customer_id"), {}),
        "placed_at": placed,
        "delivered_at": arrived if said == "delivered" else None,
    }
    rows = [Row(Order, values, record.file, record.row)]
    if sent is not None:
        parcel: Values = {
            "id": f"{order_id}:1",
            "order_id": order_id,
            "status": "delivered" if arrived else "in_transit",
            "shipped_at": sent,
            "eta": optional_time(record, "order_estimated_delivery_date"),
            "delivered_at": arrived,
        }
        rows.append(Row(Shipment, parcel, record.file, record.row))
    return rows


def _line(item: Record, number: int, data: Sales) -> Row:
    product_id = item.required("product_id")
    values: Values = {
        "id": f"{item.text('order_id')}:{item.required('order_item_id')}",
        "order_id": item.text("order_id"),
        "product_id": product_id,
        "sku": product_id,
        "title_en": data.titles.get(product_id, ""),
        "quantity": 1,
        "unit_price_minor": cents(item, "price"),
        "position": number,
    }
    return Row(OrderLine, values, item.file, item.row)


def _methods(person: str, payments: list[Record], data: Sales) -> Iterator[Unit]:
    for payment in payments:
        method_id = _method_id(person, payment)
        kind = payment.text("payment_type")
        if kind in _METHODS and person and method_id not in data.methods:
            data.methods.add(method_id)
            values: Values = {"id": method_id, "customer_id": person, "kind": _METHODS[kind], "brand": kind}
            yield Unit((Row(PaymentMethod, {**values, "currency": CURRENCY}, payment.file, payment.row),))


def _method_id(person: str, payment: Record) -> str:
    return f"{person}:{payment.text('payment_type')}"


def _payment(payment: Record, number: int, person: str, placed: object) -> Row:
    kind = payment.required("payment_type")
    if kind not in _METHODS:
        raise BadValueError("payment_type", f"expected one of {', '.join(_METHODS)}, got {kind!r:.60}")
    values: Values = {
        "id": f"{payment.text('order_id')}:{whole(payment.required('payment_sequential'), 'payment_sequential')}",
        "order_id": payment.text("order_id"),
        "kind": "payment",
        "amount_minor": cents(payment, "payment_value"),
        "currency": CURRENCY,
        "payment_method_id": _method_id(person, payment),
        "created_at": placed,
        "position": number,
    }
    return Row(Payment, values, payment.file, payment.row)
