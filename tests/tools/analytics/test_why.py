"""Changes taken apart, and customers in groups, worked out by hand."""

from __future__ import annotations

import pytest

from tests.tools.analytics.conftest import Copilot
from tools.analytics.customers import segment_of
from tools.analytics.types import Customers, Why
from tools.base import Identity, ToolCall

MARCH = {"first": "2026-03-01", "last": "2026-03-31"}


async def why(copilot: Copilot, metric: str, **more: object) -> Why:
    outcome = await copilot.ask("explain_change", metric=metric, period=MARCH, **more)
    assert isinstance(outcome.evidence, Why), (outcome.status, outcome.code, outcome.facts)
    return outcome.evidence


async def test_the_parts_of_revenue_sum_to_its_change_and_so_do_its_factors(copilot: Copilot) -> None:
    found = await why(copilot, "revenue", by="product")
    assert (found.now, found.before, found.difference) == (11_500, 2_000, 9_500)
    assert {part.value.key: (part.before, part.now, part.gave) for part in found.parts} == {
        "P-HAT": (0, 6000, 6000),
        "P-MUG": (2000, 5500, 3500),
    }
    assert sum(driver.gave for driver in found.drivers) == pytest.approx(9_500)
    assert [round(driver.now, 3) for driver in found.drivers] == [3, 1, 2.667, 1437.5]


async def test_without_a_dimension_that_which_tells_most_is_taken(copilot: Copilot) -> None:
    found = await why(copilot, "orders")
    assert found.difference == 2
    assert found.by.key in {each.key for each in found.looked_at}
    assert sum(part.gave for part in found.parts) == 2


async def test_a_quotients_parts_sum_to_its_change(copilot: Copilot) -> None:
    found = await why(copilot, "aov", by="country")
    assert sum(part.gave for part in found.parts) == pytest.approx(11_500 / 3 - 2_000)


@pytest.mark.parametrize(
    ("metric", "by", "code"), [("buyers", "product", "no_parts"), ("stock", None, "no_comparison")]
)
async def test_a_change_without_parts_is_refused(copilot: Copilot, metric: str, by: str | None, code: str) -> None:
    outcome = await copilot.ask("explain_change", metric=metric, period=MARCH, **({"by": by} if by else {}))
    assert (outcome.status, outcome.code) == ("refused", code)


async def groups(copilot: Copilot, kind: str) -> Customers:
    outcome = await copilot.ask("customer_groups", kind=kind)
    assert isinstance(outcome.evidence, Customers), (outcome.status, outcome.code)
    return outcome.evidence


async def test_cohorts_count_who_came_back_by_the_shops_months(copilot: Copilot) -> None:
    found = await groups(copilot, "cohorts")
    assert [(each.month, each.customers, each.active) for each in found.cohorts] == [
        ("2026-02", 1, (1, 1, 0)),
        ("2026-03", 2, (2, 1)),
    ]


async def test_segments_hold_every_customer_once(copilot: Copilot) -> None:
    found = await groups(copilot, "rfm")
    assert sum(each.customers for each in found.segments) == 3
    assert sum(each.orders for each in found.segments) == 5
    assert sum(each.minor for each in found.segments) == 16_000


def test_every_pair_of_scores_has_a_segment() -> None:
    found = {segment_of(recency, frequency) for recency in range(1, 6) for frequency in range(1, 6)}
    assert found == {"champions", "loyal", "promising", "slipping", "at_risk", "asleep"}
    assert (segment_of(5, 5), segment_of(1, 5), segment_of(1, 1)) == ("champions", "at_risk", "asleep")


async def test_shoppers_and_agents_have_no_figures(copilot: Copilot) -> None:
    outcome = await copilot.executor.call(
        ToolCall("shop_figures", {"metric": "revenue"}), Identity("shopper", customer_id="A"), idempotency_key="k"
    )
    assert (outcome.status, outcome.code) == ("refused", "not_allowed")
