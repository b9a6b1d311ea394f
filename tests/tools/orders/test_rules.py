from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import NeedsPersonError, RefusedError
from tools.orders.rules import OrderFacts, allowed_tools, permit, refusal, window_end
from tools.policy import Policy, load_policy

NOW = dt.datetime(2026, 3, 10, 12, 0, tzinfo=dt.UTC)

DEFAULT = load_policy("default")
TAU = load_policy("tau_retail")
CLOSED = Policy.model_validate(
    {
        "name": "closed",
        "cancel": {"statuses": []},
        "modify": {"address": False, "payment_method": False, "items": False},
        "returns": {"statuses": []},
        "exchanges": {"statuses": []},
        "price_protection": {"enabled": False},
        "invoices": {"enabled": False},
    }
)

CHANGES = ("change_order_address", "change_order_payment", "change_order_items")
PAPERS = ("request_invoice", "claim_price_protection")


def order(status: str = "delivered", *, modified: bool = False, requested: bool = False, days: float = 2) -> OrderFacts:
    since = NOW - dt.timedelta(days=days)
    delivered = since if status in {"delivered", "return_requested", "exchange_requested"} else None
    return OrderFacts("W1", status, modified, since - dt.timedelta(days=1), delivered, requested)


@pytest.mark.parametrize(
    ("policy", "status", "allowed"),
    [
        (DEFAULT, "pending", ("cancel_order", *CHANGES, *PAPERS)),
        (DEFAULT, "processing", ("cancel_order", *CHANGES, *PAPERS)),
        (DEFAULT, "shipped", PAPERS),
        (DEFAULT, "delivered", ("return_items", "exchange_items", *PAPERS)),
        (DEFAULT, "return_requested", ("return_items", "exchange_items", "request_invoice")),
        (DEFAULT, "exchange_requested", ("return_items", "exchange_items", "request_invoice")),
        (DEFAULT, "cancelled", ()),
        (TAU, "pending", ("cancel_order", *CHANGES)),
        (TAU, "processing", ()),
        (TAU, "shipped", ()),
        (TAU, "delivered", ("return_items", "exchange_items")),
        (TAU, "return_requested", ()),
        (TAU, "exchange_requested", ()),
        (TAU, "cancelled", ()),
        (CLOSED, "pending", ()),
        (CLOSED, "delivered", ()),
    ],
    ids=lambda value: value.name if isinstance(value, Policy) else None,
)
def test_the_policy_says_what_each_status_allows(policy: Policy, status: str, allowed: tuple[str, ...]) -> None:
    assert allowed_tools(order(status), policy, NOW) == allowed


@pytest.mark.parametrize(
    ("policy", "facts", "action", "code"),
    [
        (TAU, order("pending", modified=True), "cancel_order", "already_modified"),
        (TAU, order("pending", modified=True), "change_order_address", "already_modified"),
        (DEFAULT, order("pending", modified=True), "cancel_order", None),
        (DEFAULT, order("pending", modified=True), "change_order_items", None),
        (TAU, order(requested=True), "return_items", "already_requested"),
        (TAU, order("exchange_requested", requested=True), "exchange_items", "already_requested"),
        (DEFAULT, order(requested=True), "return_items", None),
        (TAU, order(days=5000), "return_items", None),
        (DEFAULT, order(days=12), "exchange_items", None),
        (DEFAULT, order(days=17), "exchange_items", "window_passed"),
        (DEFAULT, order(days=17), "claim_price_protection", "window_passed"),
        (DEFAULT, order(days=400), "request_invoice", "window_passed"),
        (CLOSED, order(), "request_invoice", "not_enabled"),
        (CLOSED, order("pending"), "change_order_address", "not_enabled"),
    ],
)
def test_what_happened_before_and_how_long_ago_count(
    policy: Policy, facts: OrderFacts, action: str, code: str | None
) -> None:
    found = refusal(action, facts, policy, NOW)

    assert (found.code if found else None) == code


def test_a_refusal_names_action_order_and_what_would_do() -> None:
    found = refusal("cancel_order", order("shipped"), DEFAULT, NOW)

    assert found is not None
    assert found.facts == {
        "action": "cancel_order",
        "order_id": "W1",
        "status": "shipped",
        "allowed": ["pending", "processing"],
    }


DELIVERED = dt.datetime(2026, 3, 1, 15, 30, tzinfo=dt.UTC)  # 23:30 in Shanghai


@pytest.mark.parametrize(
    ("timezone", "end"),
    [
        (None, dt.datetime(2026, 3, 8, 15, 30, tzinfo=dt.UTC)),
        ("Asia/Shanghai", dt.datetime(2026, 3, 8, 15, 59, 59, 999999, tzinfo=dt.UTC)),
        ("UTC", dt.datetime(2026, 3, 8, 23, 59, 59, 999999, tzinfo=dt.UTC)),
        ("America/New_York", dt.datetime(2026, 3, 9, 3, 59, 59, 999999, tzinfo=dt.UTC)),  # summer time began that day
    ],
)
def test_a_window_is_open_to_its_last_moment_and_not_a_moment_longer(timezone: str | None, end: dt.datetime) -> None:
    policy = Policy.model_validate({"name": "p", "timezone": timezone, "returns": {"window_days": 7}})
    facts = OrderFacts("W1", "delivered", False, DELIVERED - dt.timedelta(days=3), DELIVERED)

    assert window_end(DELIVERED, 7, timezone) == end
    permit("return_items", facts, policy, end)
    with pytest.raises(RefusedError) as refused:
        permit("return_items", facts, policy, end + dt.timedelta(microseconds=1))
    assert refused.value.code == "window_passed"
    assert refused.value.facts == {
        "action": "return_items",
        "order_id": "W1",
        "days": 7,
        "event": "delivered",
        "since": DELIVERED.isoformat(),
        "until": end.isoformat(),
    }


def test_times_in_another_zone_are_the_same_moments() -> None:
    shanghai = dt.timezone(dt.timedelta(hours=8))

    assert window_end(DELIVERED.astimezone(shanghai), 7, "Asia/Shanghai") == window_end(DELIVERED, 7, "Asia/Shanghai")


@given(
    st.integers(0, 10 * 365 * 24 * 60).map(lambda minutes: DELIVERED - dt.timedelta(minutes=minutes)),
    st.integers(0, 400),
    st.sampled_from([None, "Asia/Shanghai", "America/New_York", "Pacific/Auckland"]),
)
def test_a_window_is_as_long_as_it_says_and_less_than_a_day_longer(
    since: dt.datetime, days: int, timezone: str | None
) -> None:
    length = window_end(since, days, timezone) - since

    an_hour = dt.timedelta(hours=1)  # a day in which clocks change has 23 or 25 hours
    assert dt.timedelta(days=days) - an_hour <= length <= dt.timedelta(days=days + 1) + an_hour


def test_an_unknown_day_of_delivery_is_for_a_person() -> None:
    facts = OrderFacts("W1", "delivered", False, NOW - dt.timedelta(days=60), None)

    with pytest.raises(NeedsPersonError) as refused:
        permit("return_items", facts, DEFAULT, NOW)
    assert refused.value.facts == {"needs_person": True, "action": "return_items", "order_id": "W1", "days": 7}
