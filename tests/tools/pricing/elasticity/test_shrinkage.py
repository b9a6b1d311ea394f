from __future__ import annotations

import numpy as np
import pytest

from tools.pricing.elasticity.shrinkage import shrink, steadied


def test_uncertain_estimates_are_drawn_and_certain_ones_stay() -> None:
    value = np.array([-2.0, -3.0, -2.5, 8.0, np.nan])
    error = np.array([0.1, 0.1, 0.1, 6.0, np.inf])
    found = shrink(value, error, np.zeros(5, dtype=np.int64), categories=1)
    assert found.value[:3] == pytest.approx(value[:3], abs=0.1)
    assert -3.0 < found.value[3] < -1.5
    assert found.value[4] == pytest.approx(found.mean[0])
    assert (found.weight[4], found.error[4] > found.error[0]) == (0.0, True)


def test_intervals_of_drawn_estimates_cover_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    truth = rng.normal(-2.5, 0.8, 400)
    error = rng.uniform(0.2, 3.0, 400)
    found = shrink(rng.normal(truth, error), error, np.repeat(np.arange(8), 50), categories=8)
    covered = np.abs(found.value - truth) < 1.96 * found.error
    assert 0.91 < covered.mean() < 0.985
    assert np.abs(found.value - truth).mean() < 0.7 * error.mean() * 0.8


def test_variances_of_few_rows_are_drawn_to_the_common_one() -> None:
    rng = np.random.default_rng(4)
    freedom = np.full(200, 4.0)
    seen = rng.chisquare(4, 200) / 4
    found = steadied(seen, freedom)
    assert np.abs(found - 1).mean() < 0.3 * np.abs(seen - 1).mean()
