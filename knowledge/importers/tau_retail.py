"""The retail shop of tau-bench and tau2-bench: one ``db.json`` with products, users and orders.

What the file lacks is filled in the same way every time:

* Dates. The file has none. A user's orders lie a week apart, the last one of the user's list on `LAST_ORDER`; goods
  were delivered four days after the order, cancelled orders were cancelled a day after it.
* Ids. An order keeps its id as it stands, ``#W2378156``. Its n-th line, payment and parcel are ``#W2378156:1`` and so
  on; a user's address is ``USER:address``.
* Statuses. ``pending`` and ``pending (item modified)`` are pending (the latter with `Order.items_modified`),
  ``processed`` is ``processing``, ``return requested`` and ``exchange requested`` get an underscore.

Amounts are read as decimals and kept in cents. `knowledge.importers.tau_retail_records` turns the shop back into the
file's records.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from sqlmodel import SQLModel

from knowledge.errors import ImportRefusedError
from knowledge.importers.base import BadValueError, ImportContext, Refusal, Row, Unit, Values, table_name
from knowledge.importers.files import read_json
from knowledge.importers.values import amount
from knowledge.schema import (
    Address,
    Customer,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Product,
    Refund,
    Shipment,
    Shop,
    Variant,
)

CURRENCY = "USD"
LAST_ORDER = dt.datetime(2024, 5, 14, 15, 0, tzinfo=dt.UTC)
STATUSES = {
    "pending": "pending",
    "pending (item modified)": "pending",
    "pending (items modified)": "pending",
    "processed": "processing",
    "delivered": "delivered",
    "cancelled": "cancelled",
    "return requested": "return_requested",
    "exchange requested": "exchange_requested",
}
_ARRIVED = ("delivered", "return_requested", "exchange_requested")
_OPENED = LAST_ORDER - dt.timedelta(days=365)


class TauRetail:
    """Reads ``db.json``, or a folder that has it."""

    name = "tau-retail"
    strict = True

    def units(self, path: Path, context: ImportContext) -> Iterator[Unit]:
        """Yield the shop, products with variants, users with address and payment methods, and orders."""
        file = path / "db.json" if path.is_dir() else path
        data = read_json(file)
        products, users, orders = (_part(data, name, file.name) for name in ("products", "users", "orders"))
        yield Unit((_shop(file.name),))
        ages = _ages(users)
        total, done = max(len(products) + len(users) + len(orders), 1), 0
        for table, records, read in (
            (Product, products, _product),
            (Customer, users, _customer),
            (Order, orders, _order),
        ):
            for key, content in records.items():
                yield _unit(_Record(content, file.name, key, "", ages.get(key, 0)), table, read)
                done += 1
                context.stage, context.share = file.name, done / total


@dataclasses.dataclass(frozen=True)
class _Record:
    """A JSON object of the file; says what is wrong with it by path, ``items.2.price``."""

    content: object
    file: str
    key: str
    path: str
    age: int = 0
    """How many of the user's orders came later."""

    def _get(self, name: str, kind: type[object] | tuple[type[object], ...], expected: str) -> object:
        if not isinstance(self.content, Mapping):
            raise BadValueError(self.path, f"expected a JSON object, got {self.content!r:.60}")
        value = self.content.get(name)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise BadValueError(self._at(name), f"expected {expected}, got {value!r:.60}")
        return value

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str, default: str | None = None) -> str:
        if default is not None and isinstance(self.content, Mapping) and name not in self.content:
            return default
        return str(self._get(name, str, "a text"))

    def flag(self, name: str) -> bool:
        return bool(self._get(name, bool, "true or false"))

    def cents(self, name: str) -> int:
        value = self._get(name, (Decimal, int), "an amount")
        return amount(str(value), CURRENCY, self._at(name))

    def has(self, name: str) -> bool:
        return isinstance(self.content, Mapping) and self.content.get(name) is not None

    def part(self, name: str) -> _Record:
        return dataclasses.replace(self, content=self._get(name, Mapping, "a JSON object"), path=self._at(name))

    def texts(self, name: str) -> dict[str, str]:
        part = self.part(name)
        assert isinstance(part.content, Mapping)  # noqa: S101  (`part` has checked it)
        return {str(entry): part.text(str(entry)) for entry in part.content}

    def parts(self, name: str) -> dict[str, _Record]:
        """Return the records of a JSON object of objects, or of a list, by key or number."""
        found = self._get(name, (Mapping, list), "a JSON object or list")
        pairs = found.items() if isinstance(found, Mapping) else enumerate(_listed(found))
        return {
            str(key): dataclasses.replace(self, content=content, path=f"{self._at(name)}.{key}")
            for key, content in pairs
        }

    def ids(self, name: str) -> list[str]:
        found = self._get(name, list, "a list of ids")
        return [str(entry) for entry in _listed(found)]

    def row(self, table: type[SQLModel], values: Values) -> Row:
        return Row(table, values, self.file, self.key)


def _listed(found: object) -> Sequence[object]:
    return found if isinstance(found, list) else []


def _part(data: object, name: str, file: str) -> Mapping[str, object]:
    part = data.get(name) if isinstance(data, dict) else None
    if not isinstance(part, dict):
        raise ImportRefusedError(
            f"{file}: expected a JSON object with the objects products, users and orders; {name!r} is missing"
        )
    return part


def _ages(users: Mapping[str, object]) -> dict[str, int]:
    """Return for every order id how many of its user's orders came later."""
    ages: dict[str, int] = {}
    for user in users.values():
        orders = user.get("orders") if isinstance(user, Mapping) else None
        ages.update((str(order), age) for age, order in enumerate(reversed(_listed(orders))))
    return ages


def _unit(record: _Record, table: type[SQLModel], read: Callable[[_Record], Iterator[Row]]) -> Unit:
    try:
        return Unit(tuple(read(record)))
    except BadValueError as error:
        fault = Refusal(record.file, record.key, error.column, error.reason, table_name(table), record.key)
        return Unit(faults=(fault,))


def _shop(file: str) -> Row:
    once: Values = {
        "name_zh": "tau 零售店",
        "name_en": "tau retail",
        "default_lang": "en",
        "timezone": "America/New_York",
        "policy": "tau_retail",
    }
    return Row(Shop, {"id": "tau-retail", "currency": CURRENCY}, file, "shop", once=once)


def _product(record: _Record) -> Iterator[Row]:
    product_id = record.text("product_id")
    yield record.row(Product, {"id": product_id, "title_en": record.text("name"), "created_at": _OPENED})
    for position, (sku, variant) in enumerate(record.parts("variants").items()):
        values: Values = {
            "sku": sku,
            "product_id": product_id,
            "options": variant.texts("options"),
            "price_minor": variant.cents("price"),
            "currency": CURRENCY,
            "available": variant.flag("available"),
            "position": position,
        }
        yield record.row(Variant, values)


def _customer(record: _Record) -> Iterator[Row]:
    name = record.part("name")
    first, last = name.text("first_name"), name.text("last_name")
    customer: Values = {
        "id": record.key,
        "first_name": first,
        "last_name": last,
        "email": record.text("email").lower(),
        "lang": "en",
        "created_at": _OPENED,
    }
    yield record.row(Customer, customer)
    address = _address(record.part("address"), f"{first} {last}")
    ids: Values = {"id": f"{record.key}:address", "customer_id": record.key, "is_default": True}
    yield record.row(Address, {**address, **ids})
    for method_id, method in record.parts("payment_methods").items():
        yield record.row(PaymentMethod, _method(method_id, record.key, method))


def _method(method_id: str, customer_id: str, method: _Record) -> Values:
    return {
        "id": method_id,
        "customer_id": customer_id,
        "kind": method.text("source"),
        "brand": method.text("brand", ""),
        "last_four": method.text("last_four", ""),
        "balance_minor": method.cents("balance") if method.has("balance") else None,
        "currency": CURRENCY,
    }


def _address(address: _Record, recipient: str) -> dict[str, object]:
    """Return an address as tables and orders have it; the phone and the district are unknown."""
    return {
        "recipient": recipient,
        "phone": "",
        "line1": address.text("address1"),
        "line2": address.text("address2"),
        "district": "",
        "city": address.text("city"),
        "state": address.text("state"),
        "postcode": address.text("zip"),
        "country": address.text("country"),
    }


def _order(record: _Record) -> Iterator[Row]:
    order_id, said = record.text("order_id"), record.text("status")
    if said not in STATUSES:
        raise BadValueError("status", f"expected one of {', '.join(STATUSES)}, got {said!r:.60}")
    status = STATUSES[said]
    placed = LAST_ORDER - dt.timedelta(days=7 * record.age)
    cancelled = placed + dt.timedelta(days=1) if status == "cancelled" else None
    arrived = placed + dt.timedelta(days=4) if status in _ARRIVED else None
    lines = [_line(order_id, position, item) for position, item in enumerate(record.parts("items").values())]
    payments = [_payment(order_id, n, entry, placed, cancelled) for n, entry in enumerate(_history(record))]
    values: Values = {
        "id": order_id,
        "customer_id": record.text("user_id"),
        "status": status,
        "items_modified": said.startswith("pending ("),
        "currency": CURRENCY,
        "total_minor": sum(_cents(line["unit_price_minor"]) for line in lines),
        "payment_method_id": payments[0]["payment_method_id"] if payments else None,
        "address": _address(record.part("address"), ""),
        "placed_at": placed,
        "delivered_at": arrived,
        "cancelled_at": cancelled,
    }
    yield record.row(Order, values)
    yield from (record.row(OrderLine, line) for line in lines)
    yield from (record.row(Payment, payment) for payment in payments)
    yield from (record.row(Refund, _refund(payment)) for payment in payments if payment["kind"] == "refund")
    yield from _parcels(record, order_id, status, lines, arrived)


def _history(record: _Record) -> list[_Record]:
    return list(record.parts("payment_history").values())


def _line(order_id: str, position: int, item: _Record) -> Values:
    return {
        "id": f"{order_id}:{position + 1}",
        "order_id": order_id,
        "product_id": item.text("product_id"),
        "sku": item.text("item_id"),
        "title_en": item.text("name"),
        "options": item.texts("options"),
        "quantity": 1,
        "unit_price_minor": item.cents("price"),
        "position": position,
    }


def _payment(
    order_id: str, position: int, entry: _Record, placed: dt.datetime, cancelled: dt.datetime | None
) -> Values:
    kind = entry.text("transaction_type")
    return {
        "id": f"{order_id}:{position + 1}",
        "order_id": order_id,
        "kind": kind,
        "amount_minor": entry.cents("amount"),
        "currency": CURRENCY,
        "payment_method_id": entry.text("payment_method_id"),
        "created_at": cancelled if kind == "refund" and cancelled else placed,
        "position": position,
    }


def _refund(payment: Values) -> Values:
    """Return a refund of the past, long since done."""
    return {
        "id": payment["id"],
        "order_id": payment["order_id"],
        "kind": "cancel",
        "amount_minor": payment["amount_minor"],
        "currency": CURRENCY,
        "payment_method_id": payment["payment_method_id"],
        "status": "done",
        "created_at": payment["created_at"],
    }


def _parcels(
    record: _Record, order_id: str, status: str, lines: Sequence[Values], arrived: dt.datetime | None
) -> Iterator[Row]:
    taken: set[object] = set()
    number = 0
    for fulfilment in record.parts("fulfillments").values():
        line_ids = [_take_line(sku, lines, taken, fulfilment.path) for sku in fulfilment.ids("item_ids")]
        for tracking in fulfilment.ids("tracking_id"):
            number += 1
            values: Values = {
                "id": f"{order_id}:{number}",
                "order_id": order_id,
                "tracking_number": tracking,
                "status": {"processing": "label_created"}.get(status, "delivered" if arrived else ""),
                "line_ids": line_ids,
                "delivered_at": arrived,
            }
            yield record.row(Shipment, values)


def _take_line(sku: str, lines: Sequence[Values], taken: set[object], path: str) -> object:
    for line in lines:
        if line["sku"] == sku and line["id"] not in taken:
            taken.add(line["id"])
            return line["id"]
    raise BadValueError(f"{path}.item_ids", f"{sku!r} is not among the order's items")


def _cents(value: object) -> int:
    return value if isinstance(value, int) else 0
