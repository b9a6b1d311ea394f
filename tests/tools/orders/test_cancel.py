from __future__ import annotations

import datetime as dt

import pytest

from knowledge.schema import CouponGrant, Order, Payment, Refund
from tests.tools.orders.desk import CARD, GIFT, PAYPAL, Desk, cny
from tools.orders.types import Cancellation
from tools.policy import load_policy
from tools.testing import NOW, ShopBuilder, agent

TAU = {"reason": "no longer needed"}


async def test_what_was_paid_goes_back_to_where_it_came_from(desk: Desk) -> None:
    done = await desk.get(Cancellation, "cancel_order", order_id="#w-pending", reason="不想要了")

    assert [(part.method.id, part.amount, part.within_days) for part in done.refunds] == [(CARD, cny(22700), 7)]
    assert done.order.status == "cancelled"
    assert await desk.payments("W-pending") == [("payment", 22700, CARD), ("refund", 22700, CARD)]
    order = await desk.order("W-pending")
    assert (order.status, order.cancel_reason, order.cancelled_at, order.version) == (
        "cancelled",
        "不想要了",
        NOW,
        2,
    )
    [refund] = await desk.rows(Refund, order_id="W-pending")
    assert (refund.kind, refund.status, refund.expected_by) == ("cancel", "processing", NOW + dt.timedelta(days=7))


async def test_a_gift_card_is_credited_at_once(desk: Desk) -> None:
    await desk.change(Payment, "pay-W-pending", payment_method_id=GIFT)

    done = await desk.get(Cancellation, "cancel_order", order_id="W-pending")

    assert [(part.method.id, part.within_days) for part in done.refunds] == [(GIFT, 0)]
    assert await desk.balance() == 20000 + 22700
    assert [refund.status for refund in await desk.rows(Refund)] == ["done"]


async def test_each_of_two_methods_gets_its_share_back(desk: Desk) -> None:
    await desk.change(Payment, "pay-W-pending", amount_minor=20000)
    async with desk.database.write() as session:
        session.add(_payment("p2", "payment", 2700, PAYPAL, 1))

    done = await desk.get(Cancellation, "cancel_order", order_id="W-pending")

    assert [(part.method.id, part.amount.minor) for part in done.refunds] == [(CARD, 20000), (PAYPAL, 2700)]


async def test_what_went_back_already_does_not_go_back_again(desk: Desk) -> None:
    async with desk.database.write() as session:
        session.add(_payment("p2", "refund", 700, GIFT, 1))

    done = await desk.get(Cancellation, "cancel_order", order_id="W-pending")

    assert [(part.method.id, part.amount.minor) for part in done.refunds] == [(CARD, 22000)]


async def test_the_goods_are_free_again(desk: Desk) -> None:
    await desk.get(Cancellation, "cancel_order", order_id="W-pending")

    assert (await desk.reserved("TEE-RED-M"), await desk.reserved("MUG-RED")) == (4, 2)


async def test_the_coupon_comes_back(desk: Desk) -> None:
    async with desk.database.write() as session:
        shop = ShopBuilder(session, "CNY", NOW)
        await shop.coupon("SPRING", value=500)
        session.add(
            CouponGrant(
                id="g", coupon_code="SPRING", customer_id="C1", status="used", order_id="W-pending", granted_at=NOW
            )
        )
        (await session.get_one(Order, "W-pending")).coupon_code = "SPRING"

    done = await desk.get(Cancellation, "cancel_order", order_id="W-pending")

    assert done.coupon_code == "SPRING"
    [grant] = await desk.rows(CouponGrant)
    assert (grant.status, grant.order_id) == ("unused", None)


async def test_a_preview_changes_nothing(desk: Desk) -> None:
    before = await desk.order("W-pending")
    outcome = await desk.ask("cancel_order", order_id="W-pending")

    assert outcome.status == "needs_confirmation"
    assert await desk.order("W-pending") == before
    assert await desk.rows(Refund) == []


async def test_an_order_still_in_the_warehouse_can_be_cancelled_but_not_one_on_its_way(desk: Desk) -> None:
    await desk.get(Cancellation, "cancel_order", order_id="W-processing")

    assert await desk.refused("cancel_order", order_id="W-shipped") == (
        "status_forbids",
        {
            "action": "cancel_order",
            "order_id": "W-shipped",
            "status": "shipped",
            "allowed": ["pending", "processing"],
        },
    )


async def test_someone_elses_order_does_not_exist(desk: Desk) -> None:
    assert await desk.refused("cancel_order", order_id="W-other") == ("order_not_found", {"order_id": "W-other"})


async def test_a_policy_with_reasons_takes_only_those_in_its_own_words(desk: Desk) -> None:
    desk.under("tau_retail")
    accepted = ["no longer needed", "ordered by mistake"]

    assert await desk.refused("cancel_order", order_id="W-pending") == (
        "reason_needed",
        {"action": "cancel_order", "accepted": accepted},
    )
    assert await desk.refused("cancel_order", order_id="W-pending", reason="too expensive") == (
        "reason_not_accepted",
        {"action": "cancel_order", "accepted": accepted, "reason": "too expensive"},
    )
    done = await desk.get(Cancellation, "cancel_order", order_id="W-pending", reason="No_longer needed")
    assert done.reason == "no longer needed"


async def test_a_locked_order_cannot_be_cancelled(desk: Desk) -> None:
    desk.under("tau_retail")
    await desk.change(Order, "W-pending", items_modified=True)

    assert await desk.refused("cancel_order", order_id="W-pending", **TAU) == (
        "already_modified",
        {"action": "cancel_order", "order_id": "W-pending"},
    )


async def test_a_refund_that_policy_keeps_for_people_says_so(desk: Desk) -> None:
    policy = load_policy("default")
    human = policy.human.model_copy(update={"refund_over_minor": 22699, "refund_kinds": ("cancel",)})
    desk.under(policy.model_copy(update={"human": human}))

    code, facts = await desk.refused("cancel_order", order_id="W-pending")
    assert (code, facts["needs_person"], facts["amount"]) == (
        "refund_needs_person",
        True,
        {"minor": 22700, "currency": "CNY"},
    )

    desk.identity = agent(customer_id="C1", conversation_id="conv")
    asked = await desk.ask("cancel_order", order_id="W-pending")
    assert asked.status == "needs_confirmation", "a person may"


@pytest.mark.parametrize("known", [True, False])
async def test_an_order_without_payments_goes_back_to_its_method_or_to_a_person(desk: Desk, known: bool) -> None:
    async with desk.database.write() as session:
        await session.delete(await session.get_one(Payment, "pay-W-pending"))
        (await session.get_one(Order, "W-pending")).payment_method_id = PAYPAL if known else None

    if known:
        done = await desk.get(Cancellation, "cancel_order", order_id="W-pending")
        assert [(part.method.id, part.amount.minor) for part in done.refunds] == [(PAYPAL, 22700)]
    else:
        code, facts = await desk.refused("cancel_order", order_id="W-pending")
        assert (code, facts["needs_person"]) == ("payment_unknown", True)


def _payment(payment_id: str, kind: str, minor: int, method: str, position: int) -> Payment:
    return Payment(
        id=payment_id,
        order_id="W-pending",
        kind=kind,
        amount_minor=minor,
        currency="CNY",
        payment_method_id=method,
        created_at=NOW,
        position=position,
    )
