"""Which variant is wanted instead: values, comparisons, prices, what does not matter."""

from __future__ import annotations

from typing import Any

import pytest

from dialogue import variants
from dialogue.state import Heard
from dialogue.testing import entity
from knowledge.money import Money
from tools.catalog.types import VariantView
from tools.evidence import LineView, LocalText


def usd(minor: int) -> Money:
    return Money(minor=minor, currency="USD")


def variant(sku: str, price: int, *, available: bool = True, **options: str) -> VariantView:
    named = {key.replace("_", " "): value for key, value in options.items()}
    return VariantView(sku=sku, options=named, price=usd(price), list_price=None, available=available, stock=None)


LAMPS = (
    variant("L1", 13800, color="white", brightness="medium", power_source="USB"),
    variant("L2", 15000, color="silver", brightness="low", power_source="battery"),
    variant("L3", 14300, color="silver", brightness="low", power_source="AC adapter"),
    variant("L4", 16400, color="white", brightness="high", power_source="USB"),
    variant("L5", 9900, available=False, color="black", brightness="low", power_source="USB"),
)
BOOTS = (
    variant("B1", 25300, size="10", material="synthetic", waterproof="yes"),
    variant("B2", 25300, size="8", material="synthetic", waterproof="no"),
    variant("B3", 25300, size="12", material="synthetic", waterproof="yes"),
)
EARBUDS = (
    variant("E1", 22600, color="blue", water_resistance="IPX4"),
    variant("E2", 24300, color="black", water_resistance="not resistant"),
    variant("E3", 25700, color="black", water_resistance="IPX7"),
)
TABLETS = (
    variant("T1", 90000, storage="128GB", color="black"),
    variant("T2", 95000, storage="512GB", color="black"),
    variant("T3", 99000, storage="1TB", color="black"),
    variant("T4", 80000, storage="64GB", color="black"),
)


def line_of(held: VariantView) -> LineView:
    return LineView(
        line_id="1",
        sku=held.sku,
        product_id="P",
        title=LocalText(zh="", en="Thing"),
        options=held.options,
        quantity=1,
        unit_price=held.price,
    )


def best(shelf: tuple[VariantView, ...], *said: dict[str, Any]) -> list[str]:
    """The SKUs of the first group that fits, when the first variant of `shelf` is held."""
    heard = [Heard(entity=entity("option", "said", **value), turn=1) for value in said]
    line = line_of(shelf[0])
    ranked = variants.fitting(line, variants.wishes(heard, line, shelf), shelf)
    return [found.sku for found in ranked[0]] if ranked else []


@pytest.mark.parametrize(
    ("shelf", "said", "skus"),
    [
        (LAMPS, [{"key": "brightness", "relation": "smaller"}], ["L2", "L3"]),
        (
            LAMPS,
            [{"key": "brightness", "relation": "smaller"}, {"key": "power source", "value": "battery"}],
            ["L2"],
        ),
        (BOOTS, [{"key": "size", "value": "8"}, {"key": "waterproof", "relation": "any"}], ["B2"]),
        (BOOTS, [{"key": "", "relation": "larger"}], ["B3"]),
        (EARBUDS, [{"key": "color", "value": "black"}, {"key": "water resistance", "value": "no"}], ["E2"]),
        (EARBUDS, [{"key": "color", "value": "black"}, {"key": "waterproof", "value": "no"}], ["E2"]),
        (TABLETS, [{"key": "storage", "relation": "largest"}], ["T3"]),
        (TABLETS, [{"key": "", "relation": "smaller"}], ["T4"]),
    ],
)
def test_wishes_choose_among_what_is_available(
    shelf: tuple[VariantView, ...], said: list[dict[str, Any]], skus: list[str]
) -> None:
    assert best(shelf, *said) == skus


def test_what_does_not_matter_is_no_change() -> None:
    heard = [
        Heard(entity=entity("option", "size 8", key="size", value="8"), turn=1),
        Heard(entity=entity("option", "waterproof or not", key="waterproof", relation="any"), turn=1),
    ]
    line = line_of(BOOTS[0])
    wanted = variants.wishes(heard, line, BOOTS)

    assert variants.other_changes(line, wanted, BOOTS[1]) == 0


def test_a_price_wish_is_kept_apart_from_the_values() -> None:
    heard = [Heard(entity=entity("option", "the cheapest", key="price", relation="cheapest"), turn=1)]

    wanted = variants.wishes(heard, line_of(LAMPS[0]), LAMPS)

    assert (wanted.values, wanted.price) == ({}, "cheapest")


def test_a_sku_of_the_product_is_named_outright() -> None:
    heard = [Heard(entity=entity("sku", "L4", text="L4"), turn=1), Heard(entity=entity("sku", "X", text="X"), turn=1)]

    assert variants.wishes(heard, line_of(LAMPS[0]), LAMPS).skus == ("L4",)


@pytest.mark.parametrize(
    "ladder",
    [
        ("XS", "M", "XL"),
        ("64GB", "512GB", "1TB"),
        ("500ml", "1.5 liters", "2L"),
        ("low", "medium", "high"),
        ("beginner", "intermediate", "expert"),
        ("7", "9", "12"),
    ],
)
def test_values_have_an_order(ladder: tuple[str, ...]) -> None:
    assert sorted(ladder, key=variants.rank) == list(ladder)
    assert len({variants.rank(value) for value in ladder}) == len(ladder)


@pytest.mark.parametrize(
    ("said", "sku"),
    [
        ([("preferably ", "battery"), ("preferably battery, otherwise ", "AC adapter")], "L2"),
        ([("preferably ", "USB"), ("preferably USB, otherwise ", "AC adapter"), ("AC adapter > ", "battery")], "L3"),
        ([("最好", "USB"), ("最好USB，没有的话就", "battery")], "L2"),
    ],
)
def test_the_first_of_several_preferences_that_is_to_be_had_is_taken(said: list[tuple[str, str]], sku: str) -> None:
    line = line_of(LAMPS[0])
    heard = [
        Heard(entity=entity("option", "less bright", key="brightness", relation="smaller"), turn=1),
        Heard(entity=entity("option", "silver", key="color", value="silver"), turn=1),
        *(
            Heard(entity=entity("option", value, key="power source", value=value), turn=1, context=before)
            for before, value in said
        ),
    ]

    ranked = variants.fitting(line, variants.wishes(heard, line, LAMPS), LAMPS)

    assert [found.sku for level in ranked for found in level] == [sku]


def test_just_what_was_wanted_may_be_sold_out() -> None:
    shelf = (variant("S1", 900, color="red", size="M"), variant("S2", 900, available=False, color="blue", size="M"))
    line = line_of(shelf[0])
    heard = [Heard(entity=entity("option", "blue", key="color", value="blue"), turn=1)]

    missing = variants.sold_out(line, variants.wishes(heard, line, shelf), shelf)

    assert missing is not None
    assert missing.spoken() == {"color": "blue", "size": "M"}


def test_a_value_that_only_tells_which_is_meant_takes_nothing_back() -> None:
    assert best(EARBUDS, {"key": "color", "value": "black"}, {"key": "color", "value": "blue"}) == ["E2", "E3"]


def test_a_second_choice_without_a_first_is_no_wish() -> None:
    line = line_of(EARBUDS[0])
    only = Heard(entity=entity("option", "said", key="color", value="black", otherwise=True), turn=1)
    assert variants.wishes([only], line, EARBUDS).values == {}
