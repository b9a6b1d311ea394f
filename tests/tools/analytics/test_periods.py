"""Periods and the ones they are compared with."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from tools.analytics.periods import Period, before, offsets, steps, year_before


def period(first: str, last: str) -> Period:
    return Period(first=dt.date.fromisoformat(first), last=dt.date.fromisoformat(last))


@pytest.mark.parametrize(
    ("first", "last", "then"),
    [
        ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28")),
        ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31")),
        ("2026-01-01", "2026-12-31", ("2025-01-01", "2025-12-31")),
        ("2026-03-01", "2026-03-10", ("2026-02-01", "2026-02-10")),
        ("2026-03-01", "2026-03-30", ("2026-02-01", "2026-02-28")),
        ("2026-01-01", "2026-04-10", ("2025-01-01", "2025-04-10")),
        ("2026-03-09", "2026-03-11", ("2026-03-02", "2026-03-04")),
        ("2026-03-09", "2026-03-15", ("2026-03-02", "2026-03-08")),
        ("2026-02-10", "2026-03-11", ("2026-01-11", "2026-02-09")),
    ],
)
def test_what_a_period_is_compared_with(first: str, last: str, then: tuple[str, str]) -> None:
    assert before(period(first, last)) == period(*then)


def test_a_year_before_february_stays_whole() -> None:
    assert year_before(period("2025-02-01", "2025-02-28")) == period("2024-02-01", "2024-02-29")
    assert year_before(period("2024-02-29", "2024-02-29")) == period("2023-02-28", "2023-02-28")


def test_steps_name_every_week_and_quarter() -> None:
    assert steps(period("2026-02-27", "2026-03-09"), "week") == ["2026-02-23", "2026-03-02", "2026-03-09"]
    assert steps(period("2025-12-31", "2026-04-01"), "quarter") == ["2025-Q4", "2026-Q1", "2026-Q2"]


def test_offsets_change_where_summer_time_begins() -> None:
    start, end = period("2026-03-01", "2026-03-31").bounds(ZoneInfo("Europe/Paris"))
    assert offsets(ZoneInfo("Europe/Paris"), start, end) == (
        (start, 3600),
        (dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC), 7200),
    )


def test_a_period_that_ends_before_it_begins_is_none() -> None:
    with pytest.raises(ValueError, match="not before the first"):
        period("2026-03-02", "2026-03-01")
