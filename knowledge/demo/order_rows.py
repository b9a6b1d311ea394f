"""The rows of orders: lines, payments, parcels and their scans."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from knowledge.demo.clock import DAY_S, utc
from knowledge.demo.fate import HOUR_S, expected_delivery
from knowledge.demo.people import delivery_address
from knowledge.demo.plans import WAREHOUSE, LinePlan, OrderPlan
from knowledge.demo.words import load

Row = dict[str, object]

CURRENCY = "CNY"
CANCEL_REASONS = {
    "zh": ("不想要了", "买错了", "尺码选错了", "想换个付款方式"),
    "en": ("no longer needed", "ordered by mistake", "wrong size", "found it cheaper"),
}
NOTES = {
    "zh": ("请放门卫处", "工作日白天送", "麻烦包装严实一点"),
    "en": ("Please leave it with the porter", "Gift, no price tag please"),
}


def _turn(order: OrderPlan, count: int) -> int:
    """Return a number below `count` that depends on the order id alone."""
    return int(order.id[1:]) % count


def order_rows(orders: Iterable[OrderPlan], statuses: dict[str, str]) -> Iterator[Row]:
    """Yield the rows of `Order`; `statuses` holds the orders that a return or an exchange keeps open."""
    for order in orders:
        person = order.person
        lang = person.lang
        ring_ip = person.ring is not None
        yield {
            "id": order.id,
            "customer_id": person.id,
            "status": statuses.get(order.id, order.status),
            "items_modified": False,
            "currency": CURRENCY,
            "total_minor": order.total_minor,
            "discount_minor": order.discount_minor,
            "shipping_minor": order.shipping_minor,
            "coupon_code": order.coupon,
            "payment_method_id": order.method.id,
            "address": delivery_address(person),
            "cancel_reason": CANCEL_REASONS[lang][_turn(order, 4)] if order.cancelled_s else None,
            "channel": ("app", "app", "web", "mini_program")[_turn(order, 4)],
            "device_id": person.device_id,
            "ip": f"203.0.113.{person.ring}" if ring_ip else f"198.51.100.{int(person.id[1:]) % 250 + 1}",
            "note": NOTES[lang][_turn(order, len(NOTES[lang]))] if _turn(order, 29) == 0 else "",
            "placed_at": utc(order.placed_s),
            "delivered_at": _utc(order.delivered_s),
            "cancelled_at": _utc(order.cancelled_s),
            "version": 1,
        }


def _utc(moment_s: int | None) -> object:
    return None if moment_s is None else utc(moment_s)


def line_rows(orders: Iterable[OrderPlan]) -> Iterator[Row]:
    """Yield the rows of `OrderLine`."""
    for order in orders:
        for position, line in enumerate(order.lines):
            yield _line_row(order, line, position)


def _line_row(order: OrderPlan, line: LinePlan, position: int) -> Row:
    return {
        "id": order.line_id(position),
        "order_id": order.id,
        "product_id": line.product.id,
        "sku": line.variant.sku,
        "title_zh": line.product.title.zh,
        "title_en": line.product.title.en,
        "options": line.variant.options,
        "quantity": line.quantity,
        "unit_price_minor": line.yuan * 100,
        "position": position,
    }


def payment_rows(orders: Iterable[OrderPlan]) -> Iterator[Row]:
    """Yield what was paid; money that went back comes from `aftersales`."""
    for order in orders:
        yield {
            "id": f"pay_{order.id}",
            "order_id": order.id,
            "kind": "payment",
            "amount_minor": order.total_minor,
            "currency": CURRENCY,
            "payment_method_id": order.method.id,
            "created_at": utc(order.placed_s),
            "position": 0,
        }


def shipment_rows(orders: Iterable[OrderPlan], now_s: int) -> Iterator[Row]:
    """Yield one parcel for every order that has left the warehouse."""
    for order in orders:
        if order.shipped_s is None:
            continue
        carrier, prefix = carrier_of(order)
        yield {
            "id": f"shp_{order.id}",
            "order_id": order.id,
            "carrier": carrier,
            "tracking_number": f"{prefix}{int(order.id[1:]) * 7919 % 10**12:012d}",
            "status": parcel_status(order, now_s),
            "line_ids": [order.line_id(position) for position in range(len(order.lines))],
            "shipped_at": utc(order.shipped_s),
            "eta": utc(expected_delivery(order) + (3 * DAY_S if order.exception else 0)),
            "delivered_at": _utc(order.delivered_s),
        }


def carrier_of(order: OrderPlan) -> tuple[str, str]:
    """Return the carrier and the prefix of its tracking numbers."""
    if order.person.abroad:
        name, prefix = load("people")["carriers"]["abroad"][0]
        return name, prefix
    carriers = load("people")["carriers"]["domestic"]
    shares = itertools.accumulate(share for _, _, share in carriers)
    point = _turn(order, 100) / 100
    name, prefix, _ = next(
        (carrier for carrier, upto in zip(carriers, shares, strict=True) if point < upto), carriers[0]
    )
    return name, prefix


def parcel_status(order: OrderPlan, now_s: int) -> str:
    """Return where the parcel of a shipped order is."""
    scans = list(_scans(order, now_s))
    return str(scans[-1][1])


def scan_rows(orders: Iterable[OrderPlan], now_s: int) -> Iterator[Row]:
    """Yield the scans of every parcel, oldest first."""
    for order in orders:
        if order.shipped_s is None:
            continue
        for at, status, place in _scans(order, now_s):
            yield {"shipment_id": f"shp_{order.id}", "at": utc(at), "status": status, "place": place}


def _scans(order: OrderPlan, now_s: int) -> Iterator[tuple[int, str, str]]:
    """Yield time, status and place of each scan that has happened."""
    shipped = order.shipped_s or order.placed_s
    zh = order.person.lang == "zh"
    address = order.person.addresses[0]
    end = order.delivered_s or expected_delivery(order)
    way = max(end - shipped, 12 * HOUR_S)
    city = address["city"]
    hub = f"{city}转运中心" if zh else f"{city} sorting centre"
    local = (address["district"] or city) + ("营业点" if zh else " delivery station")
    plan = [
        (shipped - HOUR_S, "label_created", WAREHOUSE[0] if zh else WAREHOUSE[1]),
        (shipped, "in_transit", "嘉兴集散中心" if zh else "Jiaxing hub"),
        (shipped + round(way * 0.6), "in_transit", hub),
    ]
    if order.exception:
        plan.append((shipped + round(way * 0.7), "exception", hub))
    if order.delivered_s is not None:
        plan.append((order.delivered_s - 3 * HOUR_S, "out_for_delivery", local))
        plan.append((order.delivered_s, "delivered", local))
    elif not order.exception and now_s > end - 4 * HOUR_S:
        plan.append((now_s - HOUR_S, "out_for_delivery", local))
    last = now_s if order.delivered_s is None else order.delivered_s
    yield from sorted(scan for scan in plan if scan[0] <= last)
