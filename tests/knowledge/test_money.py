"""Money is exact, keeps its currency apart, and reads back as it was written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.money import Money, exponent

MINOR = st.integers(-(10**15), 10**15)
CURRENCIES = st.sampled_from(["CNY", "USD", "JPY", "KWD", "BRL"])
MONEY = st.builds(Money, MINOR, CURRENCIES)


@given(MONEY)
def test_major_units_give_back_the_same_money(money: Money) -> None:
    assert Money.of(money.major, money.currency) == money
    assert Money.of(str(money.major), money.currency) == money


@given(MINOR, MINOR, MINOR, CURRENCIES)
def test_sums_are_exact_in_any_order(a: int, b: int, c: int, currency: str) -> None:
    one, two, three = Money(a, currency), Money(b, currency), Money(c, currency)
    assert (one + two) + three == one + (two + three) == Money(a + b + c, currency)
    assert one + two - two == one
    assert one + -one == Money(0, currency)


@given(MINOR, st.integers(0, 1000), CURRENCIES)
def test_a_quantity_is_that_many_times_one_piece(minor: int, quantity: int, currency: str) -> None:
    assert Money(minor, currency) * quantity == Money(minor * quantity, currency)


@given(MINOR, MINOR, CURRENCIES)
def test_comparing_is_comparing_minor_units(a: int, b: int, currency: str) -> None:
    assert (Money(a, currency) < Money(b, currency)) == (a < b)


@pytest.mark.parametrize("operation", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b])
def test_currencies_do_not_mix(operation: object) -> None:
    assert callable(operation)
    with pytest.raises(ValueError, match="expected USD, got CNY"):
        operation(Money(1, "USD"), Money(1, "CNY"))


@given(MONEY)
def test_the_shown_amount_reads_back(money: Money) -> None:
    shown = money.format()
    digits = "".join(character for character in shown if character.isdigit() or character == ".").lstrip(".")
    assert Decimal(digits) == abs(money.major)
    assert shown.startswith("-") == (money.minor < 0)
    assert len(digits.partition(".")[2]) == exponent(money.currency)


@pytest.mark.parametrize(
    ("money", "zh", "en"),
    [
        (Money(129900, "CNY"), "¥1,299.00", "CN¥1,299.00"),
        (Money(-520, "USD"), "-$5.20", "-$5.20"),
        (Money(1500, "JPY"), "JP¥1,500", "JP¥1,500"),
        (Money(1500, "KWD"), "KWD 1.500", "KWD 1.500"),
        (Money(0, "BRL"), "R$0.00", "R$0.00"),
    ],
)
def test_amounts_are_shown_as_shoppers_read_them(money: Money, zh: str, en: str) -> None:
    assert (money.format("zh"), money.format("en")) == (zh, en)


@pytest.mark.parametrize(("text", "minor"), [("50.88", 5088), ("0.005", 0), ("0.015", 2), ("-0.015", -2), ("7", 700)])
def test_half_a_cent_goes_to_the_even_one(text: str, minor: int) -> None:
    assert Money.of(text, "USD").minor == minor
