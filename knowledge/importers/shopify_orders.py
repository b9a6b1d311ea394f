"""Shopify's orders export: an order is several rows with one Name, a line item each, its own columns on the first one.

The export knows when an order left the house, not when it arrived. So an order that was fulfilled counts as delivered
`ARRIVES_AFTER` its fulfilment, and as shipped if the export (its latest time) is younger than that.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Generator, Iterator
from typing import Final

from knowledge.importers.base import BadValueError, Refusal, Row, Unit, Values
from knowledge.importers.files import Record
from knowledge.importers.shopify_cells import Shop, cell, groups, nameless
from knowledge.importers.values import amount, has_chinese, phone, time, whole
from knowledge.schema import Customer, Order, OrderLine, Payment, PaymentMethod, Refund, Shipment

REQUIRED: Final = ("Name", "Created at", "Lineitem name", "Lineitem price", "Lineitem quantity")
ARRIVES_AFTER = dt.timedelta(days=10)
_PAID = ("paid", "partially_paid", "partially_refunded", "refunded", "")
_KINDS = (
    ("paypal", "paypal"),
    ("gift", "gift_card"),
    ("alipay", "alipay"),
    ("支付宝", "alipay"),
    ("wechat", "wechat_pay"),
)
_ORDER = {
    "total_minor": "Total",
    "discount_minor": "Discount Amount",
    "shipping_minor": "Shipping",
    "placed_at": "Created at",
    "customer_id": "Email",
    "id": "Name",
    "currency": "Currency",
}
_LINE = {"quantity": "Lineitem quantity", "unit_price_minor": "Lineitem price", "sku": "Lineitem sku"}


def newest(records: Iterator[Record]) -> dt.datetime | None:
    """Return the latest time in an orders export."""
    latest: dt.datetime | None = None
    for record in records:
        for column in ("Created at", "Paid at", "Fulfilled at", "Cancelled at"):
            try:
                found = _time(record, column)
            except BadValueError:
                continue  # the order itself is refused for it later
            latest = max(filter(None, (latest, found)), default=None)
    return latest


def orders(records: Iterator[Record], shop: Shop) -> Iterator[Unit]:
    """Yield orders, each with its lines, payments and parcel; before it a customer or a way to pay that is new."""
    for name, group in groups(records, "Name"):
        if not name:
            yield from (nameless(record, "order", "Name") for record in group)
            continue
        customer_id = yield from _buyer(name, group[0], shop)
        method_id = yield from _method(customer_id, group[0], shop)
        yield _order_unit(name, customer_id, method_id, group, shop)


def _order_unit(name: str, customer_id: str, method_id: str | None, group: list[Record], shop: Shop) -> Unit:
    rows: list[Row] = []
    faults: list[Refusal] = []
    head = group[0]
    try:
        if head.fault:
            raise BadValueError("", head.fault)
        rows += _order(name, customer_id, method_id, head, shop)
    except BadValueError as error:
        faults.append(head.refusal("order", error.column, error.reason, key=name))
    for number, record in enumerate(group):
        try:
            if record.fault:
                raise BadValueError("", record.fault)
            rows.append(_line(name, number, record, shop))
        except BadValueError as error:
            faults.append(record.refusal("orderline", error.column, error.reason))
    return Unit(tuple(rows), tuple(faults))


def _buyer(name: str, record: Record, shop: Shop) -> Generator[Unit, None, str]:
    """Return who bought, as a new customer if the customers export lacks them."""
    email = cell(record, "Email").lower()
    if shop.customer_by_email.get(email, email) != email:  # from a customers export; others were brought by an order
        return shop.customer_by_email[email]
    number = phone(cell(record, "Phone") or cell(record, "Billing Phone") or cell(record, "Shipping Phone"))
    customer_id = email or number or f"guest:{name}"
    if customer_id not in shop.buyers:
        shop.buyers.add(customer_id)
        yield Unit((_guest(customer_id, email, number, record, shop),))
    return customer_id


def _guest(customer_id: str, email: str, number: str, record: Record, shop: Shop) -> Row:
    who = cell(record, "Billing Name") or cell(record, "Shipping Name")
    first, _, last = who.rpartition(" ")
    values: Values = {
        "id": customer_id,
        "first_name": first or last,
        "last_name": last if first else "",
        "email": email,
        "phone": number,
        "lang": "zh" if has_chinese(who) else "en",
        "region": cell(record, "Shipping Country"),
    }
    return Row(Customer, values, record.file, record.row, once={"created_at": shop.now}, names={"email": "Email"})


def _method(customer_id: str, record: Record, shop: Shop) -> Generator[Unit, None, str | None]:
    """Return the way to pay that the order names; a customer's orders that were paid alike share it."""
    said = cell(record, "Payment Method")
    if not said:
        return None
    slug = re.sub(r"[^\w]+", "-", said.lower()).strip("-")[:40]
    method_id = f"{customer_id}:{slug}"
    if method_id not in shop.methods:
        shop.methods.add(method_id)
        kind = next((kind for word, kind in _KINDS if word in said.lower()), "credit_card")
        values: Values = {"id": method_id, "customer_id": customer_id, "kind": kind, "brand": said}
        yield Unit((Row(PaymentMethod, values, record.file, record.row),))
    return method_id


def _order(name: str, customer_id: str, method_id: str | None, record: Record, shop: Shop) -> Iterator[Row]:
    currency = cell(record, "Currency") or shop.currency
    placed = _required_time(record, "Created at")
    sent, cancelled = _time(record, "Fulfilled at"), _time(record, "Cancelled at")
    status, arrived = _status(record, sent, cancelled, shop)
    total = amount(record.required("Total"), currency, "Total")
    values: Values = {
        "id": name,
        "customer_id": customer_id,
        "status": status,
        "currency": currency,
        "total_minor": total,
        "discount_minor": _amount(record, "Discount Amount", currency),
        "shipping_minor": _amount(record, "Shipping", currency),
        "coupon_code": cell(record, "Discount Code") or None,
        "payment_method_id": method_id,
        "address": _address(record),
        "note": record.text("Notes"),
        "channel": cell(record, "Source") or "web",
        "placed_at": placed,
        "delivered_at": arrived,
        "cancelled_at": cancelled or (placed if status == "cancelled" else None),
    }
    row = Row(Order, values, record.file, record.row, names=_ORDER)
    yield row
    paid_at = _time(record, "Paid at") or placed
    yield from _payments(row, paid_at, cancelled or sent or paid_at, record)
    if sent is not None:
        yield _parcel(row, sent, record)


def _status(
    record: Record, sent: dt.datetime | None, cancelled: dt.datetime | None, shop: Shop
) -> tuple[str, dt.datetime | None]:
    """Return the status, and when the goods arrived."""
    if cancelled is not None or cell(record, "Financial Status").lower() == "voided":
        return "cancelled", None
    fulfilment = cell(record, "Fulfillment Status").lower()
    if fulfilment == "fulfilled":
        arrived = sent + ARRIVES_AFTER if sent is not None else None
        young = arrived is not None and shop.newest is not None and arrived > shop.newest
        return ("shipped", None) if young else ("delivered", arrived)
    return ("processing" if fulfilment == "partial" else "pending"), None


def _payments(order: Row, paid_at: dt.datetime, refunded_at: dt.datetime, record: Record) -> Iterator[Row]:
    currency = str(order.values["currency"])
    common = {
        "order_id": order.values["id"],
        "currency": currency,
        "payment_method_id": order.values["payment_method_id"] or "",
    }
    total = order.values["total_minor"]
    paid = (total if isinstance(total, int) else 0) - _amount(record, "Outstanding Balance", currency)
    if cell(record, "Financial Status").lower() in _PAID and paid > 0:
        entry: Values = {
            "id": f"{order.values['id']}:1",
            "kind": "payment",
            "amount_minor": paid,
            "created_at": paid_at,
        }
        yield Row(Payment, {**common, **entry, "position": 0}, record.file, record.row)
    back = _amount(record, "Refunded Amount", currency)
    if back:
        entry = {"id": f"{order.values['id']}:2", "amount_minor": back, "created_at": refunded_at}
        yield Row(Payment, {**common, **entry, "kind": "refund", "position": 1}, record.file, record.row)
        kind = "cancel" if order.values["status"] == "cancelled" else "return"
        yield Row(Refund, {**common, **entry, "kind": kind, "status": "done"}, record.file, record.row)


def _parcel(order: Row, sent: dt.datetime, record: Record) -> Row:
    arrived = order.values["delivered_at"]
    values: Values = {
        "id": f"{order.values['id']}:1",
        "order_id": order.values["id"],
        "carrier": cell(record, "Shipping Method"),
        "status": "delivered" if arrived else "in_transit",
        "shipped_at": sent,
        "delivered_at": arrived,
    }
    return Row(Shipment, values, record.file, record.row)


def _line(name: str, number: int, record: Record, shop: Shop) -> Row:
    title = record.required("Lineitem name")
    sku = cell(record, "Lineitem sku") or shop.skus.get(title, title)
    product_id, options = shop.variants.get(sku, ("", {}))
    values: Values = {
        "id": f"{name}:{number + 1}",
        "order_id": name,
        "product_id": product_id,
        "sku": sku,
        "title_zh" if has_chinese(title) else "title_en": title,
        "options": options,
        "quantity": whole(record.required("Lineitem quantity"), "Lineitem quantity"),
        "unit_price_minor": amount(record.required("Lineitem price"), shop.currency, "Lineitem price"),
        "position": number,
    }
    return Row(OrderLine, values, record.file, record.row, names=_LINE)


def _address(record: Record) -> dict[str, str]:
    def said(column: str) -> str:
        return cell(record, f"Shipping {column}")

    return {
        "recipient": said("Name"),
        "phone": phone(said("Phone")),
        "line1": said("Address1") or said("Street"),
        "line2": said("Address2"),
        "district": "",
        "city": said("City"),
        "state": said("Province"),
        "postcode": said("Zip"),
        "country": said("Country"),
    }


def _amount(record: Record, column: str, currency: str) -> int:
    text = cell(record, column)
    return amount(text, currency, column) if text else 0


def _time(record: Record, column: str) -> dt.datetime | None:
    text = cell(record, column)
    return time(text, column) if text else None


def _required_time(record: Record, column: str) -> dt.datetime:
    return time(record.required(column), column)
