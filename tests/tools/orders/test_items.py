from __future__ import annotations

from typing import Any

import pytest

from knowledge.schema import Order, OrderLine, PaymentMethod, Refund, Variant
from tests.tools.orders.desk import CARD, GIFT, Desk, cny
from tools.orders.types import Cancellation, ItemsChange, PriceProtection


def swap(sku: str, line: int = 1, *, order: str = "W-pending", method: str = CARD) -> dict[str, Any]:
    return {
        "order_id": order,
        "swaps": [{"line_id": f"{order}-{line}", "new_sku": sku}],
        "payment_method_id": method,
    }


async def test_a_dearer_variant_is_charged_for_every_piece(desk: Desk) -> None:
    done = await desk.get(ItemsChange, "change_order_items", **swap("TEE-RED-L"))

    assert (done.difference, done.refund, done.swaps[0].difference) == (cny(2000), None, cny(2000))
    assert done.order.lines[0].sku == "TEE-RED-L"
    line = await desk.line("W-pending-1")
    assert (line.sku, line.options, line.unit_price_minor) == ("TEE-RED-L", {"color": "red", "size": "L"}, 9900)
    assert await desk.payments("W-pending") == [("payment", 22700, CARD), ("payment", 2000, CARD)]
    order = await desk.order("W-pending")
    assert (order.total_minor, order.items_modified, order.status, order.version) == (24700, True, "pending", 2)


async def test_a_cheaper_variant_pays_back(desk: Desk) -> None:
    done = await desk.get(ItemsChange, "change_order_items", **swap("TEE-RED-S", method=GIFT))

    assert done.refund is not None
    assert (done.difference, done.refund.amount, done.refund.within_days) == (cny(-2000), cny(2000), 0)
    assert await desk.balance() == 22000
    assert [(row.kind, row.status) for row in await desk.rows(Refund)] == [("price_difference", "done")]


async def test_an_even_swap_moves_no_money_unless_the_ledger_wants_a_row(desk: Desk) -> None:
    await desk.get(ItemsChange, "change_order_items", **swap("TEE-BLUE-M"))
    assert await desk.payments("W-pending") == [("payment", 22700, CARD)]

    desk.under("tau_retail_v1")
    await desk.change(Order, "W-pending", items_modified=False)
    await desk.get(ItemsChange, "change_order_items", **swap("TEE-BLUE-M"))
    assert await desk.payments("W-pending") == [("payment", 22700, CARD), ("refund", 0, CARD)]


async def test_several_swaps_settle_one_difference(desk: Desk) -> None:
    done = await desk.get(
        ItemsChange,
        "change_order_items",
        order_id="W-pending",
        payment_method_id=CARD,
        swaps=[
            {"line_id": "W-pending-1", "new_sku": "TEE-RED-L"},
            {"line_id": "W-pending-2", "new_sku": "MUG-BLUE"},
        ],
    )

    assert done.difference == cny(2000 - 500)


async def test_stock_is_let_go_and_held(desk: Desk) -> None:
    await desk.get(ItemsChange, "change_order_items", **swap("TEE-RED-L"))

    assert (await desk.reserved("TEE-RED-M"), await desk.reserved("TEE-RED-L")) == (4, 2)


async def test_the_gift_card_must_cover_the_difference(desk: Desk) -> None:
    await desk.change(PaymentMethod, GIFT, balance_minor=1999)
    code, facts = await desk.refused("change_order_items", **swap("TEE-RED-L", method=GIFT))
    assert (code, facts["needed"]["minor"]) == ("balance_too_low", 2000)

    await desk.change(PaymentMethod, GIFT, balance_minor=2000)
    await desk.get(ItemsChange, "change_order_items", **swap("TEE-RED-L", method=GIFT))
    assert await desk.balance() == 0


@pytest.mark.parametrize(
    ("sku", "code"),
    [
        ("MUG-BLUE", "not_same_product"),
        ("TEE-RED-M", "same_variant"),
        ("TEE-OFF", "variant_unavailable"),
        ("TEE-LAST", "variant_unavailable"),
        ("TEE-404", "variant_not_found"),
    ],
)
async def test_only_another_available_variant_of_the_same_product_will_do(desk: Desk, sku: str, code: str) -> None:
    refused, facts = await desk.refused("change_order_items", **swap(sku))

    assert (refused, facts["sku"], facts["title"]["zh"]) == (code, sku, "纯棉T恤")


async def test_the_pieces_of_a_line_change_together_or_not_at_all(desk: Desk) -> None:
    wanted = swap("TEE-RED-L")
    wanted["swaps"][0]["quantity"] = 1

    code, facts = await desk.refused("change_order_items", **wanted)

    assert (code, facts["left"]) == ("whole_line_only", 2)


async def test_two_lines_cannot_take_the_last_piece_together(desk: Desk) -> None:
    await desk.change(OrderLine, "W-pending-2", product_id="TEE", sku="TEE-RED-L", quantity=1)
    await desk.change(OrderLine, "W-pending-1", quantity=1)
    both = [{"line_id": f"W-pending-{line}", "new_sku": "TEE-LAST"} for line in (1, 2)]

    code, facts = await desk.refused("change_order_items", order_id="W-pending", swaps=both, payment_method_id=CARD)

    assert (code, facts["left"]) == ("variant_unavailable", 1)


async def test_a_line_is_named_once_and_belongs_to_the_order(desk: Desk) -> None:
    twice = swap("TEE-RED-L")
    twice["swaps"] = twice["swaps"] * 2
    assert (await desk.refused("change_order_items", **twice))[0] == "line_repeated"

    foreign = swap("TEE-RED-L")
    foreign["swaps"] = [{"line_id": "W-shipped-1", "new_sku": "TEE-RED-L"}]
    assert (await desk.refused("change_order_items", **foreign))[0] == "line_not_found"


async def test_once_only_locks_the_order(desk: Desk) -> None:
    desk.under("tau_retail")
    await desk.get(ItemsChange, "change_order_items", **swap("TEE-RED-L"))

    for tool, arguments in (
        ("change_order_items", swap("TEE-BLUE-M")),
        ("change_order_payment", {"order_id": "W-pending", "payment_method_id": "paypal_C1"}),
        ("change_order_address", {"order_id": "W-pending", "address": {"line1": "x", "city": "y"}}),
        ("cancel_order", {"order_id": "W-pending", "reason": "no longer needed"}),
    ):
        assert await desk.refused(tool, **arguments) == (
            "already_modified",
            {"action": tool, "order_id": "W-pending"},
        )


async def test_the_discount_stays_when_the_goods_change(desk: Desk) -> None:
    await desk.change(Order, "W-pending", total_minor=20000, discount_minor=2700)

    done = await desk.get(ItemsChange, "change_order_items", **swap("TEE-RED-S"))

    assert (done.difference, (await desk.order("W-pending")).total_minor) == (cny(-2000), 18000)


async def test_price_protection_of_the_old_variant_is_taken_back(desk: Desk) -> None:
    await desk.change(Variant, "TEE-RED-M", price_minor=6900)
    await desk.get(PriceProtection, "claim_price_protection", order_id="W-pending")

    done = await desk.get(ItemsChange, "change_order_items", **swap("TEE-RED-S"))

    # 2 x 69.00 is what they cost after protection, 2 x 79.00 is what they cost now.
    assert done.difference == cny(2000)
    cancelled = await desk.get(Cancellation, "cancel_order", order_id="W-pending")
    assert sum(part.amount.minor for part in cancelled.refunds) == 2 * 7900 + 4900
