from __future__ import annotations

import numpy as np

from tests.tools.pricing.panels import confounded
from tools.pricing.features import design
from tools.pricing.panel import joined, make_panel


def test_there_are_more_than_twenty_and_none_knows_the_sales_of_its_own_period() -> None:
    panel = confounded(stores=2, products=4, weeks=30)
    before = design(panel)
    assert len(before.columns) >= 20
    last = panel.period == panel.period.max()
    changed = make_panel(
        product=[panel.product.names[code] for code in panel.product.codes],
        store=[panel.store.names[code] for code in panel.store.codes],
        category=[panel.category.names[code] for code in panel.category.codes],
        period=panel.period,
        price=panel.price,
        units=np.where(last, 10_000, panel.units),
    )
    after = design(changed)
    np.testing.assert_array_equal(before.context, after.context)


def test_the_price_columns_move_with_the_price_and_the_context_does_not() -> None:
    panel = confounded(stores=1, products=2, weeks=20)
    found = design(panel)
    now, cheaper = found.with_price(np.log(panel.price)), found.with_price(np.log(panel.price * 0.8))
    columns = list(found.columns)
    assert (cheaper[:, columns.index("discount")] >= now[:, columns.index("discount")]).all()
    np.testing.assert_array_equal(now[:, 4:], cheaper[:, 4:])


def test_joined_panels_keep_the_second_of_two_rows_and_lags_reach_over_the_seam() -> None:
    panel = confounded(stores=1, products=1, weeks=20)
    early, late = panel.at(panel.period < 15), panel.at(panel.period >= 14)
    whole = joined(early, late)
    assert len(whole) == 20
    np.testing.assert_array_equal(design(whole).context, design(panel).context)
