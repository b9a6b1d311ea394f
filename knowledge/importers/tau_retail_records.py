"""The tau-retail shop as it is now, in the JSON records of its benchmarks, to compare with a gold end state.

`tau_records` gives ``{"products": {id: record}, "users": ..., "orders": ...}``. An order's fields, and where they stand:

=============================  =======================================================================================
``status``                     `Order.status`; ``pending (item modified)`` when `Order.items_modified`
``items``                      the `OrderLine` rows in their order, a line of quantity n as n items
``address``                    `Order.address`
``fulfillments``               `Shipment` rows; parcels of the same lines are one entry with several tracking ids
``payment_history``            `Payment` rows in their order, amounts in dollars
``cancel_reason``              `Order.cancel_reason`
``return_items``               SKUs of all `ReturnLine` rows of returns that were not rejected or cancelled, sorted,
                               a line of quantity n n times
``return_payment_method_id``   `Return.refund_method_id`
``exchange_items``             old SKUs of the `ExchangeLine` rows, sorted; the order's items stay the old ones
``exchange_new_items``         new SKUs, sorted (by themselves, not paired)
``exchange_payment_method_id`` `Exchange.payment_method_id`
``exchange_price_difference``  `Exchange.price_difference_minor` in dollars: positive is paid, negative given back
=============================  =======================================================================================

A user's ``address`` is the `Address` row with `is_default`, ``payment_methods`` are the `PaymentMethod` rows with
``balance`` for gift cards, ``orders`` the user's orders, oldest first. What an order does not have is None.

`same_record` compares such a record with one of a gold end state. Not a difference: amounts within half a cent (gold
amounts are floats), a field that one side lacks and the other has as None, a payment or refund of nothing in the
history, and an id that the gold record does not repeat.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.schema import (
    Address,
    Customer,
    Exchange,
    ExchangeLine,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    Product,
    Return,
    ReturnLine,
    Shipment,
    Variant,
)
from knowledge.types import JsonObject

_CENT = 0.005
_DROPPED = ("rejected", "cancelled")
_STATUSES = {
    "processing": "processed",
    "return_requested": "return requested",
    "exchange_requested": "exchange requested",
}
_Table = TypeVar("_Table", bound=SQLModel)


async def tau_records(session: AsyncSession) -> dict[str, dict[str, JsonObject]]:
    """Return the whole shop as ``{"products": ..., "users": ..., "orders": ...}``."""
    orders = await _orders(session)
    return {"products": await _products(session), "users": await _users(session), "orders": orders}


def same_record(ours: JsonObject, gold: JsonObject) -> list[str]:
    """Return the differences, each as ``path: ours ..., gold ...``; empty when the records are the same."""
    ids = {"user_id", "order_id", "product_id"} - set(gold)
    return _differences({name: value for name, value in ours.items() if name not in ids}, gold, "")


def _differences(ours: object, gold: object, path: str) -> list[str]:
    if isinstance(ours, Mapping) and isinstance(gold, Mapping):
        names = dict.fromkeys([*gold, *ours])
        return [
            found
            for name in names
            for found in _differences(ours.get(name), gold.get(name), f"{path}.{name}".lstrip("."))
        ]
    if isinstance(ours, list) and isinstance(gold, list):
        return _list_differences(ours, gold, path)
    if _is_number(ours) and _is_number(gold) and abs(float(str(ours)) - float(str(gold))) < _CENT:
        return []
    return [] if ours == gold else [f"{path}: ours {ours!r}, gold {gold!r}"]


def _list_differences(ours: Sequence[object], gold: Sequence[object], path: str) -> list[str]:
    if path.endswith("payment_history"):
        ours, gold = _moved(ours), _moved(gold)
    if len(ours) != len(gold):
        return [f"{path}: ours {len(ours)} entries {ours!r}, gold {len(gold)} {gold!r}"]
    pairs = enumerate(zip(ours, gold, strict=True))
    return [found for number, (one, other) in pairs for found in _differences(one, other, f"{path}.{number}")]


def _moved(history: Sequence[object]) -> list[object]:
    """Return the entries of a payment history that moved money."""
    return [entry for entry in history if not isinstance(entry, Mapping) or abs(entry.get("amount", 0)) >= _CENT]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


async def _products(session: AsyncSession) -> dict[str, JsonObject]:
    variants = await _by(session, Variant, "product_id", "position", "sku")
    return {
        product.id: {
            "name": product.title_en,
            "product_id": product.id,
            "variants": {variant.sku: _variant(variant) for variant in variants[product.id]},
        }
        for product in await session.exec(select(Product))
    }


def _variant(variant: Variant) -> JsonObject:
    return {
        "item_id": variant.sku,
        "options": variant.options,
        "available": variant.available,
        "price": _dollars(variant.price_minor),
    }


async def _users(session: AsyncSession) -> dict[str, JsonObject]:
    addresses = await _by(session, Address, "customer_id", "id")
    methods = await _by(session, PaymentMethod, "customer_id", "id")
    orders = await _by(session, Order, "customer_id", "placed_at", "id")
    users: dict[str, JsonObject] = {}
    for customer in await session.exec(select(Customer)):
        address = next((entry for entry in addresses[customer.id] if entry.is_default), None)
        users[customer.id] = {
            "user_id": customer.id,
            "name": {"first_name": customer.first_name, "last_name": customer.last_name},
            "address": _address(address.model_dump()) if address else None,
            "email": customer.email,
            "payment_methods": {method.id: _method(method) for method in methods[customer.id]},
            "orders": [order.id for order in orders[customer.id]],
        }
    return users


def _method(method: PaymentMethod) -> JsonObject:
    record: JsonObject = {"source": method.kind, "id": method.id}
    if method.kind == "credit_card":
        record |= {"brand": method.brand, "last_four": method.last_four}
    if method.balance_minor is not None:
        record["balance"] = _dollars(method.balance_minor)
    return record


def _address(address: JsonObject) -> JsonObject:
    return {
        "address1": address.get("line1", ""),
        "address2": address.get("line2", ""),
        "city": address.get("city", ""),
        "country": address.get("country", ""),
        "state": address.get("state", ""),
        "zip": address.get("postcode", ""),
    }


async def _orders(session: AsyncSession) -> dict[str, JsonObject]:
    lines = await _by(session, OrderLine, "order_id", "position", "id")
    payments = await _by(session, Payment, "order_id", "position", "id")
    parcels = await _by(session, Shipment, "order_id", "id")
    returns = await _by(session, Return, "order_id", "created_at", "id")
    exchanges = await _by(session, Exchange, "order_id", "created_at", "id")
    return_lines = await _by(session, ReturnLine, "return_id", "id")
    exchange_lines = await _by(session, ExchangeLine, "exchange_id", "id")
    records: dict[str, JsonObject] = {}
    for order in await session.exec(select(Order)):
        records[order.id] = {
            "order_id": order.id,
            "user_id": order.customer_id,
            "address": _address(order.address),
            "items": [_item(line) for line in lines[order.id] for _ in range(line.quantity)],
            "status": _status(order),
            "fulfillments": _fulfilments(parcels[order.id], lines[order.id]),
            "payment_history": [_payment(payment) for payment in payments[order.id]],
            "cancel_reason": order.cancel_reason,
            **_return(returns[order.id], return_lines),
            **_exchange(exchanges[order.id], exchange_lines),
        }
    return records


def _status(order: Order) -> str:
    if order.status == "pending" and order.items_modified:
        return "pending (item modified)"
    return _STATUSES.get(order.status, order.status)


def _item(line: OrderLine) -> JsonObject:
    return {
        "name": line.title_en,
        "product_id": line.product_id,
        "item_id": line.sku,
        "price": _dollars(line.unit_price_minor),
        "options": line.options,
    }


def _fulfilments(parcels: Iterable[Shipment], lines: Iterable[OrderLine]) -> list[JsonObject]:
    skus = {line.id: line.sku for line in lines}
    tracking: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for parcel in parcels:
        tracking[tuple(parcel.line_ids)].append(parcel.tracking_number)
    return [
        {"tracking_id": numbers, "item_ids": [skus.get(line_id, "") for line_id in line_ids]}
        for line_ids, numbers in tracking.items()
    ]


def _payment(payment: Payment) -> JsonObject:
    return {
        "transaction_type": payment.kind,
        "amount": _dollars(payment.amount_minor),
        "payment_method_id": payment.payment_method_id,
    }


def _return(returns: Sequence[Return], lines: Mapping[Hashable, Sequence[ReturnLine]]) -> JsonObject:
    alive = [entry for entry in returns if entry.status not in _DROPPED]
    skus = [line.sku for entry in alive for line in lines[entry.id] for _ in range(line.quantity)]
    return {
        "return_items": sorted(skus) if alive else None,
        "return_payment_method_id": alive[-1].refund_method_id if alive else None,
    }


def _exchange(exchanges: Sequence[Exchange], lines: Mapping[Hashable, Sequence[ExchangeLine]]) -> JsonObject:
    alive = [entry for entry in exchanges if entry.status not in _DROPPED]
    swaps = [line for entry in alive for line in lines[entry.id] for _ in range(line.quantity)]
    return {
        "exchange_items": sorted(line.old_sku for line in swaps) if alive else None,
        "exchange_new_items": sorted(line.new_sku for line in swaps) if alive else None,
        "exchange_payment_method_id": alive[-1].payment_method_id if alive else None,
        "exchange_price_difference": _dollars(sum(e.price_difference_minor for e in alive)) if alive else None,
    }


async def _by(session: AsyncSession, table: type[_Table], parent: str, *order: str) -> dict[Hashable, list[_Table]]:
    """Return all rows of a table under the id of their parent, each list in the given order."""
    found: dict[Hashable, list[_Table]] = defaultdict(list)
    for row in await session.exec(select(table).order_by(*(col(getattr(table, name)) for name in order))):
        found[getattr(row, parent)].append(row)
    return found


def _dollars(minor: int) -> float:
    return minor / 100
