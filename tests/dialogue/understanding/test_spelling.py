"""Slips of the keyboard in words that say what is wanted."""

from __future__ import annotations

import pytest

from dialogue.understanding.spelling import Respelling

TAUGHT = {"return", "exchange", "cancel", "stock", "address", "deliver", "where"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pls reutrn the lamp", "pls return the lamp"),
        ("canccel it", "cancel it"),
        ("exchnge for a smaller one", "exchange for a smaller one"),
        ("wehre is it", "where is it"),
        ("stack the chairs", "stack the chairs"),
        ("return the retern", "return the retern"),
        ("退货 addres", "退货 address"),
        ("recant", "recant"),
    ],
)
def test_a_letter_lost_doubled_or_swapped_is_mended_and_nothing_else(typed: str, meant: str) -> None:
    assert Respelling(TAUGHT, lambda _word: False).mend(typed) == meant


def test_a_name_of_the_catalogue_stays() -> None:
    assert Respelling(TAUGHT, {"cancle"}.__contains__).mend("the cancle lamp") == "the cancle lamp"
