"""Questions that correct themselves: what was said last counts, and what it says nothing of stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dialogue.understanding.figures import Asked, read_question
from tools.analytics.types import Vocabulary

TODAY = dt.date(2026, 3, 10)
WORDS = Vocabulary(dimensions=(), timezone="UTC", currency="CNY", first=None, last=None)
FEBRUARY = {"first": "2026-02-01", "last": "2026-02-28"}
FOURTH_QUARTER = {"first": "2025-10-01", "last": "2025-12-31"}
WORST: dict[str, Any] = {"metric": "units", "by": ["product"], "order": "least", "limit": 1}


@pytest.mark.parametrize(
    ("low", "expected"),
    [
        ("what sold worst last month? no, i mean last quarter", {**WORST, "period": FOURTH_QUARTER}),
        ("上个月什么卖得最差？不对，我是说上个季度", {**WORST, "period": FOURTH_QUARTER}),
        ("revenue by category last month, sorry, by brand", {"metric": "revenue", "by": ["brand"], "period": FEBRUARY}),
        ("上个月各品类的销售额，说错了，各品牌的", {"metric": "revenue", "by": ["brand"], "period": FEBRUARY}),
        ("revenue last month, i mean orders", {"metric": "orders", "period": FEBRUARY}),
        ("上个月销售额，不对，订单数", {"metric": "orders", "period": FEBRUARY}),
        ("orders this week, no wait, last month, or rather last quarter", {"metric": "orders", "period": FOURTH_QUARTER}),
        ("what sold worst last quarter? no, how many orders last month?", {"metric": "orders", "period": FEBRUARY}),
    ],
)  # fmt: skip
def test_what_was_said_last_counts(low: str, expected: dict[str, Any]) -> None:
    found = read_question(low, today=TODAY, vocabulary=WORDS)
    assert isinstance(found, Asked), found
    assert found.arguments == expected


def test_a_why_keeps_its_question() -> None:
    found = read_question("why did revenue fall last month? no, i mean last quarter", today=TODAY, vocabulary=WORDS)
    assert isinstance(found, Asked)
    assert (found.tool, found.arguments["period"]) == ("explain_change", FOURTH_QUARTER)


@pytest.mark.parametrize("low", ["how many orders did we actually get last month", "上个月不是活动的订单数"])
def test_no_correction_is_made_of_what_is_none(low: str) -> None:
    assert not isinstance(read_question(low, today=TODAY, vocabulary=WORDS), Asked)
