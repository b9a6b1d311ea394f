from __future__ import annotations

from typing import Any

import pytest

from knowledge.schema import Exchange, ExchangeLine, Order, Payment, PaymentMethod, Refund, Stock
from tests.tools.orders.desk import CARD, GIFT, PAYPAL, Desk, cny
from tools.orders.types import ItemsChange, ReturnPlan


def exchange(sku: str, line: int = 1, *, method: str = CARD, reason: str = "") -> dict[str, Any]:
    return {
        "order_id": "W-delivered",
        "swaps": [{"line_id": f"W-delivered-{line}", "new_sku": sku}],
        "payment_method_id": method,
        "reason": reason,
    }


async def test_an_exchange_is_written_down_and_no_money_moves_yet(desk: Desk) -> None:
    done = await desk.get(ItemsChange, "exchange_items", **exchange("TEE-RED-L", method=PAYPAL, reason="too_small"))

    assert (done.difference, done.refund, done.order.status) == (cny(2000), None, "exchange_requested")
    [row] = await desk.rows(Exchange)
    assert done.change_id == row.id
    assert (row.status, row.reason, row.payment_method_id, row.price_difference_minor) == (
        "requested",
        "too_small",
        PAYPAL,
        2000,
    )
    [line] = await desk.rows(ExchangeLine)
    assert (line.order_line_id, line.old_sku, line.new_sku, line.quantity) == (
        "W-delivered-1",
        "TEE-RED-M",
        "TEE-RED-L",
        2,
    )
    assert await desk.payments("W-delivered") == [("payment", 22700, CARD)]
    assert (await desk.line("W-delivered-1")).sku == "TEE-RED-M", "the order still says what was bought"
    assert await desk.reserved("TEE-RED-L") == 2


async def test_what_the_shopper_gets_back_is_promised(desk: Desk) -> None:
    done = await desk.get(ItemsChange, "exchange_items", **exchange("TEE-RED-S", method=GIFT))

    assert done.refund is not None
    assert (done.refund.amount, await desk.balance()) == (cny(2000), 20000)
    [refund] = await desk.rows(Refund)
    assert (refund.kind, refund.status, refund.amount_minor) == ("price_difference", "pending", 2000)


async def test_the_gift_card_must_cover_the_difference(desk: Desk) -> None:
    await desk.change(PaymentMethod, GIFT, balance_minor=1999)

    code, facts = await desk.refused("exchange_items", **exchange("TEE-RED-L", method=GIFT))

    assert (code, facts["balance"]["minor"], facts["needed"]["minor"]) == ("balance_too_low", 1999, 2000)


async def test_a_discounted_tee_for_one_at_the_same_price_costs_nothing(desk: Desk) -> None:
    await desk.change(Order, "W-delivered", total_minor=20000, discount_minor=2700)
    await desk.change(Payment, "pay-W-delivered", amount_minor=20000)

    done = await desk.get(ItemsChange, "exchange_items", **exchange("TEE-BLUE-M"))

    assert done.difference == cny(0)


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
    assert (await desk.refused("exchange_items", **exchange(sku)))[0] == code


async def test_what_is_faulty_may_come_once_more_as_it_was(desk: Desk) -> None:
    done = await desk.get(ItemsChange, "exchange_items", **exchange("TEE-RED-M", reason="defective"))

    assert done.difference == cny(0)


async def test_one_of_two_pieces_is_exchanged_and_the_other_stays(desk: Desk) -> None:
    wanted = exchange("TEE-RED-L", method=PAYPAL)
    wanted["swaps"][0]["quantity"] = 1

    done = await desk.get(ItemsChange, "exchange_items", **wanted)

    assert (done.difference, done.swaps[0].line.quantity) == (cny(1000), 1)
    assert [line.quantity for line in await desk.rows(ExchangeLine)] == [1]
    assert await desk.reserved("TEE-RED-L") == 1


async def test_no_more_pieces_are_exchanged_than_there_are(desk: Desk) -> None:
    wanted = exchange("TEE-RED-L")
    wanted["swaps"][0]["quantity"] = 3

    code, facts = await desk.refused("exchange_items", **wanted)

    assert (code, facts["left"]) == ("quantity_too_high", 2)


async def test_a_faulty_thing_may_be_exchanged_for_the_same_where_the_policy_says_so(desk: Desk) -> None:
    desk.under("tau_retail_v1")

    done = await desk.get(ItemsChange, "exchange_items", **exchange("TEE-RED-M"))

    assert done.difference == cny(0)


async def test_a_line_is_exchanged_once_and_another_line_later(desk: Desk) -> None:
    await desk.get(ItemsChange, "exchange_items", **exchange("TEE-RED-L"))

    code, facts = await desk.refused("exchange_items", **exchange("TEE-BLUE-M"))
    assert (code, facts["line_id"]) == ("nothing_left", "W-delivered-1")
    await desk.get(ItemsChange, "exchange_items", **exchange("MUG-BLUE", line=2))


async def test_what_is_left_of_a_line_is_exchanged(desk: Desk) -> None:
    await desk.get(
        ReturnPlan,
        "return_items",
        order_id="W-delivered",
        lines=[{"line_id": "W-delivered-1", "quantity": 1}],
        refund_method_id=CARD,
    )

    done = await desk.get(ItemsChange, "exchange_items", **exchange("TEE-RED-L"))

    assert (done.swaps[0].line.quantity, done.difference) == (1, cny(1000))


async def test_once_per_order_means_returns_too(desk: Desk) -> None:
    desk.under("tau_retail")
    await desk.get(ItemsChange, "exchange_items", **exchange("TEE-RED-L"))

    facts = {"order_id": "W-delivered"}
    assert await desk.refused("exchange_items", **exchange("MUG-BLUE", line=2)) == (
        "already_requested",
        {"action": "exchange_items", **facts},
    )
    returned = await desk.refused(
        "return_items", order_id="W-delivered", lines=[{"line_id": "W-delivered-2"}], refund_method_id=CARD
    )
    assert returned == ("already_requested", {"action": "return_items", **facts})


async def test_an_injury_is_for_a_person(desk: Desk) -> None:
    code, facts = await desk.refused("exchange_items", **exchange("TEE-RED-L", reason="injury"))

    assert (code, facts["needs_person"]) == ("reason_needs_person", True)


async def test_restocked_goods_can_be_had_again(desk: Desk) -> None:
    await desk.change(Stock, "TEE-LAST", on_hand=2)

    await desk.get(ItemsChange, "exchange_items", **exchange("TEE-LAST"))
