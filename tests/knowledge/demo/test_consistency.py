"""What the rows say agrees: money, prices, dates, stock, behaviour, languages."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import Counter, defaultdict

from knowledge.db import Database
from knowledge.demo.words import colors
from knowledge.schema import (
    Address,
    BehaviourEvent,
    Category,
    Coupon,
    CouponGrant,
    Customer,
    ExchangeLine,
    Order,
    OrderLine,
    Payment,
    PaymentMethod,
    PriceRecord,
    Product,
    ProductImage,
    Refund,
    Return,
    ReturnLine,
    Review,
    Shipment,
    Stock,
    TrackingEvent,
    Variant,
)
from tests.knowledge.demo.conftest import Built, rows_of

START = dt.datetime(2025, 3, 9, tzinfo=dt.UTC)
END = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)


def _han(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


async def _lines_by_order(shop: Database) -> dict[str, list[OrderLine]]:
    found: dict[str, list[OrderLine]] = defaultdict(list)
    for line in await rows_of(shop, OrderLine):
        found[line.order_id].append(line)
    return found


async def test_totals_are_lines_less_discount_plus_shipping_and_were_paid(shop: Database) -> None:
    lines = await _lines_by_order(shop)
    paid = {
        payment.order_id: payment.amount_minor for payment in await rows_of(shop, Payment) if payment.kind == "payment"
    }
    for order in await rows_of(shop, Order):
        goods = sum(line.unit_price_minor * line.quantity for line in lines[order.id])
        assert order.total_minor == goods - order.discount_minor + order.shipping_minor == paid[order.id]
        assert 0 <= order.discount_minor <= goods
        assert (order.discount_minor > 0) == (order.coupon_code is not None)


async def test_prices_paid_are_those_of_the_price_history(shop: Database) -> None:
    history: dict[str, list[tuple[dt.datetime, int]]] = defaultdict(list)
    for record in await rows_of(shop, PriceRecord):
        history[record.sku].append((record.valid_from, record.price_minor))
    orders = {order.id: order for order in await rows_of(shop, Order)}
    for line in await rows_of(shop, OrderLine):
        records = history[line.sku]
        place = bisect_right([valid_from for valid_from, _ in records], orders[line.order_id].placed_at)
        assert records[place - 1][1] == line.unit_price_minor
    for variant in await rows_of(shop, Variant):
        assert history[variant.sku][-1][1] == variant.price_minor
        assert variant.list_price_minor is None or variant.list_price_minor > variant.price_minor
        assert variant.cost_minor is not None
        assert history[variant.sku] == sorted(history[variant.sku])


async def test_dates_of_an_order_come_in_order_and_match_its_status(shop: Database) -> None:
    shipments = {shipment.order_id: shipment for shipment in await rows_of(shop, Shipment)}
    customers = {customer.id: customer for customer in await rows_of(shop, Customer)}
    for order in await rows_of(shop, Order):
        shipment = shipments.get(order.id)
        assert customers[order.customer_id].created_at <= order.placed_at
        assert START <= order.placed_at <= END
        left = order.status not in {"pending", "processing", "cancelled"}
        assert (shipment is not None) == left
        assert (order.cancelled_at is not None) == (order.status == "cancelled") == (order.cancel_reason is not None)
        assert (order.delivered_at is not None) == (left and order.status != "shipped")
        if shipment is not None:
            assert shipment.shipped_at is not None
            assert order.placed_at < shipment.shipped_at < (order.delivered_at or END)
            assert shipment.delivered_at == order.delivered_at


async def test_scans_are_in_order_and_end_with_the_status_of_the_parcel(shop: Database) -> None:
    scans: dict[str, list[TrackingEvent]] = defaultdict(list)
    for scan in await rows_of(shop, TrackingEvent):
        scans[scan.shipment_id].append(scan)
    for shipment in await rows_of(shop, Shipment):
        own = scans[shipment.id]
        assert [scan.at for scan in own] == sorted(scan.at for scan in own)
        assert own[-1].status == shipment.status
        assert own[-1].at <= END
        assert (shipment.status == "delivered") == (shipment.delivered_at is not None)


async def test_today_and_the_last_days_have_orders_in_every_state(shop: Database) -> None:
    found = Counter(
        order.status for order in await rows_of(shop, Order) if order.placed_at > END - dt.timedelta(days=20)
    )
    assert {"pending", "processing", "shipped", "delivered", "return_requested"} <= set(found)


async def test_returns_and_refunds_never_exceed_what_was_paid(shop: Database) -> None:
    orders = {order.id: order for order in await rows_of(shop, Order)}
    refunded: Counter[str] = Counter()
    for refund in await rows_of(shop, Refund):
        refunded[refund.order_id] += refund.amount_minor
        assert orders[refund.order_id].placed_at < refund.created_at <= END
        assert refund.amount_minor > 0
    assert all(minor <= orders[order_id].total_minor for order_id, minor in refunded.items())
    back: Counter[str] = Counter()
    for payment in await rows_of(shop, Payment):
        if payment.kind == "refund":
            back[payment.order_id] += payment.amount_minor
    assert all(minor <= refunded[order_id] for order_id, minor in back.items())
    lines = {line.id: line for line in await rows_of(shop, OrderLine)}
    returns = {row.id: row for row in await rows_of(shop, Return)}
    for gone in await rows_of(shop, ReturnLine):
        assert lines[gone.order_line_id].sku == gone.sku
        delivered = orders[returns[gone.return_id].order_id].delivered_at
        assert delivered is not None
        assert returns[gone.return_id].created_at - delivered < dt.timedelta(days=30)
    for swap in await rows_of(shop, ExchangeLine):
        assert lines[swap.order_line_id].sku == swap.old_sku != swap.new_sku


async def test_an_order_in_return_has_an_open_return(shop: Database) -> None:
    open_returns = {row.order_id for row in await rows_of(shop, Return) if row.status in {"requested", "received"}}
    held = {order.id for order in await rows_of(shop, Order) if order.status == "return_requested"}
    assert held == open_returns


async def test_methods_and_used_coupons_belong_to_the_customer_of_the_order(shop: Database) -> None:
    owners = {method.id: method.customer_id for method in await rows_of(shop, PaymentMethod)}
    orders = {order.id: order for order in await rows_of(shop, Order)}
    assert all(owners[str(order.payment_method_id)] == order.customer_id for order in orders.values())
    coupons = {coupon.code: coupon for coupon in await rows_of(shop, Coupon)}
    used = {order.id for order in orders.values() if order.coupon_code}
    for grant in await rows_of(shop, CouponGrant):
        if grant.order_id is not None:
            order = orders[grant.order_id]
            used.discard(order.id)
            assert (order.coupon_code, order.customer_id, grant.status) == (
                grant.coupon_code,
                grant.customer_id,
                "used",
            )
            assert coupons[grant.coupon_code].starts_at <= order.placed_at < coupons[grant.coupon_code].ends_at
        elif grant.status == "unused":
            assert coupons[grant.coupon_code].ends_at > END
    assert used == set()


async def test_stock_covers_what_waits_and_gaps_may_name_a_day(shop: Database) -> None:
    lines = await _lines_by_order(shop)
    waiting = Counter[str]()
    for order in await rows_of(shop, Order):
        if order.status in {"pending", "processing"}:
            for line in lines[order.id]:
                waiting[line.sku] += line.quantity
    stock = await rows_of(shop, Stock)
    assert {row.sku: row.reserved for row in stock if row.reserved} == dict(waiting)
    assert all(row.on_hand >= row.reserved for row in stock)
    sold_out = [row for row in stock if row.on_hand == row.reserved]
    assert sold_out
    assert any(row.restock_at is not None and row.restock_at > END for row in sold_out)
    assert all(row.restock_at is None for row in stock if row not in sold_out)


async def test_purchases_of_the_trail_are_the_lines_of_the_orders(shop: Database) -> None:
    events = await rows_of(shop, BehaviourEvent)
    orders = {order.id: order for order in await rows_of(shop, Order)}
    bought = Counter((event.customer_id, event.sku, event.at) for event in events if event.kind == "buy")
    lines = Counter(
        (orders[line.order_id].customer_id, line.sku, orders[line.order_id].placed_at)
        for line in await rows_of(shop, OrderLine)
    )
    assert bought == lines
    assert {event.kind for event in events} == {"view", "search", "cart", "buy"}
    assert all(event.query for event in events if event.kind == "search")
    assert any(event.customer_id is None for event in events)


async def test_every_text_is_there_in_both_languages(shop: Database) -> None:
    for product in await rows_of(shop, Product):
        assert _han(product.title_zh)
        assert _han(product.description_zh)
        assert product.title_en
        assert not _han(product.title_en + product.description_en + "".join(map(str, product.attributes.values())))
        assert len(product.description_en) > 30
    for category in await rows_of(shop, Category):
        assert _han(category.name_zh)
        assert category.name_en
    assert {review.lang for review in await rows_of(shop, Review)} == {"zh", "en"}
    assert all(_han(review.text) == (review.lang == "zh") for review in await rows_of(shop, Review))


async def test_variants_differ_and_use_canonical_colours(shop: Database) -> None:
    seen = Counter(
        (variant.product_id, str(sorted(variant.options.items()))) for variant in await rows_of(shop, Variant)
    )
    assert max(seen.values()) == 1
    used = {variant.options["color"] for variant in await rows_of(shop, Variant) if "color" in variant.options}
    assert used <= set(colors())


async def test_addresses_and_contacts_belong_to_nobody_real(shop: Database) -> None:
    customers = await rows_of(shop, Customer)
    assert (
        len({customer.email for customer in customers})
        == len({customer.phone for customer in customers})
        == len(customers)
    )
    assert all(customer.email.endswith((".com", ".net", ".org", ".example")) for customer in customers)
    assert all("example" in customer.email for customer in customers)
    defaults = Counter(address.customer_id for address in await rows_of(shop, Address) if address.is_default)
    assert defaults == Counter(customer.id for customer in customers)
    assert {"中国", "USA"} <= {address.country for address in await rows_of(shop, Address)}
    assert all(address.postcode for address in await rows_of(shop, Address))


async def test_every_product_has_its_picture(shop: Database, built: Built) -> None:
    images = await rows_of(shop, ProductImage)
    assert {image.product_id for image in images} == {product.id for product in await rows_of(shop, Product)}
    assert all((built.media / image.path).stat().st_size > 1_000 for image in images)
