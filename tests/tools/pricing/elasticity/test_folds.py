from __future__ import annotations

import numpy as np

from tests.tools.pricing.panels import confounded
from tools.pricing.elasticity.folds import folds


def test_nothing_is_predicted_by_what_saw_its_store_or_its_time() -> None:
    panel = confounded(stores=6, products=3)
    held = np.zeros(len(panel), dtype=int)
    for fold in folds(panel):
        assert not set(panel.store.codes[fold.held]) & set(panel.store.codes[fold.train])
        times = panel.period[fold.held]
        assert not ((panel.period[fold.train] >= times.min() - 4) & (panel.period[fold.train] <= times.max() + 4)).any()
        held += fold.held
    assert (held == 1).all()


def test_with_one_store_products_are_kept_apart() -> None:
    panel = confounded(stores=1, weeks=10)
    for fold in folds(panel):
        assert not set(panel.product.codes[fold.held]) & set(panel.product.codes[fold.train])
