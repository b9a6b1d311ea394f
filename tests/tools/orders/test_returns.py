from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from knowledge.schema import Category, Order, Payment, Product, Refund, Return, ReturnLine, Shipment
from tests.tools.orders.desk import CARD, GIFT, PAYPAL, Desk, cny
from tools.orders.types import ReturnPlan
from tools.policy import Policy, load_policy
from tools.testing import NOW, agent


def goods(
    *lines: int | tuple[int, int], method: str = CARD, reason: str = "changed_mind", order: str = "W-delivered"
) -> dict[str, Any]:
    chosen = [(entry, None) if isinstance(entry, int) else entry for entry in lines]
    return {
        "order_id": order,
        "lines": [{"line_id": f"{order}-{number}", "quantity": quantity} for number, quantity in chosen],
        "refund_method_id": method,
        "reason": reason,
    }


def with_returns(**fields: Any) -> Policy:
    policy = load_policy("default")
    return policy.model_copy(update={"returns": policy.returns.model_copy(update=fields)})


async def test_a_return_is_written_down_and_its_refund_promised(desk: Desk) -> None:
    done = await desk.get(ReturnPlan, "return_items", **goods(1, 2))

    assert (done.refund.method.id, done.refund.amount, done.order.status) == (CARD, cny(22700), "return_requested")
    [row] = await desk.rows(Return)
    assert done.return_id == row.id
    assert (row.status, row.reason, row.refund_method_id, row.refund_minor) == (
        "requested",
        "changed_mind",
        CARD,
        22700,
    )
    lines = await desk.rows(ReturnLine)
    assert [(line.order_line_id, line.sku, line.quantity) for line in lines] == [
        ("W-delivered-1", "TEE-RED-M", 2),
        ("W-delivered-2", "MUG-RED", 1),
    ]
    [refund] = await desk.rows(Refund)
    assert (refund.kind, refund.status, refund.return_id) == ("return", "pending", row.id)
    assert refund.expected_by == NOW + dt.timedelta(days=14), "goods on their way, then the bank"
    assert await desk.payments("W-delivered") == [("payment", 22700, CARD)], "money waits for the goods"


async def test_pieces_of_a_line_go_back_one_by_one(desk: Desk) -> None:
    first = await desk.get(ReturnPlan, "return_items", **goods((1, 1)))
    assert (first.lines[0].quantity, first.refund.amount) == (1, cny(8900))

    code, facts = await desk.refused("return_items", **goods((1, 2)))
    assert (code, facts["left"], facts["quantity"]) == ("quantity_too_high", 1, 2)

    rest = await desk.get(ReturnPlan, "return_items", **goods(1, 2))
    assert (rest.lines[0].quantity, rest.refund.amount) == (1, cny(8900 + 4900))
    assert (await desk.refused("return_items", **goods(1)))[0] == "nothing_left"


async def test_a_rejected_return_gives_its_pieces_back(desk: Desk) -> None:
    done = await desk.get(ReturnPlan, "return_items", **goods(1))
    assert done.return_id is not None
    await desk.change(Return, done.return_id, status="rejected")
    [refund] = await desk.rows(Refund)
    await desk.change(Refund, refund.id, status="void")

    again = await desk.get(ReturnPlan, "return_items", **goods(1))

    assert again.refund.amount == cny(17800)


async def test_the_discount_of_the_order_comes_off_in_parts_that_add_up(desk: Desk) -> None:
    await desk.change(Order, "W-delivered", total_minor=20000, discount_minor=2700)
    await desk.change(Payment, "pay-W-delivered", amount_minor=20000)

    refunds = [
        (await desk.get(ReturnPlan, "return_items", **goods(lines))).refund.amount.minor
        for lines in ((1, 1), (2, 1), (1, 1))
    ]

    assert sum(refunds) == 20000
    assert refunds == [7842, 4317, 7841]


async def test_shipping_is_not_part_of_the_goods(desk: Desk) -> None:
    await desk.change(Order, "W-delivered", total_minor=23900, shipping_minor=1200)
    await desk.change(Payment, "pay-W-delivered", amount_minor=23900)

    assert (await desk.get(ReturnPlan, "return_items", **goods(1, 2))).refund.amount == cny(22700)


async def test_tax_on_top_of_the_prices_comes_back_with_the_goods(desk: Desk) -> None:
    await desk.change(Order, "W-delivered", total_minor=24970)
    await desk.change(Payment, "pay-W-delivered", amount_minor=24970)

    assert (await desk.get(ReturnPlan, "return_items", **goods(2))).refund.amount == cny(4900 + 490)


async def test_goodwill_that_was_paid_before_is_not_paid_twice(desk: Desk) -> None:
    async with desk.database.write() as session:
        session.add(
            Payment(
                id="goodwill",
                order_id="W-delivered",
                kind="refund",
                amount_minor=20000,
                currency="CNY",
                payment_method_id=CARD,
                created_at=NOW,
                position=1,
            )
        )

    assert (await desk.get(ReturnPlan, "return_items", **goods(1, 2))).refund.amount == cny(2700)


@pytest.mark.parametrize(
    ("targets", "allowed"),
    [
        (("original",), [CARD]),
        (("gift_card",), [GIFT]),
        (("original", "gift_card"), [CARD, GIFT]),
        (("any",), [CARD, GIFT, PAYPAL]),
    ],
)
async def test_the_refund_goes_only_where_the_policy_lets_it(
    desk: Desk, targets: tuple[str, ...], allowed: list[str]
) -> None:
    desk.under(with_returns(refund_to=targets))

    for method in (CARD, GIFT, PAYPAL):
        outcome = await desk.ask("return_items", **goods(1, method=method))
        if method in allowed:
            assert outcome.status == "needs_confirmation"
        else:
            assert (outcome.code, outcome.mendable) == ("method_not_allowed", True)
            assert [entry["id"] for entry in outcome.facts["allowed"]] == allowed


async def test_money_may_go_back_to_a_method_that_was_taken_off_the_file(desk: Desk) -> None:
    await desk.change(Order, "W-delivered", payment_method_id=None)
    await desk.change(Payment, "pay-W-delivered", payment_method_id="alipay_old")

    done = await desk.get(ReturnPlan, "return_items", **goods(1, method="alipay_old"))

    assert (done.refund.method.id, done.refund.method.kind) == ("alipay_old", "unknown")


@pytest.mark.parametrize(
    ("reason", "days", "open_"),
    [
        ("changed_mind", 7, True),
        ("changed_mind", 9, False),
        ("faulty", 9, True),
        ("Faulty", 29, True),
        ("faulty", 32, False),
    ],
)
async def test_faulty_goods_have_longer(desk: Desk, reason: str, days: int, open_: bool) -> None:
    await desk.change(Order, "W-delivered", delivered_at=NOW - dt.timedelta(days=days))

    outcome = await desk.ask("return_items", **goods(1, reason=reason))

    assert (outcome.status, outcome.code) == (("needs_confirmation", "") if open_ else ("refused", "window_passed"))


async def test_a_delivery_whose_day_is_unknown_is_for_a_person_once_the_purchase_is_too_old(desk: Desk) -> None:
    await desk.change(Order, "W-delivered", delivered_at=None, placed_at=NOW - dt.timedelta(days=5))
    assert (await desk.ask("return_items", **goods(1))).status == "needs_confirmation"

    await desk.change(Order, "W-delivered", placed_at=NOW - dt.timedelta(days=20))
    code, facts = await desk.refused("return_items", **goods(1))
    assert (code, facts["needs_person"]) == ("delivery_unknown", True)


async def test_goods_of_an_excluded_category_stay_unless_they_are_faulty(desk: Desk) -> None:
    desk.under(with_returns(excluded_categories=("underwear",)))
    await desk.change(Category, "clothing", parent_id="underwear")
    assert (await desk.rows(Product, id="TEE"))[0].category_id == "clothing"

    code, facts = await desk.refused("return_items", **goods(1, 2))
    assert (code, facts["line_id"], facts["category"]) == (
        "category_excluded",
        "W-delivered-1",
        {"zh": "内衣", "en": "Underwear"},
    )
    await desk.get(ReturnPlan, "return_items", **goods(2))
    await desk.get(ReturnPlan, "return_items", **goods(1, reason="faulty"))


async def test_a_policy_may_list_the_reasons(desk: Desk) -> None:
    desk.under(with_returns(reasons=("too small", "faulty")))

    assert (await desk.refused("return_items", **goods(1, reason="")))[0] == "reason_needed"
    assert (await desk.refused("return_items", **goods(1)))[0] == "reason_not_accepted"
    done = await desk.get(ReturnPlan, "return_items", **goods(1, reason="too_small"))
    assert done.reason == "too small"


async def test_large_refunds_and_injuries_are_for_a_person(desk: Desk) -> None:
    policy = load_policy("default")
    human = policy.human.model_copy(update={"refund_over_minor": 10000})
    desk.under(policy.model_copy(update={"human": human}))

    code, facts = await desk.refused("return_items", **goods(1))
    assert (code, facts["needs_person"], facts["amount"]["minor"], facts["limit"]["minor"]) == (
        "refund_needs_person",
        True,
        17800,
        10000,
    )
    assert (await desk.refused("return_items", **goods(2, reason="injury")))[0] == "reason_needs_person"

    desk.identity = agent(customer_id="C1", conversation_id="conv")
    assert (await desk.ask("return_items", **goods(1, reason="injury"))).status == "needs_confirmation"


async def test_once_per_order(desk: Desk) -> None:
    desk.under("tau_retail")
    await desk.get(ReturnPlan, "return_items", **goods(2))

    assert (await desk.refused("return_items", **goods(1)))[0] == "already_requested"


async def test_a_line_is_named_once(desk: Desk) -> None:
    assert (await desk.refused("return_items", **goods(1, 1)))[0] == "line_repeated"


async def test_someone_elses_order_and_line_do_not_exist(desk: Desk) -> None:
    assert (await desk.refused("return_items", **goods(1, order="W-other")))[0] == "order_not_found"

    foreign = goods(1)
    foreign["lines"] = [{"line_id": "W-other-1"}]
    assert (await desk.refused("return_items", **foreign))[0] == "line_not_found"


async def test_parcels_do_not_matter_to_a_return(desk: Desk) -> None:
    async with desk.database.write() as session:
        session.add(Shipment(id="S", order_id="W-delivered", status="delivered", delivered_at=NOW))

    assert (await desk.ask("return_items", **goods(1))).status == "needs_confirmation"
