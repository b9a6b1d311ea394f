"""Figures of a small shop, worked out by hand."""

from __future__ import annotations

import pytest

from tests.tools.analytics.conftest import Copilot
from tools.analytics.types import Behind, Figures, Vocabulary

MARCH = {"first": "2026-03-01", "last": "2026-03-31"}
FEBRUARY = {"first": "2026-02-01", "last": "2026-02-28"}


async def figures(copilot: Copilot, metric: str, **more: object) -> Figures:
    outcome = await copilot.ask("shop_figures", metric=metric, **more)
    assert isinstance(outcome.evidence, Figures), (outcome.status, outcome.code, outcome.facts)
    return outcome.evidence


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        # March in Paris: O2 (28 Feb 23:30 UTC), O3, O4; O5 is April there, O6 was cancelled
        ("revenue", 3000 + 4000 + 4500),
        ("orders", 3),
        ("units", 1 + 2 + 5),
        ("buyers", 3),
        ("aov", round(11500 / 3)),
        ("new_customers", 2),
        ("repeat_rate", 0.0),
        ("cancelled", 1),
        ("cancel_rate", 0.25),
        ("refunds", 0),
        ("refund_rate", 1 / 3),
        ("basket", 8 / 3),
        ("products_sold", 2),
        ("stock", 30),
        ("out_of_stock", 1),
        ("open_tickets", 0),
        ("stock_days", 30 / (8 / 31)),
    ],
)
async def test_a_metric_over_a_month_of_the_shops_own_time(copilot: Copilot, metric: str, value: float) -> None:
    assert (await figures(copilot, metric, period=MARCH)).total == pytest.approx(value)


async def test_repeat_buyers_are_those_with_two_orders_in_the_period(copilot: Copilot) -> None:
    found = await figures(copilot, "repeat_rate", period={"first": "2026-02-01", "last": "2026-04-10"}, by=["country"])
    assert found.total == pytest.approx(2 / 3)
    assert {group.values[0].key: group.value for group in found.groups} == {"France": 1.0, "Germany": 0.5}


async def test_a_trend_has_every_step_and_is_set_beside_the_period_before(copilot: Copilot) -> None:
    found = await figures(copilot, "revenue", period=MARCH, by=["week"], against="before")
    assert [(group.values[0].key, group.value, group.before) for group in found.groups] == [
        ("2026-02-23", 7000, 0), ("2026-03-02", 0, 2000), ("2026-03-09", 0, 0), ("2026-03-16", 0, 0),
        ("2026-03-23", 4500, 0), ("2026-03-30", 0, None),
    ]  # fmt: skip
    assert (found.total, found.total_before) == (11_500, 2_000)
    assert found.total_change == pytest.approx(4.75)
    assert found.chart is not None
    assert found.chart.kind == "line"


@pytest.mark.parametrize(
    ("grain", "expected"),
    [
        ("day", {"2026-03-01": 7000, "2026-03-29": 4500}),
        ("month", {"2026-03": 11_500}),
        ("quarter", {"2026-Q1": 11_500}),
        ("year", {"2026": 11_500}),
        ("weekday", {"7": 11_500}),
        ("hour", {"00": 3000, "01": 8500}),
    ],
)
async def test_steps_of_time_are_the_shops(copilot: Copilot, grain: str, expected: dict[str, int]) -> None:
    found = await figures(copilot, "revenue", period=MARCH, by=[grain])
    assert {group.values[0].key: group.value for group in found.groups if group.value} == expected


async def test_groups_are_ranked_named_and_shared_out(copilot: Copilot) -> None:
    found = await figures(copilot, "revenue", period=MARCH, by=["product"], share=True, limit=1)
    [group] = found.groups
    assert (group.values[0].name.en, group.value) == ("Hat", 6000)
    assert group.share == pytest.approx(6000 / 11_500)
    assert (found.groups_in_all, found.total, found.tied) == (2, 11_500, False)
    least = await figures(copilot, "revenue", period=MARCH, by=["product"], order="least", limit=1)
    assert least.groups[0].values[0].key == "P-MUG"


async def test_the_whole_of_what_does_not_add_up_is_counted_itself(copilot: Copilot) -> None:
    found = await figures(copilot, "orders", period=MARCH, by=["product"])
    assert [group.value for group in found.groups] == [2, 2]
    assert found.total == 3


async def test_filters_hold_for_wider_categories_and_may_exclude(copilot: Copilot) -> None:
    wear = {"dimension": "category", "values": ["W"]}
    assert (await figures(copilot, "revenue", period=MARCH, filters=[wear])).total == 6000
    assert (await figures(copilot, "revenue", period=MARCH, filters=[{**wear, "exclude": True}])).total == 5500
    france = {"dimension": "country", "values": ["France"]}
    found = await figures(copilot, "orders", period=MARCH, filters=[france])
    assert (found.total, found.filters[0].values[0].name.en) == (1, "France")


async def test_an_average_a_day_counts_every_day(copilot: Copilot) -> None:
    assert (await figures(copilot, "orders", period=MARCH, per="day")).total == pytest.approx(3 / 31)


async def test_cancelled_orders_are_seen_where_the_status_is_asked_for(copilot: Copilot) -> None:
    found = await figures(copilot, "orders", period=MARCH, by=["status"])
    assert {group.values[0].key: group.value for group in found.groups} == {
        "delivered": 2,
        "shipped": 1,
        "cancelled": 1,
    }


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"metric": "refunds", "by": ["product"]}, "no_such_cut"),
        ({"metric": "tickets", "by": ["country"]}, "no_such_cut"),
        ({"metric": "stock", "against": "before"}, "no_comparison"),
        ({"metric": "aov", "by": ["country"], "share": True}, "no_share"),
        ({"metric": "aov", "per": "day"}, "no_average"),
    ],
)
async def test_what_cannot_be_told_is_refused_with_what_can(
    copilot: Copilot, arguments: dict[str, object], code: str
) -> None:
    outcome = await copilot.ask("shop_figures", **arguments)
    assert (outcome.status, outcome.code) == ("refused", code)
    if code == "no_such_cut":
        assert {"zh": "渠道", "en": "channel"} in outcome.facts["can"] or arguments["metric"] == "tickets"


@pytest.mark.parametrize("bad", [{"metric": "love"}, {"metric": "revenue", "by": ["mood"]}])
async def test_an_unknown_word_is_an_argument_to_mend(copilot: Copilot, bad: dict[str, object]) -> None:
    outcome = await copilot.ask("shop_figures", **bad)
    assert (outcome.status, outcome.code, outcome.mendable) == ("refused", "bad_arguments", True)


async def test_the_records_behind_a_figure(copilot: Copilot) -> None:
    outcome = await copilot.ask("figure_records", metric="revenue", period=MARCH)
    assert isinstance(outcome.evidence, Behind)
    assert (outcome.evidence.kind, outcome.evidence.ids, outcome.evidence.more) == ("order", ("O4", "O3", "O2"), False)


async def test_the_words_are_those_that_the_shop_has(copilot: Copilot) -> None:
    outcome = await copilot.ask("figure_words")
    assert isinstance(outcome.evidence, Vocabulary)
    words = {each.dimension: [value.key for value in each.values] for each in outcome.evidence.dimensions}
    assert words["country"] == ["France", "Germany"]
    assert set(words["category"]) == {"K", "W", "W-H"}
    assert (str(outcome.evidence.first), str(outcome.evidence.last)) == ("2026-02-03", "2026-04-01")
