"""Slips of the keyboard in words that say what is wanted."""

from __future__ import annotations

import pytest

from dialogue.understanding.spelling import Respelling
from dialogue.understanding.text import read

TAUGHT = {"return", "exchange", "cancel", "stock", "address", "deliver", "where"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pls reutrn the lamp", "please return the lamp"),
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
    assert Respelling(TAUGHT, lambda _word: None).mend(typed) == meant


def test_a_name_of_the_catalogue_stays() -> None:
    names = {"cancle": "cancle", "burugndy": "burgundy"}
    assert Respelling(TAUGHT, names.get).mend("the cancle lamp in burugndy") == "the cancle lamp in burgundy"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Where is my recipt: cancle the retrun", "Where is my recipt: cancel the return"),
        ("send it 2 8 Birch Street", "send it   8 Birch Street"),
        ("2 lamps, 8 cups", "2 lamps, 8 cups"),
        ("定单取销吧，钱退到卡", "订单取消吧，钱退到卡"),
        ("快di到哪了", "快递 到哪了"),
        ("我发火了，收获很大", "我发火了，收获很大"),
        ("买过滴人多，眼药水一滴就够", "买过的人多，眼药水一滴就够"),
    ],
)
def test_in_place_nothing_else_moves(typed: str, meant: str) -> None:
    text = Respelling(TAUGHT, lambda _word: None).mend_in_place(read(typed))
    assert (text.raw, text.plain) == (meant, read(meant).plain)
    assert len(text.low) == len(typed)


def test_what_is_spared_stays() -> None:
    mended = Respelling(TAUGHT, lambda _word: None).mend_in_place(read("retrun to Retrun Road"), [(10, 21)])
    assert mended.raw == "return to Retrun Road"
