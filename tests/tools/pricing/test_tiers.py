from __future__ import annotations

import datetime as dt

import pytest

from tools.errors import RefusedError
from tools.pricing.tiers import Purchases, one_price, tiers
from tools.testing import NOW


def person(name: str, days: float | None, orders: int, spent: int) -> Purchases:
    return Purchases(name, None if days is None else NOW - dt.timedelta(days=days), orders, spent)


def test_who_buys_lately_often_and_much_is_gold() -> None:
    found = tiers([person(f"C{i}", 400 - 10 * i, 1 + i, 1_000 * (i + 1)) for i in range(20)], NOW)
    assert (found[19].recency, found[19].frequency, found[19].money, found[19].tier) == (5, 5, 5, "gold")
    assert found[0].tier == "regular"
    assert found[13].tier == "silver"


def test_who_never_bought_or_just_began_is_new() -> None:
    found = tiers([person("A", None, 0, 0), person("B", 3, 1, 900_000), person("C", 300, 1, 100)], NOW)
    assert [each.tier for each in found] == ["new", "new", "regular"]
    assert (found[0].recency, found[0].money) == (0, 0)


def test_equal_customers_are_scored_alike() -> None:
    found = tiers([person(f"C{i}", 50, 3, 5_000) for i in range(10)], NOW)
    assert len({(each.recency, each.frequency, each.money, each.tier) for each in found}) == 1


@pytest.mark.parametrize(("asked", "code"), [(10_001, "personal_price"), (9_999, "personal_list_price")])
def test_nobody_gets_a_list_price_of_their_own(asked: int, code: str) -> None:
    with pytest.raises(RefusedError) as caught:
        one_price(10_000, {"gold": 10_000, "C1": asked})
    assert caught.value.code == code


def test_one_price_for_all_passes() -> None:
    assert one_price(10_000, {"gold": 10_000, "new": 10_000}) == 10_000
