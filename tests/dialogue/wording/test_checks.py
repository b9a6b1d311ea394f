"""What a shop may write in the place of a shipped text."""

from __future__ import annotations

import pytest

from dialogue.wording.checks import LONGEST, deeds, fault_of
from dialogue.wording.plain import plain
from knowledge.types import Lang

THANKS: dict[Lang, str] = {"zh": "不客气，随时找我。", "en": "You're welcome."}
CANCELLED: dict[Lang, str] = {
    "zh": "已为您取消订单 {{ result.order_id }}。",
    "en": "Done: I've cancelled order {{ result.order_id }}.",
}


@pytest.mark.parametrize(
    ("lang", "text", "code"),
    [
        ("zh", "您的退款已到账。", "text_claims"),
        ("zh", "已为您取消订单。", "text_claims"),
        ("zh", "退货成功！", "text_claims"),
        ("zh", "亲，优惠券已发放给您", "text_claims"),
        ("en", "Your refund has been paid.", "text_claims"),
        ("en", "I've cancelled your order.", "text_claims"),
        ("en", "Thanks! Your order was changed.", "text_claims"),
        ("en", "Your money has been credited", "text_claims"),
        ("zh", "Bye!", "text_wrong_language"),
        ("en", "再见", "text_wrong_language"),
        ("en", "<b>Bye</b>", "text_markup"),
        ("en", "Bye [here](javascript:alert(1))", "text_markup"),
        ("en", "**Bye", "text_markup"),
        ("en", "x" * (LONGEST + 1), "text_too_long"),
        ("zh", "{姓名}再见", "text_unknown_fact"),
        ("zh", " ", "text_empty"),
    ],
)
def test_words_that_may_not_be_said_are_refused(lang: Lang, text: str, code: str) -> None:
    fault = fault_of(plain(THANKS[lang], lang), lang, text, has_receipt=False)
    assert fault is not None
    assert fault.code == code


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("zh", "不客气亲～欢迎常来，[看看新品](https://shop.example/new)！"),
        ("zh", "如果您已退货，我们收到后会退款。"),
        ("zh", "我们会尽快为您退款"),
        ("en", "Any time! **Come again**."),
        ("en", "Once it is refunded, you'll get an e-mail."),
        ("en", "You can return it within 7 days."),
    ],
)
def test_words_that_claim_nothing_may_be_said(lang: Lang, text: str) -> None:
    assert fault_of(plain(THANKS[lang], lang), lang, text, has_receipt=False) is None


@pytest.mark.parametrize(
    ("lang", "text", "code"),
    [
        ("zh", "好的，订单 {订单号} 已经取消了。", None),
        ("en", "All right, order {order_id} has been cancelled.", None),
        ("zh", "订单 {订单号} 已取消，退款已到账。", "text_claims"),
        ("en", "Order {order_id} was cancelled. Your refund has been paid.", "text_claims"),
        ("en", "Order cancelled.", "text_fact_missing"),
    ],
)
def test_a_receipt_vouches_for_what_was_done_and_for_nothing_else(lang: Lang, text: str, code: str | None) -> None:
    fault = fault_of(plain(CANCELLED[lang], lang), lang, text, has_receipt=True)
    assert (fault.code if fault else None) == code


def test_deeds_are_told_apart() -> None:
    assert deeds("订单已取消，退款已到账", "zh") == {"cancel", "refund"}
    assert deeds("Your order was not cancelled.", "en") == frozenset()
