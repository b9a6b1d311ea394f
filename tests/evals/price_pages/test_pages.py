from __future__ import annotations

import numpy as np
import pytest

from evals.price_pages.degrading import degraded
from evals.price_pages.drawing import FontError, font
from evals.price_pages.layouts import DEVELOPMENT, HELD_OUT, pages


@pytest.fixture(autouse=True)
def _fonts() -> None:
    try:
        font(12)
    except FontError as error:
        pytest.skip(str(error))


def test_the_same_seed_draws_the_same_pages() -> None:
    first, second = pages(HELD_OUT, 8, seed=3), pages(HELD_OUT, 8, seed=3)
    assert all(
        a.image.tobytes() == b.image.tobytes() and a.prices == b.prices for a, b in zip(first, second, strict=True)
    )
    assert pages(HELD_OUT, 1, seed=4)[0].prices != first[0].prices


def test_layouts_and_languages_take_turns_and_none_is_on_both_sides() -> None:
    drawn = pages(HELD_OUT, 16, seed=1)
    assert len({(page.layout, page.lang) for page in drawn}) == 2 * len(HELD_OUT)
    assert not set(HELD_OUT) & set(DEVELOPMENT)


def test_every_page_has_a_current_price_for_each_product_and_a_struck_one_is_higher() -> None:
    for page in pages(DEVELOPMENT + HELD_OUT, 32, seed=2):
        current = {price.product: price.amount for price in page.prices if price.kind == "current"}
        assert set(current) == {price.product for price in page.prices}
        assert all(price.amount > current[price.product] for price in page.prices if price.kind == "struck")


def test_a_degraded_picture_is_another_one_of_about_the_size() -> None:
    page = pages(HELD_OUT, 1, seed=1)[0].image
    spoilt = degraded(page, np.random.default_rng(1))
    assert spoilt.size != page.size or spoilt.tobytes() != page.tobytes()
    assert abs(spoilt.width - page.width) < page.width * 0.1
