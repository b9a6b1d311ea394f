from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from knowledge.schema import Customer, TrackingEvent
from tests.tools.orders.desk import CARD, PAYPAL, Desk, cny
from tools.orders.types import Cancellation, OrderDetails, OrderList, RefundList, Tracking
from tools.testing import NOW, ShopBuilder, shopper


@contextmanager
def statements(desk: Desk) -> Iterator[list[str]]:
    """Collect the statements that read, without the executor's own."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    engine = desk.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


async def test_own_orders_come_newest_first_with_their_lines(desk: Desk) -> None:
    async with desk.database.write() as session:
        shop = ShopBuilder(session, "CNY", NOW)
        customer = await session.get_one(Customer, "C1")
        await shop.order("W-new", customer, {"MUG-RED": 1}, placed_days_ago=1)

    listed = await desk.get(OrderList, "list_orders")

    assert listed.orders[0].order_id == "W-new"
    assert "W-other" not in {order.order_id for order in listed.orders}
    pending = next(order for order in listed.orders if order.order_id == "W-pending")
    assert [(line.line_id, line.sku, line.quantity, line.unit_price) for line in pending.lines] == [
        ("W-pending-1", "TEE-RED-M", 2, cny(8900)),
        ("W-pending-2", "MUG-RED", 1, cny(4900)),
    ]


@pytest.mark.parametrize(
    ("tool", "arguments", "most"),
    [
        ("list_orders", {}, 2),
        ("get_order", {"order_id": "W-delivered"}, 5),
        ("track_order", {"order_id": "W-delivered"}, 4),
        ("refund_status", {}, 2),
        ("cancel_order", {"order_id": "W-pending"}, 5),
        (
            "exchange_items",
            {
                "order_id": "W-delivered",
                "swaps": [
                    {"line_id": "W-delivered-1", "new_sku": "TEE-RED-L"},
                    {"line_id": "W-delivered-2", "new_sku": "MUG-BLUE"},
                ],
                "payment_method_id": CARD,
            },
            7,
        ),
    ],
)
async def test_a_tool_needs_a_handful_of_statements(
    desk: Desk, tool: str, arguments: dict[str, Any], most: int
) -> None:
    with statements(desk) as seen:
        outcome = await desk.ask(tool, **arguments)

    assert outcome.status in {"ok", "needs_confirmation"}, outcome
    assert len(seen) <= most, "\n".join(seen)


async def test_a_shopper_without_orders_sees_none(desk: Desk) -> None:
    async with desk.database.write() as session:
        await ShopBuilder(session, "CNY", NOW).customer("C9")
    desk.identity = shopper("C9")

    assert (await desk.get(OrderList, "list_orders")).orders == ()
    assert (await desk.get(RefundList, "refund_status")).refunds == ()


async def test_an_order_says_what_the_policy_allows(desk: Desk) -> None:
    details = await desk.get(OrderDetails, "get_order", order_id=" #W-pending ")

    assert details.allowed[:2] == ("cancel_order", "change_order_address")
    assert details.payment_method is not None
    assert (details.payment_method.id, details.payment_method.last_four) == (CARD, "4242")
    assert details.address is not None
    assert (details.address.line1, details.address.recipient) == ("12 Elm Street", "王小明")
    assert (details.total, details.discount, details.shipping) == (cny(22700), cny(0), cny(0))


@pytest.mark.parametrize("tool", ["get_order", "track_order", "refund_status"])
@pytest.mark.parametrize("order_id", ["W-other", "W-404", "", "'; DROP TABLE"])
async def test_someone_elses_and_unknown_orders_look_alike(desk: Desk, tool: str, order_id: str) -> None:
    if tool == "refund_status" and not order_id:
        pytest.skip("no order means all orders")

    assert await desk.refused(tool, order_id=order_id) == ("order_not_found", {"order_id": order_id})


async def test_parcels_come_with_their_scans_oldest_first(desk: Desk) -> None:
    eta = NOW + dt.timedelta(days=2)
    async with desk.database.write() as session:
        shop = ShopBuilder(session, "CNY", NOW)
        await shop.shipment(await desk.order("W-shipped"), eta=eta, line_ids=["W-shipped-1"])
        for hours, place in ((1, "Hangzhou"), (20, "Shanghai")):
            at = NOW - dt.timedelta(hours=hours)
            session.add(TrackingEvent(shipment_id="S-W-shipped", at=at, status="in_transit", place=place))

    tracking = await desk.get(Tracking, "track_order", order_id="W-shipped")

    [parcel] = tracking.parcels
    assert (parcel.carrier, parcel.tracking_number, parcel.eta, parcel.line_ids) == (
        "SF",
        "SFW-shipped",
        eta,
        ("W-shipped-1",),
    )
    assert [scan.place for scan in parcel.scans] == ["Shanghai", "Hangzhou"]


async def test_an_order_not_yet_packed_has_no_parcels(desk: Desk) -> None:
    assert (await desk.get(Tracking, "track_order", order_id="W-pending")).parcels == ()


async def test_refunds_say_where_the_money_is(desk: Desk) -> None:
    await desk.get(Cancellation, "cancel_order", order_id="W-pending")
    desk.clock.advance(hours=1)
    await desk.get(Cancellation, "cancel_order", order_id="W-processing")

    every = await desk.get(RefundList, "refund_status")
    assert [(refund.order_id, refund.kind, refund.amount, refund.status) for refund in every.refunds] == [
        ("W-processing", "cancel", cny(22700), "processing"),
        ("W-pending", "cancel", cny(22700), "processing"),
    ]
    assert every.refunds[1].expected_by == NOW + dt.timedelta(days=7)
    assert every.refunds[0].method.id == CARD
    one = await desk.get(RefundList, "refund_status", order_id="W-pending")
    assert [refund.order_id for refund in one.refunds] == ["W-pending"]


async def test_a_visitor_sees_nothing(desk: Desk) -> None:
    desk.identity = shopper(None)

    assert (await desk.refused("list_orders"))[0] == "identify_first"
    assert (await desk.refused("change_order_payment", order_id="W-pending", payment_method_id=PAYPAL))[0] == (
        "identify_first"
    )
