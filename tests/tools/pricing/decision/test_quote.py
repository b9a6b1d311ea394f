from __future__ import annotations

import dataclasses

import pytest

from tools.pricing.decision.guards import PriceRules
from tools.pricing.decision.quote import Offer, curve, quote, quotes
from tools.pricing.elasticity.model import Estimate

SURE = Estimate(-2.5, 0.05, -2.6, -2.4, "own")
RULES = PriceRules(above_list=True)
OFFER = Offer("P", 10_000, 20.0, SURE, cost_minor=4_000)


def test_what_is_too_dear_becomes_cheaper_and_earns_more() -> None:
    found = quote(OFFER, PriceRules(maximum_step=0.05))
    assert (found.price_minor, found.allowed.low_rule) == (9_500, "step_down")
    assert 9_000 <= found.best_minor < 9_200
    assert found.units.low > 0
    assert found.profit.low > 0


def test_what_is_too_cheap_becomes_dearer() -> None:
    found = quote(dataclasses.replace(OFFER, cost_minor=7_500), RULES)
    assert found.price_minor > 10_000
    assert found.units.value < 0 < found.profit.value


def test_a_right_price_stays() -> None:
    right = quote(dataclasses.replace(OFFER, cost_minor=None), RULES)
    assert abs(right.price_minor - 10_000) <= 300
    assert not right.cost_known


def test_an_uncertain_elasticity_gives_a_wider_effect() -> None:
    unsure = dataclasses.replace(OFFER, elasticity=Estimate(-2.5, 0.8, -4.1, -0.9, "category"))
    wide, narrow = quote(unsure, RULES).profit, quote(OFFER, RULES).profit
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


def test_what_will_be_sold_out_is_not_made_cheaper() -> None:
    scarce = quote(dataclasses.replace(OFFER, stock=20.0, cover=4.0), RULES)
    assert scarce.stock == "scarce"
    assert scarce.price_minor > 10_000


def test_what_is_left_over_is_sold_for_less() -> None:
    rules = PriceRules(minimum_margin=0.0, maximum_step=0.5)
    enough = quote(dataclasses.replace(OFFER, cost_minor=6_000), rules)
    excess = quote(dataclasses.replace(OFFER, cost_minor=6_000, stock=900.0, salvage=0.3), rules)
    assert excess.stock == "excess"
    assert 6_000 <= excess.price_minor < enough.price_minor


def test_rivals_give_an_equilibrium() -> None:
    found = quote(dataclasses.replace(OFFER, rivals=(9_500, 10_500)), RULES)
    assert found.equilibrium_minor is not None
    assert 4_000 < found.equilibrium_minor < 10_000
    assert quote(OFFER, RULES).equilibrium_minor is None


def test_many_at_once_are_what_each_is_alone() -> None:
    others = [dataclasses.replace(OFFER, product_id=str(i), price_minor=9_000 + 100 * i) for i in range(20)]
    assert [each.price_minor for each in quotes(others, RULES)] == [quote(each, RULES).price_minor for each in others]


def test_the_curve_falls_in_units_and_holds_todays_at_todays_price() -> None:
    points = curve(OFFER, RULES, [8_000, 9_000, 10_000, 11_000])
    units = [each.value for _, each, _ in points]
    assert units == sorted(units, reverse=True)
    assert points[2][1].value == pytest.approx(20.0)
    assert points[2][1].low == pytest.approx(points[2][1].high)
    assert points[0][1].low < points[0][1].value < points[0][1].high
