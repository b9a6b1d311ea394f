from __future__ import annotations

import numpy as np
import pytest

from tests.tools.recommendation.shops import shop
from tools.recommendation.events import Event, Interactions
from tools.recommendation.neighbours import DECAY, ease, together, transitions


def test_a_transition_counts_less_for_each_step_between_and_never_backwards() -> None:
    rows = Interactions.of([Event("u", item) for item in "abc"])
    place = {item: number for number, item in enumerate(rows.items)}
    found = transitions(rows).toarray()
    assert found[place["a"], place["b"]] == pytest.approx(1.0)
    assert found[place["a"], place["c"]] == pytest.approx(DECAY)
    assert found[place["b"], place["a"]] == 0.0
    assert together(rows).toarray()[place["b"], place["a"]] == pytest.approx(1.0)


def test_ease_is_the_ridge_regression_of_each_item_on_the_others() -> None:
    rows = shop(60)
    size, ridge = len(rows.items), 5.0
    wanted = np.zeros((len(rows.users), size))
    np.add.at(wanted, (rows.user, rows.item), 1.0)
    wanted = np.minimum(wanted, 1.0)
    expected = np.zeros((size, size))
    for item in range(size):
        others = np.delete(np.arange(size), item)
        known = wanted[:, others]
        inner = known.T @ known + ridge * np.eye(size - 1)
        expected[others, item] = np.linalg.solve(inner, known.T @ wanted[:, item])
    assert ease(rows, ridge=ridge).toarray() == pytest.approx(np.maximum(expected, 0.0), abs=1e-4)
