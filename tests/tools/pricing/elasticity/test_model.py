from __future__ import annotations

import json

import numpy as np
import pytest

from tests.tools.pricing.panels import confounded
from tools.pricing.elasticity.model import Elasticities, fit_elasticities, naive_slope, no_elasticities, price_slope
from tools.pricing.features import design


@pytest.fixture(scope="module")
def fitted() -> Elasticities:
    return fit_elasticities(confounded(spread=0.8))


def test_the_planted_elasticity_is_found_where_the_naive_slope_has_the_wrong_sign(fitted: Elasticities) -> None:
    assert fitted.naive > 0
    assert fitted.overall.value == pytest.approx(-3.0, abs=0.2)
    assert fitted.overall.low < -3.0 < fitted.overall.high
    assert fitted.total.value == pytest.approx(-3.0, abs=0.2)


def test_every_product_gets_its_own_with_an_interval_that_covers(fitted: Elasticities) -> None:
    truth = -3.0 + 0.8 * np.linspace(-1, 1, 10)
    found = [fitted.products[f"P{number:02d}"] for number in range(10)]
    assert np.corrcoef([each.value for each in found], truth)[0, 1] > 0.9
    assert sum(each.low <= true <= each.high for each, true in zip(found, truth, strict=True)) >= 8
    assert all(each.basis == "own" for each in found)


def test_every_store_gets_an_interval(fitted: Elasticities) -> None:
    assert len(fitted.stores) == 8
    assert all(each.low < each.value < each.high < 0 for each in fitted.stores.values())


def test_counts_with_many_zeros_are_no_trap() -> None:
    panel = confounded(level=-3.0, stores=2, products=30, weeks=100, elasticity=-2.0)
    assert (panel.units == 0).mean() > 0.3
    found = price_slope(panel, design(panel))
    assert found.low < -2.0 < found.high
    assert found.value == pytest.approx(-2.0, abs=0.5)


def test_a_product_with_few_rows_is_drawn_to_its_category() -> None:
    panel = confounded(spread=0.8)
    few = panel.at((panel.product.codes > 0) | (panel.period < 4))
    found = fit_elasticities(few)
    assert found.products["P00"].weight < found.products["P01"].weight
    assert (
        found.products["P00"].high - found.products["P00"].low > found.products["P01"].high - found.products["P01"].low
    )


def test_what_is_new_gets_its_category_then_all_then_the_prior(fitted: Elasticities) -> None:
    assert fitted.of("P00").basis == "own"
    assert fitted.of("new", "tea").basis == "category"
    assert fitted.of("new", "socks").value == fitted.overall.value
    prior = no_elasticities().of("new")
    assert (prior.basis, prior.value, prior.low < -1 < prior.high) == ("prior", -2.0, True)


def test_they_are_the_same_after_writing_and_reading(fitted: Elasticities) -> None:
    assert Elasticities.from_json(json.loads(json.dumps(fitted.to_json()))) == fitted


def test_the_same_rows_give_the_same_estimate() -> None:
    panel = confounded(stores=3, weeks=40)
    assert price_slope(panel, design(panel)) == price_slope(panel, design(panel))


def test_a_naive_slope_of_one_price_is_unknown() -> None:
    panel = confounded(stores=1, products=1, weeks=10)
    assert np.isnan(naive_slope(panel.at(np.array([0, 0, 0]))))
