"""Numbers in figures, Chinese characters and English words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.understanding.numerals import parse

DIGITS = "零一二三四五六七八九"


def written(number: int) -> str:
    """Write a number below 100,000,000 as it is read aloud in Chinese."""
    if number >= 10_000:
        rest = number % 10_000
        gap = "零" if 0 < rest < 1000 else ""
        return written(number // 10_000) + "万" + gap + (written(rest) if rest else "")
    text, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += ("零" if zero and text else "") + DIGITS[digit] + name
        zero = not digit
    return text or DIGITS[0]


@given(st.integers(min_value=0, max_value=99_999_999))
def test_a_number_written_in_chinese_is_read_back(number: int) -> None:
    assert parse(written(number)) == number


@given(st.integers(min_value=0, max_value=10**9))
def test_figures_are_read_with_and_without_thousands_commas(number: int) -> None:
    assert parse(str(number)) == parse(f"{number:,}") == number


@given(st.text())
def test_no_text_is_too_odd_to_be_asked_for_its_number(text: str) -> None:
    found = parse(text)
    assert found is None or found >= 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("十", 10), ("十五", 15), ("二十", 20), ("两", 2), ("俩", 2), ("一百五", 150), ("三千二", 3200), ("一百零五", 105), ("一万二", 12_000),
        ("两百", 200), ("二〇二六", 2026), ("三十万", 300_000), ("壹佰贰拾", 120), ("twenty five", 25), ("twenty-five", 25), ("a dozen", 12),
        ("Two", 2), ("1,299.50", 1299.5), ("one hundred and fifty-eight", 158), ("a hundred", 100), ("one fifty-eight", 158),
        ("three nineteen", 319), ("一五八", 158),
    ],
)  # fmt: skip
def test_a_number_in_words(text: str, number: float) -> None:
    assert parse(text) == number


@pytest.mark.parametrize("text", ["", "红色", "twenty shirts", "1.2.3", "百度一下"])
def test_what_is_no_number(text: str) -> None:
    assert parse(text) is None
