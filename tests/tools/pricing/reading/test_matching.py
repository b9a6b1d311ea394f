from __future__ import annotations

import pytest

from tools.pricing.reading.matching import Titles

TITLES = Titles(
    {"A": "Steel Vacuum Flask 500 ml", "B": "Steel Vacuum Flask 750 ml", "C": "不锈钢保温杯 500毫升", "D": "纯棉四件套"}
)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("Steel Vacuum Flask 750ml", "B"),
        ("STEEL VACUUM FLASK 500 ML", "A"),
        ("Stee1 Vacuum Flask 500 ml", "A"),
        ("不锈钢保温杯500毫升", "C"),
        ("【新款】纯棉四件套", "D"),
        ("Delivery in 3 days", None),
        ("", None),
    ],
)
def test_a_title_finds_its_product(text: str, product: str | None) -> None:
    found = TITLES.match(text)
    assert (found.product_id if found else None) == product
