"""Coupons that a merchant creates, changes, ends and rolls back."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.db import Database
from knowledge.schema import Coupon
from tools.base import Identity, Outcome, ToolCall
from tools.executor import Executor
from tools.marketing.reach import wilson
from tools.marketing.terms import CouponChange, ShopCoupons
from tools.policy import Cap, ChangeRules, load_policy
from tools.testing import make_executor, make_shop, propose_and_confirm, shopper

OWNER = Identity("merchant", subject="owner")


async def shop_with(database: Database, **fields: Any) -> Executor:
    """A shop with the coupon SAVE40 (40 off 300), four orders of 280 and one of 320."""
    async with database.write() as session:
        shop = await make_shop(session)
        await shop.product("P1", variants={"MUG": ({}, 28_000), "POT": ({}, 32_000)})
        emma = await shop.customer("C1")
        for number, sku in enumerate(("MUG", "MUG", "MUG", "MUG", "POT")):
            await shop.order(f"W{number}", emma, {sku: 1})
        terms = {
            "value": 4_000,
            "minimum_spend_minor": 30_000,
            "title_zh": "满 300 减 40",
            "title_en": "¥40 off over ¥300",
        }
        await shop.coupon("SAVE40", **{**terms, **fields})
    return make_executor(database)


async def coupon(database: Database, code: str = "SAVE40") -> Coupon | None:
    async with database.read() as session:
        return await session.get(Coupon, code)


def told(outcome: Outcome) -> dict[str, tuple[str | None, str | None]]:
    assert isinstance(outcome.evidence, CouponChange), outcome
    return {each.what.en.partition(" · ")[2]: (each.before, each.after) for each in outcome.evidence.differences()}


async def rolled_back(executor: Executor, done: Outcome) -> Outcome:
    [made, *_] = [
        each for each in await executor.proposals(OWNER, status="executed") if each.receipt_id == done.receipt_id
    ]
    return await propose_and_confirm(executor, "roll_back", {"proposal_id": made.id}, OWNER)


async def test_a_lower_least_spend_is_told_done_and_undone(any_database: Database) -> None:
    executor = await shop_with(any_database)
    arguments = {"code": "save40", "minimum_spend": "250"}
    done = await propose_and_confirm(executor, "change_coupon", arguments, OWNER)
    assert told(done) == {
        "Least spend": ("¥300.00", "¥250.00"),
        "Chinese title": ("满 300 减 40", "满 250 减 40"),
        "English title": ("¥40 off over ¥300", "¥40 off over ¥250"),
    }
    assert isinstance(done.evidence, CouponChange)
    assert done.evidence.reach is not None
    assert (done.evidence.reach.orders, done.evidence.reach.after.value) == (5, 1.0)
    effect = done.evidence.expected()
    assert effect is not None
    assert "20% [" in effect.en
    row = await coupon(any_database)
    assert row is not None
    assert (row.minimum_spend_minor, row.value, row.title_zh) == (25_000, 4_000, "满 250 减 40")
    undone = await rolled_back(executor, done)
    assert undone.status == "ok"
    row = await coupon(any_database)
    assert row is not None
    assert (row.minimum_spend_minor, row.title_en) == (30_000, "¥40 off over ¥300")
    await executor.close()


async def test_every_term_can_change_and_only_what_is_named_does(database: Database) -> None:
    executor = await shop_with(database)
    arguments = {"code": "SAVE40", "value": 50, "ends_on": "2027-01-31", "limit": 500}
    outcome = await executor.call(ToolCall("change_coupon", arguments), OWNER, idempotency_key="k")
    assert told(outcome)["Discount"] == ("¥40.00", "¥50.00")
    assert told(outcome)["Limit"] == (None, "500")
    assert told(outcome)["Last day"][1] == "2027-01-31"
    assert "Least spend" not in told(outcome)


async def test_another_kind_needs_its_value_and_gets_a_title_of_its_own(database: Database) -> None:
    executor = await shop_with(database)
    call = ToolCall("change_coupon", {"code": "SAVE40", "kind": "percent"})
    assert (await executor.call(call, OWNER, idempotency_key="k")).facts["field"] == "value"
    call = ToolCall("change_coupon", {"code": "SAVE40", "kind": "percent", "value": 20})
    assert told(await executor.call(call, OWNER, idempotency_key="k"))["Chinese title"] == (
        "满 300 减 40",
        "满 300 8 折",
    )


async def test_a_new_coupon_can_be_claimed_at_once_and_goes_while_nobody_holds_it(database: Database) -> None:
    executor = await shop_with(database)
    arguments = {"value": 30, "minimum_spend": 200, "ends_on": "2027-01-31", "limit": 10}
    done = await propose_and_confirm(executor, "create_coupon", arguments, OWNER)
    assert told(done)["Chinese title"] == (None, "满 200 减 30")
    assert isinstance(done.evidence, CouponChange)
    code = done.evidence.code
    assert code == "OFF30OVER200"
    again = await executor.call(ToolCall("create_coupon", arguments), OWNER, idempotency_key="k")
    assert (again.code, again.mendable) == ("coupon_code_taken", True)
    claim = ToolCall("claim_coupon", {"code": code})
    assert (await executor.call(claim, shopper("C1"), idempotency_key="c")).status == "ok"
    refused = await rolled_back(executor, done)
    assert (refused.code, refused.facts["changes"][0]["after"]) == ("changed_since", "1")
    other = await propose_and_confirm(executor, "create_coupon", {**arguments, "value": 31}, OWNER)
    assert (await rolled_back(executor, other)).status == "ok"
    assert await coupon(database, "OFF31OVER200") is None


async def test_an_ended_coupon_cannot_be_claimed_and_runs_again_when_rolled_back(database: Database) -> None:
    executor = await shop_with(database)
    done = await propose_and_confirm(executor, "end_coupon", {"code": "SAVE40"}, OWNER)
    claim = ToolCall("claim_coupon", {"code": "SAVE40"})
    assert (await executor.call(claim, shopper("C1"), idempotency_key="1")).code == "coupon_expired"
    assert (
        await executor.call(ToolCall("end_coupon", {"code": "SAVE40"}), OWNER, idempotency_key="k")
    ).code == "coupon_expired"
    assert (await rolled_back(executor, done)).status == "ok"
    assert (await executor.call(claim, shopper("C1"), idempotency_key="2")).status == "ok"


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        ({"code": "NONE", "value": 1}, "coupon_not_found", None),
        ({"code": "SAVE40", "value": 40}, "coupon_unchanged", None),
        ({"code": "SAVE40", "value": 301}, "coupon_terms_wrong", "value"),
        ({"code": "SAVE40", "kind": "percent", "value": 100}, "coupon_terms_wrong", "value"),
        ({"code": "SAVE40", "kind": "percent", "value": "12.5"}, "coupon_terms_wrong", "value"),
        ({"code": "SAVE40", "ends_on": "2020-01-01"}, "coupon_terms_wrong", "ends_on"),
        ({"code": "SAVE40", "value": -1}, "bad_arguments", None),
        ({"code": "SAVE40", "limit": 0}, "bad_arguments", None),
    ],
)
async def test_terms_that_cannot_hold_are_named(
    database: Database, arguments: dict[str, Any], code: str, field: str | None
) -> None:
    executor = await shop_with(database)
    outcome = await executor.call(ToolCall("change_coupon", arguments), OWNER, idempotency_key="k")
    assert (outcome.status, outcome.code, outcome.facts.get("field")) == ("refused", code, field)


async def test_a_discount_beyond_the_cap_waits_for_two_others(database: Database) -> None:
    executor = await shop_with(database)
    caps = {"discount": Cap(most=0.2), "coupon_total": Cap(most=1_000_000, approvals=3)}
    executor.policy = load_policy("default").model_copy(update={"changes": ChangeRules(caps={"merchant": caps})})
    for arguments, needed in (({"limit": 100}, 1), ({"minimum_spend": 150, "limit": 100}, 2), ({"value": 41}, 3)):
        call = ToolCall("change_coupon", {"code": "SAVE40", **arguments})
        outcome = await executor.call(call, OWNER, idempotency_key="k")
        [listed] = [each for each in await executor.proposals(OWNER) if each.id == outcome.proposal_id]
        assert listed.approvals.needed == needed


async def test_the_list_tells_terms_claims_and_whether_it_runs(database: Database) -> None:
    executor = await shop_with(database)
    await executor.call(ToolCall("claim_coupon", {"code": "SAVE40"}), shopper("C1"), idempotency_key="c")
    outcome = await executor.call(ToolCall("shop_coupons", {}), OWNER, idempotency_key="k")
    assert isinstance(outcome.evidence, ShopCoupons)
    [only] = outcome.evidence.coupons
    assert (only.code, only.claimed, only.running, only.terms.discount()) == ("SAVE40", 1, True, 4_000 / 30_000)


def test_the_interval_of_a_share_is_wilsons() -> None:
    found = wilson(1, 10)
    assert (found.value, found.low, found.high) == (0.1, 0.0179, 0.4042)
    assert wilson(0, 5).low == 0.0
