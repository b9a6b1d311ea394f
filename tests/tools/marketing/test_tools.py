from __future__ import annotations

import asyncio
import datetime as dt

import pytest
import pytest_asyncio
from sqlmodel import select

from knowledge.db import Database
from knowledge.schema import CouponGrant
from tools.base import Outcome, ToolCall
from tools.marketing.tools import TOOLS
from tools.marketing.types import ClaimedCoupon, CouponList
from tools.testing import NOW, make_executor, make_shop, shopper

_DAY = dt.timedelta(days=1)


@pytest_asyncio.fixture(autouse=True)
async def shop(database: Database) -> None:
    async with database.write() as session:
        shop = await make_shop(session)
        ann = await shop.customer("C1", "Ann", "Lee", tier="regular")
        await shop.customer("C2", "Gol", "Dee", tier="gold")
        await shop.coupon("ALL20", value=2000, minimum_spend_minor=9900)
        await shop.coupon("GOLD", tiers=["gold", "silver"], ends_at=NOW + _DAY)
        await shop.coupon("OVER", ends_at=NOW - _DAY)
        await shop.coupon("SOON", starts_at=NOW + _DAY)
        await shop.coupon("ONE", limit_total=1, ends_at=NOW + 2 * _DAY)
        await shop.coupon("MINE", held_by=ann, ends_at=NOW + 3 * _DAY)
        await shop.coupon("LOST", held_by=ann, ends_at=NOW - _DAY)
        await shop.coupon("SPENT", held_by=ann)
        (spent,) = await session.exec(select(CouponGrant).where(CouponGrant.coupon_code == "SPENT"))
        spent.status = "used"
        session.add(spent)


async def _list(database: Database, customer: str | None) -> dict[str, str]:
    outcome = await make_executor(database, TOOLS).call(
        ToolCall("list_coupons", {}), shopper(customer), idempotency_key="l"
    )
    assert isinstance(outcome.evidence, CouponList)
    return {coupon.code: coupon.state for coupon in outcome.evidence.coupons}


async def _claim(database: Database, code: str, customer: str | None = "C1", key: str = "k") -> Outcome:
    executor = make_executor(database, TOOLS)
    return await executor.call(ToolCall("claim_coupon", {"code": code}), shopper(customer), idempotency_key=key)


async def test_a_visitor_sees_what_everybody_may_claim(database: Database) -> None:
    assert await _list(database, None) == dict.fromkeys(["ONE", "MINE", "ALL20", "SPENT"], "claimable")


async def test_a_customer_sees_the_wallet_and_the_claimable_soonest_to_end_first(database: Database) -> None:
    listed = await _list(database, "C1")
    assert list(listed.items()) == [
        ("ONE", "claimable"), ("MINE", "unused"), ("ALL20", "claimable"), ("LOST", "expired"), ("SPENT", "used"),
    ]  # fmt: skip


async def test_a_tier_sees_its_own_coupons(database: Database) -> None:
    assert list(await _list(database, "C2")) == ["GOLD", "ONE", "MINE", "ALL20", "SPENT"]


async def test_a_claimed_coupon_lies_in_the_wallet_with_a_receipt(database: Database) -> None:
    outcome = await _claim(database, "all20")
    assert outcome.status == "ok"
    assert outcome.receipt_id is not None
    assert isinstance(outcome.evidence, ClaimedCoupon)
    assert (outcome.evidence.coupon.code, outcome.evidence.coupon.state) == ("ALL20", "unused")
    assert (await _list(database, "C1"))["ALL20"] == "unused"


async def test_the_same_request_twice_claims_once(database: Database) -> None:
    first, again = await _claim(database, "ALL20"), await _claim(database, "ALL20")
    assert (again.receipt_id, again.replayed) == (first.receipt_id, True)


@pytest.mark.parametrize(
    ("code", "refusal", "mendable"),
    [
        ("NONE", "coupon_not_found", True),
        ("MINE", "coupon_already_claimed", False),
        ("SPENT", "coupon_already_claimed", False),
        ("OVER", "coupon_expired", False),
        ("SOON", "coupon_not_started", False),
        ("GOLD", "coupon_not_yours", False),
    ],
)
async def test_what_may_not_be_claimed(database: Database, code: str, refusal: str, mendable: bool) -> None:
    outcome = await _claim(database, code)
    assert (outcome.status, outcome.code, outcome.mendable) == ("refused", refusal, mendable)
    assert outcome.facts["coupon_code"] == code


async def test_of_two_who_claim_the_last_one_the_second_is_told(database: Database) -> None:
    outcomes = await asyncio.gather(_claim(database, "ONE", "C1", "a"), _claim(database, "ONE", "C2", "b"))
    assert sorted(outcome.status for outcome in outcomes) == ["ok", "refused"]
    (refused,) = [outcome for outcome in outcomes if outcome.status == "refused"]
    assert (refused.code, refused.facts["limit"]) == ("coupon_exhausted", 1)
    async with database.read() as session:
        assert len(list(await session.exec(select(CouponGrant).where(CouponGrant.coupon_code == "ONE")))) == 1


async def test_a_visitor_cannot_claim(database: Database) -> None:
    assert (await _claim(database, "ALL20", None)).status == "refused"
