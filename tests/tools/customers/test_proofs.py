from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.customers.proofs import postcode_forms, same_name, same_phone


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("Yusuf Rossi", "Yusuf", "Rossi"),
        ("  yusuf   ROSSI ", "Yusuf", "Rossi"),
        ("Rossi, Yusuf", "Yusuf", "Rossi"),
        ("Mr. Yusuf Rossi", "Yusuf", "Rossi"),
        ("Jose Nunez", "José", "Núñez"),
        ("Mary Ann O'Brien", "Mary-Ann", "O’Brien"),
        ("Maryann OBrien", "Mary Ann", "O'Brien"),
        ("王小明", "小明", "王"),
        ("王 小明", "小明", "王"),
        ("小明 王", "小明", "王"),
        ("王小明先生", "小明", "王"),
        ("欧阳娜娜", "娜娜", "欧阳"),
        ("wang xiaoming", "Xiaoming", "Wang"),
        ("Xiao Ming Wang", "Xiaoming", "Wang"),
    ],
)
def test_a_full_name_is_recognised_however_it_is_written(written: str, first: str, last: str) -> None:
    assert same_name(written, first, last)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("Yusuf", "Yusuf", "Rossi"),
        ("Rossi", "Yusuf", "Rossi"),
        ("Yusuf Russo", "Yusuf", "Rossi"),
        ("王先生", "小明", "王"),
        ("小明", "小明", "王"),
        ("", "Yusuf", "Rossi"),
        ("", "", ""),
        ("!!!", "", ""),
    ],
)
def test_a_part_of_a_name_or_another_name_is_not_enough(written: str, first: str, last: str) -> None:
    assert not same_name(written, first, last)


@pytest.mark.parametrize(
    ("written", "on_file"),
    [
        ("13800138000", "+8613800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("0086 138 0013 8000", "+8613800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("(415) 555-0123", "+14155550123"),
        ("07911 123456", "+447911123456"),
        ("+55 21 99999-0000", "5521999990000"),
    ],
)
def test_a_phone_number_is_its_digits(written: str, on_file: str) -> None:
    assert same_phone(written, on_file)
    assert same_phone(on_file, written)


@pytest.mark.parametrize(
    ("written", "on_file"),
    [("8000", "13800138000"), ("", ""), ("13800138001", "13800138000"), ("abc", ""), ("0138000", "13800138000")],
)
def test_another_or_a_shortened_phone_number_is_none(written: str, on_file: str) -> None:
    assert not same_phone(written, on_file)


def test_a_postcode_is_looked_for_in_the_forms_it_may_stand_in() -> None:
    assert "SW1A 1AA" in postcode_forms("sw1a1aa")
    assert "SW1A1AA" in postcode_forms(" SW1A 1aa ")
    assert "19122" in postcode_forms("19122-0042")
    assert "19122" in postcode_forms("１９１２２")
    assert postcode_forms("  ") == []


@given(st.text(), st.text(), st.text())
def test_any_text_can_be_compared(written: str, first: str, last: str) -> None:
    same_name(written, first, last)
    same_phone(written, first)
    assert all(form.strip() for form in postcode_forms(written))
