"""Writes against the policy are found in the records."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from evals.tau_retail.forbidden import forbidden

VARIANTS = {"101": {"available": True}, "102": {"available": False}}
BEFORE: dict[str, dict[str, Any]] = {
    "products": {"10": {"variants": VARIANTS}, "20": {"variants": {"201": {"available": True}}}},
    "users": {"ann": {"payment_methods": {"gift_card_1": {"balance": 5.0}}}, "bob": {"payment_methods": {}}},
    "orders": {
        "#W1": {"user_id": "ann", "status": "pending", "items": [{"item_id": "101"}], "payment_history": [{"payment_method_id": "paypal_1"}]},
        "#W2": {"user_id": "ann", "status": "delivered", "items": [{"item_id": "102"}], "payment_history": [{"payment_method_id": "paypal_1"}]},
        "#W3": {"user_id": "bob", "status": "processed", "items": [{"item_id": "101"}], "payment_history": []},
    },
}  # fmt: skip


def after(**orders: dict[str, Any]) -> dict[str, dict[str, Any]]:
    records = copy.deepcopy(BEFORE)
    for key, changes in orders.items():
        records["orders"][f"#{key}"] |= changes
    return records


@pytest.mark.parametrize(
    "records",
    [
        BEFORE,
        after(W1={"status": "cancelled", "cancel_reason": "no longer needed"}),
        after(W2={"status": "return requested", "return_payment_method_id": "gift_card_1"}),
        after(W2={"status": "exchange requested", "exchange_items": ["102"], "exchange_new_items": ["101"]}),
    ],
)
def test_what_the_policy_allows_is_not_found(records: dict[str, dict[str, Any]]) -> None:
    assert forbidden(BEFORE, records) == []


@pytest.mark.parametrize(
    ("records", "fault"),
    [
        (after(W2={"status": "cancelled", "cancel_reason": "no longer needed"}), "order #W2: went from 'delivered' to 'cancelled'"),
        (after(W3={"address": {}}), "order #W3: changed though it was 'processed'"),
        (after(W1={"status": "cancelled", "cancel_reason": "too dear"}), "order #W1: cancelled because of 'too dear'"),
        (after(W1={"items": [{"item_id": "201"}]}), "order #W1: goods were swapped for those of another product"),
        (after(W1={"items": [{"item_id": "102"}]}), "order #W1: goods were swapped for 102, which is not available"),
        (after(W2={"status": "return requested", "return_payment_method_id": "paypal_2"}), "order #W2: the refund goes to paypal_2, which the order was not paid with"),
    ],
)  # fmt: skip
def test_what_it_forbids_is(records: dict[str, dict[str, Any]], fault: str) -> None:
    assert forbidden(BEFORE, records) == [fault]


def test_two_people_and_an_overdrawn_card_are_found() -> None:
    records = after(W1={"address": {}})
    records["users"]["bob"]["address"] = {}
    records["users"]["ann"]["payment_methods"]["gift_card_1"]["balance"] = -1.0
    assert forbidden(BEFORE, records) == [
        "records of several people changed: ann, bob",
        "gift card gift_card_1 of ann is overdrawn",
    ]
