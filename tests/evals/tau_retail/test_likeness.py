"""Choices are picked by the words that tell them apart."""

from __future__ import annotations

import pytest

from evals.tau_retail.likeness import covers, preferred

LAMPS = ("black, low, USB (+$15.00)", "silver, low, battery (+$12.00)", "silver, high, AC adapter (-$3.00)")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("the silver one with a battery", [1]),
        ("low (preferably battery, otherwise USB, otherwise AC)", [1]),
        ("low (preferably USB, otherwise AC, otherwise battery)", [0]),
        ("a silver lamp, the cheapest", [2]),
        ("anything low, most expensive please", [0]),
        ("the cheapest", [2]),
        ("a red lamp", []),
    ],
)
def test_one_is_picked(text: str, wanted: list[int]) -> None:
    assert preferred(text, LAMPS) == wanted


def test_of_several_all_that_were_named_are_picked_and_all_but_what_was_excepted() -> None:
    goods = ("Rug (wool)", "Vase (round)", "Tea Pot (blue)")
    assert preferred("the rugs and the tea pot", goods, multiple=True) == [0, 2]
    assert preferred("everything except the vase", goods, multiple=True) == [0, 2]


def test_a_choice_covers_what_was_wished_or_not() -> None:
    assert covers("black with USB", LAMPS, 0)
    assert not covers("black with a battery", LAMPS, 0)
