"""Rows lead to narrower questions; periods move with the days; the board keeps questions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.tools.analytics.conftest import NOW, OWNER, Copilot
from tools.analytics.narrowing import behind, narrower
from tools.analytics.periods import GRAINS, Period, is_current, moved, span_of, step_of
from tools.analytics.query import Question
from tools.base import ToolCall
from tools.errors import ArgumentError

YEAR = {"first": "2026-01-01", "last": "2026-12-31"}
MARCH = {"first": "2026-03-01", "last": "2026-03-31"}


def days(text: str) -> Period:
    first, _, last = text.partition("..")
    return Period(first=dt.date.fromisoformat(first), last=dt.date.fromisoformat(last or first))


@pytest.mark.parametrize(
    ("asked", "keys", "leads_to"),
    [
        ({"metric": "revenue", "by": ["category"]}, ["W"], {"by": ["product"], "filters": [{"dimension": "category", "values": ["W"]}]}),
        ({"metric": "revenue", "by": ["country", "channel"], "share": True, "limit": 3}, ["France", "web"], {
            "by": ["region"],
            "filters": [{"dimension": "country", "values": ["France"]}, {"dimension": "channel", "values": ["web"]}],
        }),
        ({"metric": "orders", "by": ["month"], "period": YEAR, "against": "before"}, ["2026-03"], {"by": ["day"], "period": MARCH, "against": "before"}),
        ({"metric": "orders", "by": ["week"], "period": MARCH}, ["2026-02-23"], {"by": ["category"], "period": {"first": "2026-03-01", "last": "2026-03-01"}}),
        ({"metric": "orders", "by": ["day"], "period": MARCH}, ["2026-03-05"], {"by": ["hour"], "period": {"first": "2026-03-05", "last": "2026-03-05"}}),
        ({"metric": "orders", "by": ["channel"], "filters": [{"dimension": "channel", "values": ["web", "app"]}]}, ["app"], {"by": ["category"], "filters": [{"dimension": "channel", "values": ["app"]}]}),
        ({"metric": "tickets", "by": ["queue"]}, ["general"], {"by": ["ticket_reason"], "filters": [{"dimension": "queue", "values": ["general"]}]}),
        ({"metric": "stock", "by": ["product"]}, ["P-MUG"], {"by": ["sku"], "filters": [{"dimension": "product", "values": ["P-MUG"]}]}),
    ],
)  # fmt: skip
def test_a_row_leads_to_what_it_is_made_of(asked: dict[str, Any], keys: list[str], leads_to: dict[str, Any]) -> None:
    expected = Question(arguments={"metric": asked["metric"], **leads_to})
    if asked["by"] == [
        "week"
    ]:  # a week that begins before the period: what of it lies within; one day is cut by no days
        expected = Question(arguments={**expected.arguments, "by": ["category"]})
    assert narrower(Question(arguments=asked), keys) == expected


def test_the_parts_of_a_change_lead_on_too() -> None:
    why = Question(tool="explain_change", arguments={"metric": "revenue", "by": "channel", "period": MARCH})
    expected = {"metric": "revenue", "by": ["category"], "filters": [{"dimension": "channel", "values": ["web"]}], "period": MARCH, "against": "before"}  # fmt: skip
    assert narrower(why, ["web"]) == Question(arguments=expected)
    assert behind(why) == Question(tool="figure_records", arguments={"metric": "revenue", "period": MARCH})


@pytest.mark.parametrize(
    ("tool", "arguments", "keys"),
    [
        ("shop_figures", {"metric": "orders", "by": ["day"], "period": MARCH}, ["2026-04-01"]),
        ("shop_figures", {"metric": "orders", "by": ["day"], "period": MARCH}, ["someday"]),
        ("shop_figures", {"metric": "orders"}, ["web"]),
        ("customer_groups", {"kind": "rfm"}, ["champions"]),
    ],
)
def test_what_is_no_row_leads_nowhere(tool: Any, arguments: dict[str, Any], keys: list[str]) -> None:
    with pytest.raises(ArgumentError) as refused:
        narrower(Question(tool=tool, arguments=arguments), keys)
    assert refused.value.code == "no_such_row"


@pytest.mark.parametrize("grain", [grain for grain in GRAINS if grain not in {"hour", "weekday"}])
@pytest.mark.parametrize("day", ["2026-01-01", "2026-02-28", "2024-02-29", "2026-12-31"])
def test_a_step_is_read_back_as_its_days(grain: Any, day: str) -> None:
    at = dt.date.fromisoformat(day)
    span = span_of(step_of(at, grain), grain)
    assert span.first <= at <= span.last
    assert {step_of(span.first, grain), step_of(span.last, grain)} == {step_of(at, grain)}
    assert step_of(span.last + dt.timedelta(days=1), grain) != step_of(at, grain)


@pytest.mark.parametrize(
    ("period", "then", "today", "now"),
    [
        ("2026-03-12..2026-04-10", "2026-04-10", "2026-05-01", "2026-04-02..2026-05-01"),  # the last 30 days
        ("2026-03-01..2026-03-31", "2026-04-10", "2026-05-01", "2026-04-01..2026-04-30"),  # last month
        ("2026-03-01..2026-03-31", "2026-04-10", "2027-01-31", "2026-12-01..2026-12-31"),
        ("2026-01-01..2026-03-31", "2026-04-10", "2026-06-30", "2026-01-01..2026-03-31"),  # last quarter, still
        ("2026-01-01..2026-03-31", "2026-04-10", "2026-07-01", "2026-04-01..2026-06-30"),
        ("2025-01-01..2025-12-31", "2026-04-10", "2027-01-01", "2026-01-01..2026-12-31"),  # last year
        ("2026-03-30..2026-04-05", "2026-04-10", "2026-04-13", "2026-04-06..2026-04-12"),  # last week
        ("2026-04-01..2026-04-10", "2026-04-10", "2026-05-03", "2026-05-01..2026-05-03"),  # this month
        ("2026-01-01..2026-04-10", "2026-04-10", "2027-02-01", "2027-01-01..2027-02-01"),  # this year
        ("2026-04-09..2026-04-09", "2026-04-10", "2026-04-12", "2026-04-11..2026-04-11"),  # yesterday
    ],
)
def test_a_period_moves_with_the_days(period: str, then: str, today: str, now: str) -> None:
    asked_on = dt.date.fromisoformat(then)
    assert moved(days(period), asked_on, asked_on) == days(period)
    assert moved(days(period), asked_on, dt.date.fromisoformat(today)) == days(now)
    assert is_current(days(period), asked_on)


@pytest.mark.parametrize("period", ["2026-02-01..2026-02-28", "2025-03-01..2025-03-31", "2026-03-23..2026-03-29"])
def test_a_period_of_long_ago_is_not_current(period: str) -> None:
    assert not is_current(days(period), dt.date(2026, 4, 10))


async def test_a_pin_asks_about_today_unless_it_stands_still(copilot: Copilot) -> None:
    month = {"tool": "shop_figures", "arguments": {"metric": "orders", "period": MARCH, "against": "before"}}

    async def board(tool: str, key: str, **arguments: Any) -> list[dict[str, Any]]:
        outcome = await copilot.executor.call(ToolCall(tool, arguments), OWNER, idempotency_key=key)
        assert outcome.evidence is not None, outcome
        return list(outcome.evidence.model_dump(mode="json")["pins"])

    [pin] = await board("pin_figure", "1", question=month)
    assert (pin["moves"], pin["question"]["arguments"]) == (True, month["arguments"])
    copilot.executor.clock.now = NOW + dt.timedelta(days=30)  # type: ignore[attr-defined]
    [later] = await board("list_pins", "2")
    assert later["question"]["arguments"]["period"] == {"first": "2026-04-01", "last": "2026-04-30"}
    [still] = await board("change_pin", "3", pin_id=pin["id"], moves=False)
    copilot.executor.clock.now = NOW + dt.timedelta(days=90)  # type: ignore[attr-defined]
    assert (await board("list_pins", "4"))[0]["question"] == still["question"] == later["question"]


async def test_a_board_is_full_at_some_point_and_records_are_no_figure(copilot: Copilot) -> None:
    for number in range(24):
        question = {"arguments": {"metric": "orders", "limit": number + 1}}
        call = ToolCall("pin_figure", {"question": question})
        await copilot.executor.call(call, OWNER, idempotency_key=f"{number}")
    full = await copilot.executor.call(
        ToolCall("pin_figure", {"question": {"arguments": {"metric": "units"}}}), OWNER, idempotency_key="full"
    )
    assert (full.status, full.code) == ("refused", "board_full")
    records = {"question": {"tool": "figure_records", "arguments": {"metric": "units"}}}
    refused = await copilot.executor.call(ToolCall("pin_figure", records), OWNER, idempotency_key="records")
    assert (refused.status, refused.code) == ("refused", "bad_arguments")
