"""The order tools' statements on SQLite and on PostgreSQL, where two writers really run side by side."""

from __future__ import annotations

import asyncio

from knowledge.db import Database
from knowledge.schema import Order, Variant
from tests.tools.orders.desk import CARD, GIFT, PAYPAL, Desk, lay_shop
from tools.base import ToolCall
from tools.orders.types import (
    AddressChange,
    Cancellation,
    InvoiceView,
    ItemsChange,
    OrderDetails,
    OrderList,
    PaymentChange,
    PriceProtection,
    RefundList,
    ReturnPlan,
    Tracking,
)


async def test_every_tool_works_on_both(any_database: Database) -> None:
    await lay_shop(any_database)
    desk = Desk(any_database)
    pending, delivered = {"order_id": "W-pending"}, {"order_id": "W-delivered"}

    await desk.get(AddressChange, "change_order_address", **pending, address={"line1": "x", "city": "y"})
    await desk.get(PaymentChange, "change_order_payment", **pending, payment_method_id=PAYPAL)
    swaps = [{"line_id": "W-pending-1", "new_sku": "TEE-RED-L"}]
    await desk.get(ItemsChange, "change_order_items", **pending, swaps=swaps, payment_method_id=GIFT)
    await desk.get(Cancellation, "cancel_order", **pending)
    await desk.change(Variant, "TEE-RED-M", price_minor=8000)
    await desk.get(PriceProtection, "claim_price_protection", **delivered)
    swaps = [{"line_id": "W-delivered-2", "new_sku": "MUG-BLUE"}]
    await desk.get(ItemsChange, "exchange_items", **delivered, swaps=swaps, payment_method_id=CARD)
    lines = [{"line_id": "W-delivered-1", "quantity": 1}]
    done = await desk.get(ReturnPlan, "return_items", **delivered, lines=lines, refund_method_id=GIFT)
    assert done.refund.amount.minor == 8000
    invoice = await desk.get(InvoiceView, "request_invoice", **delivered, title="王小明", email="w@example.com")
    assert invoice.amount.minor == 22700 - 2 * 900 - 500 - 8000
    assert len((await desk.get(OrderList, "list_orders")).orders) == 5
    assert (await desk.get(OrderDetails, "get_order", **delivered)).status == "return_requested"
    assert (await desk.get(Tracking, "track_order", **delivered)).parcels == ()
    assert len((await desk.get(RefundList, "refund_status")).refunds) == 6
    assert (await desk.rows(Order, id="W-pending"))[0].version == 5


async def test_one_gift_card_does_not_pay_two_orders_at_once(any_database: Database) -> None:
    await lay_shop(any_database)
    desk = Desk(any_database)
    await desk.change(Variant, "TEE-RED-L", price_minor=18000)  # 2 x 91.00 more, the card holds 200.00
    proposals = []
    for order_id in ("W-pending", "W-processing"):
        swaps = [{"line_id": f"{order_id}-1", "new_sku": "TEE-RED-L"}]
        arguments = {"order_id": order_id, "swaps": swaps, "payment_method_id": GIFT}
        asked = await desk.executor.call(
            ToolCall("change_order_items", arguments), desk.identity, idempotency_key=order_id
        )
        proposals.append(asked.proposal_id or "")

    done = await asyncio.gather(*(desk.executor.confirm(proposal, desk.identity) for proposal in proposals))

    assert sorted(outcome.status for outcome in done) == ["ok", "refused"]
    assert await desk.balance() == 20000 - 2 * 9100
