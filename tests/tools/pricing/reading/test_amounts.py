from __future__ import annotations

from decimal import Decimal

import pytest

from tools.pricing.reading.amounts import Amount, amounts


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("¥1,299.00", [("1299.00", "CNY", "")]),
        ("券后价 ¥79", [("79", "CNY", "promotional")]),
        ("原价￥198.50", [("198.50", "CNY", "struck")]),
        ("59.90元", [("59.90", "CNY", "")]),
        ("约¥3.20/100克", [("3.20", "CNY", "unit")]),
        ("($0.35 per oz)", [("0.35", "USD", "unit")]),
        ("€12,99", [("12.99", "EUR", "")]),
        ("£6.95 Was £9.00", [("6.95", "GBP", ""), ("9.00", "GBP", "struck")]),
        ("$45.90List price $65.90", [("45.90", "USD", ""), ("65.90", "USD", "struck")]),
        ("$4.99 shipping", [("4.99", "USD", "other")]),
        ("运费¥8", [("8", "CNY", "other")]),
        ("Save €5 over €50", [("5", "EUR", "other"), ("50", "EUR", "other")]),
        ("Y326.50", [("326.50", "CNY", "")]),
        ("€14:95", [("14.95", "EUR", "")]),
        ("HK$88", [("88", "HKD", "")]),
        ("4.8 stars (320 reviews)", []),
        ("已售2300+件", []),
        ("SPF50", []),
        ("42", [("42", None, "")]),
    ],
)
def test_amounts_have_a_currency_and_what_the_words_say(text: str, wanted: list[tuple[str, str | None, str]]) -> None:
    assert [(str(each.value), each.currency, each.said) for each in amounts(text)] == wanted


def test_an_amount_knows_where_it_stands() -> None:
    [first, second] = amounts("$10 then $20")
    assert first == Amount(Decimal(10), "USD", "", (0.0, 3 / 12))
    assert second.span == (9 / 12, 1.0)
