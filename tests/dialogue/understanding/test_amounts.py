"""Amounts of money in minor units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.entities.amounts import amounts
from dialogue.understanding.text import read


def found(text: str, currency: str = "CNY") -> list[tuple[int, str]]:
    return [(int(item.value["minor"]), str(item.value["relation"])) for item in amounts(read(text), currency=currency)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("under $300", [(30000, "max")]), ("300块以内", [(30000, "max")]), ("一百五十元", [(15000, "exact")]), ("￥99.90", [(9990, "exact")]),
        ("不超过两百块", [(20000, "max")]), ("at least 50 dollars", [(5000, "min")]), ("500元以上", [(50000, "min")]), ("大概三百块", [(30000, "about")]),
        ("between 100 and 200 dollars", [(10000, "min"), (20000, "max")]), ("100到200元", [(10000, "min"), (20000, "max")]), ("预算100-200", [(10000, "min"), (20000, "max")]),
        ("around $1.5k", [(150000, "about")]), ("$1,299", [(129900, "exact")]), ("less than 80", [(8000, "max")]), ("三百多块", [(30000, "about")]),
        ("预算500", [(50000, "max")]), ("预算五百左右", [(50000, "about")]), ("预算大概500", [(50000, "about")]), ("budget 500", [(50000, "max")]),
        ("my budget is 300", [(30000, "max")]), ("a budget of about 300", [(30000, "about")]), ("预算是800元", [(80000, "max")]),
    ],
)  # fmt: skip
def test_an_amount(text: str, wanted: list[tuple[int, str]]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "under 5 days",
        "size 42",
        "3天以内",
        "at least 2 pieces",
        "买了3件",
        "500ml以上",
        "180cm",
        "order 12345",
        "三个以上",
        "within 24 hours",
    ],
)
def test_what_is_no_amount(text: str) -> None:
    assert found(text) == []


def test_yen_have_no_minor_unit() -> None:
    assert found("under ¥3000", "JPY") == [(3000, "max")]


@given(st.integers(min_value=1, max_value=10**8))
def test_an_amount_is_read_to_the_last_cent(cents: int) -> None:
    text = f"{cents // 100}.{cents % 100:02d}"
    assert found(f"${text}") == found(f"{text}元") == [(cents, "exact")]
