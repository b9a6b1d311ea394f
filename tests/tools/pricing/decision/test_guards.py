from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.pricing.decision.guards import PriceRules, band, guarded

RULES = PriceRules()


def test_the_margin_is_a_floor() -> None:
    found = band(RULES, "P", price_minor=10_000, cost_minor=9_400)
    assert (found.low, found.low_rule) == (9_895, "margin")
    assert guarded(9_000, found, RULES).price_minor == 9_900


def test_a_step_is_no_larger_than_allowed() -> None:
    found = band(RULES, "P", price_minor=10_000, cost_minor=1_000)
    assert (found.low, found.high, guarded(20_000, found, RULES).price_minor) == (8_500, 11_500, 11_500)
    assert guarded(20_000, found, RULES).rule == "step_up"


def test_the_list_price_is_the_ceiling_unless_the_shop_says_otherwise() -> None:
    assert band(RULES, "P", price_minor=10_000, cost_minor=None, list_price_minor=10_500).high == 10_500
    free = PriceRules(above_list=True)
    assert band(free, "P", price_minor=10_000, cost_minor=None, list_price_minor=10_500).high == 11_500


def test_a_minimum_advertised_price_wins_over_parity_and_the_conflict_is_told() -> None:
    rules = PriceRules(minimum_advertised={"P": 12_000}, other_channels={"P": 10_000})
    found = band(rules, "P", price_minor=10_500, cost_minor=None)
    assert (found.low, found.high, found.conflict) == (12_000, 12_000, ("minimum_advertised", "parity"))


def test_soft_rules_that_leave_nothing_keep_the_price() -> None:
    rules = PriceRules(other_channels={"P": 20_000})
    found = band(rules, "P", price_minor=10_000, cost_minor=None)
    assert (found.low, found.high, found.conflict) == (10_000, 10_000, ("parity", "step_up"))


@given(
    price=st.integers(200, 10_000_000),
    cost=st.integers(1, 10_000_000),
    wanted=st.floats(0, 2e7),
    floor=st.integers(0, 10_000_000),
    unit=st.sampled_from((1, 10, 100)),
)
def test_no_price_ever_breaks_a_hard_rule(price: int, cost: int, wanted: float, floor: int, unit: int) -> None:
    rules = PriceRules(floors={"P": floor}, unit_minor=unit)
    found = band(rules, "P", price_minor=price, cost_minor=cost)
    asked = guarded(wanted, found, rules).price_minor
    assert asked >= floor
    assert asked >= cost / (1 - rules.minimum_margin)
    assert found.low <= asked <= found.high


def test_unknown_rules_are_refused() -> None:
    with pytest.raises(ValueError, match="extra"):
        PriceRules.model_validate({"minimum_magin": 0.1})
