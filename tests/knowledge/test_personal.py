"""What is personal is taken out of a text, what is about the shop stays."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.personal import Personal, general, without_courtesies
from knowledge.types import Lang

EMMA = Personal(names=["Emma", "Clark", "Emma Clark"], orders=["D1001"], addresses=["27 Harbour Lane"])
MING = Personal(names=["王小明", "小明"], orders=["D1002"], addresses=["文三路 478 号"])


@pytest.mark.parametrize(
    ("personal", "lang", "text", "expected"),
    [
        (EMMA, "en", "Emma, order D1001 goes to 27 Harbour Lane.", "[name], order [order number] goes to [address]."),
        (EMMA, "en", "Write to emma@example.com or call +44 20 7946 0958.", "Write to [e-mail] or call [phone]."),
        (EMMA, "en", "See https://a.example/track?no=SF123 for it", "See [link] for it"),
        (EMMA, "en", "Parcel SF1234567890 and card 6222021234567890", "Parcel [number] and card [number]"),
        (EMMA, "en", "Any order like #W2378156", "Any order like [order number]"),
        (MING, "zh", "小明您好，订单D1002寄到文三路 478 号，电话13800138000", "【姓名】您好，订单【订单号】寄到【地址】，电话【电话】"),
    ],
)  # fmt: skip
def test_what_is_one_persons_goes(personal: Personal, lang: Lang, text: str, expected: str) -> None:
    assert personal.without(text, lang).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "Returns are free within 30 days of delivery, over ¥1,299.00 too.",
        "We answer from 9:00 to 22:00, 365 days a year; see https://shop.example/help/returns.",
        "满 99 元包邮，7 天无理由退货，iPhone 15 Pro 保修 2 年。",
        "A clerk in the emmanuel store (size 38-40, model WH-1000XM5) helps.",
    ],
)
def test_what_is_about_the_shop_stays(text: str) -> None:
    assert EMMA.without(text, "en").text == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi Emma, you can pick it up. Best regards,\nLi", "You can pick it up."),
        ("Good morning Mr Clark! we ship to Malta.", "We ship to Malta."),
        ("王女士您好，可以自提的。", "可以自提的。"),
        ("亲，支持自提", "支持自提"),
        ("Highly recommended.", "Highly recommended."),
        ("Hi!", "Hi!"),
    ],
)
def test_greeting_and_signature_are_no_part_of_an_answer(text: str, expected: str) -> None:
    assert without_courtesies(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Do you deliver to islands, [name] asks, order [order number]?", "Do you deliver to islands?"),
        ("能送到小岛吗，订单【订单号】", "能送到小岛吗"),
        ("Can I rent a camel? It is for order [order number]", "Can I rent a camel?"),
        ("Where is [order number]?", "Where is [order number]?"),
        ("Well, hm, what?", "Well, hm, what?"),
    ],
)
def test_a_question_is_kept_without_the_clauses_about_one_case(text: str, expected: str) -> None:
    assert general(text) == expected


@settings(max_examples=40)
@given(st.text(max_size=200), st.sampled_from(["zh", "en"]))
def test_what_was_cleaned_once_is_clean(text: str, lang: Any) -> None:
    once = EMMA.without(f"{text} emma@example.com D1001", lang)
    assert "emma@example.com" not in once.text
    assert "D1001" not in once.text
    assert EMMA.without(once.text, lang).removed.get("email", 0) == 0
