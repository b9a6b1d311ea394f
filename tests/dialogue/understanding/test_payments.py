"""How it is paid or paid back."""

from __future__ import annotations

import pytest

from dialogue.understanding.entities.base import without_overlaps
from dialogue.understanding.entities.payments import payment_methods
from dialogue.understanding.text import read
from knowledge.types import JsonObject


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("refund it to my visa", {"kind": "credit_card", "brand": "visa"}), ("my visa ending in 4242", {"kind": "credit_card", "brand": "visa", "last_four": "4242"}),
        ("退到支付宝", {"kind": "alipay"}), ("钱退zfb", {"kind": "alipay"}), ("mastercrd for the refund", {"kind": "credit_card", "brand": "mastercard"}), ("用微信付", {"kind": "wechat_pay"}), ("礼品卡", {"kind": "gift_card"}), ("尾号1001的礼品卡", {"kind": "gift_card", "last_four": "1001"}),
        ("退到原来的支付方式", {"original": True}), ("原路退回", {"original": True}), ("back to the card I paid with", {"original": True}),
        ("to my original payment method", {"original": True}), ("the same card", {"original": True}), ("back to the card ending in 5588", {"last_four": "5588"}), ("paypal please", {"kind": "paypal"}),
    ],
)  # fmt: skip
def test_a_payment_method(text: str, wanted: JsonObject) -> None:
    assert [item.value for item in without_overlaps(payment_methods(read(text)))] == [wanted]


@pytest.mark.parametrize("text", ["please deduct it from my gift card", "从支付宝扣吧", "take the money from paypal"])
def test_what_the_money_is_taken_from_is_what_is_paid_with(text: str) -> None:
    assert [item.value.get("negated") for item in without_overlaps(payment_methods(read(text)))] == [None]


@pytest.mark.parametrize("text", ["change it from visa to paypal", "从支付宝改成礼品卡"])
def test_what_the_order_moves_away_from_is_not(text: str) -> None:
    found = without_overlaps(payment_methods(read(text)))
    assert [item.value.get("negated") for item in found] == [True, None]


@pytest.mark.parametrize("text", ["paypal in place of my mastercard", "alipay over the gift card", "用微信代替银行卡"])
def test_nor_is_what_another_takes_the_place_of(text: str) -> None:
    found = without_overlaps(payment_methods(read(text)))
    assert [item.value.get("negated") for item in found] == [None, True]


@pytest.mark.parametrize("text", ["I'd like to return it", "退货", "卡住了", "微风牌风扇"])
def test_other_words_are_no_payment_method(text: str) -> None:
    assert list(payment_methods(read(text))) == []
