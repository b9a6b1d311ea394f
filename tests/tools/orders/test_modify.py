from __future__ import annotations

import pytest

from knowledge.schema import Order, Payment, PaymentMethod, Refund
from tests.tools.orders.desk import CARD, GIFT, PAYPAL, Desk, cny
from tools.orders.types import AddressChange, PaymentChange
from tools.policy import Policy, load_policy

ADDRESS = {"line1": "9 Oak Road", "city": "Boston", "state": "MA", "postcode": "02108", "country": "USA"}


def without(**switches: bool) -> Policy:
    policy = load_policy("default")
    return policy.model_copy(update={"modify": policy.modify.model_copy(update=switches)})


async def test_the_order_goes_to_the_new_address_and_keeps_its_recipient(desk: Desk) -> None:
    done = await desk.get(AddressChange, "change_order_address", order_id="W-pending", address=ADDRESS)

    assert done.before is not None
    assert (done.before.line1, done.after.line1, done.after.recipient) == ("12 Elm Street", "9 Oak Road", "王小明")
    order = await desk.order("W-pending")
    assert (order.address["line1"], order.address["postcode"], order.version) == ("9 Oak Road", "02108", 2)


async def test_a_new_recipient_is_taken_over(desk: Desk) -> None:
    address = {**ADDRESS, "recipient": "李雷", "phone": "13800000000"}
    done = await desk.get(AddressChange, "change_order_address", order_id="W-pending", address=address)

    assert (done.after.recipient, done.after.phone) == ("李雷", "13800000000")


async def test_an_incomplete_or_equal_address_is_asked_again(desk: Desk) -> None:
    code, facts = await desk.refused("change_order_address", order_id="W-pending", address={"line1": "", "city": ""})
    assert (code, facts) == ("address_incomplete", {"order_id": "W-pending", "missing": ["line1", "city"]})

    await desk.get(AddressChange, "change_order_address", order_id="W-pending", address=ADDRESS)
    same = await desk.refused("change_order_address", order_id="W-pending", address=ADDRESS)
    assert same == ("address_unchanged", {"order_id": "W-pending"})


async def test_an_order_without_an_address_gets_one(desk: Desk) -> None:
    await desk.change(Order, "W-pending", address={})

    done = await desk.get(AddressChange, "change_order_address", order_id="W-pending", address=ADDRESS)

    assert done.before is None


@pytest.mark.parametrize(
    ("tool", "switch", "arguments"),
    [
        ("change_order_address", "address", {"address": ADDRESS}),
        ("change_order_payment", "payment_method", {"payment_method_id": PAYPAL}),
        (
            "change_order_items",
            "items",
            {"swaps": [{"line_id": "W-pending-1", "new_sku": "TEE-BLUE-M"}], "payment_method_id": CARD},
        ),
    ],
)
async def test_a_change_that_the_policy_does_not_offer_is_refused(
    desk: Desk, tool: str, switch: str, arguments: dict[str, object]
) -> None:
    desk.under(without(**{switch: False}))

    code, facts = await desk.refused(tool, order_id="W-pending", **arguments)

    assert (code, facts["what"]) == ("not_enabled", tool)


async def test_the_new_method_pays_all_and_the_old_one_gets_all_back(desk: Desk) -> None:
    done = await desk.get(PaymentChange, "change_order_payment", order_id="W-pending", payment_method_id=PAYPAL)

    assert (done.charged.id, done.amount) == (PAYPAL, cny(22700))
    assert [(part.method.id, part.amount.minor) for part in done.refunds] == [(CARD, 22700)]
    assert await desk.payments("W-pending") == [
        ("payment", 22700, CARD),
        ("payment", 22700, PAYPAL),
        ("refund", 22700, CARD),
    ]
    assert (await desk.order("W-pending")).payment_method_id == PAYPAL
    assert [(row.kind, row.status) for row in await desk.rows(Refund)] == [("payment_change", "processing")]


async def test_a_gift_card_pays_at_once_and_is_paid_back_at_once(desk: Desk) -> None:
    await desk.change(PaymentMethod, GIFT, balance_minor=22700)

    await desk.get(PaymentChange, "change_order_payment", order_id="W-pending", payment_method_id=GIFT)
    assert await desk.balance() == 0

    await desk.get(PaymentChange, "change_order_payment", order_id="W-pending", payment_method_id=CARD)
    assert await desk.balance() == 22700


async def test_a_gift_card_that_holds_too_little_cannot_pay(desk: Desk) -> None:
    code, facts = await desk.refused("change_order_payment", order_id="W-pending", payment_method_id=GIFT)

    assert code == "balance_too_low"
    assert (facts["balance"]["minor"], facts["needed"]["minor"]) == (20000, 22700)


async def test_a_gift_card_in_another_currency_cannot_pay(desk: Desk) -> None:
    await desk.change(PaymentMethod, GIFT, balance_minor=90000, currency="USD")

    code, facts = await desk.refused("change_order_payment", order_id="W-pending", payment_method_id=GIFT)

    assert (code, [entry["id"] for entry in facts["allowed"]]) == ("method_not_allowed", [CARD, PAYPAL])


async def test_the_same_method_again_is_no_change(desk: Desk) -> None:
    code, facts = await desk.refused("change_order_payment", order_id="W-pending", payment_method_id=CARD)

    assert (code, facts) == ("same_method", {"order_id": "W-pending", "payment_method_id": CARD})


@pytest.mark.parametrize("method", ["credit_card_C2", "gift_card_404"])
async def test_a_method_of_someone_else_does_not_exist(desk: Desk, method: str) -> None:
    code, facts = await desk.refused("change_order_payment", order_id="W-pending", payment_method_id=method)

    assert (code, facts["payment_method_id"]) == ("payment_method_not_found", method)
    assert [entry["id"] for entry in facts["available"]] == [CARD, GIFT, PAYPAL]


async def test_a_method_change_after_a_partial_refund_moves_only_what_is_left(desk: Desk) -> None:
    async with desk.database.write() as session:
        order = await session.get_one(Order, "W-pending")
        session.add(
            Payment(
                id="p2",
                order_id="W-pending",
                kind="refund",
                amount_minor=2700,
                currency="CNY",
                payment_method_id=CARD,
                created_at=order.placed_at,
                position=1,
            )
        )

    done = await desk.get(PaymentChange, "change_order_payment", order_id="W-pending", payment_method_id=GIFT)

    assert (done.amount.minor, await desk.balance()) == (20000, 0)
