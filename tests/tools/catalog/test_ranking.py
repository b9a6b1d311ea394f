"""Goods in the order that a question asks for."""

from __future__ import annotations

import datetime as dt

import pytest

from knowledge.money import Money
from knowledge.questions import measure, questions
from knowledge.schema import Product
from tools.catalog.ranking import ranking
from tools.catalog.records import ProductRecord
from tools.catalog.types import VariantView

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def record(
    name: str, price: int, rating: float | None = None, description: str = "", **attributes: str
) -> ProductRecord:
    product = Product(
        id=name, title_zh=name, title_en=name, description_en=description, attributes=attributes, created_at=NOW
    )
    cost = Money(price, "CNY")
    variant = VariantView(sku=name, options={}, price=cost, list_price=None, available=True, stock=1)
    return ProductRecord(product, None, (variant,), None, rating, 3 if rating else 0)


LIGHT = record("light", 30000, 4.0, weight="980 g")
HEAVY = record("heavy", 20000, 4.5, weight="1.2 kg")
SILENT = record("silent", 25000)


@pytest.mark.parametrize(
    ("question", "order", "best"),
    [
        ("which is lighter?", ["light", "heavy", "silent"], ["light"]), ("哪个更重", ["heavy", "light", "silent"], ["heavy"]),
        ("which of these is the cheapest", ["heavy", "silent", "light"], ["heavy"]), ("最贵的是哪个", ["light", "silent", "heavy"], ["light"]),
        ("哪款评价好", ["heavy", "light", "silent"], ["heavy"]), ("which one should I buy", ["heavy", "light", "silent"], ["heavy"]),
    ],
)  # fmt: skip
def test_goods_are_put_in_order(question: str, order: list[str], best: list[str]) -> None:
    found = ranking([LIGHT, HEAVY, SILENT], question)
    assert found is not None
    assert (list(found.order), list(found.best)) == (order, best)


def test_equal_goods_are_all_the_best() -> None:
    found = ranking([LIGHT, record("twin", 1, weight="980 g")], "which is lighter")
    assert found is not None
    assert found.best == ("light", "twin")


def test_words_without_a_measure_have_no_best() -> None:
    down = record("down", 1, description="Filled with down, warmer than wool.")
    found = ranking([down, SILENT], "which is warmer")
    assert found is not None
    assert (found.best, [entry.text.en if entry.text else "" for entry in found.entries]) == (
        (),
        ["Filled with down, warmer than wool.", ""],
    )


@pytest.mark.parametrize("question", ["what is the difference", "有什么区别", "compare them"])
def test_no_order_is_asked_for(question: str) -> None:
    assert ranking([LIGHT, HEAVY], question) is None


def test_what_nobody_knows_gives_no_order() -> None:
    assert ranking([SILENT, record("other", 1)], "which is quieter") is None


@pytest.mark.parametrize(
    ("value", "size"),
    [("220 g", 220), ("1.2 kg", 1200), ("26,000 DPI", 26000), ("14 h", 14), ("5 days", 120), ("cotton", None), ("350ml", 350)],
)  # fmt: skip
def test_a_measure(value: str, size: float | None) -> None:
    assert measure(value) == size


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("which has better battery life", "longest battery"), ("which is better", "best liked"), ("哪个轻", "lightest"), ("更大的那个", "largest"),
        ("轻薄的笔记本", None), ("重量多少", None), ("is it good", None), ("贵宾", None),
    ],
)  # fmt: skip
def test_a_comparative(question: str, name: str | None) -> None:
    found = questions().compared_by(question)
    assert (found.name if found else None) == name
