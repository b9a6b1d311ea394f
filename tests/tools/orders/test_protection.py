from __future__ import annotations

import datetime as dt

from knowledge.schema import Order, Payment, Refund, Variant
from tests.tools.orders.desk import CARD, Desk, cny
from tools.orders.types import PriceProtection, ReturnPlan
from tools.policy import Policy, load_policy
from tools.testing import NOW


def with_protection(**fields: object) -> Policy:
    policy = load_policy("default")
    return policy.model_copy(update={"price_protection": policy.price_protection.model_copy(update=fields)})


async def test_the_difference_of_every_piece_goes_back_to_the_original_method(desk: Desk) -> None:
    await desk.change(Variant, "TEE-RED-M", price_minor=7900)

    done = await desk.get(PriceProtection, "claim_price_protection", order_id="W-delivered")

    assert [(line.line.line_id, line.price_now, line.difference) for line in done.lines] == [
        ("W-delivered-1", cny(7900), cny(2000))
    ]
    assert (done.refund.method.id, done.refund.amount) == (CARD, cny(2000))
    assert await desk.payments("W-delivered") == [("payment", 22700, CARD), ("refund", 2000, CARD)]
    [refund] = await desk.rows(Refund)
    assert (refund.kind, refund.order_line_id, refund.quantity, refund.status) == (
        "price_protection",
        "W-delivered-1",
        2,
        "processing",
    )


async def test_only_the_asked_lines_are_protected(desk: Desk) -> None:
    for sku in ("TEE-RED-M", "MUG-RED"):
        await desk.change(Variant, sku, price_minor=4000)

    done = await desk.get(PriceProtection, "claim_price_protection", order_id="W-delivered", line_ids=["W-delivered-2"])
    assert done.refund.amount == cny(900)
    rest = await desk.get(PriceProtection, "claim_price_protection", order_id="W-delivered")
    assert rest.refund.amount == cny(2 * 4900)


async def test_a_line_is_protected_once(desk: Desk) -> None:
    await desk.change(Variant, "TEE-RED-M", price_minor=7900)
    await desk.get(PriceProtection, "claim_price_protection", order_id="W-delivered")
    await desk.change(Variant, "TEE-RED-M", price_minor=6900)

    code, facts = await desk.refused("claim_price_protection", order_id="W-delivered", line_ids=["W-delivered-1"])
    assert (code, facts["order_id"]) == ("already_protected", "W-delivered")

    desk.under(with_protection(once_per_line=False))
    again = await desk.get(PriceProtection, "claim_price_protection", order_id="W-delivered")
    assert again.refund.amount == cny(2000), "only the further fall"


async def test_a_price_that_did_not_fall_gives_nothing(desk: Desk) -> None:
    code, facts = await desk.refused("claim_price_protection", order_id="W-delivered")

    assert code == "price_not_fallen"
    assert facts["lines"][0] == {
        "title": {"zh": "纯棉T恤", "en": "Cotton tee"},
        "paid": {"minor": 8900, "currency": "CNY"},
        "now": {"minor": 8900, "currency": "CNY"},
    }


async def test_what_counts_is_what_was_paid_after_the_coupon(desk: Desk) -> None:
    await desk.change(Order, "W-delivered", total_minor=20430, discount_minor=2270)  # a tenth off
    await desk.change(Payment, "pay-W-delivered", amount_minor=20430)
    await desk.change(Variant, "TEE-RED-M", price_minor=8010)
    assert (await desk.refused("claim_price_protection", order_id="W-delivered"))[0] == "price_not_fallen"

    await desk.change(Variant, "TEE-RED-M", price_minor=8000)
    done = await desk.get(PriceProtection, "claim_price_protection", order_id="W-delivered")
    assert done.refund.amount == cny(20)


async def test_a_protected_line_that_goes_back_is_worth_less(desk: Desk) -> None:
    await desk.change(Variant, "TEE-RED-M", price_minor=7900)
    await desk.get(PriceProtection, "claim_price_protection", order_id="W-delivered")

    done = await desk.get(
        ReturnPlan,
        "return_items",
        order_id="W-delivered",
        lines=[{"line_id": "W-delivered-1"}],
        refund_method_id=CARD,
    )

    assert done.refund.amount == cny(2 * 7900)


async def test_returned_pieces_are_not_protected(desk: Desk) -> None:
    await desk.get(
        ReturnPlan,
        "return_items",
        order_id="W-delivered",
        lines=[{"line_id": "W-delivered-1", "quantity": 1}],
        refund_method_id=CARD,
    )
    desk.under(with_protection(statuses=("return_requested",)))
    await desk.change(Variant, "TEE-RED-M", price_minor=7900)

    done = await desk.get(PriceProtection, "claim_price_protection", order_id="W-delivered")

    assert (done.lines[0].line.quantity, done.refund.amount) == (1, cny(1000))


async def test_the_window_opens_with_the_purchase(desk: Desk) -> None:
    await desk.change(Variant, "TEE-RED-M", price_minor=7900)
    await desk.change(Order, "W-delivered", placed_at=NOW - dt.timedelta(days=17))

    code, facts = await desk.refused("claim_price_protection", order_id="W-delivered")

    assert (code, facts["event"], facts["days"]) == ("window_passed", "placed", 15)


async def test_a_shop_may_do_without(desk: Desk) -> None:
    desk.under("tau_retail")

    assert (await desk.refused("claim_price_protection", order_id="W-delivered"))[0] == "not_enabled"
